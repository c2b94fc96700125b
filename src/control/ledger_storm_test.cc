// How many launches a storm is: what waits for the next one, what fills one, and when it is enough.
#include <gtest/gtest.h>

#include "control/ledger_plan.h"
#include "control/test_support.h"

namespace control {
namespace {

using model::LedgerRecord;
using model::OpenLaunch;
using testing::at;
using testing::kA;
using testing::kMe;
using testing::kNew;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::open_launch;

class LedgerStormTest : public ::testing::Test {
 protected:
  LedgerPlan plan(base::Instant now = at(0)) { return plan_ledger(group_, context_, prng_, now); }

  LedgerRecord next(base::Instant now = at(0)) {
    LedgerPlan result = plan(now);
    EXPECT_TRUE(result.next) << "no write was planned";
    return result.next.value_or(LedgerRecord());
  }

  LedgerRecord& stored() { return *group_.ledger.record; }
  void store(const LedgerRecord& written) { group_.ledger.record = written; }
  void doom(const model::InstanceId& id) { group_.doomed[id] = testing::taken_at(at(60)); }

  void open(OpenLaunch entry) {
    stored().counter = entry.n;
    stored().open = {std::move(entry)};
  }

  void settle(uint64_t n, std::vector<model::InstanceId> came) {
    group_.launches[n].phase = LaunchProgress::Phase::kSettled;
    group_.launches[n].came = std::move(came);
    group_.launches[n].settled_at = at(0);
  }

  GroupState group_ = testing::whole_group();
  LedgerContext context_ = testing::ledger_context();
  base::Prng prng_{1};
};

TEST_F(LedgerStormTest, WhatIsNeededWhileALaunchIsOnItsWayGoesIntoTheNextOne) {
  group_.spec.capacity = 9;
  group_.spec.subnets = {model::SubnetId("subnet-a")};
  stored().holders.erase(kSlotB);
  stored().holders.erase(kSlotC);
  const LedgerRecord first = next();
  ASSERT_EQ(first.open.size(), 1u);
  EXPECT_EQ(first.open[0].slots.size(), 8u);
  store(first);
  doom(kA);
  const LedgerPlan waiting = plan(at(1));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(2));
  EXPECT_EQ(next(at(2)).open.size(), 2u) << "an answer that does not come holds nobody up for long";
}

TEST_F(LedgerStormTest, AfterALaunchThatBroughtAllTheZonesNextOneGathersAWhile) {
  group_.filled[model::SubnetId("subnet-a")] = at(0);
  doom(kA);
  const LedgerPlan waiting = plan(at(1));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(2));
  EXPECT_EQ(next(at(2)).open.size(), 1u);
  group_.filled[model::SubnetId("subnet-a")] = at(3600);
  EXPECT_EQ(next(at(2)).open.size(), 1u) << "a clock that was put back keeps nobody waiting";
}

TEST_F(LedgerStormTest, WhatFillsALaunchDoesNotWaitForTheOneThatIsUnderWay) {
  group_.spec.capacity = 250;
  group_.spec.subnets = {model::SubnetId("subnet-a")};
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  stored().holders.clear();
  const LedgerPlan full = plan(at(1));
  ASSERT_TRUE(full.next);
  ASSERT_EQ(full.next->open.size(), 3u);
  EXPECT_EQ(full.next->open[1].slots.size(), 100u);
  EXPECT_EQ(full.next->open[2].slots.size(), 100u);
  EXPECT_EQ(full.look_again, at(2));
  store(*full.next);
  EXPECT_FALSE(plan(at(2)).next) << "the full ones are under way";
  const LedgerRecord rest = next(at(3));
  ASSERT_EQ(rest.open.size(), 4u);
  EXPECT_EQ(rest.open[3].slots.size(), 49u);
}

TEST_F(LedgerStormTest, NoMoreLaunchesAreOpenedThanAwsTakesSoon) {
  group_.spec.capacity = 10'000;
  stored().holders.clear();
  const LedgerRecord written = next();
  EXPECT_EQ(written.open.size(), 18u) << "six for each of three subnets";
  store(written);
  EXPECT_FALSE(plan(at(3)).next);
  settle(4, {kNew});
  EXPECT_EQ(next(at(4)).open.size(), 18u) << "one closed, one opened";
}

}  // namespace
}  // namespace control
