// Instant and Duration: milliseconds, whole and signed, and the texts AWS writes them in.
//
// An Instant counts milliseconds since 1970-01-01T00:00:00Z without leap seconds. Neither type
// reads a clock: `now` arrives in the event or comes from ports::Clock.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace base {

class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration millis(int64_t n) { return Duration(n); }
  static constexpr Duration seconds(int64_t n) { return Duration(n * 1000); }
  static constexpr Duration minutes(int64_t n) { return Duration(n * 60'000); }
  static constexpr Duration hours(int64_t n) { return Duration(n * 3'600'000); }

  constexpr int64_t ms() const { return ms_; }
  constexpr int64_t whole_seconds() const { return ms_ / 1000; }

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return Duration(a.ms_ + b.ms_); }
  friend constexpr Duration operator-(Duration a, Duration b) { return Duration(a.ms_ - b.ms_); }
  friend constexpr Duration operator-(Duration a) { return Duration(-a.ms_); }
  friend constexpr Duration operator*(Duration a, int64_t n) { return Duration(a.ms_ * n); }
  friend constexpr Duration operator/(Duration a, int64_t n) { return Duration(a.ms_ / n); }

 private:
  explicit constexpr Duration(int64_t n) : ms_(n) {}
  int64_t ms_ = 0;
};

class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant from_unix_ms(int64_t n) { return Instant(n); }
  static constexpr Instant from_unix_seconds(int64_t n) { return Instant(n * 1000); }
  // Later than anything that happens; safe to compare with, not to add to.
  static constexpr Instant never() { return Instant(std::numeric_limits<int64_t>::max()); }

  constexpr int64_t unix_ms() const { return ms_; }

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return Instant(t.ms_ + d.ms()); }
  friend constexpr Instant operator-(Instant t, Duration d) { return Instant(t.ms_ - d.ms()); }
  friend constexpr Duration operator-(Instant a, Instant b) {
    return Duration::millis(a.ms_ - b.ms_);
  }

 private:
  explicit constexpr Instant(int64_t n) : ms_(n) {}
  int64_t ms_ = 0;
};

// "2026-03-01T12:00:00Z", with ".250" before the Z when the milliseconds are not zero.
std::string to_iso8601(Instant t);
// "20260301T120000Z", the form that request signatures use.
std::string to_basic_iso8601(Instant t);
// Accepts both forms above, any number of fraction digits, and "Z" or a +hh:mm offset.
std::optional<Instant> parse_iso8601(std::string_view text);
// "90s", "10m", "2h", "7d", "250ms": the only way durations are written in configuration.
std::optional<Duration> parse_duration(std::string_view text);
// The shortest exact form that parse_duration reads.
std::string to_string(Duration d);

}  // namespace base
