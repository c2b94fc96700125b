#include "control/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/endings.h"
#include "control/incidents.h"
#include "control/targets.h"
#include "control/test_support.h"
#include "control/troubles.h"

namespace control {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kC;
using testing::kNew;
using testing::kSlotA;
using testing::kTargets;
using testing::seconds;

class HealthTest : public ::testing::Test {
 protected:
  HealthTest() { group_.statuses_swept_at = at(-10); }

  void balancer_says(const model::InstanceId& id, std::string state, std::string reason = {}) {
    group_.targets[kTargets].health[id] = {{id, 80}, std::move(state), std::move(reason)};
  }
  void fails(const model::InstanceId& id) {
    balancer_says(id, "unhealthy", "Target.FailedHealthChecks");
  }
  // The balancer is asked, and judged by, at that time.
  void look(base::Instant now) {
    group_.targets[kTargets].read_ended = now;
    judge_health(group_, out_, now);
    open_incidents(group_, now);
    close_incidents(group_, now);
  }
  bool is_unhealthy(const model::InstanceId& id) {
    const auto doom = group_.doomed.find(id);
    return doom != group_.doomed.end() && doom->second.kind == model::IncidentKind::kUnhealthy;
  }
  const model::Incident& incident() {
    return group_.incidents.at(model::incident_id(kA, model::IncidentKind::kUnhealthy));
  }

  GroupState group_ = testing::whole_group();
  Decisions out_;
};

TEST_F(HealthTest, AMachineThatFailsForItsGraceIsReplaced) {
  fails(kA);
  look(at(0));
  look(at(119));
  EXPECT_FALSE(is_unhealthy(kA));
  look(at(120));
  EXPECT_TRUE(is_unhealthy(kA));
  EXPECT_EQ(incident().timeline.front().detail, "Target.FailedHealthChecks");
  EXPECT_EQ(incident().opened_at, at(0));
}

TEST_F(HealthTest, APauseBetweenTwoFailuresBeginsTheGraceAnew) {
  fails(kA);
  look(at(0));
  balancer_says(kA, "healthy");
  look(at(60));
  fails(kA);
  look(at(70));
  look(at(150));
  EXPECT_FALSE(is_unhealthy(kA));
}

TEST_F(HealthTest, OneLookIsNotEnoughHoweverLongAgoItWas) {
  fails(kA);
  look(at(0));
  group_.targets[kTargets].known = false;  // The balancer answers nothing since.
  look(at(1000));
  EXPECT_FALSE(is_unhealthy(kA));
}

TEST_F(HealthTest, AMachineThatBootsOrDrainsIsNotUnhealthy) {
  balancer_says(kA, "initial", "Elb.RegistrationInProgress");
  look(at(0));
  look(at(500));
  EXPECT_FALSE(is_unhealthy(kA));
}

TEST_F(HealthTest, TheBalancersOwnTroubleIsNoMachines) {
  balancer_says(kA, "unhealthy", "Elb.InternalError");
  look(at(0));
  look(at(500));
  EXPECT_FALSE(is_unhealthy(kA));
}

TEST_F(HealthTest, StatusChecksCountWhateverTheBalancerSays) {
  group_.impaired = {kA};
  group_.statuses_swept_at = at(0);
  look(at(0));
  group_.statuses_swept_at = at(150);
  look(at(150));
  EXPECT_TRUE(is_unhealthy(kA));
  EXPECT_EQ(incident().timeline.front().detail, "status-checks");
}

TEST_F(HealthTest, WhereOnlyStatusChecksCountTheBalancerIsNotAsked) {
  group_.spec.health.source = model::HealthSource::kInstance;
  fails(kA);
  look(at(0));
  look(at(500));
  EXPECT_FALSE(is_unhealthy(kA));
}

TEST_F(HealthTest, WhoRecoversIsKeptAndItsIncidentSaysSo) {
  fails(kA);
  look(at(0));
  look(at(120));
  const model::IncidentId id = incident().id;
  balancer_says(kA, "healthy");
  look(at(130));
  EXPECT_FALSE(group_.is_doomed(kA));
  EXPECT_EQ(group_.incidents.at(id).outcome, "recovered");
}

// The journal says that it fails; whether it still does nobody has looked yet.
TEST_F(HealthTest, AfterARestartOnlyALookThatIsFineEndsTheIncident) {
  fails(kA);
  look(at(0));
  look(at(120));
  group_.ailing.clear();
  group_.statuses_swept_at = {};
  balancer_says(kA, "healthy");
  look(at(130));
  EXPECT_TRUE(is_unhealthy(kA));
  group_.statuses_swept_at = at(135);
  look(at(140));
  EXPECT_EQ(incident().outcome, "recovered");
}

TEST_F(HealthTest, WhenAThirdFailsAtOnceNobodyIsReplacedAndPeopleAreTold) {
  fails(kA);
  fails(kB);
  look(at(0));
  look(at(200));
  EXPECT_THAT(group_.doomed, IsEmpty());
  ASSERT_TRUE(group_.troubles.contains(kHealthTrouble));
  ASSERT_EQ(out_.remarks.size(), 1u);
  EXPECT_EQ(out_.remarks[0].what, "too-many-unhealthy");
  balancer_says(kB, "healthy");
  look(at(210));
  EXPECT_TRUE(is_unhealthy(kA));
  EXPECT_FALSE(group_.troubles.contains(kHealthTrouble));
}

TEST_F(HealthTest, OneOfThreeIsNotTheApplicationsFault) {
  fails(kC);
  look(at(0));
  look(at(200));
  EXPECT_TRUE(is_unhealthy(kC));
}

TEST_F(HealthTest, ThoseWhomAwsTakesDoNotCountAsFailing) {
  group_.doomed[kB] = testing::taken_at(at(300));
  fails(kA);
  fails(kB);
  look(at(0));
  look(at(200));
  EXPECT_TRUE(is_unhealthy(kA));
}

TEST_F(HealthTest, AWarningForAnUnhealthyMachineCountsMore) {
  fails(kA);
  look(at(0));
  look(at(120));
  doom(group_, kA, testing::taken_at(at(300)));
  EXPECT_EQ(group_.doomed.at(kA).kind, model::IncidentKind::kInterruption);
  EXPECT_EQ(group_.doomed.at(kA).deadline, at(300));
}

TEST_F(HealthTest, AnUnhealthyMachineStaysInTheBalancerUntilItsReplacementServes) {
  fails(kA);
  look(at(0));
  look(at(120));
  const auto leaving = [&] {
    return plan_targets(group_, group_.spec.target_groups.front(), Timing(), at(130)).to_deregister;
  };
  EXPECT_THAT(leaving(), IsEmpty());
  testing::see(group_, testing::instance(kNew, "subnet-a", 4), at(120));
  group_.ledger.record->holders[kSlotA] = testing::holder(kNew, "subnet-a", 4);
  group_.ledger.record->retiring = {testing::retiring(kA, kSlotA, kNew, "unhealthy")};
  testing::set_health(group_, kNew, "initial");
  EXPECT_THAT(leaving(), IsEmpty());
  testing::set_health(group_, kNew, "healthy");
  EXPECT_THAT(leaving(), ElementsAre(kA));
}

TEST_F(HealthTest, OfSeveralThatFailedInOneSlotOnlyTheOldestIsKept) {
  const model::InstanceId second("i-second"), third("i-third");
  for (const model::InstanceId& id : {second, third})
    testing::see(group_, testing::instance(id, "subnet-a", 5), at(-3));
  model::LedgerRecord& record = *group_.ledger.record;
  record.holders[kSlotA] = testing::holder(third, "subnet-a", 6);
  record.retiring = {testing::retiring(kA, kSlotA, third, "unhealthy"),
                     testing::retiring(second, kSlotA, third, "unhealthy")};
  record.retiring[1].since = at(-5);
  fails(kA);
  const TargetPlan plan = plan_targets(group_, group_.spec.target_groups.front(), Timing(), at(0));
  EXPECT_THAT(plan.to_deregister, IsEmpty());
  const EndingPlan endings = plan_endings(group_, Timing(), at(0));
  ASSERT_EQ(endings.endings.size(), 1u);
  EXPECT_EQ(endings.endings[0].instance, second);
}

TEST_F(HealthTest, AYoungMachineThatFailsMakesItsSlotWait) {
  group_.ledger.record->holders[kSlotA].since = at(-60);
  fails(kA);
  look(at(0));
  look(at(120));
  EXPECT_EQ(group_.slot_waits.at(kSlotA).trouble, LaunchTrouble::kEnds);
  EXPECT_EQ(group_.crash_loop.failures, 1);
}

TEST_F(HealthTest, AMachineThatLastsEndsTheCrashLoopOfItsVersion) {
  group_.crash_loop = {7, 5, at(-90'000), {}};
  look(at(0));
  EXPECT_EQ(group_.crash_loop.failures, 0);
}

// A roll-out of what a start script fetches: all machines are of one version.
TEST_F(HealthTest, AMachineFromBeforeTheCrashLoopProvesNothing) {
  group_.crash_loop = {7, 5, at(-600), {}};
  look(at(0));
  EXPECT_EQ(group_.crash_loop.failures, 5);
}

}  // namespace
}  // namespace control
