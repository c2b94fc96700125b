#include "control/scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/brain.h"
#include "control/test_support.h"

namespace control {
namespace {

using base::Duration;
using base::Instant;
using base::Retry;
using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const model::Zone kZoneA("us-east-2a"), kZoneB("us-east-2b");

class ScoresTest : public ::testing::Test {
 protected:
  ScoresTest() {
    group_.asks_scores = true;
    group_.spec.types = {model::InstanceType("m6i.large"), model::InstanceType("c6i.large"),
                         model::InstanceType("c5.large")};
    group_.zone_ids = {{model::ZoneId("use2-az1"), kZoneA}, {model::ZoneId("use2-az2"), kZoneB}};
  }
  // What is asked at that time.
  std::vector<model::GetSpotPlacementScores> ask(Instant now) {
    out_ = {};
    want_scores(group_, {ledger_, board_, prng_, out_, now});
    std::vector<model::GetSpotPlacementScores> calls;
    for (const PlannedCall& planned : out_.calls) {
      calls.push_back(std::get<model::GetSpotPlacementScores>(planned.call));
      last_ = planned.id;
    }
    return calls;
  }
  void answer(base::Result<model::Reply> result, Instant when) {
    const model::CallCompleted completed{last_, when, when, std::move(result)};
    const auto flight = board_.finish(completed);
    ASSERT_TRUE(flight);
    out_ = {};
    const Timing timing;
    scores_answered(group_, *flight, completed, {timing, testing::kMe, board_, out_, when});
  }
  static model::Reply scores(int a, int b) {
    model::SpotPlacementScoresReply reply;
    reply.scores = {{model::Region("us-east-2"), model::ZoneId("use2-az1"), a},
                    {model::Region("us-east-2"), model::ZoneId("use2-az2"), b},
                    {model::Region("us-east-2"), model::ZoneId("use2-az9"), 10}};
    return reply;
  }

  LedgerContext ledger_ = testing::ledger_context();
  WorkBoard board_{Timing(), base::Prng(1)};
  base::Prng prng_{2};
  Decisions out_;
  model::CallId last_;
  GroupState group_ = testing::whole_group();
};

TEST_F(ScoresTest, AreAskedOnceAnHourForAZonesShareOfTheSlots) {
  const auto calls = ask(at(0));
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_THAT(calls[0].types,
              ElementsAre(model::InstanceType("c5.large"), model::InstanceType("c6i.large"),
                          model::InstanceType("m6i.large")));
  EXPECT_EQ(calls[0].target_capacity, 1);
  EXPECT_EQ(calls[0].granularity, model::ScoreGranularity::kZone);
  EXPECT_THAT(calls[0].regions, ElementsAre(model::Region("us-east-2")));
  answer(scores(9, 2), at(1));
  EXPECT_THAT(group_.scores, ElementsAre(Pair(kZoneA, 9), Pair(kZoneB, 2)));
  EXPECT_THAT(ask(at(3000)), IsEmpty());
  EXPECT_EQ(out_.wake_at, at(3601));
  EXPECT_THAT(ask(at(3601)), SizeIs(1));
}

TEST_F(ScoresTest, FewerThanThreeTypesAreNotScored) {
  group_.spec.types.pop_back();
  EXPECT_THAT(ask(at(0)), IsEmpty());
  EXPECT_FALSE(uses_scores(group_.spec));
}

TEST_F(ScoresTest, ARefusalIsSaidOnceAndIsNoTrouble) {
  const auto refuse = [] {
    return base::fail("MaxConfigLimitExceeded", "too many configurations", Retry::kNever);
  };
  ask(at(0));
  answer(refuse(), at(1));
  EXPECT_THAT(out_.remarks, SizeIs(1));
  EXPECT_EQ(out_.remarks[0].level, base::LogLevel::kInfo);
  EXPECT_THAT(group_.troubles, IsEmpty());
  EXPECT_THAT(ask(at(600)), IsEmpty());
  ASSERT_THAT(ask(at(3601)), SizeIs(1));
  answer(refuse(), at(3602));
  EXPECT_EQ(out_.remarks[0].level, base::LogLevel::kDebug);
}

TEST_F(ScoresTest, APassingFailureKeepsWhatWasKnownAndIsTriedAgainSoon) {
  ask(at(0));
  answer(scores(9, 2), at(1));
  ask(at(3601));
  answer(base::fail("RequestLimitExceeded", "slow down", Retry::kBackoff), at(3602));
  EXPECT_THAT(group_.scores, SizeIs(2));
  EXPECT_THAT(ask(at(3660)), SizeIs(1));
}

TEST_F(ScoresTest, OnlySoManyGroupsAsk) {
  std::vector<model::GroupSpec> specs;
  for (int i = 0; i < 12; ++i) {
    specs.push_back(group_.spec);
    specs.back().name = model::GroupName("group-" + std::to_string(i));
  }
  specs[0].strategy = model::Strategy::kLowestPrice;
  const Brain brain({testing::kMe, ledger_.scope, Timing(), 1, {}}, specs, {});
  int asking = 0;
  for (const auto& [name, group] : brain.groups()) asking += group.asks_scores;
  EXPECT_EQ(asking, Timing::kMostScored);
  EXPECT_FALSE(brain.groups().at(model::GroupName("group-0")).asks_scores);
}

TEST_F(ScoresTest, TheZoneWithTheBestGoesBackToSpotFirst) {
  for (const auto& [slot, id] :
       {std::pair(testing::kSlotA, testing::kA), std::pair(testing::kSlotB, testing::kB)}) {
    group_.ledger.record->holders[slot].lifecycle = model::Lifecycle::kOnDemand;
    group_.seen[id].instance.lifecycle = model::Lifecycle::kOnDemand;
  }
  const auto first_to_return = [&] {
    const LedgerPlan plan = plan_ledger(group_, ledger_, prng_, at(0));
    return plan.next.value().open.at(0).slots.at(0);
  };
  EXPECT_EQ(first_to_return(), testing::kSlotA);
  group_.scores = {{kZoneA, 3}, {kZoneB, 9}};
  EXPECT_EQ(first_to_return(), testing::kSlotB);
}

}  // namespace
}  // namespace control
