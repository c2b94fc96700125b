#include "sim/fleet_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FleetPool pool(const char* type, const char* zone, int free, int64_t usd_micros,
               std::optional<int> priority = {}) {
  return {{model::InstanceType(type), model::Zone(zone), model::kLinux},
          free,
          base::Money::usd_micros(usd_micros),
          priority};
}

// Cheap and nearly dry, dear and full, between the two.
std::vector<FleetPool> three_pools() {
  return {pool("c6i.large", "a", 2, 30'000, 2), pool("m6i.large", "a", 50, 60'000, 1),
          pool("c6i.large", "b", 30, 40'000, 0)};
}

FleetWish wish(FleetStrategy strategy, int wanted) {
  FleetWish w;
  w.strategy = strategy;
  w.wanted = wanted;
  return w;
}

TEST(FleetPlan, LowestPriceTakesTheCheapestAndThenTheNext) {
  const FleetPlan plan = plan_fleet(wish(FleetStrategy::kLowestPrice, 10), three_pools());
  EXPECT_THAT(plan.shares, ElementsAre(FleetShare{0, 2}, FleetShare{2, 8}));
  EXPECT_THAT(plan.dry, ElementsAre(0));
}

TEST(FleetPlan, LowestPriceOverSeveralPoolsSharesEvenly) {
  FleetWish w = wish(FleetStrategy::kLowestPrice, 4);
  w.pools_to_use = 2;
  EXPECT_THAT(plan_fleet(w, three_pools()).shares, ElementsAre(FleetShare{0, 2}, FleetShare{2, 2}));
}

TEST(FleetPlan, CapacityOptimizedTakesTheFullestWhateverItCosts) {
  const FleetPlan plan = plan_fleet(wish(FleetStrategy::kCapacityOptimized, 10), three_pools());
  EXPECT_THAT(plan.shares, ElementsAre(FleetShare{1, 10}));
  EXPECT_THAT(plan.dry, IsEmpty());
}

TEST(FleetPlan, PrioritizedCapacityPutsRoomBeforePriority) {
  const auto strategy = FleetStrategy::kCapacityOptimizedPrioritized;
  EXPECT_THAT(plan_fleet(wish(strategy, 10), three_pools()).shares, ElementsAre(FleetShare{2, 10}));
  EXPECT_THAT(plan_fleet(wish(strategy, 40), three_pools()).shares, ElementsAre(FleetShare{1, 40}));
}

TEST(FleetPlan, PriceCapacityOptimizedTakesTheCheapestOfTheRoomy) {
  const FleetPlan plan =
      plan_fleet(wish(FleetStrategy::kPriceCapacityOptimized, 10), three_pools());
  EXPECT_THAT(plan.shares, ElementsAre(FleetShare{2, 10}));
}

TEST(FleetPlan, DiversifiedSharesEvenlyAndMakesUpForTheDry) {
  const FleetPlan plan = plan_fleet(wish(FleetStrategy::kDiversified, 12), three_pools());
  EXPECT_THAT(plan.shares, ElementsAre(FleetShare{0, 2}, FleetShare{1, 5}, FleetShare{2, 5}));
  EXPECT_THAT(plan.dry, ElementsAre(0));
  EXPECT_EQ(plan.total(), 12);
}

TEST(FleetPlan, PrioritizedOnDemandFollowsTheNumbers) {
  EXPECT_THAT(plan_fleet(wish(FleetStrategy::kPrioritized, 31), three_pools()).shares,
              ElementsAre(FleetShare{2, 30}, FleetShare{1, 1}));
}

TEST(FleetPlan, WhatNoPoolHasIsMissing) {
  const FleetPlan plan = plan_fleet(wish(FleetStrategy::kLowestPrice, 100), three_pools());
  EXPECT_EQ(plan.total(), 82);
  EXPECT_THAT(plan.dry, testing::UnorderedElementsAre(0, 1, 2));
}

TEST(FleetPlan, ASingleZoneIsTheOneThatGivesMost) {
  FleetWish w = wish(FleetStrategy::kLowestPrice, 40);
  w.is_single_zone = true;
  EXPECT_THAT(plan_fleet(w, three_pools()).shares,
              ElementsAre(FleetShare{0, 2}, FleetShare{1, 38}));
  w.is_single_type = true;
  EXPECT_THAT(plan_fleet(w, three_pools()).shares, ElementsAre(FleetShare{1, 40}));
}

TEST(FleetPlan, BelowTheLeastNothingIsLaunched) {
  FleetWish w = wish(FleetStrategy::kLowestPrice, 100);
  w.least = 83;
  const FleetPlan plan = plan_fleet(w, three_pools());
  EXPECT_TRUE(plan.is_below_least);
  EXPECT_THAT(plan.shares, IsEmpty());
}

TEST(FleetPlan, TheBudgetEndsTheLaunch) {
  FleetWish w = wish(FleetStrategy::kLowestPrice, 5);
  w.budget = base::Money::usd_micros(145'000);
  const FleetPlan plan = plan_fleet(w, three_pools());
  EXPECT_THAT(plan.shares, ElementsAre(FleetShare{0, 2}, FleetShare{2, 2}));
  EXPECT_THAT(plan.dry, ElementsAre(0));
  EXPECT_THAT(plan.over_budget, testing::Contains(2));
}

}  // namespace
}  // namespace sim
