#include "control/launch_needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/ledger_plan_fixture.h"

namespace control {
namespace {

using model::InstanceId;
using model::LedgerRecord;
using model::OpenLaunch;
using model::SlotName;
using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kC;
using testing::kMe;
using testing::kNew;
using testing::kOther;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::millis;
using testing::open_launch;
using testing::pool_in;

class LaunchNeedsTest : public testing::LedgerPlanTest {};

TEST_F(LaunchNeedsTest, ADoomedHolderOpensALaunchAndKeepsItsSlotMeanwhile) {
  doom(kA);
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 1u);
  const OpenLaunch& entry = written.open[0];
  EXPECT_EQ(entry.n, 4u);
  EXPECT_EQ(written.counter, 4u);
  EXPECT_THAT(entry.slots, ElementsAre(kSlotA));
  EXPECT_EQ(entry.submitter, kMe);
  EXPECT_EQ(entry.submit_before, at(20));
  EXPECT_EQ(written.holders.at(kSlotA).instance, kA);
  EXPECT_THAT(written.retiring, IsEmpty());
}

TEST_F(LaunchNeedsTest, AGoneHolderAndAnEmptySlotOpenLaunchesToo) {
  group_.gone[kA] = at(-1);
  stored().holders.erase(kSlotB);
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 2u);
  EXPECT_THAT(written.open[0].slots, ElementsAre(kSlotA));
  EXPECT_THAT(written.open[1].slots, ElementsAre(kSlotB));
  EXPECT_NE(written.open[0].n, written.open[1].n);
}

TEST_F(LaunchNeedsTest, OneLaunchPerSubnetServesAllItsSlots) {
  group_.spec.capacity = 7;
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 3u);
  EXPECT_THAT(written.open[0].slots, ElementsAre(SlotName("web-d"), SlotName("web-g")));
  EXPECT_THAT(written.open[1].slots, ElementsAre(SlotName("web-e")));
  EXPECT_THAT(written.open[2].slots, ElementsAre(SlotName("web-f")));
}

TEST_F(LaunchNeedsTest, ALaunchTakesNoMoreSlotsThanItsBound) {
  context_.timing.most_slots_per_launch = 2;
  group_.spec.capacity = 5;
  group_.spec.subnets.resize(1);
  stored().holders.clear();
  std::vector<size_t> sizes;
  for (const OpenLaunch& entry : next().open) sizes.push_back(entry.slots.size());
  EXPECT_THAT(sizes, ElementsAre(2u, 2u, 1u));
}

TEST_F(LaunchNeedsTest, ACoveredSlotOpensNothing) {
  doom(kA);
  open(open_launch(4, {kSlotA}, kOther, at(0)));
  EXPECT_FALSE(plan().next);
}

TEST_F(LaunchNeedsTest, AHeldSlotWaitsAndSaysUntilWhen) {
  doom(kA);
  stored().held[kSlotA] = at(50);
  const LedgerPlan waiting = plan(at(50) - millis(1));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(50));
  const LedgerRecord written = next(at(50));
  EXPECT_THAT(written.held, IsEmpty());
  EXPECT_EQ(written.open.size(), 1u);
}

TEST_F(LaunchNeedsTest, WithoutATemplateVersionOrAZoneNothingIsOpened) {
  doom(kA);
  group_.template_version.reset();
  EXPECT_FALSE(plan().next);
  group_.template_version = 7;
  group_.zones.erase(model::SubnetId("subnet-a"));
  const LedgerPlan result = plan();
  EXPECT_TRUE(!result.next || result.next->open.empty());
}

TEST_F(LaunchNeedsTest, ARecommendationIsAnsweredInAnotherPoolOrNotYet) {
  group_.doomed[kA] = {model::IncidentKind::kRebalance, at(-1), std::nullopt, "rebalance"};
  const LedgerRecord written = next();
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a", "m6i.large"));
  group_.spec.types.resize(1);
  const LedgerPlan waiting = plan();
  EXPECT_TRUE(!waiting.next || waiting.next->open.empty());
}

TEST_F(LaunchNeedsTest, NoMoreComeWithinAnHourThanTheBrakeAllows) {
  group_.spec.launches_per_hour = 5;
  stored().launched[at(-1200)] = 3;
  stored().launched[at(-3500)] = 1;
  doom(kA);
  doom(kB);
  group_.gone[kC] = at(-1);
  const LedgerPlan braked = plan();
  EXPECT_TRUE(braked.is_braked);
  ASSERT_EQ(braked.next->open.size(), 1u);
  EXPECT_EQ(braked.next->open[0].slots, std::vector{kSlotC}) << "an empty slot goes first";
  EXPECT_EQ(braked.look_again, at(100));
  store(*braked.next);
  settle(4, {kNew});
  const LedgerRecord written = next(at(101));
  EXPECT_EQ(written.launched.rbegin()->second, 1);
  EXPECT_EQ(written.open.size(), 1u) << "one of the hour before is over";
}

TEST_F(LaunchNeedsTest, MachinesOfAVersionThatDoNotLastAreTriedOneAtATime) {
  for (const InstanceId& id : {kA, kB, kC}) group_.gone[id] = at(-1);
  group_.crash_loop = {7, CrashLoop::kProof, {}, {}};
  group_.crash_loop.wait.until = at(40);
  const LedgerPlan waiting = plan();
  EXPECT_TRUE(waiting.is_looping);
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(40));
  const LedgerRecord trial = next(at(40));
  ASSERT_EQ(trial.open.size(), 1u);
  store(trial);
  EXPECT_FALSE(plan(at(41)).next) << "the trial is under way";
  group_.crash_loop.version = 6;
  EXPECT_EQ(next(at(41)).open.size(), 3u) << "another version is another matter";
}

// What a start script fetches was mended: nobody would ever see it.
TEST_F(LaunchNeedsTest, AnExchangeIsATrialTooWhenItsTimeHasCome) {
  stored().exchanging = {{kSlotA, kA}, {kSlotB, kB}, {kSlotC, kC}};
  group_.crash_loop = {7, CrashLoop::kProof, {}, {}};
  group_.crash_loop.wait.until = at(40);
  EXPECT_FALSE(plan().next);
  EXPECT_EQ(next(at(40)).open.size(), 1u);
}

TEST_F(LaunchNeedsTest, APersonsExchangeWaitsForTheVersionThatItIsFor) {
  stored().exchanging = {{kSlotA, kA}};
  group_.template_doubted_at = at(0);
  EXPECT_FALSE(plan().next);
  group_.template_doubted_at.reset();
  EXPECT_EQ(next().open.size(), 1u);
}

TEST_F(LaunchNeedsTest, ATrialThatDoesNotServeYetKeepsTheOthersWaiting) {
  for (const InstanceId& id : {kA, kB}) group_.gone[id] = at(-1);
  group_.crash_loop = {7, CrashLoop::kProof, {}, {}};
  testing::set_health(group_, kC, "initial");
  EXPECT_FALSE(plan().next);
  testing::set_health(group_, kC, "healthy");
  EXPECT_EQ(next().open.size(), 1u);
}

TEST_F(LaunchNeedsTest, WithoutAWordTheBrakeIsThreeTimesTheCapacityAndAtLeastThirty) {
  stored().launched[at(-60)] = 29;
  doom(kA);
  doom(kB);
  EXPECT_EQ(next().open.size(), 1u);
}

}  // namespace
}  // namespace control
