#include "base/time_zone.h"

#include <algorithm>
#include <array>

#include "base/civil.h"

namespace base {
namespace {

constexpr int64_t kSecondsOfDay = 86'400;

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// One to three digits.
std::optional<int> take_number(std::string_view& text, int most) {
  int value = 0, digits = 0;
  for (; digits < 3 && !text.empty() && is_digit(text.front()); ++digits) {
    value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return digits > 0 && value <= most ? std::optional(value) : std::nullopt;
}

// "CET", or "<+03>" where it is more than letters.
bool take_name(std::string_view& text) {
  const bool is_quoted = take(text, '<');
  size_t length = 0;
  while (length < text.size() &&
         (is_letter(text[length]) ||
          (is_quoted && (is_digit(text[length]) || text[length] == '+' || text[length] == '-'))))
    ++length;
  text.remove_prefix(length);
  return length >= 3 && (!is_quoted || take(text, '>'));
}

// "[+-]h[h][:mm[:ss]]"; a week of hours is what the tz database allows itself.
std::optional<Duration> take_time(std::string_view& text) {
  constexpr int kMostHours = 167;
  const bool is_negative = take(text, '-');
  if (!is_negative) take(text, '+');
  const auto hours = take_number(text, kMostHours);
  if (!hours) return std::nullopt;
  int64_t seconds = *hours * 3600;
  for (const int unit : {60, 1}) {
    if (!take(text, ':')) break;
    const auto number = take_number(text, 59);
    if (!number) return std::nullopt;
    seconds += *number * unit;
  }
  return Duration::seconds(is_negative ? -seconds : seconds);
}

bool take_month_day(std::string_view& text, YearlyChange& change) {
  const auto month = take_number(text, 12);
  if (!month || *month == 0 || !take(text, '.')) return false;
  const auto week = take_number(text, 5);
  if (!week || *week == 0 || !take(text, '.')) return false;
  const auto day = take_number(text, 6);
  if (!day) return false;
  change.month = *month;
  change.week = *week;
  change.day = *day;
  return true;
}

bool take_day_of_year(std::string_view& text, YearlyChange& change) {
  const bool is_julian = take(text, 'J');
  change.kind = is_julian ? YearlyChange::Kind::kJulianDay : YearlyChange::Kind::kZeroBasedDay;
  const auto day = take_number(text, 365);
  if (!day || (is_julian && *day == 0)) return false;
  change.day = *day;
  return true;
}

// ",M3.5.0", ",J60/2" or ",59/2:30"; two o'clock unless it says otherwise.
std::optional<YearlyChange> take_change(std::string_view& text) {
  YearlyChange change;
  if (!take(text, ',')) return std::nullopt;
  if (!(take(text, 'M') ? take_month_day(text, change) : take_day_of_year(text, change)))
    return std::nullopt;
  change.after = Duration::hours(2);
  if (!take(text, '/')) return change;
  const auto after = take_time(text);
  if (!after) return std::nullopt;
  change.after = *after;
  return change;
}

std::optional<Daylight> take_daylight(std::string_view& text, Duration standard_ahead) {
  Daylight daylight;
  if (!take_name(text)) return std::nullopt;
  daylight.ahead = standard_ahead + Duration::hours(1);
  if (!text.empty() && text.front() != ',') {
    const auto behind = take_time(text);
    if (!behind) return std::nullopt;
    daylight.ahead = -*behind;
  }
  const auto begins = take_change(text);
  const auto ends = begins ? take_change(text) : std::nullopt;
  if (!ends) return std::nullopt;
  daylight.begins = *begins;
  daylight.ends = *ends;
  return daylight;
}

// 1970-01-01 was a Thursday; Sunday is 0.
int weekday_of(int64_t day) { return static_cast<int>(((day + 4) % 7 + 7) % 7); }

int64_t day_of(const YearlyChange& change, int64_t year) {
  const int64_t first = days_from_civil(year, 1, 1);
  if (change.kind == YearlyChange::Kind::kZeroBasedDay) return first + change.day;
  if (change.kind == YearlyChange::Kind::kJulianDay) {
    constexpr int kLastOfFebruary = 59;
    return first + change.day - 1 + (change.day > kLastOfFebruary && days_in_month(year, 2) == 29);
  }
  const int64_t begins = days_from_civil(year, change.month, 1);
  int day = (change.day - weekday_of(begins) + 7) % 7 + (change.week - 1) * 7;
  if (day >= days_in_month(year, change.month)) day -= 7;
  return begins + day;
}

struct Change {
  Instant at;
  bool is_daylight;  // From then on.
};

// In order. A day that is daylight's last and another's first is daylight: such a zone has it all
// the year.
std::array<Change, 6> changes_around(const Daylight& daylight, Duration standard_ahead, Instant t) {
  std::array<Change, 6> changes{};
  size_t count = 0;
  const int64_t year = civil_from(t).year;
  for (const int64_t which : {year - 1, year, year + 1}) {
    const auto at = [&](const YearlyChange& change, Duration ahead) {
      return Instant::from_unix_seconds(day_of(change, which) * kSecondsOfDay) + change.after -
             ahead;
    };
    changes[count++] = {at(daylight.begins, standard_ahead), true};
    changes[count++] = {at(daylight.ends, daylight.ahead), false};
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.at != b.at ? a.at < b.at : a.is_daylight < b.is_daylight;
  });
  return changes;
}

}  // namespace

std::optional<TimeZone> TimeZone::parse_posix(std::string_view rule) {
  TimeZone zone;
  if (!take_name(rule)) return std::nullopt;
  const auto behind = take_time(rule);
  if (!behind) return std::nullopt;
  zone.standard_ahead_ = -*behind;
  if (rule.empty()) return zone;
  zone.daylight_ = take_daylight(rule, zone.standard_ahead_);
  if (!zone.daylight_ || !rule.empty()) return std::nullopt;
  return zone;
}

Duration TimeZone::ahead_at(Instant t) const {
  if (!daylight_) return standard_ahead_;
  bool is_daylight = false;
  for (const Change& change : changes_around(*daylight_, standard_ahead_, t))
    if (change.at <= t) is_daylight = change.is_daylight;
  return is_daylight ? daylight_->ahead : standard_ahead_;
}

Instant TimeZone::next_change(Instant t) const {
  if (!daylight_) return Instant::never();
  for (const Change& change : changes_around(*daylight_, standard_ahead_, t))
    if (change.at > t) return change.at;
  return Instant::never();
}

}  // namespace base
