#include "control/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"

namespace control {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kNew;
using testing::kSlotA;
using testing::kTargets;
using testing::millis;
using testing::seconds;

class TargetsTest : public ::testing::Test {
 protected:
  TargetPlan plan(base::Instant now = at(0)) {
    return plan_targets(group_, group_.spec.target_groups.front(), Timing(), now);
  }
  model::LedgerRecord& stored() { return *group_.ledger.record; }
  TargetView& view() { return group_.targets[kTargets]; }
  void doom(const model::InstanceId& id, base::Instant deadline) {
    group_.doomed[id] = testing::taken_at(deadline);
  }
  // i-new took i-a's slot; i-a leaves by the deadline.
  void replace_a(std::optional<base::Instant> deadline) {
    testing::see(group_, testing::instance(kNew, "subnet-a", 4), at(-3));
    stored().holders[kSlotA] = testing::holder(kNew, "subnet-a", 4);
    stored().retiring = {testing::retiring(kA, kSlotA, kNew, "interruption", deadline)};
  }

  GroupState group_ = testing::whole_group();
};

TEST_F(TargetsTest, AWholeGroupNeedsNothing) {
  EXPECT_THAT(plan().to_register, IsEmpty());
  EXPECT_THAT(plan().to_deregister, IsEmpty());
}

// Seed 700104: a rebuilt ledger has no holders yet, and nobody else serves.
TEST_F(TargetsTest, LeaversOfARebuiltLedgerServeOnUntilTheirTime) {
  stored().holders.clear();
  stored().retiring = {
      testing::retiring(kA, model::SlotName(), model::InstanceId(), "interruption", at(300)),
      testing::retiring(kB, model::SlotName(), model::InstanceId(), "rebalance")};
  EXPECT_THAT(plan().to_deregister, IsEmpty());
}

TEST_F(TargetsTest, TheMachinesOfARetiredGroupLeave) {
  stored().holders.clear();
  stored().retired_at = at(-1);
  stored().retiring = {
      testing::retiring(kA, kSlotA, model::InstanceId(), "retired"),
      testing::retiring(kB, model::SlotName("web-b"), model::InstanceId(), "retired")};
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA, kB));
}

// Seed 217: a slot on its way back to Spot was served by nobody, because enough others served.
TEST_F(TargetsTest, WhoIsExchangedWithoutNeedLeavesOnlyWhenItsReplacementServes) {
  replace_a(std::nullopt);
  stored().retiring[0].reason = "returned-to-spot";
  group_.spec.min_healthy = 1;
  testing::set_health(group_, kNew, "initial");
  EXPECT_THAT(plan().to_deregister, IsEmpty());
  testing::set_health(group_, kNew, "healthy");
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA));
}

// Seed 41000311: the replacement was warned before the old one had left, and took its place along.
TEST_F(TargetsTest, WhoIsReplacedByOneThatAwsTakesStays) {
  replace_a(std::nullopt);
  stored().retiring[0].reason = "retirement";
  group_.spec.min_healthy = 3;
  testing::set_health(group_, kNew, "healthy");
  doom(kNew, at(10));
  EXPECT_THAT(plan().to_deregister, ElementsAre(kNew)) << "its time has come";
  group_.doomed[kNew].kind = model::IncidentKind::kRebalance;
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA)) << "nobody has said that it will be taken";
}

// Seed 2004211 of two keepers: it had recovered, and the older one, which failed, was kept for it.
TEST_F(TargetsTest, OneThatFailedAfterAnotherLeavesOnlyWhileItFails) {
  testing::see(group_, testing::instance(kNew, "subnet-a", 4), at(-3));
  model::Retiring older = testing::retiring(kA, kSlotA, kNew, "unhealthy");
  model::Retiring later = testing::retiring(kB, kSlotA, kNew, "unhealthy");
  older.since = at(-100);
  later.since = at(-10);
  stored().holders.clear();
  stored().holders[kSlotA] = testing::holder(kNew, "subnet-a", 4);
  stored().retiring = {older, later};
  group_.spec.min_healthy = 1;
  testing::set_health(group_, kNew, "initial");
  testing::set_health(group_, kA, "unhealthy");
  EXPECT_THAT(plan().to_deregister, IsEmpty());
  // Seed 5001041 of two keepers: the other one had registered it again.
  testing::set_health(group_, kB, "initial");
  EXPECT_THAT(plan().to_deregister, IsEmpty());
  testing::set_health(group_, kB, "unhealthy");
  EXPECT_THAT(plan().to_deregister, ElementsAre(kB));
}

// Auto Scaling does, when a machine is detached: the drain may take five minutes.
TEST_F(TargetsTest, AHolderThatSomebodyElseTookOutIsRegisteredAtOnce) {
  testing::set_health(group_, kA, "draining");
  EXPECT_THAT(plan().to_register, ElementsAre(kA));
  doom(kA, at(60));
  EXPECT_THAT(plan().to_register, IsEmpty()) << "it leaves";
}

TEST_F(TargetsTest, ARecommendationTakesNobodyOutOfTheBalancer) {
  group_.doomed[kA] = {model::IncidentKind::kRebalance, at(-5), std::nullopt, "rebalance"};
  EXPECT_THAT(plan().to_deregister, IsEmpty());
}

TEST_F(TargetsTest, WhoWasReplacedAheadServesOnUntilItIsWarnedOrAnHourIsOver) {
  replace_a(std::nullopt);
  stored().retiring[0].reason = "rebalance";
  testing::set_health(group_, kNew, "healthy");
  EXPECT_THAT(plan().to_deregister, IsEmpty());
  EXPECT_EQ(plan().look_again, stored().retiring[0].since + base::Duration::hours(1));
  EXPECT_THAT(plan(plan().look_again).to_deregister, ElementsAre(kA));
  doom(kA, at(120));
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, WhereAReplacementIsWantedTheOldMachineLeavesOnceItServes) {
  group_.spec.on_rebalance = model::OnRebalance::kReplace;
  replace_a(std::nullopt);
  stored().retiring[0].reason = "rebalance";
  testing::set_health(group_, kNew, "initial");
  EXPECT_THAT(plan().to_deregister, ::testing::Not(::testing::Contains(kNew)));
  testing::set_health(group_, kNew, "healthy");
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, ARunningHolderThatIsAbsentIsRegistered) {
  view().health.erase(kB);
  EXPECT_THAT(plan().to_register, ElementsAre(kB));
}

TEST_F(TargetsTest, AHolderThatDoesNotRunYetIsNotRegistered) {
  view().health.erase(kB);
  group_.seen[kB].instance.state = model::InstanceState::kPending;
  EXPECT_THAT(plan().to_register, IsEmpty());
}

TEST_F(TargetsTest, AnInstanceThatNoSlotHoldsIsNotRegistered) {
  testing::see(group_, testing::instance(kNew, "subnet-a", 4), at(-3));
  EXPECT_THAT(plan().to_register, IsEmpty());
}

TEST_F(TargetsTest, ADoomedHolderIsNeverRegisteredAgain) {
  view().health.erase(kA);
  doom(kA, at(100));
  EXPECT_THAT(plan().to_register, IsEmpty());
}

TEST_F(TargetsTest, WithoutAnyReadNothingIsDecided) {
  view() = TargetView();
  doom(kA, at(-100));
  EXPECT_THAT(plan().to_register, IsEmpty());
  EXPECT_THAT(plan().to_deregister, IsEmpty());
}

TEST_F(TargetsTest, ADoomedHolderLeavesAtOnceWhileEnoughOthersServe) {
  doom(kA, at(1000));
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, WithTooFewOthersItLeavesAtTheDeadlineLessTheDrainTime) {
  group_.spec.min_healthy = 3;
  doom(kA, at(120));
  const TargetPlan early = plan(at(90) - millis(1));
  EXPECT_THAT(early.to_deregister, IsEmpty());
  EXPECT_EQ(early.look_again, at(90));
  EXPECT_THAT(plan(at(90)).to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, TheDrainTimeIsCutToWhatAWarningCanSpare) {
  group_.spec.min_healthy = 3;
  doom(kA, at(120));
  view().drain = seconds(300);
  EXPECT_EQ(plan(at(0)).look_again, at(60));
  view().drain.reset();
  EXPECT_EQ(plan(at(0)).look_again, at(60)) << "an unknown drain time counts as the longest";
}

TEST_F(TargetsTest, AnUnhealthyOtherDoesNotCountAsServing) {
  doom(kA, at(1000));
  testing::set_health(group_, kB, "unhealthy");
  EXPECT_THAT(plan().to_deregister, IsEmpty());
}

TEST_F(TargetsTest, DoomedOnesDoNotVouchForEachOther) {
  doom(kA, at(1000));
  doom(kB, at(1000));
  EXPECT_THAT(plan().to_deregister, IsEmpty());
}

TEST_F(TargetsTest, AReplacedOneLeavesWhenItsReplacementServes) {
  group_.spec.min_healthy = 3;
  doom(kB, at(1000));  // So that too few others serve: only the replacement's health decides.
  replace_a(std::nullopt);
  testing::set_health(group_, kNew, "initial");
  EXPECT_THAT(plan().to_deregister, IsEmpty());
  testing::set_health(group_, kNew, "healthy");
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, AReplacedOneLeavesInTimeEvenIfItsReplacementDoesNotServe) {
  group_.spec.min_healthy = 3;
  replace_a(at(120));
  EXPECT_EQ(plan(at(0)).look_again, at(90));
  EXPECT_THAT(plan(at(90)).to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, WhatWasHeardSinceGoesBeforeTheLedgersDeadline) {
  group_.spec.min_healthy = 3;
  replace_a(at(120));
  doom(kA, at(60));
  EXPECT_THAT(plan(at(30)).to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, AnEndedHolderLeavesAtOnceHoweverFewServe) {
  group_.spec.min_healthy = 3;
  group_.gone[kA] = at(-1);
  EXPECT_THAT(plan().to_deregister, ElementsAre(kA));
}

TEST_F(TargetsTest, WhatDrainsAlreadyIsLeftAlone) {
  doom(kA, at(100));
  testing::set_health(group_, kA, "draining");
  EXPECT_THAT(plan().to_deregister, IsEmpty());
}

TEST_F(TargetsTest, AReadBegunBeforeOurWriteEndedSaysNothing) {
  view().health.erase(kB);
  view().touched[kB] = view().read_began;
  EXPECT_THAT(plan().to_register, IsEmpty());
  view().read_began = view().touched[kB] + millis(1);
  EXPECT_THAT(plan().to_register, ElementsAre(kB));
}

TEST_F(TargetsTest, OutOfTheBalancerTakesAYoungReadThatDoesNotShowIt) {
  EXPECT_FALSE(out_of_balancer(group_, kA));
  testing::set_health(group_, kA, "draining");
  EXPECT_FALSE(out_of_balancer(group_, kA));
  view().health.erase(kA);
  EXPECT_TRUE(out_of_balancer(group_, kA));
  view().touched[kA] = view().read_began;
  EXPECT_FALSE(out_of_balancer(group_, kA));
  group_.targets.clear();
  EXPECT_FALSE(out_of_balancer(group_, kA)) << "never read";
}

TEST_F(TargetsTest, WithSeveralTargetGroupsItMustBeOutOfAll) {
  const model::TargetGroupArn second("arn:targets/second");
  group_.spec.target_groups.push_back({second, 443});
  view().health.erase(kA);
  EXPECT_FALSE(out_of_balancer(group_, kA));
  group_.targets[second] = group_.targets[kTargets];
  EXPECT_TRUE(out_of_balancer(group_, kA));
}

}  // namespace
}  // namespace control
