#include "control/incidents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using model::IncidentId;
using model::IncidentKind;
using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kNew;
using testing::kSlotA;
using testing::kSlotB;

const IncidentId kOfA("i-a/interruption");

class IncidentsTest : public ::testing::Test {
 protected:
  void hear(const model::InstanceId& id, base::Instant deadline) {
    doom(group_, id, testing::taken_at(deadline));
    open_incidents(group_, at(0));
  }
  model::Incident& of_a() { return group_.incidents.at(kOfA); }
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const model::TimelineEntry& line : of_a().timeline) lines.push_back(line.what);
    return lines;
  }
  model::LedgerRecord& stored() { return *group_.ledger.record; }
  void commit_new(std::string health) {
    testing::see(group_, testing::instance(kNew, "subnet-a", 4), at(1));
    stored().holders[kSlotA] = testing::holder(kNew, "subnet-a", 4);
    testing::set_health(group_, kNew, std::move(health));
  }

  GroupState group_ = testing::whole_group();
};

TEST_F(IncidentsTest, ADoomedHolderOpensOneIncident) {
  hear(kA, at(120));
  hear(kA, at(120));
  ASSERT_EQ(group_.incidents.size(), 1u);
  EXPECT_EQ(of_a().slot, kSlotA);
  EXPECT_EQ(of_a().instance, kA);
  EXPECT_EQ(of_a().deadline, at(120));
  EXPECT_EQ(of_a().opened_at, at(0));
  EXPECT_THAT(told(), ElementsAre("noticed"));
  EXPECT_THAT(group_.changed_incidents, ElementsAre(kOfA));
}

TEST_F(IncidentsTest, ADuplicateChangesNothing) {
  hear(kA, at(120));
  group_.changed_incidents.clear();
  hear(kA, at(120));
  EXPECT_THAT(group_.changed_incidents, IsEmpty());
}

TEST_F(IncidentsTest, ACommitIsToldOfTheReplacementAndNotOfTheDoomedHolderItself) {
  hear(kA, at(120));
  tell_replaced(group_, {{kSlotA, kA}}, at(1));
  EXPECT_THAT(told(), ElementsAre("noticed"));
  tell_replaced(group_, {{kSlotA, kNew}}, at(2));
  EXPECT_THAT(told(), ElementsAre("noticed", "committed"));
}

TEST_F(IncidentsTest, ADoomedInstanceThatHoldsNoSlotOpensNone) {
  hear(kNew, at(120));
  EXPECT_THAT(group_.incidents, IsEmpty());
}

TEST_F(IncidentsTest, AnInstanceDoomedBeforeItHeldASlotOpensOneWhenItDoes) {
  hear(kNew, at(120));
  commit_new("initial");
  open_incidents(group_, at(2));
  EXPECT_TRUE(group_.incidents.contains(IncidentId("i-new/interruption")));
}

TEST_F(IncidentsTest, ADeadlineMayOnlyMoveEarlier) {
  hear(kA, at(120));
  doom(group_, kA, testing::taken_at(at(200)));
  EXPECT_EQ(group_.doomed.at(kA).deadline, at(120));
  doom(group_, kA, testing::taken_at(at(60)));
  EXPECT_EQ(group_.doomed.at(kA).deadline, at(60));
  doom(group_, kA, {IncidentKind::kLoss, at(1), std::nullopt, "stopped"});
  EXPECT_EQ(group_.doomed.at(kA).deadline, at(60));
}

TEST_F(IncidentsTest, ALossEndsWhenTheMachineIsShownAgain) {
  doom(group_, kA, {IncidentKind::kLoss, at(0), std::nullopt, "absent"});
  open_incidents(group_, at(0));
  ASSERT_EQ(group_.incidents.size(), 1u);
  close_incidents(group_, at(1));
  EXPECT_FALSE(group_.incidents.begin()->second.closed_at);
  group_.doomed.erase(kA);
  close_incidents(group_, at(2));
  EXPECT_EQ(group_.incidents.begin()->second.outcome, "recovered");
}

TEST_F(IncidentsTest, TheIncidentFollowsTheDeadline) {
  hear(kA, at(120));
  group_.changed_incidents.clear();
  hear(kA, at(60));
  EXPECT_EQ(of_a().deadline, at(60));
  EXPECT_THAT(group_.changed_incidents, ElementsAre(kOfA));
}

TEST_F(IncidentsTest, TheFirstWordAboutAnInstanceNamesItsKind) {
  doom(group_, kA, {IncidentKind::kLoss, at(0), std::nullopt, "stopped"});
  doom(group_, kA, testing::taken_at(at(60)));
  EXPECT_EQ(group_.doomed.at(kA).kind, IncidentKind::kLoss);
  EXPECT_EQ(group_.doomed.at(kA).deadline, at(60));
}

TEST_F(IncidentsTest, LinesAreToldToTheRightIncidentsAndOnce) {
  hear(kA, at(120));
  hear(kB, at(120));
  tell_slots(group_, {{kSlotB, "i-9"}}, "launched", at(1));
  EXPECT_THAT(told(), ElementsAre("noticed"));
  tell_slots(group_, {{kSlotA, "i-new"}}, "launched", at(1));
  tell_slots(group_, {{kSlotA, "i-new"}}, "launched", at(2));
  tell_slots(group_, {{kSlotA, "i-newer"}}, "launched", at(3));
  EXPECT_THAT(told(), ElementsAre("noticed", "launched", "launched"));
}

TEST_F(IncidentsTest, WhatHappensToTheReplacementIsToldToo) {
  hear(kA, at(120));
  commit_new("initial");
  close_incidents(group_, at(3));
  tell_instances(group_, {kNew}, "registered", at(4));
  tell_instance(group_, kA, "deregistered", "i-a", at(5));
  EXPECT_THAT(told(), ElementsAre("noticed", "registered", "deregistered"));
}

TEST_F(IncidentsTest, ItClosesWhenTheReplacementServesAndTheOldOneIsOut) {
  hear(kA, at(120));
  commit_new("initial");
  stored().retiring = {testing::retiring(kA, kSlotA, kNew, "interruption", at(120))};
  close_incidents(group_, at(3));
  EXPECT_EQ(of_a().replacement, kNew);
  EXPECT_FALSE(of_a().closed_at) << "the replacement does not serve";
  testing::set_health(group_, kNew, "healthy");
  close_incidents(group_, at(4));
  EXPECT_FALSE(of_a().closed_at) << "the old one is not out";
  stored().retiring.clear();
  close_incidents(group_, at(5));
  EXPECT_EQ(of_a().closed_at, at(5));
  EXPECT_EQ(of_a().outcome, "replaced");
  EXPECT_THAT(told(), ElementsAre("noticed", "healthy", "closed"));
}

TEST_F(IncidentsTest, AnUnreplacedHolderKeepsItsIncidentOpen) {
  hear(kA, at(120));
  close_incidents(group_, at(1000));
  EXPECT_FALSE(of_a().closed_at);
}

TEST_F(IncidentsTest, ASlotThatNobodyWantsAnyMoreClosesItsIncident) {
  hear(kA, at(120));
  group_.spec.capacity = 0;
  close_incidents(group_, at(1));
  EXPECT_FALSE(of_a().closed_at) << "still held";
  stored().holders.clear();
  close_incidents(group_, at(2));
  EXPECT_EQ(of_a().outcome, "slot-gone");
}

TEST_F(IncidentsTest, WithoutAKnownLedgerNothingOpensOrCloses) {
  group_.ledger.known = false;
  hear(kA, at(120));
  EXPECT_THAT(group_.incidents, IsEmpty());
  close_incidents(group_, at(1));
}

TEST(Doom, AWarningReplacesARecommendation) {
  GroupState group = testing::whole_group();
  doom(group, testing::kA, {model::IncidentKind::kRebalance, testing::at(0), std::nullopt, "r"});
  doom(group, testing::kA, testing::taken_at(testing::at(120)));
  EXPECT_EQ(group.doomed.at(testing::kA).kind, model::IncidentKind::kInterruption);
  EXPECT_EQ(group.doomed.at(testing::kA).deadline, testing::at(120));
}

// ---- the log ----

TEST(IncidentLog, SaysWhichSlotAndMachineWhyAndWhatBecameOfIt) {
  using Field = std::pair<std::string, std::string>;
  model::Incident incident;
  incident.group = testing::kGroup;
  incident.slot = testing::kSlotA;
  incident.instance = testing::kA;
  incident.opened_at = testing::at(0);
  incident.deadline = testing::at(120);
  incident.timeline = {{testing::at(0), "noticed", "warning"}};
  const Remark opened = opening_of(incident);
  EXPECT_EQ(opened.what, "incident-opened");
  EXPECT_THAT(opened.fields,
              ::testing::IsSupersetOf({Field("slot", "web-a"), Field("instance", "i-a"),
                                       Field("kind", "interruption"), Field("how", "warning")}));
  incident.closed_at = testing::at(61);
  incident.outcome = "replaced";
  incident.replacement = testing::kNew;
  const Remark closed = closing_of(incident);
  EXPECT_EQ(closed.what, "incident-closed");
  EXPECT_THAT(closed.fields,
              ::testing::IsSupersetOf({Field("outcome", "replaced"), Field("replacement", "i-new"),
                                       Field("after_ms", "61000")}));
}

TEST(IncidentLog, HasALineWhenOneOpensAndNoMore) {
  base::Instant clock = testing::at(0);
  testing::TinyCloud cloud;
  cloud.begin_whole(clock);
  testing::Script keeper(cloud, clock, testing::kMe, 1);
  keeper.step();
  keeper.run_until(clock + testing::seconds(60));
  const auto openings = [&] {
    const std::vector<Event> events{NoticeReceived{testing::warning(testing::kA, clock)}};
    const Decisions decisions = keeper.brain.step(events, clock);
    return std::count_if(decisions.remarks.begin(), decisions.remarks.end(),
                         [](const Remark& remark) { return remark.what == "incident-opened"; });
  };
  EXPECT_EQ(openings(), 1);
  EXPECT_EQ(openings(), 0) << "the same warning again";
}

}  // namespace
}  // namespace control
