#include "base/log.h"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <chrono>
#include <cstdio>
#include <mutex>

#include "base/time.h"

namespace base {
namespace {

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    case LogLevel::kError: return "error";
    case LogLevel::kOff: break;
  }
  return "off";
}

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

// Text that a terminal shows as it is: no spaces, quotes or control characters.
bool plain(std::string_view text) {
  for (char c : text)
    if (c <= ' ' || c == '"' || c == '=' || c == 0x7f) return false;
  return !text.empty();
}

std::string text_line(std::string_view time, LogLevel level, std::string_view message,
                      const LogField* fields, size_t count) {
  std::string line(time);
  line += ' ';
  line += name_of(level);
  line += ' ';
  line += message;
  for (size_t i = 0; i < count; ++i) {
    line += ' ';
    line += fields[i].name;
    line += '=';
    line += plain(fields[i].value) ? fields[i].value : quoted(fields[i].value);
  }
  return line;
}

std::string json_line(std::string_view time, LogLevel level, std::string_view message,
                      const LogField* fields, size_t count) {
  std::string line = "{\"time\":" + quoted(time) + ",\"level\":" + quoted(name_of(level)) +
                     ",\"message\":" + quoted(message);
  for (size_t i = 0; i < count; ++i)
    line += ',' + quoted(fields[i].name) + ':' +
            (fields[i].is_number ? fields[i].value : quoted(fields[i].value));
  return line + '}';
}

}  // namespace

Logger Logger::with(std::string name, std::string value) const {
  if (!sink_) return *this;
  return Logger(
      least_, [sink = sink_, name = std::move(name), value = std::move(value)](
                  LogLevel level, std::string_view message, const LogField* fields, size_t count) {
        std::vector<LogField> all{LogField(name, value)};
        all.insert(all.end(), fields, fields + count);
        sink(level, message, all.data(), all.size());
      });
}

void Logger::write_fields(LogLevel level, std::string_view message,
                          const std::vector<std::pair<std::string, std::string>>& fields) const {
  if (!sink_ || level < least_) return;
  std::vector<LogField> views;
  views.reserve(fields.size());
  for (const auto& [name, value] : fields) views.emplace_back(name, value);
  sink_(level, message, views.data(), views.size());
}

Logger stderr_logger(LogLevel least, LogFormat format) {
  auto mutex = std::make_shared<std::mutex>();
  return Logger(least, [mutex, format](LogLevel level, std::string_view message,
                                       const LogField* fields, size_t count) {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const std::string time = to_iso8601(Instant::from_unix_ms(
        std::chrono::duration_cast<std::chrono::milliseconds>(since).count()));
    std::string line = format == LogFormat::kJson ? json_line(time, level, message, fields, count)
                                                  : text_line(time, level, message, fields, count);
    line += '\n';
    const std::lock_guard lock(*mutex);
    std::fwrite(line.data(), 1, line.size(), stderr);
  });
}

}  // namespace base
