#include "app/queue_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "app/ledger_rig.h"

namespace app {
namespace {

using base::Duration;
using testing::HasSubstr;

const base::Instant kNow = base::Instant::from_unix_seconds(1'772'366'400);
const QueueReader kOne{model::KeeperName("one"), "https://sqs/1/events"};
const QueueReader kOther{model::KeeperName("other"), "https://sqs/1/events"};

void expect_taken_by_one(const base::Status& status) {
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, kQueueTaken);
  EXPECT_EQ(status.error().retry, base::Retry::kNever);
  EXPECT_THAT(status.error().message, HasSubstr("keeper \"one\" reads"));
  EXPECT_THAT(status.error().message, HasSubstr("https://sqs/1/events"));
  EXPECT_THAT(status.error().message, HasSubstr("2026-03-01T12:00:00Z"));
}

TEST(QueueClaim, TwoKeepersDoNotShareAQueue) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  expect_taken_by_one(claim_queue(rig.ledger(), kOther, kNow + Duration::seconds(1)));
  expect_taken_by_one(look_whose_queue(rig.ledger(), kOther, kNow + kClaimTime));
}

TEST(QueueClaim, AKeeperComesBackToItsQueueAtOnce) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow + Duration::seconds(1)));
}

TEST(QueueClaim, EachHasItsOwnQueue) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  EXPECT_TRUE(claim_queue(rig.ledger(), {kOther.keeper, "https://sqs/1/more"}, kNow));
}

TEST(QueueClaim, AKeeperThatSaysNothingMoreIsGone) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  const base::Instant later = kNow + kClaimTime + Duration::millis(1);
  EXPECT_TRUE(look_whose_queue(rig.ledger(), kOther, later));
  EXPECT_TRUE(claim_queue(rig.ledger(), kOther, later));
  const base::Status late = claim_queue(rig.ledger(), kOne, later);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message, HasSubstr("keeper \"other\" reads"));
}

// By a clock that was wrong: it would last until that day.
TEST(QueueClaim, OneFromTheFutureIsNone) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow + Duration::hours(24 * 365)));
  EXPECT_TRUE(claim_queue(rig.ledger(), kOther, kNow));
}

TEST(QueueClaim, LookingClaimsNothing) {
  LedgerRig rig;
  EXPECT_TRUE(look_whose_queue(rig.ledger(), kOne, kNow));
  EXPECT_TRUE(claim_queue(rig.ledger(), kOther, kNow));
}

TEST(QueueClaim, AStoreThatCannotBeAskedTakesNobodysQueue) {
  LedgerRig rig;
  rig.failing = Failing::kRefusesEverything;
  const base::Status status = claim_queue(rig.ledger(), kOne, kNow);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "AccessDenied");
}

TEST(QueueClaim, AStandingClaimEndsAtOnce) {
  std::atomic<int> claims = 0;
  {
    const StandingClaim claim([&] { ++claims; });
  }
  EXPECT_EQ(claims, 0) << "the first is made before it stands";
}

}  // namespace
}  // namespace app
