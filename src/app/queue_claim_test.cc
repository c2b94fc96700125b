#include "app/queue_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "app/ledger_rig.h"

namespace app {
namespace {

using base::Duration;
using testing::HasSubstr;

const base::Instant kNow = base::Instant::from_unix_seconds(1'772'366'400);
const QueueReader kOne{model::KeeperName("one"), "11", "https://sqs/1/events"};
const QueueReader kOther{model::KeeperName("other"), "22", "https://sqs/1/events"};
const QueueReader kNamesake{kOne.keeper, "33", kOne.queue_url};
const QueueReader kUnknown{kOne.keeper, "", kOne.queue_url};

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

// Both took the other's claim for their own.
TEST(QueueClaim, TwoKeepersOfOneNameDoNotShareAQueueEither) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  const base::Instant later = kNow + Duration::minutes(1);
  for (const base::Status& taken : {claim_queue(rig.ledger(), kNamesake, later),
                                    look_whose_queue(rig.ledger(), kNamesake, later)}) {
    expect_taken_by_one(taken);
    EXPECT_THAT(taken.error().message, HasSubstr("another keeper \"one\""));
    EXPECT_THAT(taken.error().message, HasSubstr("another name in [keeper]"));
    EXPECT_THAT(taken.error().message, HasSubstr("start again in 181 s"));
  }
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, later)) << "a claim that was refused left a trace";
}

TEST(QueueClaim, AKeeperThatLostItsFolderBeginsOnceItIsForgotten) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  EXPECT_FALSE(claim_queue(rig.ledger(), kNamesake, kNow + kClaimTime));
  const base::Instant later = kNow + kClaimTime + Duration::seconds(1);
  EXPECT_TRUE(claim_queue(rig.ledger(), kNamesake, later));
  EXPECT_FALSE(claim_queue(rig.ledger(), kOne, later)) << "it did not take the queue";
}

TEST(QueueClaim, AVersionThatKnewNoIdentitiesIsKnownByItsName) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kUnknown, kNow));
  EXPECT_FALSE(claim_queue(rig.ledger(), kOther, kNow));
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  EXPECT_FALSE(claim_queue(rig.ledger(), kNamesake, kNow)) << "it was not said whose it is by now";
}

TEST(QueueClaim, WhoDoesNotKnowAnIdentityGoesByTheName) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  EXPECT_TRUE(look_whose_queue(rig.ledger(), kUnknown, kNow));
}

TEST(QueueClaim, EachHasItsOwnQueue) {
  LedgerRig rig;
  EXPECT_TRUE(claim_queue(rig.ledger(), kOne, kNow));
  EXPECT_TRUE(
      claim_queue(rig.ledger(), {kOther.keeper, kOther.identity, "https://sqs/1/more"}, kNow));
}

// The URLs were compared as texts.
TEST(QueueClaim, AQueueIsTheSameUnderAnotherNameOfItsHost) {
  LedgerRig rig;
  const std::string path = "/111122223333/events";
  QueueReader one = kOne, other = kOther;
  one.queue_url = "https://sqs.us-east-2.amazonaws.com" + path;
  other.queue_url = "https://us-east-2.queue.amazonaws.com" + path;
  EXPECT_TRUE(claim_queue(rig.ledger(), one, kNow));
  const base::Status taken = claim_queue(rig.ledger(), other, kNow);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, kQueueTaken);
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
    const StandingClaim claim([&]() -> base::Status {
      ++claims;
      return {};
    });
  }
  EXPECT_EQ(claims, 0) << "the first is made before it stands";
}

// A claim begins only after the one before was taken note of.
TEST(QueueClaim, AStandingClaimKnowsWhoElseReadsUntilNobodyDoes) {
  const base::Status taken = base::fail(kQueueTaken, "keeper \"two\" reads it");
  const base::Status unknown = base::fail("Timeout", "S3", base::Retry::kBackoff);
  const std::vector<base::Status> outcomes{{}, taken, unknown, {}, {}};
  std::vector<std::string> known;
  std::promise<void> all;
  const StandingClaim* self = nullptr;
  std::promise<void> made;
  auto is_made = made.get_future();
  const StandingClaim claim(
      [&]() -> base::Status {
        if (known.empty()) is_made.wait();
        if (known.size() == outcomes.size()) return {};
        known.push_back(self->trouble());
        if (known.size() == outcomes.size()) all.set_value();
        return outcomes[known.size() - 1];
      },
      Duration::millis(1));
  self = &claim;
  made.set_value();
  all.get_future().wait();
  EXPECT_THAT(known,
              testing::ElementsAre("", "", taken.error().message, taken.error().message, ""));
}

}  // namespace
}  // namespace app
