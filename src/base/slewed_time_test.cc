#include "base/slewed_time.h"

#include <gtest/gtest.h>

namespace base {
namespace {

Instant at(int64_t seconds) { return Instant::from_unix_seconds(seconds); }

class SlewedTimeTest : public testing::Test {
 protected:
  // What is shown when the wall clock is wrong by `error`.
  Instant read(Instant steady, Duration error = Duration()) {
    return time_.read(steady + kApart + error, steady) - kApart;
  }

  static constexpr Duration kApart = Duration::hours(480'000);
  SlewedTime time_;
};

TEST_F(SlewedTimeTest, ShowsTheWallClockThatDoesNotJump) {
  EXPECT_EQ(read(at(10)), at(10));
  EXPECT_EQ(read(at(11)), at(11));
  EXPECT_EQ(read(at(5000)), at(5000));
}

TEST_F(SlewedTimeTest, AJumpIsNoWaiting) {
  read(at(0));
  EXPECT_EQ(read(at(0), Duration::seconds(60)), at(0));
  const Duration shown = read(at(90), Duration::seconds(60)) - at(0);
  EXPECT_EQ(shown, Duration::millis(94'500));
}

TEST_F(SlewedTimeTest, ACorrectionIsFollowedToItsEnd) {
  read(at(0));
  EXPECT_EQ(read(at(1199), Duration::seconds(60)), at(1199) + Duration::millis(59'950));
  EXPECT_EQ(read(at(1201), Duration::seconds(60)), at(1261));
  EXPECT_EQ(read(at(1300), Duration::seconds(60)), at(1360));
}

TEST_F(SlewedTimeTest, NeverGoesBackForACorrection) {
  Instant last = read(at(0));
  for (int64_t ms = 1; ms < 100'000; ms += 7) {
    const Instant shown = read(at(0) + Duration::millis(ms), -Duration::seconds(100));
    EXPECT_GE(shown, last);
    last = shown;
  }
  EXPECT_EQ(last, at(0) + Duration::millis(99'996 - 99'996 / 20)) << "however often it was read";
}

TEST_F(SlewedTimeTest, AClockThatWasSetIsBelievedAtOnce) {
  read(at(0));
  EXPECT_EQ(read(at(1), SlewedTime::kLargest), at(1) + Duration::millis(50));
  EXPECT_EQ(read(at(2), Duration::hours(3)), at(2) + Duration::hours(3));
  EXPECT_EQ(read(at(3)), at(3)) << "and back again";
}

}  // namespace
}  // namespace base
