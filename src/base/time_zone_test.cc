// Goal: the clocks of a zone are where the C library has them, at every instant.
// Method: the same rules, given to the C library as TZ; it needs no tz database for them.
#include "base/time_zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace base {
namespace {

constexpr Duration kDay = Duration::hours(24);

Instant at(const char* text) { return *parse_iso8601(text); }

TimeZone zone_of(const char* rule) {
  const auto zone = TimeZone::parse_posix(rule);
  EXPECT_TRUE(zone) << rule;
  return zone.value_or(TimeZone());
}

// Puts the C library into a zone, and back.
class LibraryZone {
 public:
  explicit LibraryZone(const char* rule) {
    setenv("TZ", rule, 1);
    tzset();
  }
  ~LibraryZone() {
    unsetenv("TZ");
    tzset();
  }
  static Duration ahead_at(Instant t) {
    const time_t seconds = t.unix_ms() / 1000;
    tm local{};
    localtime_r(&seconds, &local);
    return Duration::seconds(local.tm_gmtoff);
  }
};

constexpr const char* kRules[] = {
    "UTC0",
    "CET-1CEST,M3.5.0,M10.5.0/3",            // Europe/Berlin
    "EST5EDT,M3.2.0,M11.1.0",                // America/New_York
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",  // Australia/Lord_Howe: half an hour, southern
    "IST-5:30",                              // Asia/Kolkata
    "<-03>3",                                // America/Sao_Paulo
    "IST-1GMT0,M10.5.0,M3.5.0/1",            // Europe/Dublin: winter is what is put back
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",       // America/Nuuk: the evening before
    "EET-2EEST,M3.4.4/50,M10.4.4/50",        // Asia/Gaza: two days after a Thursday
    "NZST-12NZDT,M9.5.0,M4.1.0/3",           // Pacific/Auckland
    "XXX3YYY2:30:15,J60/1:02:03,J300/4",     // Days of the year, from 1
    "XXX-3YYY,59/1,300",                     // … and from 0, with the leap day
};

TEST(TimeZone, IsAheadOfUtcAsTheCLibrarySaysAtEveryQuarterOfAnHour) {
  for (const char* rule : kRules) {
    const TimeZone zone = zone_of(rule);
    const LibraryZone library(rule);
    for (Instant t = at("2023-06-01T00:00:00Z"); t < at("2029-01-10T00:00:00Z");
         t = t + Duration::minutes(15))
      ASSERT_EQ(zone.ahead_at(t).ms(), LibraryZone::ahead_at(t).ms()) << rule << to_iso8601(t);
  }
}

TEST(TimeZone, TheNextChangeIsTheMillisecondAtWhichTheClocksDiffer) {
  for (const char* rule : kRules) {
    const TimeZone zone = zone_of(rule);
    int changes = 0;
    for (Instant t = at("2024-01-01T00:00:00Z"); t < at("2028-01-01T00:00:00Z"); ++changes) {
      const Instant next = zone.next_change(t);
      if (next == Instant::never()) break;
      ASSERT_GT(next, t);
      EXPECT_NE(zone.ahead_at(next), zone.ahead_at(next - Duration::millis(1))) << rule;
      for (Instant between = t; between < next; between = between + kDay)
        ASSERT_EQ(zone.ahead_at(between), zone.ahead_at(t)) << rule << to_iso8601(between);
      t = next;
    }
    EXPECT_EQ(changes > 0, std::string_view(rule).find(',') != std::string_view::npos) << rule;
  }
}

TEST(TimeZone, DaylightAllTheYearIsDaylight) {
  const TimeZone zone = zone_of("EST5EDT,0/0,J365/25");
  for (Instant t = at("2025-12-30T00:00:00Z"); t < at("2026-01-03T00:00:00Z");
       t = t + Duration::minutes(10))
    EXPECT_EQ(zone.ahead_at(t), Duration::hours(-4)) << to_iso8601(t);
}

TEST(TimeZone, WhatIsNoRuleIsRefused) {
  for (const char* rule :
       {"", "CET", "C-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0/3",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,J0,J300", "CET-1CEST,366,J300", "CET-1CEST,M3.5.0,M10.5.0/3 ",
        "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1:60", "<+01-1", "CET-", "CET-1 ", "CET-1234"})
    EXPECT_FALSE(TimeZone::parse_posix(rule)) << rule;
}

}  // namespace
}  // namespace base
