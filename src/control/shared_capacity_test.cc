#include "control/shared_capacity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/ledger_plan_fixture.h"
#include "control/tiny_cloud.h"
#include "control/troubles.h"

namespace control {
namespace {

using testing::at;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMe;
using testing::kOther;
using testing::kSlotC;
using testing::LedgerPlanTest;
using testing::seconds;

class SharedCapacityTest : public LedgerPlanTest {
 protected:
  void other_says(int capacity, base::Instant when) { stored().keepers[kOther] = {capacity, when}; }
  std::string trouble(base::Instant now) {
    Decisions out;
    watch_for_difference(group_, Timing(), out, now);
    remarks_ += out.remarks.size();
    wake_at_ = out.wake_at;
    return group_.troubles.contains(kFilesTrouble) ? group_.troubles.at(kFilesTrouble) : "";
  }

  size_t remarks_ = 0;
  base::Instant wake_at_;
};

TEST_F(SharedCapacityTest, AKeeperSaysOnceWhatItsFileSaysAndAgainWhereThereIsAnother) {
  stored().keepers.clear();
  store(next());
  EXPECT_EQ(stored().keepers, (std::map<model::KeeperName, model::Keeping>{{kMe, {3, at(0)}}}));
  EXPECT_FALSE(plan(at(100'000)).next) << "nobody is there to hear it";
  other_says(3, at(0));
  EXPECT_EQ(plan(at(1)).look_again, at(20 * 60));
  store(next(at(20 * 60)));
  EXPECT_EQ(stored().keepers.at(kMe).said_at, at(20 * 60));
  EXPECT_FALSE(next(at(3600)).keepers.contains(kOther)) << "it has been silent for an hour";
}

TEST_F(SharedCapacityTest, WhatAnotherFileWantsIsNotEnded) {
  other_says(3, at(-1));
  group_.spec.capacity = 2;
  store(next());
  EXPECT_TRUE(stored().holders.contains(kSlotC));
  EXPECT_EQ(stored().keepers.at(kMe).capacity, 2);
  EXPECT_TRUE(is_wanted_slot(group_, kSlotC));
  other_says(2, at(10));
  EXPECT_FALSE(next(at(10)).holders.contains(kSlotC)) << "both say so";
}

// A standby with an old file joins a keeper that has been alone for days.
TEST_F(SharedCapacityTest, WhoWasAloneIsBelievedByWhoJoins) {
  stored().keepers = {{kOther, {3, at(-1'000'000)}}};
  group_.spec.capacity = 2;
  store(next());
  EXPECT_TRUE(stored().holders.contains(kSlotC));
  EXPECT_EQ(stored().keepers.at(kOther).said_at, at(0));
}

TEST_F(SharedCapacityTest, AWordFromTheFutureCountsForNothing) {
  other_says(9, at(100'000));
  EXPECT_FALSE(next().keepers.contains(kOther));
  stored().keepers = {{kMe, {3, at(100'000)}}};
  EXPECT_EQ(next().keepers.at(kMe).said_at, at(0));
}

TEST_F(SharedCapacityTest, NothingIsSaidOrForgottenWhileTheLedgerIsNotKnown) {
  other_says(5, at(0));
  trouble(at(0));
  trouble(at(300));
  group_.ledger.known = false;
  EXPECT_NE(trouble(at(301)), "");
  EXPECT_EQ(group_.differs_since, at(0));
}

TEST_F(SharedCapacityTest, OneThatIsGoneForGoodDoesNotCountForEver) {
  other_says(3, at(0));
  group_.spec.capacity = 2;
  EXPECT_TRUE(next(at(3599)).holders.contains(kSlotC));
  EXPECT_FALSE(next(at(3600)).holders.contains(kSlotC));
}

TEST_F(SharedCapacityTest, OnlyADifferenceThatLastsIsATrouble) {
  other_says(5, at(0));
  EXPECT_EQ(trouble(at(0)), "");
  EXPECT_EQ(wake_at_, at(300));
  EXPECT_EQ(trouble(at(299)), "");
  EXPECT_THAT(trouble(at(300)), HasSubstr("keeper-2 says capacity = 5, and this one's says 3"));
  trouble(at(301));
  EXPECT_EQ(remarks_, 1u);
  other_says(3, at(400));
  EXPECT_EQ(trouble(at(400)), "");
  other_says(4, at(500));
  EXPECT_EQ(trouble(at(500)), "") << "from the beginning";
}

// They launched and ended each other's machine until the brake.
TEST(TwoFiles, TheLargerCapacityIsHeldAndNothingIsEnded) {
  base::Instant clock = at(0);
  testing::TinyCloud cloud;
  cloud.begin_whole(clock);
  testing::Script one(cloud, clock, kMe, 1);
  model::GroupSpec larger = testing::group_spec();
  larger.capacity = 4;
  testing::Script other(cloud, clock, kOther, 2, {}, larger);
  for (int i = 0; i < 120; ++i) {
    one.step();
    other.step();
    one.run_until(clock + seconds(5));
    other.step();
    one.settle();
    other.settle();
  }
  EXPECT_EQ(cloud.record().holders.size(), 4u);
  EXPECT_THAT(cloud.record().retiring, IsEmpty());
  EXPECT_EQ(std::count_if(cloud.log.begin(), cloud.log.end(),
                          [](const auto& line) { return line.starts_with("RunInstances"); }),
            1);
  EXPECT_TRUE(one.brain.groups().at(testing::kGroup).troubles.contains(kFilesTrouble));
}

}  // namespace
}  // namespace control
