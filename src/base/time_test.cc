#include "base/time.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Time, WritesBothForms) {
  const Instant t = Instant::from_unix_seconds(1'709'210'096);  // A leap day.
  EXPECT_EQ(to_iso8601(t), "2024-02-29T12:34:56Z");
  EXPECT_EQ(to_basic_iso8601(t), "20240229T123456Z");
  EXPECT_EQ(to_iso8601(t + Duration::millis(250)), "2024-02-29T12:34:56.250Z");
  EXPECT_EQ(to_iso8601(Instant::from_unix_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Time, ReadsWhatAwsWrites) {
  const auto t = parse_iso8601("2024-02-29T12:34:56Z");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->unix_ms(), 1'709'210'096'000);
  EXPECT_EQ(parse_iso8601("20240229T123456Z"), t);
  EXPECT_EQ(parse_iso8601("2024-02-29T12:34:56.000Z"), t);
  EXPECT_EQ(parse_iso8601("2024-02-29T14:34:56+02:00"), t);
  EXPECT_EQ(parse_iso8601("2024-02-29T12:34:56.2509999Z"), *t + Duration::millis(250));
}

TEST(Time, RefusesPlaceholdersAndImpossibleDates) {
  for (const char* text :
       {"yyyy-mm-ddThh:mm:ssZ", "", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00Zx", "2024-01-01 00:00:00Z"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(Time, EveryDayOfFourCenturiesRoundTrips) {
  for (int64_t day = -20'000; day < 130'000; ++day) {
    const Instant t = Instant::from_unix_seconds(day * 86'400 + day % 86'400);
    ASSERT_EQ(parse_iso8601(to_iso8601(t)), t) << day;
  }
}

TEST(Time, DurationsAreWrittenWithAUnit) {
  EXPECT_EQ(parse_duration("90s"), Duration::seconds(90));
  EXPECT_EQ(parse_duration("10m"), Duration::minutes(10));
  EXPECT_EQ(parse_duration("400d"), Duration::hours(9600));
  EXPECT_EQ(parse_duration("250ms"), Duration::millis(250));
  for (const char* text : {"", "10", "s", "-5s", "1.5s", "10 s", "99999999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
  for (const char* text : {"90s", "10m", "2h", "7d", "250ms", "0s"})
    EXPECT_EQ(to_string(*parse_duration(text)), text);
}

}  // namespace
}  // namespace base
