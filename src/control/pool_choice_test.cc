#include "control/pool_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/form.h"
#include "control/ledger_plan_fixture.h"

namespace control {
namespace {

using model::LedgerRecord;
using model::OpenLaunch;
using testing::at;
using ::testing::ElementsAre;
using testing::instance;
using ::testing::IsEmpty;
using testing::kA;
using testing::kMe;
using testing::kNew;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::millis;
using testing::open_launch;
using ::testing::Pair;
using testing::pool_in;

class PoolChoiceTest : public testing::LedgerPlanTest {};

TEST_F(PoolChoiceTest, TheRequestSaysTokenTagsSubnetAndTheResolvedVersion) {
  group_.spec.capacity = 6;
  const LedgerRecord written = next();
  const OpenLaunch& entry = written.open.at(1);
  const auto form = base::Form::parse(entry.request);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("Action"), "RunInstances");
  EXPECT_EQ(form->get("ClientToken"),
            model::client_token(context_.scope, testing::kGroup, {testing::kIncarnation, entry.n}));
  EXPECT_EQ(form->get("SubnetId"), "subnet-b");
  EXPECT_EQ(form->get("InstanceType"), "c6i.large");
  EXPECT_EQ(form->get("LaunchTemplate.LaunchTemplateId"), "lt-1");
  EXPECT_EQ(form->get("LaunchTemplate.Version"), "7");
  EXPECT_EQ(form->get("MinCount"), "1");
  EXPECT_EQ(form->get("MaxCount"), "1");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.1.Key"), "spotkeeper:group");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.1.Value"), "web");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.2.Key"), "spotkeeper:launch");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.2.Value"), testing::launch_tag(entry.n));
  EXPECT_EQ(entry.template_version, 7);
}

TEST_F(PoolChoiceTest, TheRequestAsksForAsManyAsTheEntryHasSlots) {
  stored().holders.clear();
  group_.spec.subnets.resize(1);
  EXPECT_EQ(base::Form::parse(next().open.at(0).request)->get("MaxCount"), "3");
}

TEST_F(PoolChoiceTest, AnInterruptedPoolCoolsAndTheNextLaunchGoesElsewhere) {
  doom(kA);
  const LedgerRecord written = next();
  EXPECT_THAT(written.cooling, ElementsAre(Pair(pool_in("subnet-a"),
                                                at(-60) + group_.spec.avoid_interrupted_pool_for)));
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a", "m6i.large"));
}

TEST_F(PoolChoiceTest, ALossThatNobodyAnnouncedCoolsNothing) {
  group_.gone[kA] = at(-1);
  group_.doomed[kA] = {model::IncidentKind::kLoss, at(-1), std::nullopt, "described"};
  const LedgerRecord written = next();
  EXPECT_THAT(written.cooling, IsEmpty());
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a"));
}

TEST_F(PoolChoiceTest, CoolingIsRememberedUntilThePoolCountsAsSteady) {
  stored().cooling[pool_in("subnet-a")] = at(10);
  const base::Instant over = at(10) + context_.timing.steady_pool;
  EXPECT_FALSE(plan(over - millis(1)).next);
  EXPECT_THAT(next(over).cooling, IsEmpty());
}

TEST_F(PoolChoiceTest, AfterARefusalTheSlotWaits) {
  doom(kA);
  group_.slot_waits[kSlotA] = {1, LaunchTrouble::kRefused, at(5)};
  const LedgerPlan waiting = plan(at(4));
  EXPECT_TRUE(!waiting.next || waiting.next->open.empty());
  EXPECT_EQ(waiting.look_again, at(5));
  EXPECT_EQ(next(at(5)).open.size(), 1u);
}

TEST_F(PoolChoiceTest, AfterADryPoolAnotherIsTriedAtOnceButNoneThatCools) {
  doom(kA);
  group_.slot_waits[kSlotA] = {1, LaunchTrouble::kDry, at(500)};
  EXPECT_EQ(next().open.at(0).pool, pool_in("subnet-a", "m6i.large"));
  stored().cooling[pool_in("subnet-a", "m6i.large")] = at(170);
  const LedgerPlan waiting = plan();
  EXPECT_TRUE(!waiting.next || waiting.next->open.empty());
  EXPECT_EQ(waiting.look_again, at(500));
}

// A pool dry for three minutes must not stand before one that is avoided for ten, again and again.
TEST_F(PoolChoiceTest, WhenAllPoolsCoolTheOneThatWasJustDryIsAskedLast) {
  stored().cooling[pool_in("subnet-a", "m6i.large")] = at(590);  // It took a machine.
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  settle(4, {}, "failed");
  group_.launches[4].dry = {stored().open.at(0).pool};
  group_.gone[kA] = at(-1);
  group_.doomed[kA] = {model::IncidentKind::kLoss, at(-1), std::nullopt, "described"};
  group_.slot_waits[kSlotA] = {1, LaunchTrouble::kDry, at(5)};
  store(next(at(0)));
  group_.launches.clear();
  EXPECT_THAT(stored().open, IsEmpty());
  EXPECT_EQ(next(at(5)).open.at(0).pool, pool_in("subnet-a", "m6i.large"));
}

TEST_F(PoolChoiceTest, TagsAndTheMaximumPriceOfTheGroupAreInItsLaunches) {
  group_.spec.tags = {{"team", "shop"}};
  group_.spec.max_price = base::Money::usd_micros(50'000);
  doom(kA);
  const auto form = base::Form::parse(next().open.at(0).request);
  EXPECT_EQ(form->get("TagSpecification.1.Tag.4.Value"), "shop");
  EXPECT_EQ(form->get("InstanceMarketOptions.SpotOptions.MaxPrice"), "0.05");
}

TEST_F(PoolChoiceTest, AMachineOfAFleetHoldsItsSlotInThePoolItCameFrom) {
  open(open_launch(4, {kSlotA}, kMe, at(-5)));
  group_.gone[kA] = at(-1);
  auto came = instance(kNew, "subnet-a", 4);
  came.type = model::InstanceType("m6i.large");
  testing::see(group_, came, at(-1));
  settle(4, {kNew});
  EXPECT_EQ(next().holders.at(kSlotA).pool, pool_in("subnet-a", "m6i.large"));
}

TEST_F(PoolChoiceTest, ADiversifiedGroupSpreadsOneLaunchOverItsPools) {
  group_.spec.strategy = model::Strategy::kDiversified;
  group_.spec.capacity = 7;
  group_.spec.subnets = {model::SubnetId("subnet-a")};
  stored().holders.erase(kSlotB);
  stored().holders.erase(kSlotC);
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 2u);
  EXPECT_EQ(written.open[0].slots.size(), 3u) << "one of seven runs in c6i.large already";
  EXPECT_EQ(written.open[1].slots.size(), 3u);
}

}  // namespace
}  // namespace control
