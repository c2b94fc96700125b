// WeekWindow: a stretch of the week, or of every day, as the clocks of a time zone show it.
//
// "Sat 02:00 - Sun 04:00 Europe/Berlin" is open whenever a clock in Berlin shows a time from
// Saturday 2:00 until just before Sunday 4:00. So a time that the clocks skip in spring is not
// there to be open, and one that they show twice in autumn is open both times. A window may run
// over midnight and over the week's end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/time_zone.h"

namespace base {

// What a window's text says, before anybody has looked its zone up.
struct WindowText {
  bool is_daily = false;
  int opens = 0;   // Minutes since Monday 0:00, or since 0:00 when it is daily.
  int closes = 0;  // Another minute than `opens`.
  std::string zone;

  friend bool operator==(const WindowText&, const WindowText&) = default;
};

// "DAY HH:MM - DAY HH:MM ZONE" or "HH:MM - HH:MM ZONE": DAY is Mon to Sun, a window may close at
// 24:00, and ZONE is a name as in the tz database. Nothing for anything else.
std::optional<WindowText> parse_window(std::string_view text);
// Letters, digits, _ + and -, in one to three parts with a slash between: never a path elsewhere.
bool is_zone_name(std::string_view text);

class WeekWindow {
 public:
  WeekWindow() = default;  // Mondays from 0:00 to 0:01 UTC.
  WeekWindow(const WindowText& text, const TimeZone& zone);

  bool is_open(Instant t) const;
  // `t` itself while it is open.
  Instant next_opening(Instant t) const;

  friend bool operator==(const WeekWindow&, const WeekWindow&) = default;

 private:
  int64_t since_opening(Instant t) const;  // Milliseconds, less than the period.

  Duration period_ = Duration::hours(7 * 24);
  Duration opens_;
  Duration length_ = Duration::minutes(1);
  TimeZone zone_;
};

}  // namespace base
