#include "control/ledger_plan.h"

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
using ::testing::IsEmpty;
using testing::kA;
using testing::kC;
using testing::kMe;
using testing::kNew;
using testing::kOther;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::millis;
using testing::open_launch;
using Phase = LaunchProgress::Phase;
using testing::LedgerPlanTest;

std::vector<SlotName> held_slots(const LedgerRecord& record) {
  std::vector<SlotName> slots;
  for (const auto& [slot, holder] : record.holders) slots.push_back(slot);
  return slots;
}

TEST_F(LedgerPlanTest, ARecordThatIsRightIsNotWritten) {
  const LedgerPlan result = plan();
  EXPECT_FALSE(result.next);
  EXPECT_EQ(result.look_again, base::Instant::never());
}

TEST_F(LedgerPlanTest, EveryWriteCarriesANewRevisionItsWriterAndAMark) {
  doom(kA);
  const LedgerRecord written = next(at(3));
  EXPECT_EQ(written.revision, stored().revision + 1);
  EXPECT_EQ(written.writer, kMe);
  EXPECT_EQ(written.written_at, at(3));
  EXPECT_EQ(written.nonce.size(), 13u);
  EXPECT_NE(written.nonce, next(at(3)).nonce);
}

TEST_F(LedgerPlanTest, AnothersEntryIsTakenOverOnlyAfterItsWindowAndTheMargin) {
  open(open_launch(4, {kSlotA}, kOther, at(0)));
  const LedgerPlan early = plan(at(30));
  EXPECT_FALSE(early.next);
  EXPECT_EQ(early.look_again, at(30) + millis(1));
  const LedgerRecord written = next(at(30) + millis(1));
  ASSERT_EQ(written.open.size(), 1u);
  EXPECT_EQ(written.open[0].submitter, kMe);
  EXPECT_EQ(written.open[0].submit_before, at(50) + millis(1));
  EXPECT_EQ(written.open[0].request, stored().open[0].request) << "the same bytes, whoever sends";
  EXPECT_EQ(written.counter, stored().counter);
}

TEST_F(LedgerPlanTest, OurOwnExpiredEntryIsRenewed) {
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  EXPECT_FALSE(plan(at(20)).next);
  EXPECT_EQ(next(at(20) + millis(1)).open[0].submit_before, at(40) + millis(1));
}

// Two keepers took a launch from each other before its search was done, and each began a new one.
TEST_F(LedgerPlanTest, WhoSearchesForALaunchKeepsItUntilTheSearchIsOver) {
  open(open_launch(4, {kSlotA}, kMe, at(-5)));
  group_.launches[4].phase = Phase::kSearching;
  group_.launches[4].search_began = at(-1);
  const LedgerRecord searching = next();
  EXPECT_EQ(searching.open[0].submit_before, at(-1 + 60 + 20)) << "the last look, and its answer";
  store(searching);
  EXPECT_FALSE(plan(at(70)).next) << "once is enough";
}

TEST_F(LedgerPlanTest, ScalingDownRetiresTheLastSlots) {
  group_.spec.capacity = 2;
  const LedgerRecord written = next();
  EXPECT_THAT(held_slots(written), ElementsAre(kSlotA, kSlotB));
  EXPECT_THAT(written.retiring, ElementsAre(model::Retiring{kC, kSlotC, InstanceId(), "scaled-down",
                                                            at(0), std::nullopt}));
}

TEST_F(LedgerPlanTest, LeaversOfASlotNoLongerWantedWaitForNoReplacement) {
  group_.spec.capacity = 2;
  stored().retiring = {testing::retiring(kNew, kSlotC, kC, "replaced")};
  const LedgerRecord written = next();
  ASSERT_EQ(written.retiring.size(), 2u);
  EXPECT_EQ(written.retiring[0].replacement, InstanceId());
  EXPECT_EQ(written.retiring[1].replacement, InstanceId());
}

TEST_F(LedgerPlanTest, ALaunchThatComesForASlotNoLongerWantedIsRetiredAtOnce) {
  group_.spec.capacity = 2;
  stored().holders.erase(kSlotC);
  open(open_launch(4, {kSlotC}, kMe, at(0), "subnet-c"));
  settle(4, {kNew});
  const LedgerRecord written = next();
  EXPECT_THAT(held_slots(written), ElementsAre(kSlotA, kSlotB));
  ASSERT_EQ(written.retiring.size(), 1u);
  EXPECT_EQ(written.retiring[0].instance, kNew);
}

TEST_F(LedgerPlanTest, AChainOfReplacementsNamesTheLatestEverywhere) {
  stored().retiring = {testing::retiring(kA, kSlotA, kNew, "interruption", at(60))};
  stored().holders[kSlotA] = holder(kNew, "subnet-a", 4);
  doom(kNew);
  open(open_launch(5, {kSlotA}, kMe, at(0)));
  settle(5, {InstanceId("i-newest")});
  const LedgerRecord written = next();
  ASSERT_EQ(written.retiring.size(), 2u);
  EXPECT_EQ(written.retiring[0].replacement, InstanceId("i-newest"));
  EXPECT_EQ(written.retiring[1].instance, kNew);
  EXPECT_EQ(written.retiring[1].replacement, InstanceId("i-newest"));
}

TEST_F(LedgerPlanTest, WhatHasEndedIsForgotten) {
  stored().retiring = {testing::retiring(kNew, kSlotA, kA, "interruption")};
  group_.gone[kNew] = at(-1);
  EXPECT_THAT(next().retiring, IsEmpty());
}

}  // namespace
}  // namespace control
