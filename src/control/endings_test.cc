#include "control/endings.h"

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

const model::InstanceId kSurplus("i-surplus");

class EndingsTest : public ::testing::Test {
 protected:
  EndingPlan plan(base::Instant now = at(0)) { return plan_endings(group_, Timing(), now); }
  std::vector<std::string> ended(base::Instant now = at(0)) {
    std::vector<std::string> ids;
    for (const Ending& ending : plan(now).endings) ids.push_back(ending.instance.str());
    return ids;
  }
  model::LedgerRecord& stored() { return *group_.ledger.record; }

  // i-new took i-a's slot and serves; i-a is out of the balancer.
  void replace_a(std::optional<base::Instant> deadline) {
    testing::see(group_, testing::instance(kNew, "subnet-a", 4), at(-3));
    stored().holders[kSlotA] = testing::holder(kNew, "subnet-a", 4);
    stored().retiring = {testing::retiring(kA, kSlotA, kNew, "interruption", deadline)};
    group_.ledger_ids.insert(kNew);
    testing::set_health(group_, kNew, "healthy");
    group_.targets[kTargets].health.erase(kA);
  }

  // First seen, launched and missing from the ledger read at these times; shown until now.
  void see_surplus(base::Instant first, base::Instant launched, base::Instant ledger_read) {
    model::Instance stray = testing::instance(kSurplus, "subnet-a", 4);
    stray.launch_time = launched;
    testing::see(group_, stray, first);
    group_.seen[kSurplus].shown_at = at(-1);
    group_.ledger.read_began = ledger_read;
  }

  GroupState group_ = testing::whole_group();
};

TEST_F(EndingsTest, HoldersAreNeverEnded) {
  group_.doomed[kA] = testing::taken_at(at(-1000));
  group_.ledger.read_began = at(5000);
  EXPECT_THAT(ended(at(5000)), IsEmpty());
}

TEST_F(EndingsTest, AReplacedOneIsEndedWhenItsReplacementServesAndTheBalancerIsDoneWithIt) {
  replace_a(std::nullopt);
  ASSERT_THAT(ended(), ElementsAre("i-a"));
  EXPECT_EQ(plan().endings[0].reason, "interruption");
  testing::set_health(group_, kNew, "unhealthy");
  EXPECT_THAT(ended(), IsEmpty());
  testing::set_health(group_, kNew, "healthy");
  testing::set_health(group_, kA, "draining");
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(EndingsTest, WhoIsReplacedByOneThatAwsTakesStays) {
  replace_a(std::nullopt);
  group_.doomed[kNew] = testing::taken_at(at(100));
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(EndingsTest, WhatAwsWillTakeIsLeftToItUntilItIsOverdue) {
  replace_a(at(100));
  const base::Instant overdue = at(100) + Timing().overdue;
  const EndingPlan early = plan(overdue - millis(1));
  EXPECT_THAT(early.endings, IsEmpty());
  EXPECT_EQ(early.look_again, overdue);
  EXPECT_THAT(ended(overdue), ElementsAre("i-a"));
}

TEST_F(EndingsTest, WhatEndsAlreadyIsNotEndedAgain) {
  replace_a(std::nullopt);
  group_.seen[kA].instance.state = model::InstanceState::kShuttingDown;
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(EndingsTest, WithoutAReplacementEnoughOthersMustServe) {
  testing::see(group_, testing::instance(kNew, "subnet-a", 4), at(-3));
  stored().retiring = {testing::retiring(kNew, model::SlotName(), {}, "unplaced")};
  EXPECT_THAT(ended(), ElementsAre("i-new"));
  testing::set_health(group_, kA, "unhealthy");
  testing::set_health(group_, kB, "unhealthy");
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(EndingsTest, AGroupScaledToNothingEndsItsLast) {
  group_.spec.capacity = 0;
  stored().holders.clear();
  stored().retiring = {testing::retiring(kA, kSlotA, {}, "scaled-down")};
  group_.targets[kTargets].health.erase(kA);
  EXPECT_THAT(ended(), ::testing::Contains("i-a"));
}

TEST_F(EndingsTest, SurplusIsEndedOnlyByALedgerReadAfterTheHorizon) {
  see_surplus(at(-300), at(-300), at(-210));
  EXPECT_THAT(ended(), IsEmpty()) << "the read must be later than the horizon's end";
  see_surplus(at(-300), at(-300), at(-210) + millis(1));
  ASSERT_THAT(ended(), ElementsAre("i-surplus"));
  EXPECT_EQ(plan().endings[0].reason, "surplus");
}

// It may have been given away, and the other keeper have closed its entry for that.
TEST_F(EndingsTest, OnlyWhatWasShownWithOurTagsAfterTheHorizonIsSurplus) {
  see_surplus(at(-300), at(-300), at(0));
  group_.swept_at = at(-220);
  group_.seen[kSurplus].shown_at = at(-210) - millis(1);
  EXPECT_THAT(ended(), IsEmpty()) << "what it was like after the horizon nobody knows";
  group_.seen[kSurplus].shown_at = at(-210);
  EXPECT_THAT(ended(), ElementsAre("i-surplus"));
  group_.swept_at = at(-209);
  EXPECT_THAT(ended(), IsEmpty()) << "the last sweep did not show it";
}

TEST_F(EndingsTest, ALeaverThatTheLastSweepDidNotShowAsOursIsNotEnded) {
  replace_a(std::nullopt);
  ASSERT_THAT(ended(), ElementsAre("i-a"));
  group_.swept_at = group_.seen[kA].shown_at + millis(1);
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(EndingsTest, SurplusMustBeOldByBothClocks) {
  see_surplus(at(-300), at(-50), at(0));
  EXPECT_THAT(ended(), IsEmpty()) << "young by AWS's word";
  see_surplus(at(-50), at(-300), at(0));
  EXPECT_THAT(ended(), IsEmpty()) << "young by ours";
}

TEST_F(EndingsTest, SurplusThatIsNotDueNamesALaterTimeToLook) {
  see_surplus(at(-50), at(-300), at(0));
  EXPECT_EQ(plan().look_again, at(40));
  see_surplus(at(-300), at(-300), at(-250));
  EXPECT_EQ(plan().look_again, at(5)) << "due, but the ledger must be read again";
}

TEST_F(EndingsTest, AnInstanceOfAnOpenLaunchIsNotSurplus) {
  see_surplus(at(-300), at(-300), at(0));
  stored().open = {testing::open_launch(4, {kSlotA}, testing::kOther, at(-300))};
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(EndingsTest, NothingIsSurplusWhileALostLedgerIsRebuilt) {
  see_surplus(at(-300), at(-300), at(0));
  stored().no_launch_before = at(50);
  EXPECT_THAT(ended(at(50) - millis(1)), IsEmpty());
  EXPECT_EQ(plan(at(0)).look_again, at(50));
  EXPECT_THAT(ended(at(50)), ElementsAre("i-surplus"));
}

TEST_F(EndingsTest, AnotherIncarnationsLaunchOfTheSameNumberIsNoExcuse) {
  stored().begun_at = at(-300);  // A leftover of an earlier one, not a rival's.
  see_surplus(at(-300), at(-300), at(0));
  group_.seen[kSurplus].instance.tags[1].value = "earlier-life.4";
  stored().open = {testing::open_launch(4, {kSlotA}, testing::kOther, at(-300))};
  EXPECT_THAT(ended(), ElementsAre("i-surplus"));
}

TEST_F(EndingsTest, NothingIsEndedBeforeASweepOrWithoutALedger) {
  see_surplus(at(-300), at(-300), at(0));
  group_.swept_at = base::Instant();
  EXPECT_THAT(ended(), IsEmpty());
  group_.swept_at = at(-4);
  group_.ledger.known = false;
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(EndingsTest, SurplusThatTheBalancerKnowsStaysWhileTooFewOthersServe) {
  testing::see(group_, testing::instance(kNew, "subnet-a", 9), at(-600));
  group_.seen[kNew].shown_at = at(-1);
  group_.ledger.read_began = at(-5);
  testing::set_health(group_, kNew, "healthy");
  for (const auto& id : {kA, testing::kB, testing::kC}) testing::set_health(group_, id, "initial");
  EXPECT_TRUE(plan_endings(group_, Timing(), at(0)).endings.empty());
  for (const auto& id : {kA, testing::kB, testing::kC}) testing::set_health(group_, id, "healthy");
  const auto endings = plan_endings(group_, Timing(), at(0)).endings;
  ASSERT_EQ(endings.size(), 1u);
  EXPECT_EQ(endings[0].reason, "surplus");
}

}  // namespace
}  // namespace control
