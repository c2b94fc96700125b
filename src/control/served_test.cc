#include "control/served.h"

#include <gtest/gtest.h>

#include "control/test_support.h"

namespace control {
namespace {

using namespace testing;

TEST(Served, AGroupWithoutALedgerServesNothing) {
  GroupState group = whole_group();
  EXPECT_EQ(slots_in_service(group), 3);
  group.ledger.record.reset();
  EXPECT_EQ(slots_in_service(group), 0);
}

TEST(Served, ADoomedMachineCountsAsLongAsItServes) {
  GroupState group = whole_group();
  group.doomed[kA] = taken_at(at(120));
  EXPECT_EQ(slots_in_service(group), 3);
  set_health(group, kA, "draining");
  EXPECT_EQ(slots_in_service(group), 2);
  group.gone[kB] = at(0);
  EXPECT_EQ(slots_in_service(group), 1);
}

// Replaced ahead of an interruption: the old machine serves on while the new one boots.
TEST(Served, ALeaverServesTheSlotThatItsReplacementDoesNotServeYet) {
  GroupState group = whole_group();
  group.ledger.record->holders[kSlotA] = holder(kNew, "subnet-a", 4);
  EXPECT_EQ(slots_in_service(group), 2);
  group.ledger.record->retiring = {retiring(kA, kSlotA, kNew, "rebalance")};
  EXPECT_EQ(slots_in_service(group), 3);
  see(group, instance(kNew, "subnet-a", 4), at(0));
  set_health(group, kNew, "healthy");
  EXPECT_EQ(slots_in_service(group), 3) << "the slot counts once";
  group.ledger.record->holders.erase(kSlotA);
  EXPECT_EQ(slots_in_service(group), 2) << "nobody holds it";
}

}  // namespace
}  // namespace control
