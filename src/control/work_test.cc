#include "control/work.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "control/test_support.h"

namespace control {
namespace {

using base::Instant;
using testing::at;
using testing::kGroup;
using testing::millis;
using testing::seconds;

const WorkKey kSweep{WorkKind::kSweepInstances, {}};
const WorkKey kTag{WorkKind::kNameInstance, "i-a"};

class WorkBoardTest : public ::testing::Test {
 protected:
  bool start(const WorkKey& key, Instant now, model::Call call = model::DescribeInstances{}) {
    out_ = {};
    return board_.start(key, kGroup, std::move(call), now, out_);
  }
  std::optional<Flight> finish(model::CallId id) {
    return board_.finish({id, at(0), at(0), model::Reply(model::Done{})});
  }

  WorkBoard board_{Timing(), base::Prng(1)};
  Decisions out_;
};

TEST_F(WorkBoardTest, OneCallIsUnderWayPerKey) {
  EXPECT_TRUE(start(kSweep, at(0)));
  EXPECT_TRUE(board_.under_way(kSweep));
  EXPECT_FALSE(start(kSweep, at(0)));
  EXPECT_TRUE(out_.calls.empty());
  EXPECT_EQ(out_.wake_at, Instant::never()) << "its answer will wake us";
}

TEST_F(WorkBoardTest, KeysThatDifferInLaunchOrSubjectFlyTogether) {
  EXPECT_TRUE(start({WorkKind::kLaunch, "web", 1}, at(0)));
  EXPECT_TRUE(start({WorkKind::kLaunch, "web", 2}, at(0)));
  EXPECT_TRUE(start({WorkKind::kLaunch, "api", 1}, at(0)));
}

TEST_F(WorkBoardTest, AFinishedCallTellsWhatItWasForAndFreesItsKey) {
  start(kTag, at(0), model::CreateTags{});
  const std::optional<Flight> flight = finish(out_.calls.at(0).id);
  ASSERT_TRUE(flight);
  EXPECT_EQ(flight->key, kTag);
  EXPECT_EQ(flight->group, kGroup);
  EXPECT_TRUE(std::holds_alternative<model::CreateTags>(flight->call));
  EXPECT_FALSE(board_.under_way(kTag));
}

TEST_F(WorkBoardTest, AnAnswerIsTakenOnceAndAnUnknownOneNever) {
  start(kSweep, at(0));
  const model::CallId id = out_.calls.at(0).id;
  EXPECT_TRUE(finish(id));
  EXPECT_FALSE(finish(id));
  EXPECT_FALSE(finish(model::CallId{77}));
}

TEST_F(WorkBoardTest, RetriesWaitWithFullJitterThatDoublesUpToTheMost) {
  const Timing timing;
  int64_t widest = 0;
  for (int failure = 0; failure < 200; ++failure) {
    board_.retry_later(kSweep, at(0));
    ASSERT_FALSE(start(kSweep, at(0)));
    const int64_t wait = (out_.wake_at - at(0)).ms();
    const int64_t bound =
        std::min(timing.backoff_base.ms() << std::min(failure, 10), timing.backoff_most.ms());
    ASSERT_GE(wait, 1);
    ASSERT_LE(wait, bound) << "after failure " << failure;
    widest = std::max(widest, wait);
  }
  EXPECT_GT(widest, timing.backoff_most.ms() / 2) << "the bound was never approached";
}

TEST_F(WorkBoardTest, WorkThatWaitsStartsExactlyAtTheTimeItNamed) {
  board_.retry_later(kSweep, at(0));
  start(kSweep, at(0));
  const Instant wake = out_.wake_at;
  EXPECT_FALSE(start(kSweep, wake - millis(1)));
  EXPECT_TRUE(start(kSweep, wake));
}

TEST_F(WorkBoardTest, ASuccessForgetsEarlierFailures) {
  for (int i = 0; i < 10; ++i) board_.retry_later(kSweep, at(0));
  board_.succeeded(kSweep);
  board_.retry_later(kSweep, at(0));
  start(kSweep, at(0));
  EXPECT_LE(out_.wake_at, at(1));
}

TEST_F(WorkBoardTest, NotBeforeHoldsWhateverHappenedBefore) {
  board_.not_before(kSweep, at(30));
  EXPECT_FALSE(start(kSweep, at(30) - millis(1)));
  EXPECT_EQ(out_.wake_at, at(30));
  EXPECT_TRUE(start(kSweep, at(30)));
}

TEST_F(WorkBoardTest, BlockedWritesBarWhatMutatesAndNothingElse) {
  board_.block_writes(true);
  EXPECT_FALSE(start(kTag, at(0), model::CreateTags{}));
  EXPECT_FALSE(start({WorkKind::kLaunch, "web", 1}, at(0), model::RunInstances{}));
  EXPECT_FALSE(start({WorkKind::kWriteLedger, "web"}, at(0), model::LedgerWrite{}));
  EXPECT_FALSE(start({WorkKind::kRegister, "arn"}, at(0), model::RegisterTargets{}));
  EXPECT_TRUE(start(kSweep, at(0)));
  board_.block_writes(false);
  EXPECT_TRUE(start(kTag, at(0), model::CreateTags{}));
}

TEST_F(WorkBoardTest, WithoutATokenTheNextChanceIsTheTimeToWake) {
  for (uint64_t n = 1; n <= 4; ++n)
    ASSERT_TRUE(start({WorkKind::kLaunch, "web", n}, at(0), model::RunInstances{}));
  const WorkKey fifth{WorkKind::kLaunch, "web", 5};
  EXPECT_FALSE(start(fifth, at(0), model::RunInstances{}));
  EXPECT_EQ(out_.wake_at, at(0) + millis(625));
  EXPECT_FALSE(board_.under_way(fifth));
  EXPECT_TRUE(start(fifth, at(0) + millis(625), model::RunInstances{}));
}

TEST_F(WorkBoardTest, AnEarlierTimeToWakeIsKept) {
  out_.wake_at = at(1);
  board_.not_before(kSweep, at(30));
  board_.start(kSweep, kGroup, model::DescribeInstances{}, at(0), out_);
  EXPECT_EQ(out_.wake_at, at(1));
}

}  // namespace
}  // namespace control
