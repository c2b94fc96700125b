#include "control/retirements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "control/evidence.h"
#include "control/incidents.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using base::Duration;
using model::IncidentId;
using model::IncidentKind;
using testing::at;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kC;
using testing::kMe;
using testing::kSlotB;
using ::testing::Not;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

const IncidentId kOfB("i-b/retirement");
constexpr char kArn[] = "arn:aws:health:us-east-2::event/1";

model::Notice retirement(const model::InstanceId& id, base::Instant when) {
  model::Notice notice;
  notice.id = model::EventId("health/1/" + id.str());
  notice.kind = model::NoticeKind::kScheduledChange;
  notice.instances = {id};
  notice.time = when;
  notice.action = model::InterruptionAction::kTerminate;
  notice.deadline = when + Duration::hours(24 * 14);
  notice.change = {"AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", kArn, false};
  return notice;
}

model::Notice closed(model::Notice notice, base::Instant when) {
  notice.id = model::EventId("health/2");
  notice.time = when;
  notice.change->is_closed = true;
  return notice;
}

class RetirementsTest : public ::testing::Test {
 protected:
  RetirementsTest() { cloud_.begin_whole(clock_); }
  ~RetirementsTest() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  void begin(Script& keeper) {
    keeper.step();
    keeper.run_until(clock_ + seconds(60));
    cloud_.log.clear();
  }
  std::ptrdiff_t launches() const {
    return std::count_if(cloud_.log.begin(), cloud_.log.end(),
                         [](const auto& line) { return line.starts_with("RunInstances"); });
  }
  // Where the line stands in the log.
  std::ptrdiff_t place(const std::string& line) const {
    return std::find(cloud_.log.begin(), cloud_.log.end(), line) - cloud_.log.begin();
  }

  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(RetirementsTest, TheMachineIsReplacedAheadOfItsDateAndServesUntilThen) {
  Script keeper(cloud_, clock_, kMe, 1);
  begin(keeper);
  keeper.step({NoticeReceived{retirement(kB, clock_)}});
  EXPECT_EQ(keeper.journal.at(kOfB).deadline, clock_ + Duration::hours(24 * 14));
  keeper.run_until(clock_ + Duration::minutes(5));
  EXPECT_NE(cloud_.record().holders.at(kSlotB).instance, kB);
  EXPECT_THAT(cloud_.live(), Not(Contains(kB)));
  EXPECT_LT(place("RegisterTargets i-0001"), place("DeregisterTargets i-b"));
  EXPECT_LT(place("DeregisterTargets i-b"), place("TerminateInstances i-b"));
  EXPECT_EQ(keeper.journal.at(kOfB).outcome, "replaced");
  EXPECT_EQ(launches(), 1);
}

TEST_F(RetirementsTest, ManyAtOnceAreReplacedOneByOne) {
  Script keeper(cloud_, clock_, kMe, 1);
  begin(keeper);
  std::vector<Event> events;
  for (const auto& id : {kA, kB, kC}) events.emplace_back(NoticeReceived{retirement(id, clock_)});
  keeper.step(events);
  size_t most = 0;
  const base::Instant end = clock_ + Duration::minutes(20);
  while (clock_ < end) {
    keeper.run_until(clock_ + seconds(1));
    most = std::max(most, cloud_.live().size());
  }
  EXPECT_EQ(most, 4u) << "max_surge is one";
  for (const auto& id : {kA, kB, kC}) EXPECT_THAT(cloud_.live(), Not(Contains(id)));
  EXPECT_EQ(launches(), 3);
}

TEST_F(RetirementsTest, WhatIsCalledOffBeforeItBeganStays) {
  Script keeper(cloud_, clock_, kMe, 1);
  begin(keeper);
  const model::Notice word = retirement(kB, clock_);
  keeper.step({NoticeReceived{word}, NoticeReceived{closed(word, clock_ + seconds(1))}});
  keeper.run_until(clock_ + Duration::minutes(5));
  keeper.step({NoticeReceived{word}});  // Late, and older than what closed it.
  keeper.run_until(clock_ + Duration::minutes(5));
  EXPECT_EQ(launches(), 0);
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kB);
}

TEST_F(RetirementsTest, ItsIncidentClosesWhenItIsCalledOff) {
  GroupState group = testing::whole_group();
  const model::Notice word = retirement(kB, at(0));
  take_scheduled_change(group, word, kB, at(0));
  open_incidents(group, at(0));
  ASSERT_TRUE(group.incidents.contains(kOfB));
  model::Notice other = closed(word, at(5));
  other.change->event_arn = "arn:aws:health:us-east-2::event/2";
  take_scheduled_change(group, other, kB, at(5));
  EXPECT_TRUE(is_announced(group, kB)) << "the end of another change";
  take_scheduled_change(group, closed(word, at(6)), kB, at(6));
  close_incidents(group, at(6));
  EXPECT_EQ(group.incidents.at(kOfB).outcome, "called-off");
}

TEST_F(RetirementsTest, WhatAnInstanceSurvivesReplacesNobody) {
  GroupState group = testing::whole_group();
  model::Notice reboot = retirement(kB, at(0));
  reboot.action.reset();
  reboot.change->code = "AWS_EC2_SYSTEM_REBOOT_MAINTENANCE_SCHEDULED";
  take_scheduled_change(group, reboot, kB, at(0));
  EXPECT_FALSE(is_announced(group, kB));
}

TEST_F(RetirementsTest, ARestartGoesOnWithIt) {
  std::vector<model::Incident> open;
  {
    Script keeper(cloud_, clock_, kMe, 1);
    begin(keeper);
    keeper.step({NoticeReceived{retirement(kB, clock_)}});
    open.push_back(keeper.journal.at(kOfB));
  }
  Script again(cloud_, clock_, kMe, 2, open);
  again.step();
  again.run_until(clock_ + Duration::minutes(5));
  EXPECT_THAT(cloud_.live(), Not(Contains(kB)));
  EXPECT_EQ(again.journal.at(kOfB).outcome, "replaced");
  EXPECT_EQ(again.closings.at(kOfB), 1);
}

TEST_F(RetirementsTest, WhoIsEndedAsAnnouncedIsNoLossAndNoCrash) {
  GroupState group = testing::whole_group();
  take_scheduled_change(group, retirement(kB, at(0)), kB, at(0));
  open_incidents(group, at(0));
  ended(group, kB, "described", at(60));
  open_incidents(group, at(60));
  EXPECT_EQ(group.incidents.size(), 1u);
  EXPECT_EQ(group.doomed.at(kB).kind, IncidentKind::kRetirement);
  EXPECT_THAT(group.slot_waits, IsEmpty());
}

TEST_F(RetirementsTest, TheFarEndOfACapacityReservationIsTakenAlike) {
  Script keeper(cloud_, clock_, kMe, 1);
  begin(keeper);
  model::Notice word = testing::warning(kB, clock_);
  word.kind = model::NoticeKind::kCapacityReservationInterruption;
  word.deadline = clock_ + Duration::minutes(40);
  keeper.step({NoticeReceived{word}});
  keeper.run_until(clock_ + Duration::minutes(5));
  EXPECT_THAT(cloud_.live(), Not(Contains(kB)));
  // An interruption warning that names a day is still none.
  word = testing::warning(kC, clock_);
  word.deadline = clock_ + Duration::hours(5);
  keeper.step({NoticeReceived{word}});
  keeper.run_until(clock_ + Duration::minutes(5));
  EXPECT_THAT(cloud_.live(), Contains(kC));
}

// Whoever else looks after our machines may speak of them; AWS is asked whether it is so.
TEST_F(RetirementsTest, WordsOfScalingGroupsAndFleetsMakeUsLook) {
  Script keeper(cloud_, clock_, kMe, 1);
  begin(keeper);
  model::Notice word;
  word.kind = model::NoticeKind::kScalingActivity;
  word.instances = {kA};
  word.time = clock_;
  word.scaling = {model::LifecycleTransition::kTerminating, "asg", {}, {}};
  keeper.step({NoticeReceived{word}});
  EXPECT_THAT(keeper.brain.groups().begin()->second.rumoured, ElementsAre(::testing::Key(kA)));
  word.kind = model::NoticeKind::kFleetInstanceChange;
  word.instances = {kC};
  word.fleet = {model::FleetId("fleet-1"), "launched"};
  keeper.step({NoticeReceived{word}});
  EXPECT_EQ(keeper.brain.groups().begin()->second.rumoured.size(), 1u);
  word.fleet->sub_type = "terminated";
  keeper.step({NoticeReceived{word}});
  EXPECT_EQ(keeper.brain.groups().begin()->second.rumoured.size(), 2u);
  keeper.run_until(clock_ + Duration::minutes(3));
  EXPECT_EQ(launches(), 0) << "they run on";
}

// ---- where Spot has nothing ----

class PressingTest : public ::testing::Test {
 protected:
  PressingTest() {
    group_.spec.on_demand.fallback_after = seconds(90);
    for (const model::InstanceType& type : group_.spec.types)
      group_.ledger.record->cooling[testing::pool_in("subnet-b", type.str().c_str())] = at(100'000);
    announced_for(at(7200));
  }
  void announced_for(std::optional<base::Instant> date, base::Instant since = at(0)) {
    group_.retirements[kB] = {since, since, date, kArn, "RETIREMENT", false};
  }
  LedgerPlan plan(base::Instant now) { return plan_ledger(group_, context_, prng_, now); }
  std::optional<model::Lifecycle> launched(base::Instant now) {
    const LedgerPlan result = plan(now);
    if (!result.next || result.next->open.empty()) return std::nullopt;
    EXPECT_THAT(result.next->open[0].slots, ElementsAre(kSlotB));
    return result.next->open[0].lifecycle;
  }

  GroupState group_ = testing::whole_group();
  LedgerContext context_ = testing::ledger_context();
  base::Prng prng_{1};
};

TEST_F(PressingTest, WhileTheDateIsFarItsExchangeWaitsForSpot) {
  EXPECT_EQ(launched(at(0)), std::nullopt);
  EXPECT_EQ(plan(at(0)).look_again, at(3600)) << "an hour before the date";
  EXPECT_EQ(launched(at(3599)), std::nullopt);
}

TEST_F(PressingTest, WithinTheLastHourSpotIsAskedOnceMoreAndThenOnDemand) {
  EXPECT_EQ(launched(at(3600)), model::Lifecycle::kSpot);
  group_.slot_waits[kSlotB] = {1, LaunchTrouble::kDry, at(9000)};
  EXPECT_EQ(launched(at(3689)), std::nullopt);
  EXPECT_EQ(plan(at(3689)).look_again, at(3690));
  EXPECT_EQ(launched(at(3690)), model::Lifecycle::kOnDemand);
}

TEST_F(PressingTest, AWordThatComesLateGivesSpotItsTimeToo) {
  announced_for(at(7200), at(5000));
  group_.slot_waits[kSlotB] = {1, LaunchTrouble::kDry, at(9000)};
  EXPECT_EQ(launched(at(5089)), std::nullopt);
  EXPECT_EQ(launched(at(5090)), model::Lifecycle::kOnDemand);
}

// It was looked at without a pause until the date, and got no machine before.
TEST_F(PressingTest, OneThatIsRecommendedToBeReplacedAsWellIsNoPrecautionEither) {
  group_.doomed[kB] = {IncidentKind::kRebalance, at(0), std::nullopt, "rebalance"};
  EXPECT_EQ(plan(at(0)).look_again, at(3600));
  group_.slot_waits[kSlotB] = {1, LaunchTrouble::kDry, at(9000)};
  EXPECT_EQ(launched(at(3689)), std::nullopt);
  EXPECT_GT(plan(at(3689)).look_again, at(3689));
  EXPECT_EQ(launched(at(3690)), model::Lifecycle::kOnDemand);
}

TEST_F(PressingTest, WithoutADateOrAFallbackItWaitsForSpot) {
  announced_for(std::nullopt);
  EXPECT_EQ(launched(at(9000)), std::nullopt);
  announced_for(at(7200));
  group_.spec.on_demand.fallback_after.reset();
  group_.slot_waits[kSlotB] = {1, LaunchTrouble::kDry, at(9000)};
  EXPECT_EQ(launched(at(7000)), std::nullopt);
}

}  // namespace
}  // namespace control
