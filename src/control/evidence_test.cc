#include "control/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"

namespace control {
namespace {

using model::InstanceState;
using testing::at;
using ::testing::ElementsAre;
using testing::instance;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kC;
using testing::kNew;
using testing::kSlotA;
using testing::millis;

class EvidenceTest : public ::testing::Test {
 protected:
  void show(model::Instance shown, InstanceState state, base::Instant began) {
    shown.state = state;
    observe(group_, shown, began, began);
  }
  model::Instance a() { return instance(kA, "subnet-a", 1); }
  void sweep(const std::set<model::InstanceId>& present, base::Instant began) {
    sweep_ended(group_, present, began, Timing());
  }

  GroupState group_ = testing::whole_group();
};

TEST_F(EvidenceTest, OnlyInstancesWithAllThreeTagsOfThisDeploymentAreOurs) {
  EXPECT_TRUE(is_owned(group_, a()));
  GroupState staging = group_;
  staging.deployment = "staging";
  EXPECT_FALSE(is_owned(staging, a()));
  GroupState other = group_;
  other.spec.name = model::GroupName("db");
  EXPECT_FALSE(is_owned(other, a()));
  for (size_t missing = 0; missing < 3; ++missing) {
    model::Instance instance = a();
    instance.tags.erase(instance.tags.begin() + static_cast<ptrdiff_t>(missing));
    EXPECT_FALSE(is_owned(group_, instance)) << missing;
  }
  model::Instance odd = a();
  odd.tags[1].value = "by hand";
  EXPECT_FALSE(is_owned(group_, odd));
}

TEST_F(EvidenceTest, AReclaimThatNobodyAnnouncedIsAnInterruptionAndNoCrash) {
  model::Instance taken = a();
  taken.state_reason = "Server.SpotInstanceTermination";
  group_.ledger.record->holders.at(testing::kSlotA).since = at(0);
  show(taken, InstanceState::kShuttingDown, at(60));
  EXPECT_EQ(group_.doomed.at(kA).kind, model::IncidentKind::kInterruption);
  EXPECT_TRUE(group_.slot_waits.empty());
}

TEST_F(EvidenceTest, ARumourEndsNobody) {
  rumour(group_, kA, at(0), Timing());
  EXPECT_FALSE(group_.is_gone(kA));
  EXPECT_FALSE(group_.is_doomed(kA));
  EXPECT_EQ(group_.rumoured.at(kA), at(90));
  EXPECT_EQ(group_.poll_asked_at, at(0));
  show(a(), InstanceState::kShuttingDown, at(1));
  EXPECT_TRUE(group_.is_gone(kA));
  EXPECT_TRUE(group_.rumoured.empty());
}

TEST_F(EvidenceTest, AForeignInstanceLeavesNoTrace) {
  model::Instance foreign = instance(kNew, "subnet-a", 4);
  foreign.tags.pop_back();
  show(foreign, InstanceState::kTerminated, at(0));
  EXPECT_FALSE(group_.seen.contains(kNew));
  EXPECT_FALSE(group_.is_gone(kNew));
}

TEST_F(EvidenceTest, WhoseTagsAreGoneForAHorizonHasBeenGivenAway) {
  group_.seen[kA].shown_at = at(0);
  model::Instance bare = a();
  bare.tags.clear();
  show(bare, InstanceState::kRunning, at(90) - millis(1));
  EXPECT_FALSE(group_.is_given_away(kA)) << "the list may lag behind";
  EXPECT_TRUE(group_.seen.contains(kA));
  show(bare, InstanceState::kRunning, at(90));
  EXPECT_TRUE(group_.is_given_away(kA));
  EXPECT_FALSE(group_.seen.contains(kA));
  EXPECT_FALSE(group_.is_gone(kA)) << "it lives";
}

TEST_F(EvidenceTest, AnotherDeploymentsTagsGiveItAwayAndOtherTagsDoNot) {
  model::Instance shown = a();
  shown.tags.push_back({"team", "payments"});
  show(shown, InstanceState::kRunning, at(200));
  shown.tags[2].value = "staging";
  show(shown, InstanceState::kRunning, at(200) + Timing().horizon - millis(1));
  EXPECT_FALSE(group_.is_given_away(kA));
  show(shown, InstanceState::kRunning, at(200) + Timing().horizon);
  EXPECT_TRUE(group_.is_given_away(kA));
}

TEST_F(EvidenceTest, OneThatWasNeverSeenIsGivenAwayAHorizonAfterItsNameWasRead) {
  group_.seen.clear();
  group_.named_at[kA] = at(100);
  model::Instance bare = a();
  bare.tags.clear();
  show(bare, InstanceState::kRunning, at(100) + Timing().horizon - millis(1));
  EXPECT_FALSE(group_.is_given_away(kA));
  show(bare, InstanceState::kRunning, at(100) + Timing().horizon);
  EXPECT_TRUE(group_.is_given_away(kA));
}

TEST_F(EvidenceTest, ALaggingReadTakesBackNothingThatWasGivenAway) {
  model::Instance bare = a();
  bare.tags.clear();
  show(bare, InstanceState::kRunning, at(200));
  ASSERT_TRUE(group_.is_given_away(kA));
  show(a(), InstanceState::kRunning, at(200) + Timing().horizon - millis(1));
  EXPECT_FALSE(group_.seen.contains(kA));
  show(a(), InstanceState::kRunning, at(200) + Timing().horizon);
  EXPECT_TRUE(group_.seen.contains(kA));
  EXPECT_FALSE(group_.is_given_away(kA));
}

TEST_F(EvidenceTest, WhatHasEndedMayHaveLostItsTagsAndHasEnded) {
  model::Instance bare = a();
  bare.tags.clear();
  show(bare, InstanceState::kTerminated, at(200));
  EXPECT_TRUE(group_.is_gone(kA));
  EXPECT_FALSE(group_.is_given_away(kA));
}

TEST_F(EvidenceTest, AYoungerReadReplacesAndAnOlderOneIsIgnored) {
  show(a(), InstanceState::kStopping, at(10));
  show(a(), InstanceState::kRunning, at(9));
  EXPECT_EQ(group_.find(kA)->state, InstanceState::kStopping);
  show(a(), InstanceState::kStopped, at(11));
  EXPECT_EQ(group_.find(kA)->state, InstanceState::kStopped);
}

TEST_F(EvidenceTest, AnEndedInstanceIsALossWithoutADeadline) {
  show(a(), InstanceState::kTerminated, at(0));
  EXPECT_TRUE(group_.is_gone(kA));
  EXPECT_EQ(group_.doomed.at(kA).kind, model::IncidentKind::kLoss);
  EXPECT_FALSE(group_.doomed.at(kA).deadline);
}

TEST_F(EvidenceTest, AnAnnouncedEndStaysAnInterruption) {
  group_.doomed[kA] = testing::taken_at(at(10));
  show(a(), InstanceState::kShuttingDown, at(12));
  EXPECT_TRUE(group_.is_gone(kA));
  EXPECT_EQ(group_.doomed.at(kA).kind, model::IncidentKind::kInterruption);
}

TEST_F(EvidenceTest, AStoppedInstanceIsLostButNotGone) {
  show(a(), InstanceState::kStopped, at(0));
  EXPECT_TRUE(group_.is_doomed(kA));
  EXPECT_FALSE(group_.is_gone(kA));
}

TEST_F(EvidenceTest, ALaggingReadResurrectsNothing) {
  show(a(), InstanceState::kTerminated, at(0));
  show(a(), InstanceState::kRunning, at(50));
  EXPECT_EQ(group_.find(kA)->state, InstanceState::kTerminated);
  EXPECT_TRUE(group_.is_gone(kA));
}

TEST_F(EvidenceTest, ALaggingReadDoesNotResurrectWhatWasNeverSeenAlive) {
  group_.seen.erase(kA);
  ended(group_, kA, "state-change", at(0));
  show(a(), InstanceState::kRunning, at(1));
  EXPECT_TRUE(group_.is_gone(kA));
  EXPECT_FALSE(serves(group_, kA));
}

// Seed 3000504: a clock that jumped ahead made a young machine's absence look proved; it lived on,
// and nobody looked after it or ended it.
TEST_F(EvidenceTest, AMachineThatWasOnlyMissedComesBackWhenAwsShowsItLater) {
  ended(group_, kA, kAbsent, at(0));
  show(a(), InstanceState::kRunning, at(90) - millis(1));
  EXPECT_TRUE(group_.is_gone(kA)) << "lists may lag behind";
  show(a(), InstanceState::kRunning, at(90));
  EXPECT_FALSE(group_.is_gone(kA));
  EXPECT_FALSE(group_.is_doomed(kA));
  ended(group_, kB, "described", at(0));
  show(instance(kB, "subnet-b", 2), InstanceState::kRunning, at(90));
  EXPECT_TRUE(group_.is_gone(kB)) << "that it ended was shown";
}

TEST_F(EvidenceTest, TheEndIsTakenOnce) {
  ended(group_, kA, "described", at(0));
  ended(group_, kA, "absent", at(5));
  EXPECT_EQ(group_.gone.at(kA), at(0));
  EXPECT_EQ(group_.doomed.at(kA).how, "described");
}

TEST_F(EvidenceTest, AbsenceIsASuspicionOnlyAfterTheHorizon) {
  group_.seen[kA].shown_at = at(0);
  sweep({kB, kC}, at(90) - millis(1));
  EXPECT_THAT(group_.suspects, IsEmpty());
  sweep({kB, kC}, at(90));
  EXPECT_THAT(group_.suspects, ElementsAre(kA));
  EXPECT_FALSE(group_.is_gone(kA)) << "a suspicion decides nothing";
}

TEST_F(EvidenceTest, BeingSeenAgainEndsTheSuspicion) {
  sweep({kB, kC}, at(200));
  show(a(), InstanceState::kRunning, at(201));
  EXPECT_THAT(group_.suspects, IsEmpty());
}

TEST_F(EvidenceTest, TheEndOfASuspectEndsTheSuspicion) {
  sweep({kB, kC}, at(200));
  ended(group_, kA, "absent", at(201));
  EXPECT_THAT(group_.suspects, IsEmpty());
  sweep({kB, kC}, at(230));
  EXPECT_THAT(group_.suspects, IsEmpty());
}

TEST_F(EvidenceTest, WhatNeitherListNorLedgerNamesIsForgottenAfterTheHorizon) {
  show(instance(kNew, "subnet-a", 4), InstanceState::kTerminated, at(0));
  sweep({kA, kB, kC}, at(90) - millis(1));
  EXPECT_TRUE(group_.seen.contains(kNew));
  EXPECT_TRUE(group_.is_gone(kNew));
  sweep({kA, kB, kC}, at(90));
  EXPECT_FALSE(group_.seen.contains(kNew));
  EXPECT_FALSE(group_.is_gone(kNew));
  EXPECT_FALSE(group_.is_doomed(kNew));
}

TEST_F(EvidenceTest, WhatTheLedgerNamesIsNeverForgotten) {
  ended(group_, kA, "absent", at(0));
  sweep({kB, kC}, at(10'000));
  EXPECT_TRUE(group_.is_gone(kA));
  EXPECT_TRUE(group_.is_doomed(kA));
}

// Found by simulation seeds 49 and 2285: a keeper that had just lost a compare-and-set, and one
// whose clock ran 50 s ahead of the other's, took holders that they had not yet seen for overdue,
// asked by id, heard NotFound from a lagging EC2 and replaced a live machine.
TEST_F(EvidenceTest, AnUnseenHolderIsYoungFromWhenThisKeeperReadItsName) {
  group_.seen.clear();
  group_.ledger.record->holders.at(kSlotA).since = at(0);
  group_.named_at[kA] = at(100);
  group_.ledger.known = false;
  sweep({kB, kC}, at(110));
  EXPECT_THAT(group_.suspects, IsEmpty());
  sweep({kB, kC}, at(100) + Timing().horizon);
  EXPECT_THAT(group_.suspects, ElementsAre(kA));
}

TEST_F(EvidenceTest, AMachineThatEndsYoungMakesItsSlotWaitLongerEachTime) {
  group_.ledger.record->holders.at(kSlotA).since = at(100);
  ended(group_, kA, "described", at(130));
  EXPECT_EQ(group_.slot_waits.at(kSlotA).until, at(130) + Timing::kFirstBrake);
  group_.gone.clear();
  group_.doomed.clear();
  ended(group_, kA, "described", at(140));
  EXPECT_EQ(group_.slot_waits.at(kSlotA).until, at(140) + Timing::kFirstBrake * 2);
}

TEST_F(EvidenceTest, AMachineThatWasWarnedOrIsOldDoesNotBrakeItsSlot) {
  group_.ledger.record->holders.at(kSlotA).since = at(100);
  group_.doomed[kA] = {model::IncidentKind::kInterruption, at(110), at(230), "warning"};
  ended(group_, kA, "described", at(230));
  EXPECT_FALSE(group_.slot_waits.contains(kSlotA));
  group_.slot_waits[kSlotA].failures = 3;
  group_.gone.clear();
  group_.doomed.clear();
  ended(group_, kA, "described", at(100) + Timing::kYoung);
  EXPECT_FALSE(group_.slot_waits.contains(kSlotA));
}

}  // namespace
}  // namespace control
