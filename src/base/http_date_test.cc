#include "base/http_date.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(HttpDate, ReadsEveryMonth) {
  EXPECT_EQ(parse_http_date("Sun, 01 Mar 2026 12:00:00 GMT"),
            parse_iso8601("2026-03-01T12:00:00Z"));
  EXPECT_EQ(parse_http_date("Thu, 31 Dec 2026 23:59:59 GMT"),
            parse_iso8601("2026-12-31T23:59:59Z"));
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 2026 00:00:00 GMT"),
            parse_iso8601("2026-01-01T00:00:00Z"));
}

TEST(HttpDate, AWrongWeekdayIsPassedOver) {
  EXPECT_EQ(parse_http_date("Thu, 27 Jan 2026 13:44:13 GMT"),
            parse_iso8601("2026-01-27T13:44:13Z"));
}

TEST(HttpDate, AnythingElseIsNothing) {
  for (const char* text : {"", "Sun, 01 Mar 2026 12:00:00 CET", "Sun, 01 anF 2026 12:00:00 GMT",
                           "Sun, 41 Mar 2026 12:00:00 GMT", "2026-03-01T12:00:00Z"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(HttpDate, WritesWhatItReads) {
  for (const char* text : {"Sun, 01 Mar 2026 12:00:00 GMT", "Thu, 31 Dec 2026 23:59:59 GMT",
                           "Wed, 05 Aug 2026 03:04:05 GMT"})
    EXPECT_EQ(to_http_date(*parse_http_date(text)), text);
}

}  // namespace
}  // namespace base
