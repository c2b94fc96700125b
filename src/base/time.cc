#include "base/time.h"

#include <charconv>
#include <cstdio>

#include "base/civil.h"

namespace base {
namespace {

// Takes exactly `count` digits off the front of `text`.
bool take_digits(std::string_view& text, size_t count, int& out) {
  if (text.size() < count) return false;
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  out = value;
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// The fraction, cut to milliseconds; absent is zero, a lone point is an error.
bool take_fraction(std::string_view& text, int& millis) {
  if (!take(text, '.')) return true;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits < 3) millis = millis * 10 + (text.front() - '0');
    ++digits;
  }
  for (int i = digits; i < 3; ++i) millis *= 10;
  return digits > 0;
}

bool take_offset(std::string_view& text, Duration& offset) {
  if (take(text, 'Z')) return true;
  const bool negative = !text.empty() && text.front() == '-';
  if (!negative && (text.empty() || text.front() != '+')) return false;
  text.remove_prefix(1);
  int hours = 0, minutes = 0;
  if (!take_digits(text, 2, hours)) return false;
  take(text, ':');
  if (!take_digits(text, 2, minutes) || hours > 23 || minutes > 59) return false;
  offset = Duration::minutes(hours * 60 + minutes);
  if (negative) offset = -offset;
  return true;
}

bool take_date_and_time(std::string_view& text, Civil& c) {
  int year = 0;
  if (!take_digits(text, 4, year)) return false;
  c.year = year;
  const bool dashes = take(text, '-');
  if (!take_digits(text, 2, c.month) || (dashes && !take(text, '-'))) return false;
  if (!take_digits(text, 2, c.day) || !take(text, 'T') || !take_digits(text, 2, c.hour))
    return false;
  const bool colons = take(text, ':');
  if (!take_digits(text, 2, c.minute) || (colons && !take(text, ':'))) return false;
  return take_digits(text, 2, c.second);
}

bool in_range(const Civil& c) {
  return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= days_in_month(c.year, c.month) &&
         c.hour <= 23 && c.minute <= 59 && c.second <= 60;
}

}  // namespace

std::string to_iso8601(Instant t) {
  const Civil c = civil_from(t);
  char text[64];
  int n = std::snprintf(text, sizeof text, "%04lld-%02d-%02dT%02d:%02d:%02d",
                        static_cast<long long>(c.year), c.month, c.day, c.hour, c.minute, c.second);
  if (c.millis != 0) n += std::snprintf(text + n, sizeof text - n, ".%03d", c.millis);
  text[n++] = 'Z';
  return std::string(text, n);
}

std::string to_basic_iso8601(Instant t) {
  const Civil c = civil_from(t);
  char text[64];
  const int n =
      std::snprintf(text, sizeof text, "%04lld%02d%02dT%02d%02d%02dZ",
                    static_cast<long long>(c.year), c.month, c.day, c.hour, c.minute, c.second);
  return std::string(text, n);
}

std::optional<Instant> parse_iso8601(std::string_view text) {
  Civil c;
  Duration offset;
  if (!take_date_and_time(text, c) || !take_fraction(text, c.millis) || !take_offset(text, offset))
    return std::nullopt;
  if (!text.empty() || !in_range(c)) return std::nullopt;
  const int64_t seconds =
      days_from_civil(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 + c.second;
  return Instant::from_unix_ms(seconds * 1000 + c.millis) - offset;
}

std::optional<Duration> parse_duration(std::string_view text) {
  int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || count < 0) return std::nullopt;
  constexpr int64_t kMostDays = 36'500;
  const std::string_view name(unit, end - unit);
  int64_t scale = 0;
  if (name == "ms") scale = 1;
  if (name == "s") scale = 1000;
  if (name == "m") scale = 60'000;
  if (name == "h") scale = 3'600'000;
  if (name == "d") scale = 86'400'000;
  if (scale == 0 || count > kMostDays * 86'400'000 / scale) return std::nullopt;
  return Duration::millis(count * scale);
}

std::string to_string(Duration d) {
  struct Unit {
    int64_t scale;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}};
  for (const Unit& unit : kUnits)
    if (d.ms() != 0 && d.ms() % unit.scale == 0)
      return std::to_string(d.ms() / unit.scale) + unit.name;
  return std::to_string(d.ms()) + (d.ms() == 0 ? "s" : "ms");
}

}  // namespace base
