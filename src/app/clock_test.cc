#include "app/clock.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using base::Duration;
using base::Instant;

TEST(PacedClock, WaitsNotAtAllForWhatIsDue) {
  EXPECT_EQ(PacedClock().real_until(Instant()), Duration());
}

TEST(PacedClock, ShowsMoreTimeThanPassedAndWaitsLess) {
  // Far enough from both ends that the test's own pace does not matter.
  const SystemClock system;
  const PacedClock fast({system.now() - Duration::hours(1), Instant(), 100});
  const Duration shown = fast.now() - Instant();
  EXPECT_GE(shown, Duration::hours(100));
  EXPECT_LT(shown, Duration::hours(200));
  const Duration wait = fast.real_until(Instant() + Duration::hours(10'100));
  EXPECT_GT(wait, Duration::hours(98));
  EXPECT_LE(wait, Duration::hours(100) + Duration::millis(1));
}

TEST(PacedClock, WaitsForeverForWhatNeverComes) {
  EXPECT_GT(PacedClock().real_until(Instant::never()), Duration::hours(24 * 365));
}

}  // namespace
}  // namespace app
