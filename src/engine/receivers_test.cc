#include "engine/receivers.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

using base::Duration;
using base::Instant;

const Instant kNow = Instant::from_unix_seconds(1'000);

// Starts what is wanted, then lets every receive bring that many messages.
int round_of(Receivers& receivers, size_t messages) {
  const int started = receivers.to_start(kNow);
  for (int i = 0; i < started; ++i) receivers.started();
  for (int i = receivers.under_way(); i > 0; --i) receivers.answered(messages);
  return started;
}

TEST(Receivers, AQuietQueueHasOne) {
  Receivers receivers(base::Prng(1));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(round_of(receivers, 0), 1);
}

TEST(Receivers, AStormBringsThemToTheMostAndCalmBackToOne) {
  Receivers receivers(base::Prng(1));
  int most = 0;
  for (int i = 0; i < 10; ++i) most = std::max(most, round_of(receivers, Receivers::kFull));
  EXPECT_EQ(most, Receivers::kMost);
  for (int i = 0; i < 20; ++i) round_of(receivers, 0);
  EXPECT_EQ(round_of(receivers, 0), 1);
}

TEST(Receivers, APartlyFullAnswerChangesNothing) {
  Receivers receivers(base::Prng(1));
  round_of(receivers, Receivers::kFull);
  const int before = receivers.to_start(kNow);
  round_of(receivers, Receivers::kFull - 1);
  EXPECT_EQ(receivers.to_start(kNow), before);
}

TEST(Receivers, NoneIsStartedWhileOneIsUnderWayInAQuietHour) {
  Receivers receivers(base::Prng(1));
  receivers.started();
  EXPECT_EQ(receivers.to_start(kNow), 0);
}

TEST(Receivers, AFailureHoldsBackLongerEachTimeUpToHalfAMinute) {
  Receivers receivers(base::Prng(1));
  for (const int64_t most : {1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000}) {
    receivers.started();
    receivers.failed(kNow);
    const Duration wait = receivers.not_before() - kNow;
    EXPECT_GE(wait, Duration::millis(most / 2));
    EXPECT_LE(wait, Duration::millis(most));
    EXPECT_EQ(receivers.to_start(kNow), 0);
    EXPECT_EQ(receivers.to_start(receivers.not_before()), 1);
  }
}

TEST(Receivers, AnAnswerEndsTheHoldingBack) {
  Receivers receivers(base::Prng(1));
  for (int i = 0; i < 5; ++i) {
    receivers.started();
    receivers.failed(kNow);
  }
  receivers.started();
  receivers.answered(1);
  receivers.started();
  receivers.failed(kNow);
  EXPECT_LE(receivers.not_before() - kNow, Duration::seconds(1));
}

}  // namespace
}  // namespace engine
