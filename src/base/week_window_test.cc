// Goal: a window is open exactly while the clocks of its zone show a time within it, and its next
// opening is the first such instant.
// Method: every minute of a year is put on the C library's clocks, the changes among them, and the
// answers are compared with a plain search there.
#include "base/week_window.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <vector>

#include "base/prng.h"

namespace base {
namespace {

constexpr int kDay = 24 * 60, kWeek = 7 * kDay;

Instant at(const char* text) { return *parse_iso8601(text); }

WeekWindow window_of(const char* text, const char* rule) {
  const auto parsed = parse_window(text);
  EXPECT_TRUE(parsed) << text;
  return WeekWindow(parsed.value_or(WindowText{false, 0, 1, "UTC"}), *TimeZone::parse_posix(rule));
}

WeekWindow in_berlin(const char* text) { return window_of(text, "CET-1CEST,M3.5.0,M10.5.0/3"); }

constexpr Instant kBegin = Instant::from_unix_seconds(1'767'225'600);  // 2026-01-01
constexpr int kMinutes = 400 * kDay;

Instant minute(int n) { return kBegin + Duration::minutes(n); }

// What a clock there shows, in minutes since Monday 0:00, for each minute from kBegin on.
std::vector<int> shown_in(const char* rule) {
  setenv("TZ", rule, 1);
  tzset();
  std::vector<int> shown;
  for (int i = 0; i < kMinutes; ++i) {
    const time_t seconds = minute(i).unix_ms() / 1000;
    tm local{};
    localtime_r(&seconds, &local);
    shown.push_back((local.tm_wday + 6) % 7 * kDay + local.tm_hour * 60 + local.tm_min);
  }
  unsetenv("TZ");
  tzset();
  return shown;
}

bool is_within(const WindowText& window, int shown) {
  const int now = window.is_daily ? shown % kDay : shown;
  if (window.opens < window.closes) return window.opens <= now && now < window.closes;
  return now >= window.opens || now < window.closes;
}

WindowText draw_window(Prng& dice) {
  const bool is_daily = dice.chance_ppm(300'000);
  const int period = is_daily ? kDay : kWeek;
  const auto opens = static_cast<int>(dice.below(static_cast<uint64_t>(period)));
  // Short ones, which a change of the clocks can swallow, as often as long ones.
  const int most = dice.chance_ppm(500'000) ? 120 : period - 1;
  const auto length = static_cast<int>(dice.between(1, most));
  return {is_daily, opens, (opens + length) % period, "Any/Where"};
}

void compare(const WindowText& text, const char* rule, const std::vector<int>& shown) {
  const WeekWindow window(text, *TimeZone::parse_posix(rule));
  Instant next = Instant::never();
  for (int i = kMinutes - 1; i >= 0; --i) {
    const bool is_open = is_within(text, shown[static_cast<size_t>(i)]);
    const bool is_edge = i > 0 && is_open != is_within(text, shown[static_cast<size_t>(i) - 1]);
    if (is_open) next = minute(i);
    if (!is_edge && i % 97 != 0) continue;
    ASSERT_EQ(window.is_open(minute(i)), is_open) << rule << " " << to_iso8601(minute(i));
    ASSERT_EQ(window.is_open(minute(i) + Duration::millis(59'999)), is_open) << rule;
    // The last one may open after the last minute that was looked at.
    if (next == Instant::never()) continue;
    ASSERT_EQ(to_iso8601(window.next_opening(minute(i))), to_iso8601(next))
        << rule << " " << to_iso8601(minute(i)) << " " << text.opens << " " << text.closes;
  }
}

TEST(WeekWindow, IsOpenWhenTheClocksOfItsZoneSaySo) {
  Prng dice(20260301);
  for (const char* rule : {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0",
                           "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "IST-5:30", "<-03>3"}) {
    const std::vector<int> shown = shown_in(rule);
    for (int i = 0; i < 6; ++i) compare(draw_window(dice), rule, shown);
  }
}

TEST(WeekWindow, MayRunOverTheWeeksEnd) {
  const WeekWindow window = window_of("Sun 23:00 - Mon 01:00 UTC", "UTC0");
  EXPECT_FALSE(window.is_open(at("2026-03-01T22:59:59.999Z")));
  EXPECT_TRUE(window.is_open(at("2026-03-01T23:00:00Z")));
  EXPECT_TRUE(window.is_open(at("2026-03-02T00:59:59.999Z")));
  EXPECT_FALSE(window.is_open(at("2026-03-02T01:00:00Z")));
  EXPECT_EQ(window.next_opening(at("2026-03-02T01:00:00Z")), at("2026-03-08T23:00:00Z"));
}

// In Berlin 2:00 becomes 3:00 on 29 March 2026, and 3:00 becomes 2:00 on 25 October.
TEST(WeekWindow, ATimeThatTheClocksSkipIsNotThereToBeOpen) {
  const WeekWindow skipped = in_berlin("Sun 02:10 - Sun 02:50 Europe/Berlin");
  EXPECT_EQ(skipped.next_opening(at("2026-03-28T12:00:00Z")), at("2026-04-05T00:10:00Z"));
  const WeekWindow cut = in_berlin("Sun 02:30 - Sun 04:00 Europe/Berlin");
  EXPECT_EQ(cut.next_opening(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
  EXPECT_FALSE(cut.is_open(at("2026-03-29T02:00:00Z")));
}

TEST(WeekWindow, ATimeThatTheClocksShowTwiceIsOpenTwice) {
  const WeekWindow window = in_berlin("02:10 - 02:50 Europe/Berlin");
  EXPECT_EQ(window.next_opening(at("2026-10-24T12:00:00Z")), at("2026-10-25T00:10:00Z"));
  EXPECT_FALSE(window.is_open(at("2026-10-25T00:50:00Z")));
  EXPECT_EQ(window.next_opening(at("2026-10-25T00:50:00Z")), at("2026-10-25T01:10:00Z"));
  EXPECT_EQ(window.next_opening(at("2026-10-25T01:50:00Z")), at("2026-10-26T01:10:00Z"));
}

TEST(WindowText, ReadsBothForms) {
  EXPECT_EQ(parse_window("Sat 02:00 - Sun 04:00 Europe/Berlin"),
            (WindowText{false, 5 * kDay + 120, 6 * kDay + 240, "Europe/Berlin"}));
  EXPECT_EQ(parse_window("22:30 - 04:00 UTC"), (WindowText{true, 22 * 60 + 30, 240, "UTC"}));
  EXPECT_EQ(parse_window("Sun 00:00 - Sun 24:00 UTC"), (WindowText{false, 6 * kDay, 0, "UTC"}));
  EXPECT_EQ(parse_window("20:00 - 24:00 America/Argentina/Ushuaia")->closes, 0);
}

TEST(WindowText, RefusesEverythingElse) {
  for (const char* text :
       {"", "always", "Sat 02:00 - Sun 04:00", "Sat 02:00 - Sun 04:00 ", "Sat 02:00 - 04:00 UTC",
        "02:00 - Sun 04:00 UTC", "sat 02:00 - sun 04:00 UTC", "Sat 2:00 - Sun 04:00 UTC",
        "Sat 02:60 - Sun 04:00 UTC", "Sat 24:01 - Sun 04:00 UTC", "Sat 25:00 - Sun 04:00 UTC",
        "Sat 02:00-Sun 04:00 UTC", "Sat 02:00 - Sun 04:00 UTC ", "Sat 02:00 - Sat 02:00 UTC",
        "00:00 - 24:00 UTC", "02:00 - 02:00 UTC", "Sat 02:00 - Sun 04:00 a b"})
    EXPECT_FALSE(parse_window(text)) << text;
}

TEST(WindowText, AZoneThatIsAPathIsRefused) {
  for (const char* name :
       {"../etc/passwd", "Europe/../../etc/passwd", "/etc/localtime", "Europe/", "Europe//Berlin",
        "a/b/c/d", ".", "Europe/.", "Europe/Berl\xc3\xadn", ""})
    EXPECT_FALSE(parse_window("02:00 - 03:00 " + std::string(name))) << name;
  EXPECT_FALSE(is_zone_name(std::string(65, 'a')));
  EXPECT_TRUE(is_zone_name("Etc/GMT+5"));
}

}  // namespace
}  // namespace base
