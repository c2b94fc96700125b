// Which pools a fleet names, and in which order.
#include <gtest/gtest.h>

#include "base/form.h"
#include "control/ledger_plan.h"
#include "control/test_support.h"

namespace control {
namespace {

using testing::at;
using testing::pool_in;

// Of a group by fleets that has lost its first machine.
class FleetChoice : public ::testing::Test {
 protected:
  FleetChoice() {
    group_.spec.launch_by = model::LaunchBy::kFleet;
    group_.gone[testing::kA] = at(-1);
  }
  model::OpenLaunch launch() {
    base::Prng prng(1);
    const LedgerPlan plan = plan_ledger(group_, testing::ledger_context(), prng, at(0));
    return plan.next.value().open.at(0);
  }
  int overrides() {
    const auto form = *base::Form::parse(launch().request);
    EXPECT_EQ(form.get("Action"), "CreateFleet");
    int count = 0;
    for (const auto& [name, value] : form.pairs()) count += name.ends_with(".InstanceType");
    return count;
  }
  void cool() { group_.ledger.record->cooling[pool_in("subnet-a")] = at(60); }

  GroupState group_ = testing::whole_group();
};

TEST_F(FleetChoice, NamesEveryPoolOfTheZone) { EXPECT_EQ(overrides(), 2); }

TEST_F(FleetChoice, ByCapacityNamesPoolsThatCoolWhileFewOthersAreLeft) {
  cool();
  EXPECT_EQ(overrides(), 2);
  EXPECT_EQ(launch().pool, pool_in("subnet-a", "m6i.large")) << "the others come first";
  for (int i = 0; i < 9; ++i) group_.spec.types.emplace_back("m" + std::to_string(i) + ".large");
  EXPECT_EQ(overrides(), 10) << "ten others are left";
}

TEST_F(FleetChoice, WithoutALookAtCapacityNamesNoPoolThatCools) {
  group_.spec.strategy = model::Strategy::kLowestPrice;
  cool();
  EXPECT_EQ(overrides(), 1);
}

}  // namespace
}  // namespace control
