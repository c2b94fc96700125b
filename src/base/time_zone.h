// TimeZone: by how much a zone's clocks are ahead of UTC, and when they are put forward and back.
//
// A value, read once from the POSIX TZ rule that ends every file of the tz database
// ("CET-1CEST,M3.5.0,M10.5.0/3"). It answers for any instant without a look at the machine, so the
// brain can use it. It knows the rule that holds from now on, not how clocks went in the past.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace base {

// The day and time of a year at which clocks change, as the clocks before the change show it.
struct YearlyChange {
  enum class Kind {
    kMonthDay,      // The n-th weekday of a month; the fifth is the last.
    kJulianDay,     // 1..365; 29 February is never counted.
    kZeroBasedDay,  // 0..365; 29 February counts.
  };
  Kind kind = Kind::kMonthDay;
  int month = 1, week = 1;
  int day = 0;     // Of the week, from Sunday as 0; or of the year.
  Duration after;  // The day's midnight; may be negative, and longer than a day.

  friend bool operator==(const YearlyChange&, const YearlyChange&) = default;
};

struct Daylight {
  Duration ahead;  // Of UTC.
  YearlyChange begins, ends;

  friend bool operator==(const Daylight&, const Daylight&) = default;
};

class TimeZone {
 public:
  TimeZone() = default;  // UTC.
  // Nothing when the text is no rule.
  static std::optional<TimeZone> parse_posix(std::string_view rule);

  Duration ahead_at(Instant t) const;  // Of UTC.
  // When the clocks change next, later than `t`; never where they do not.
  Instant next_change(Instant t) const;

  friend bool operator==(const TimeZone&, const TimeZone&) = default;

 private:
  Duration standard_ahead_;
  std::optional<Daylight> daylight_;
};

}  // namespace base
