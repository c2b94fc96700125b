#include "control/launch_settling.h"

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
using testing::kB;
using testing::kMe;
using testing::kNew;
using testing::kOther;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::open_launch;
using ::testing::Pair;
using testing::pool_in;
using Phase = LaunchProgress::Phase;

class LaunchSettlingTest : public testing::LedgerPlanTest {};

std::vector<SlotName> held_slots(const LedgerRecord& record) {
  std::vector<SlotName> slots;
  for (const auto& [slot, holder] : record.holders) slots.push_back(slot);
  return slots;
}

TEST_F(LaunchSettlingTest, SortedInstancesGoToSortedSlotsAndTheOldHoldersRetire) {
  doom(kA);
  group_.spec.subnets.resize(1);
  open(open_launch(4, {kSlotA, kSlotB}, kMe, at(0)));
  settle(4, {InstanceId("i-1"), InstanceId("i-2")});
  const LedgerRecord written = next(at(2));
  EXPECT_EQ(written.holders.at(kSlotA),
            (model::Holder{InstanceId("i-1"), 4, pool_in("subnet-a"), at(2), 7}));
  EXPECT_EQ(written.holders.at(kSlotB).instance, InstanceId("i-2"));
  EXPECT_THAT(written.open, IsEmpty());
  EXPECT_THAT(
      written.retiring,
      ElementsAre(model::Retiring{kA, kSlotA, InstanceId("i-1"), "interruption", at(2), at(60)},
                  model::Retiring{kB, kSlotB, InstanceId("i-2"), "replaced", at(2), std::nullopt}));
}

TEST_F(LaunchSettlingTest, WhenFewerCameTheRestBecomesTheNextLaunch) {
  stored().holders.clear();
  group_.spec.subnets.resize(1);
  open(open_launch(4, {kSlotA, kSlotB, kSlotC}, kMe, at(0)));
  settle(4, {kNew});
  const LedgerRecord written = next();
  EXPECT_THAT(held_slots(written), ElementsAre(kSlotA));
  ASSERT_EQ(written.open.size(), 1u);
  EXPECT_EQ(written.open[0].n, 5u);
  EXPECT_THAT(written.open[0].slots, ElementsAre(kSlotB, kSlotC));
}

TEST_F(LaunchSettlingTest, MoreInstancesThanSlotsCommitNoMoreThanTheSlots) {
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  settle(4, {InstanceId("i-1"), InstanceId("i-2")});
  const LedgerRecord written = next();
  EXPECT_EQ(written.holders.at(kSlotA).instance, InstanceId("i-1"));
  EXPECT_EQ(written.holders.size(), 3u);
}

TEST_F(LaunchSettlingTest, AnEndedHolderIsReplacedWithoutRetiring) {
  group_.gone[kA] = at(-1);
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  settle(4, {kNew});
  EXPECT_THAT(next().retiring, IsEmpty());
}

TEST_F(LaunchSettlingTest, AFailureIsClosedByTheCurrentSubmitterOnly) {
  open(open_launch(4, {kSlotA}, kOther, at(0)));
  settle(4, {}, "failed");
  EXPECT_FALSE(plan().next);
  stored().open[0].submitter = kMe;
  EXPECT_THAT(next().open, IsEmpty());
}

TEST_F(LaunchSettlingTest, ThatInstancesCameIsWrittenByWhoeverLearntIt) {
  open(open_launch(4, {kSlotA}, kOther, at(0)));
  settle(4, {kNew});
  const LedgerRecord written = next();
  EXPECT_THAT(written.open, IsEmpty());
  EXPECT_EQ(written.holders.at(kSlotA).instance, kNew);
}

TEST_F(LaunchSettlingTest, AnUnsettledEntryStaysAsItIs) {
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  group_.launches[4].phase = Phase::kSearching;
  EXPECT_FALSE(plan().next);
}

TEST_F(LaunchSettlingTest, ADryPoolCoolsForAllKeepers) {
  doom(kA);
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  settle(4, {}, "failed");
  group_.launches[4].dry = {stored().open.at(0).pool};
  group_.doomed[kA].kind = model::IncidentKind::kLoss;
  const LedgerRecord written = next();
  EXPECT_THAT(written.cooling,
              ElementsAre(Pair(pool_in("subnet-a"), at(0) + context_.timing.cool_dry)));
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a", "m6i.large"));
  EXPECT_EQ(written.open.at(0).n, 5u);
}

TEST_F(LaunchSettlingTest, ALostLaunchHoldsItsSlotsForTheHorizon) {
  doom(kA);
  open(open_launch(4, {kSlotA}, kMe, at(-60)));
  settle(4, {}, "lost");
  const LedgerRecord written = next();
  EXPECT_THAT(written.open, IsEmpty());
  EXPECT_THAT(written.held, ElementsAre(Pair(kSlotA, at(90))));
}

TEST_F(LaunchSettlingTest, ADeadLaunchIsFollowedByTheNextAtOnce) {
  doom(kA);
  open(open_launch(4, {kSlotA}, kMe, at(-60)));
  settle(4, {}, "died");
  EXPECT_EQ(next().open.at(0).n, 5u);
}

}  // namespace
}  // namespace control
