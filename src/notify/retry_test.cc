#include "notify/retry.h"

#include <gtest/gtest.h>

namespace notify {
namespace {

using base::Duration;

TEST(Retry, WaitsTwiceAsLongEachTimeUpToFiveMinutes) {
  base::Prng prng(1);
  for (const auto& [failures, most_s] :
       {std::pair{0, 1}, {1, 1}, {2, 2}, {5, 16}, {9, 256}, {10, 300}, {1'000'000, 300}}) {
    bool is_drawn = false;
    Duration first;
    for (int draw = 0; draw < 100; ++draw) {
      const Duration delay = retry_delay(failures, std::nullopt, prng);
      EXPECT_LE(delay, Duration::seconds(most_s)) << failures;
      EXPECT_GE(delay, Duration::millis(most_s * 500)) << failures;
      if (draw == 0) first = delay;
      is_drawn = is_drawn || delay != first;
    }
    EXPECT_TRUE(is_drawn) << "two keepers would come back in step";
  }
}

TEST(Retry, AReceiverThatAsksForMoreTimeGetsItWithinReason) {
  base::Prng prng(1);
  EXPECT_EQ(retry_delay(1, Duration::seconds(30), prng), Duration::seconds(30));
  EXPECT_EQ(retry_delay(1, Duration::hours(1000), prng), Duration::hours(1));
  EXPECT_GE(retry_delay(1, Duration(), prng), Duration::millis(500)) << "0 is no invitation";
}

}  // namespace
}  // namespace notify
