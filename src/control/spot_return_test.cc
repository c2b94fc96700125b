#include "control/spot_return.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/ledger_plan_fixture.h"

namespace control {
namespace {

using model::InstanceId;
using model::LedgerRecord;
using model::SlotName;
using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kMe;
using testing::kNew;
using testing::kSlotA;
using testing::kSlotB;
using testing::LedgerPlanTest;
using testing::millis;
using testing::open_launch;
using ::testing::Pair;
using testing::pool_in;
using testing::seconds;

class OnDemandTest : public LedgerPlanTest {
 protected:
  OnDemandTest() {
    group_.spec.types.resize(1);
    group_.spec.on_demand.fallback_after = seconds(90);
  }
  // Slot a's machine is gone, and its only pool was dry when it was asked at 0 s.
  void meet_a_dry_pool() {
    group_.gone[kA] = at(-1);
    group_.doomed[kA] = {model::IncidentKind::kLoss, at(-1), std::nullopt, "described"};
    open(open_launch(4, {kSlotA}, kMe, at(0)));
    settle(4, {}, "failed");
    group_.launches[4].dry = {stored().open.at(0).pool};
    group_.slot_waits[kSlotA] = {1, LaunchTrouble::kDry, at(300)};
    store(next(at(0)));
    group_.launches.clear();
  }
  void run_on_demand(const InstanceId& id, const SlotName& slot) {
    stored().holders.at(slot).lifecycle = model::Lifecycle::kOnDemand;
    group_.seen.at(id).instance.lifecycle = model::Lifecycle::kOnDemand;
  }
};

TEST_F(OnDemandTest, ASlotWithoutSpotCapacityRunsOnDemandAfterItsTime) {
  meet_a_dry_pool();
  EXPECT_THAT(stored().lacking, ElementsAre(Pair(kSlotA, at(0))));
  EXPECT_THAT(stored().open, IsEmpty());
  const LedgerPlan waiting = plan(at(90) - millis(1));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(90));
  const LedgerRecord written = next(at(90));
  ASSERT_EQ(written.open.size(), 1u);
  EXPECT_EQ(written.open[0].lifecycle, model::Lifecycle::kOnDemand);
  EXPECT_EQ(written.open[0].request.find("InstanceMarketOptions"), std::string::npos);
}

TEST_F(OnDemandTest, WithoutAFallbackItWaitsForSpot) {
  group_.spec.on_demand.fallback_after.reset();
  meet_a_dry_pool();
  EXPECT_THAT(next(at(300)).open.at(0).lifecycle, model::Lifecycle::kSpot);
}

TEST_F(OnDemandTest, AnotherPoolGoesBeforeOnDemand) {
  meet_a_dry_pool();
  group_.spec.types = testing::group_spec().types;
  const LedgerRecord written = next(at(95));
  EXPECT_EQ(written.open.at(0).lifecycle, model::Lifecycle::kSpot);
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a", "m6i.large"));
}

TEST_F(OnDemandTest, WhenOnDemandIsDryTooTheNextTypeIsAskedAfterAWait) {
  meet_a_dry_pool();
  group_.spec.types = testing::group_spec().types;
  stored().cooling[pool_in("subnet-a", "m6i.large")] = at(180);
  group_.slot_waits[kSlotA] = {1, LaunchTrouble::kDryOnDemand, at(100)};
  EXPECT_FALSE(plan(at(95)).next);
  EXPECT_EQ(next(at(100)).open.at(0).pool.type.str(), "m6i.large");
}

TEST_F(OnDemandTest, AMachineThatComesEndsTheLack) {
  meet_a_dry_pool();
  store(next(at(90)));
  settle(5, {kNew});
  const LedgerRecord written = next(at(91));
  EXPECT_EQ(written.holders.at(kSlotA).lifecycle, model::Lifecycle::kOnDemand);
  EXPECT_THAT(written.lacking, IsEmpty());
}

TEST_F(OnDemandTest, TheBaseIsOnDemandWhateverSpotHas) {
  group_.spec.on_demand.base_slots = 1;
  doom(kA);
  doom(kB);
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 2u);
  EXPECT_EQ(written.open[0].lifecycle, model::Lifecycle::kOnDemand);
  EXPECT_EQ(written.open[1].lifecycle, model::Lifecycle::kSpot);
}

TEST_F(OnDemandTest, OneSlotAtATimeGoesBackToSpotAndTheOldMachineLeavesLast) {
  run_on_demand(kA, kSlotA);
  run_on_demand(kB, kSlotB);
  store(next(at(0)));
  ASSERT_EQ(stored().open.size(), 1u);
  EXPECT_EQ(stored().open[0].slots, std::vector{kSlotA});
  EXPECT_EQ(stored().open[0].lifecycle, model::Lifecycle::kSpot);
  EXPECT_EQ(stored().holders.at(kSlotA).instance, kA) << "it keeps its slot until Spot gave one";
  settle(4, {kNew});
  store(next(at(1)));
  EXPECT_EQ(stored().holders.at(kSlotA).instance, kNew);
  ASSERT_EQ(stored().retiring.size(), 1u);
  EXPECT_EQ(stored().retiring[0].instance, kA);
  EXPECT_EQ(stored().retiring[0].reason, "returned-to-spot");
  EXPECT_THAT(stored().open, IsEmpty()) << "slot b waits until slot a's old machine has left";
  group_.launches.clear();
  group_.gone[kA] = at(2);
  EXPECT_EQ(next(at(3)).open.at(0).slots, std::vector{kSlotB});
}

TEST_F(OnDemandTest, APoolMustHaveBeenSteadyBeforeASlotReturnsToIt) {
  run_on_demand(kA, kSlotA);
  stored().cooling[pool_in("subnet-a")] = at(100);
  const LedgerPlan waiting = plan(at(500));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(100) + context_.timing.steady_pool);
  EXPECT_EQ(next(waiting.look_again).open.size(), 1u);
}

TEST_F(OnDemandTest, ASlotReturnsAtMostOnceAnHour) {
  run_on_demand(kA, kSlotA);
  stored().returned[kSlotA] = at(-600);
  const LedgerPlan waiting = plan();
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(3000));
  EXPECT_EQ(next(at(3000)).open.size(), 1u);
}

TEST_F(OnDemandTest, NobodyReturnsWhoMustNotOrIsOfTheBaseOrDoesNotServe) {
  run_on_demand(kA, kSlotA);
  group_.spec.on_demand.return_to_spot = model::ReturnToSpot::kNever;
  EXPECT_FALSE(plan().next);
  group_.spec.on_demand.return_to_spot = model::ReturnToSpot::kAlways;
  group_.spec.on_demand.base_slots = 1;
  EXPECT_FALSE(plan().next);
  group_.spec.on_demand.base_slots = 0;
  testing::set_health(group_, kA, "unhealthy");
  EXPECT_FALSE(plan().next);
}

TEST_F(OnDemandTest, ASlotBeginsToReturnOnlyWhileItsWindowIsOpen) {
  group_.spec.on_demand.return_to_spot = model::ReturnToSpot::kInWindow;
  group_.spec.on_demand.return_window =
      base::WeekWindow({true, 13 * 60, 13 * 60 + 30, "UTC"}, base::TimeZone());  // at(0) is noon.
  EXPECT_EQ(plan(at(0)).look_again, base::Instant::never()) << "nobody is to return";
  run_on_demand(kA, kSlotA);
  const LedgerPlan waiting = plan(at(0));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(3600));
  EXPECT_FALSE(plan(at(3600 + 30 * 60)).next) << "it is over";
  store(next(at(3600)));
  EXPECT_EQ(stored().open.at(0).slots, std::vector{kSlotA});
}

TEST_F(OnDemandTest, AReturnThatFindsNoCapacityLeavesTheSlotAsItIs) {
  run_on_demand(kA, kSlotA);
  store(next(at(0)));
  settle(4, {}, "failed");
  group_.launches[4].dry = {stored().open.at(0).pool};
  const LedgerRecord written = next(at(1));
  EXPECT_EQ(written.holders.at(kSlotA).instance, kA);
  EXPECT_THAT(written.open, IsEmpty());
  EXPECT_THAT(written.lacking, IsEmpty()) << "it lacks nothing";
  EXPECT_TRUE(written.cooling.contains(pool_in("subnet-a")));
}

}  // namespace
}  // namespace control
