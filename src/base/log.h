// Log lines: a level, a short message, and named values. Text for people, JSON for machines.
//
// Logged once, at the layer that decides. A Logger is handed down like any other collaborator;
// tests hand one that keeps its lines. Secrets never reach it.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };

struct LogField {
  LogField(std::string_view field_name, std::string text)
      : name(field_name), value(std::move(text)) {}
  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const char* text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, int64_t number)
      : name(field_name), value(std::to_string(number)), is_number(true) {}

  std::string_view name;
  std::string value;
  bool is_number = false;
};

class Logger {
 public:
  using Sink = std::function<void(LogLevel, std::string_view message, const LogField* fields,
                                  size_t field_count)>;

  Logger() = default;  // Says nothing.
  Logger(LogLevel least, Sink sink) : least_(least), sink_(std::move(sink)) {}

  // One whose lines begin with that field as well.
  Logger with(std::string name, std::string value) const;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kDebug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kInfo, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kWarn, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kError, message, fields);
  }
  // For fields that are known only at run time.
  void write_fields(LogLevel level, std::string_view message,
                    const std::vector<std::pair<std::string, std::string>>& fields) const;

 private:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<LogField> fields) const {
    if (sink_ && level >= least_) sink_(level, message, fields.begin(), fields.size());
  }

  LogLevel least_ = LogLevel::kOff;
  Sink sink_;
};

enum class LogFormat { kText, kJson };

// Lines on standard error, each with the time; safe from any thread.
Logger stderr_logger(LogLevel least, LogFormat format);

}  // namespace base
