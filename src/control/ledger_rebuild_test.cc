#include "control/ledger_rebuild.h"

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
using testing::holder;
using testing::instance;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kNew;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::millis;

class LedgerRebuildTest : public testing::LedgerPlanTest {};

std::vector<SlotName> held_slots(const LedgerRecord& record) {
  std::vector<SlotName> slots;
  for (const auto& [slot, holder] : record.holders) slots.push_back(slot);
  return slots;
}

TEST_F(LedgerRebuildTest, TheFirstRecordWaitsForASweepThatBeganNoEarlierThanTheLedgersRead) {
  lose_ledger();
  group_.swept_at = group_.ledger.read_began - millis(1);
  EXPECT_FALSE(plan().next);
  group_.swept_at = group_.ledger.read_began;
  EXPECT_TRUE(plan().next);
}

TEST_F(LedgerRebuildTest, TheFirstRecordHasANewNameAndLaunchesNothingForOneHorizon) {
  lose_ledger();
  group_.seen.clear();
  const LedgerRecord first = next();
  EXPECT_EQ(first.group, testing::kGroup);
  EXPECT_EQ(first.incarnation.size(), 13u);
  EXPECT_EQ(first.no_launch_before, at(90));
  EXPECT_THAT(first.open, IsEmpty());
  EXPECT_EQ(first.counter, 0u);

  store(first);
  const LedgerPlan waiting = plan(at(90) - millis(1));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(90));
  const LedgerRecord launching = next(at(90));
  EXPECT_FALSE(launching.no_launch_before);
  EXPECT_EQ(launching.open.size(), 3u);
}

TEST_F(LedgerRebuildTest, ALostLedgerIsRebuiltFromTagsHighestLaunchThenYoungestThenId) {
  lose_ledger();
  group_.seen.clear();
  const auto show = [&](const char* id, uint64_t n, int64_t launched) {
    model::Instance shown = instance(InstanceId(id), "subnet-a", n);
    shown.launch_time = at(launched);
    testing::see(group_, shown, at(-100));
  };
  group_.spec.capacity = 1;
  show("i-1", 5, -500);
  show("i-2", 4, -100);
  EXPECT_EQ(next().holders.at(kSlotA).instance, InstanceId("i-1")) << "the highest launch";
  show("i-3", 5, -400);
  EXPECT_EQ(next().holders.at(kSlotA).instance, InstanceId("i-3")) << "then the youngest";
  show("i-4", 5, -400);
  EXPECT_EQ(next().holders.at(kSlotA).instance, InstanceId("i-4")) << "then by id";
  EXPECT_EQ(next().holders.at(kSlotA).n, 5u);
}

TEST_F(LedgerRebuildTest, WhatFindsNoSlotWhileRebuildingIsRetiredAsUnplaced) {
  lose_ledger();
  testing::see(group_, instance(kNew, "subnet-a", 9), at(-100));
  testing::see(group_, instance(InstanceId("i-far"), "subnet-z", 9), at(-100));
  const LedgerRecord first = next();
  EXPECT_EQ(first.holders.at(kSlotA).instance, kNew);
  ASSERT_EQ(first.retiring.size(), 2u);
  EXPECT_EQ(first.retiring[0].instance, kA);
  EXPECT_EQ(first.retiring[0].reason, "unplaced");
  EXPECT_EQ(first.retiring[1].instance, InstanceId("i-far"));
}

TEST_F(LedgerRebuildTest, AnInstanceThatShowsLateWhileRebuildingStillGetsItsSlot) {
  lose_ledger();
  group_.seen.erase(kB);
  store(next());
  EXPECT_THAT(held_slots(stored()), ElementsAre(kSlotA, kSlotC));
  testing::see(group_, instance(kB, "subnet-b", 2), at(30));
  EXPECT_EQ(next(at(31)).holders.at(kSlotB).instance, kB);
}

TEST_F(LedgerRebuildTest, EndedAndDoomedInstancesAreNotAdopted) {
  lose_ledger();
  doom(kA);
  group_.seen[kB].instance.state = model::InstanceState::kTerminated;
  EXPECT_THAT(held_slots(next()), ElementsAre(kSlotC));
}

TEST_F(LedgerRebuildTest, NothingIsAdoptedOnceLaunchesAreAllowed) {
  testing::see(group_, instance(kNew, "subnet-a", 9), at(-100));
  EXPECT_FALSE(plan().next);
}

}  // namespace
}  // namespace control
