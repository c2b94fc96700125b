#include "base/week_window.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace base {
namespace {

constexpr int kMinutesOfDay = 24 * 60;

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// Minutes since Monday.
std::optional<int> take_day(std::string_view& text) {
  constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu",
                                                     "Fri", "Sat", "Sun"};
  for (size_t i = 0; i < kDays.size(); ++i)
    if (take(text, kDays[i])) return static_cast<int>(i) * kMinutesOfDay;
  return std::nullopt;
}

// "02:00"; 24:00 is a day's end.
std::optional<int> take_clock(std::string_view& text) {
  constexpr size_t kLength = 5;
  if (text.size() < kLength || text[2] != ':') return std::nullopt;
  for (const size_t i : {0, 1, 3, 4})
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  if (minute > 59 || hour * 60 + minute > kMinutesOfDay) return std::nullopt;
  text.remove_prefix(kLength);
  return hour * 60 + minute;
}

// Minutes of the period.
std::optional<int> take_point(std::string_view& text, bool is_daily) {
  int day = 0;
  if (!is_daily) {
    const auto named = take_day(text);
    if (!named || !take(text, " ")) return std::nullopt;
    day = *named;
  }
  const auto clock = take_clock(text);
  if (!clock) return std::nullopt;
  return day + *clock;
}

bool is_zone_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '-';
}

}  // namespace

bool is_zone_name(std::string_view text) {
  constexpr size_t kLongest = 64;
  constexpr int kMostParts = 3;
  if (text.empty() || text.size() > kLongest || text.front() == '/' || text.back() == '/' ||
      text.find("//") != std::string_view::npos)
    return false;
  return std::count(text.begin(), text.end(), '/') < kMostParts &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '/' || is_zone_letter(c); });
}

std::optional<WindowText> parse_window(std::string_view text) {
  WindowText window;
  window.is_daily = !text.empty() && text.front() >= '0' && text.front() <= '9';
  const int period = window.is_daily ? kMinutesOfDay : 7 * kMinutesOfDay;
  const auto opens = take_point(text, window.is_daily);
  if (!opens || !take(text, " - ")) return std::nullopt;
  const auto closes = take_point(text, window.is_daily);
  if (!closes || !take(text, " ") || !is_zone_name(text)) return std::nullopt;
  window.opens = *opens % period;
  window.closes = *closes % period;
  window.zone = text;
  // All the time, or never? "always" and "never" say it.
  return window.opens == window.closes ? std::nullopt : std::optional(window);
}

WeekWindow::WeekWindow(const WindowText& text, const TimeZone& zone)
    : period_(Duration::minutes(text.is_daily ? kMinutesOfDay : 7 * kMinutesOfDay)),
      opens_(Duration::minutes(text.opens)),
      length_(Duration::minutes(text.closes) - Duration::minutes(text.opens)),
      zone_(zone) {
  CHECK(text.opens != text.closes);
  if (length_ < Duration()) length_ = length_ + period_;
}

int64_t WeekWindow::since_opening(Instant t) const {
  // 1970-01-01 was a Thursday.
  constexpr Duration kSinceMonday = Duration::hours(3 * 24);
  const Instant local = t + zone_.ahead_at(t) + kSinceMonday - opens_;
  const int64_t rest = local.unix_ms() % period_.ms();
  return rest < 0 ? rest + period_.ms() : rest;
}

bool WeekWindow::is_open(Instant t) const { return since_opening(t) < length_.ms(); }

// Between two changes of the clocks it is a matter of waiting; a change may skip the opening, or
// land inside of the window.
Instant WeekWindow::next_opening(Instant t) const {
  // The clocks change twice a year and the window comes every week at the latest.
  constexpr int kMostChanges = 8;
  for (int i = 0; i < kMostChanges; ++i) {
    if (is_open(t)) return t;
    const Instant opening = t + period_ - Duration::millis(since_opening(t));
    const Instant change = zone_.next_change(t);
    if (opening < change) return opening;
    t = change;
  }
  return Instant::never();
}

}  // namespace base
