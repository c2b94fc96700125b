#include "control/ledger_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/form.h"
#include "control/test_support.h"

namespace control {
namespace {

using model::InstanceId;
using model::LedgerRecord;
using model::OpenLaunch;
using model::SlotName;
using testing::at;
using ::testing::ElementsAre;
using testing::holder;
using testing::instance;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kC;
using testing::kMe;
using testing::kNew;
using testing::kOther;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::millis;
using testing::open_launch;
using ::testing::Pair;
using testing::pool_in;
using testing::seconds;
using Phase = LaunchProgress::Phase;

class LedgerPlanTest : public ::testing::Test {
 protected:
  LedgerPlan plan(base::Instant now = at(0)) { return plan_ledger(group_, context_, prng_, now); }

  LedgerRecord next(base::Instant now = at(0)) {
    LedgerPlan result = plan(now);
    EXPECT_TRUE(result.next) << "no write was planned";
    return result.next.value_or(LedgerRecord());
  }

  LedgerRecord& stored() { return *group_.ledger.record; }
  void doom(const InstanceId& id) { group_.doomed[id] = testing::taken_at(at(60)); }

  void settle(uint64_t n, std::vector<InstanceId> came, std::string outcome = "launched") {
    LaunchProgress& progress = group_.launches[n];
    progress.phase = Phase::kSettled;
    progress.came = std::move(came);
    progress.outcome = std::move(outcome);
    progress.settled_at = at(0);
  }

  void store(const LedgerRecord& written) { group_.ledger.record = written; }

  void open(OpenLaunch entry) {
    stored().counter = entry.n;
    stored().open = {std::move(entry)};
  }

  void lose_ledger() {
    group_.ledger.record.reset();
    group_.ledger.etag.reset();
    group_.ledger_ids.clear();
  }

  GroupState group_ = testing::whole_group();
  LedgerContext context_ = testing::ledger_context();
  base::Prng prng_{1};
};

std::vector<SlotName> held_slots(const LedgerRecord& record) {
  std::vector<SlotName> slots;
  for (const auto& [slot, holder] : record.holders) slots.push_back(slot);
  return slots;
}

// ---- nothing to do ----

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

// ---- the first record ----

TEST_F(LedgerPlanTest, TheFirstRecordWaitsForASweepThatBeganNoEarlierThanTheLedgersRead) {
  lose_ledger();
  group_.swept_at = group_.ledger.read_began - millis(1);
  EXPECT_FALSE(plan().next);
  group_.swept_at = group_.ledger.read_began;
  EXPECT_TRUE(plan().next);
}

TEST_F(LedgerPlanTest, TheFirstRecordHasANewNameAndLaunchesNothingForOneHorizon) {
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

TEST_F(LedgerPlanTest, ALostLedgerIsRebuiltFromTagsHighestLaunchThenYoungestThenId) {
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

TEST_F(LedgerPlanTest, WhatFindsNoSlotWhileRebuildingIsRetiredAsUnplaced) {
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

TEST_F(LedgerPlanTest, AnInstanceThatShowsLateWhileRebuildingStillGetsItsSlot) {
  lose_ledger();
  group_.seen.erase(kB);
  store(next());
  EXPECT_THAT(held_slots(stored()), ElementsAre(kSlotA, kSlotC));
  testing::see(group_, instance(kB, "subnet-b", 2), at(30));
  EXPECT_EQ(next(at(31)).holders.at(kSlotB).instance, kB);
}

TEST_F(LedgerPlanTest, EndedAndDoomedInstancesAreNotAdopted) {
  lose_ledger();
  doom(kA);
  group_.seen[kB].instance.state = model::InstanceState::kTerminated;
  EXPECT_THAT(held_slots(next()), ElementsAre(kSlotC));
}

TEST_F(LedgerPlanTest, NothingIsAdoptedOnceLaunchesAreAllowed) {
  testing::see(group_, instance(kNew, "subnet-a", 9), at(-100));
  EXPECT_FALSE(plan().next);
}

// ---- opening launches ----

TEST_F(LedgerPlanTest, ADoomedHolderOpensALaunchAndKeepsItsSlotMeanwhile) {
  doom(kA);
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 1u);
  const OpenLaunch& entry = written.open[0];
  EXPECT_EQ(entry.n, 4u);
  EXPECT_EQ(written.counter, 4u);
  EXPECT_THAT(entry.slots, ElementsAre(kSlotA));
  EXPECT_EQ(entry.submitter, kMe);
  EXPECT_EQ(entry.submit_before, at(20));
  EXPECT_EQ(written.holders.at(kSlotA).instance, kA);
  EXPECT_THAT(written.retiring, IsEmpty());
}

TEST_F(LedgerPlanTest, AGoneHolderAndAnEmptySlotOpenLaunchesToo) {
  group_.gone[kA] = at(-1);
  stored().holders.erase(kSlotB);
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 2u);
  EXPECT_THAT(written.open[0].slots, ElementsAre(kSlotA));
  EXPECT_THAT(written.open[1].slots, ElementsAre(kSlotB));
  EXPECT_NE(written.open[0].n, written.open[1].n);
}

TEST_F(LedgerPlanTest, OneLaunchPerSubnetServesAllItsSlots) {
  group_.spec.capacity = 7;
  const LedgerRecord written = next();
  ASSERT_EQ(written.open.size(), 3u);
  EXPECT_THAT(written.open[0].slots, ElementsAre(SlotName("web-d"), SlotName("web-g")));
  EXPECT_THAT(written.open[1].slots, ElementsAre(SlotName("web-e")));
  EXPECT_THAT(written.open[2].slots, ElementsAre(SlotName("web-f")));
}

TEST_F(LedgerPlanTest, ALaunchTakesNoMoreSlotsThanItsBound) {
  context_.timing.most_slots_per_launch = 2;
  group_.spec.capacity = 5;
  group_.spec.subnets.resize(1);
  stored().holders.clear();
  std::vector<size_t> sizes;
  for (const OpenLaunch& entry : next().open) sizes.push_back(entry.slots.size());
  EXPECT_THAT(sizes, ElementsAre(2u, 2u, 1u));
}

TEST_F(LedgerPlanTest, ACoveredSlotOpensNothing) {
  doom(kA);
  open(open_launch(4, {kSlotA}, kOther, at(0)));
  EXPECT_FALSE(plan().next);
}

TEST_F(LedgerPlanTest, AHeldSlotWaitsAndSaysUntilWhen) {
  doom(kA);
  stored().held[kSlotA] = at(50);
  const LedgerPlan waiting = plan(at(50) - millis(1));
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(50));
  const LedgerRecord written = next(at(50));
  EXPECT_THAT(written.held, IsEmpty());
  EXPECT_EQ(written.open.size(), 1u);
}

TEST_F(LedgerPlanTest, WithoutATemplateVersionOrAZoneNothingIsOpened) {
  doom(kA);
  group_.template_version.reset();
  EXPECT_FALSE(plan().next);
  group_.template_version = 7;
  group_.zones.erase(model::SubnetId("subnet-a"));
  const LedgerPlan result = plan();
  EXPECT_TRUE(!result.next || result.next->open.empty());
}

TEST_F(LedgerPlanTest, TheRequestSaysTokenTagsSubnetAndTheResolvedVersion) {
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

TEST_F(LedgerPlanTest, TheRequestAsksForAsManyAsTheEntryHasSlots) {
  stored().holders.clear();
  group_.spec.subnets.resize(1);
  EXPECT_EQ(base::Form::parse(next().open.at(0).request)->get("MaxCount"), "3");
}

TEST_F(LedgerPlanTest, AnInterruptedPoolCoolsAndTheNextLaunchGoesElsewhere) {
  doom(kA);
  const LedgerRecord written = next();
  EXPECT_THAT(written.cooling, ElementsAre(Pair(pool_in("subnet-a"),
                                                at(-60) + group_.spec.avoid_interrupted_pool_for)));
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a", "m6i.large"));
}

TEST_F(LedgerPlanTest, ALossThatNobodyAnnouncedCoolsNothing) {
  group_.gone[kA] = at(-1);
  group_.doomed[kA] = {model::IncidentKind::kLoss, at(-1), std::nullopt, "described"};
  const LedgerRecord written = next();
  EXPECT_THAT(written.cooling, IsEmpty());
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a"));
}

TEST_F(LedgerPlanTest, CoolingIsRememberedUntilThePoolCountsAsSteady) {
  stored().cooling[pool_in("subnet-a")] = at(10);
  const base::Instant over = at(10) + context_.timing.steady_pool;
  EXPECT_FALSE(plan(over - millis(1)).next);
  EXPECT_THAT(next(over).cooling, IsEmpty());
}

TEST_F(LedgerPlanTest, AfterARefusalTheSlotWaits) {
  doom(kA);
  group_.slot_waits[kSlotA] = {1, LaunchTrouble::kRefused, at(5)};
  const LedgerPlan waiting = plan(at(4));
  EXPECT_TRUE(!waiting.next || waiting.next->open.empty());
  EXPECT_EQ(waiting.look_again, at(5));
  EXPECT_EQ(next(at(5)).open.size(), 1u);
}

TEST_F(LedgerPlanTest, AfterADryPoolAnotherIsTriedAtOnceButNoneThatCools) {
  doom(kA);
  group_.slot_waits[kSlotA] = {1, LaunchTrouble::kDry, at(500)};
  EXPECT_EQ(next().open.at(0).pool, pool_in("subnet-a", "m6i.large"));
  stored().cooling[pool_in("subnet-a", "m6i.large")] = at(170);
  const LedgerPlan waiting = plan();
  EXPECT_TRUE(!waiting.next || waiting.next->open.empty());
  EXPECT_EQ(waiting.look_again, at(500));
}

// A pool dry for three minutes must not stand before one that is avoided for ten, again and again.
TEST_F(LedgerPlanTest, WhenAllPoolsCoolTheOneThatWasJustDryIsAskedLast) {
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

TEST_F(LedgerPlanTest, TagsAndTheMaximumPriceOfTheGroupAreInItsLaunches) {
  group_.spec.tags = {{"team", "shop"}};
  group_.spec.max_price = base::Money::usd_micros(50'000);
  doom(kA);
  const auto form = base::Form::parse(next().open.at(0).request);
  EXPECT_EQ(form->get("TagSpecification.1.Tag.4.Value"), "shop");
  EXPECT_EQ(form->get("InstanceMarketOptions.SpotOptions.MaxPrice"), "0.05");
}

// ---- precautions, and the brake ----

TEST_F(LedgerPlanTest, ARecommendationIsAnsweredInAnotherPoolOrNotYet) {
  group_.doomed[kA] = {model::IncidentKind::kRebalance, at(-1), std::nullopt, "rebalance"};
  const LedgerRecord written = next();
  EXPECT_EQ(written.open.at(0).pool, pool_in("subnet-a", "m6i.large"));
  group_.spec.types.resize(1);
  const LedgerPlan waiting = plan();
  EXPECT_TRUE(!waiting.next || waiting.next->open.empty());
}

TEST_F(LedgerPlanTest, NoMoreComeWithinAnHourThanTheBrakeAllows) {
  group_.spec.launches_per_hour = 5;
  stored().launched[at(-1200)] = 3;
  stored().launched[at(-3500)] = 1;
  doom(kA);
  doom(kB);
  group_.gone[kC] = at(-1);
  const LedgerPlan braked = plan();
  EXPECT_TRUE(braked.is_braked);
  ASSERT_EQ(braked.next->open.size(), 1u);
  EXPECT_EQ(braked.next->open[0].slots, std::vector{kSlotC}) << "an empty slot goes first";
  EXPECT_EQ(braked.look_again, at(100));
  store(*braked.next);
  settle(4, {kNew});
  const LedgerRecord written = next(at(101));
  EXPECT_EQ(written.launched.rbegin()->second, 1);
  EXPECT_EQ(written.open.size(), 1u) << "one of the hour before is over";
}

TEST_F(LedgerPlanTest, MachinesOfAVersionThatDoNotLastAreTriedOneAtATime) {
  for (const InstanceId& id : {kA, kB, kC}) group_.gone[id] = at(-1);
  group_.crash_loop = {7, CrashLoop::kProof, {}};
  group_.crash_loop.wait.until = at(40);
  const LedgerPlan waiting = plan();
  EXPECT_TRUE(waiting.is_looping);
  EXPECT_FALSE(waiting.next);
  EXPECT_EQ(waiting.look_again, at(40));
  const LedgerRecord trial = next(at(40));
  ASSERT_EQ(trial.open.size(), 1u);
  store(trial);
  EXPECT_FALSE(plan(at(41)).next) << "the trial is under way";
  group_.crash_loop.version = 6;
  EXPECT_EQ(next(at(41)).open.size(), 3u) << "another version is another matter";
}

TEST_F(LedgerPlanTest, ATrialThatDoesNotServeYetKeepsTheOthersWaiting) {
  for (const InstanceId& id : {kA, kB}) group_.gone[id] = at(-1);
  group_.crash_loop = {7, CrashLoop::kProof, {}};
  testing::set_health(group_, kC, "initial");
  EXPECT_FALSE(plan().next);
  testing::set_health(group_, kC, "healthy");
  EXPECT_EQ(next().open.size(), 1u);
}

TEST_F(LedgerPlanTest, WhatIsNeededWhileALaunchIsOnItsWayGoesIntoTheNextOne) {
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

TEST_F(LedgerPlanTest, AFleetNamesEveryPoolOfTheZoneThatDoesNotCool) {
  group_.spec.launch_by = model::LaunchBy::kFleet;
  group_.gone[kA] = at(-1);
  const auto overrides = [](const OpenLaunch& entry) {
    const auto form = *base::Form::parse(entry.request);
    EXPECT_EQ(form.get("Action"), "CreateFleet");
    int count = 0;
    for (const auto& [name, value] : form.pairs()) count += name.ends_with(".InstanceType");
    return count;
  };
  const LedgerRecord both = next();
  ASSERT_EQ(both.open.size(), 1u);
  EXPECT_EQ(overrides(both.open[0]), 2);
  stored().cooling[pool_in("subnet-a")] = at(60);
  const LedgerRecord one = next();
  EXPECT_EQ(overrides(one.open[0]), 1);
  EXPECT_EQ(one.open[0].pool, pool_in("subnet-a", "m6i.large"));
}

TEST_F(LedgerPlanTest, AMachineOfAFleetHoldsItsSlotInThePoolItCameFrom) {
  open(open_launch(4, {kSlotA}, kMe, at(-5)));
  group_.gone[kA] = at(-1);
  auto came = instance(kNew, "subnet-a", 4);
  came.type = model::InstanceType("m6i.large");
  testing::see(group_, came, at(-1));
  settle(4, {kNew});
  EXPECT_EQ(next().holders.at(kSlotA).pool, pool_in("subnet-a", "m6i.large"));
}

TEST_F(LedgerPlanTest, ADiversifiedGroupSpreadsOneLaunchOverItsPools) {
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

TEST_F(LedgerPlanTest, WithoutAWordTheBrakeIsThreeTimesTheCapacityAndAtLeastThirty) {
  stored().launched[at(-60)] = 29;
  doom(kA);
  doom(kB);
  EXPECT_EQ(next().open.size(), 1u);
}

// ---- on-demand, and back ----

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

// ---- settling ----

TEST_F(LedgerPlanTest, SortedInstancesGoToSortedSlotsAndTheOldHoldersRetire) {
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

TEST_F(LedgerPlanTest, WhenFewerCameTheRestBecomesTheNextLaunch) {
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

TEST_F(LedgerPlanTest, MoreInstancesThanSlotsCommitNoMoreThanTheSlots) {
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  settle(4, {InstanceId("i-1"), InstanceId("i-2")});
  const LedgerRecord written = next();
  EXPECT_EQ(written.holders.at(kSlotA).instance, InstanceId("i-1"));
  EXPECT_EQ(written.holders.size(), 3u);
}

TEST_F(LedgerPlanTest, AnEndedHolderIsReplacedWithoutRetiring) {
  group_.gone[kA] = at(-1);
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  settle(4, {kNew});
  EXPECT_THAT(next().retiring, IsEmpty());
}

TEST_F(LedgerPlanTest, AFailureIsClosedByTheCurrentSubmitterOnly) {
  open(open_launch(4, {kSlotA}, kOther, at(0)));
  settle(4, {}, "failed");
  EXPECT_FALSE(plan().next);
  stored().open[0].submitter = kMe;
  EXPECT_THAT(next().open, IsEmpty());
}

TEST_F(LedgerPlanTest, ThatInstancesCameIsWrittenByWhoeverLearntIt) {
  open(open_launch(4, {kSlotA}, kOther, at(0)));
  settle(4, {kNew});
  const LedgerRecord written = next();
  EXPECT_THAT(written.open, IsEmpty());
  EXPECT_EQ(written.holders.at(kSlotA).instance, kNew);
}

TEST_F(LedgerPlanTest, AnUnsettledEntryStaysAsItIs) {
  open(open_launch(4, {kSlotA}, kMe, at(0)));
  group_.launches[4].phase = Phase::kSearching;
  EXPECT_FALSE(plan().next);
}

TEST_F(LedgerPlanTest, ADryPoolCoolsForAllKeepers) {
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

TEST_F(LedgerPlanTest, ALostLaunchHoldsItsSlotsForTheHorizon) {
  doom(kA);
  open(open_launch(4, {kSlotA}, kMe, at(-60)));
  settle(4, {}, "lost");
  const LedgerRecord written = next();
  EXPECT_THAT(written.open, IsEmpty());
  EXPECT_THAT(written.held, ElementsAre(Pair(kSlotA, at(90))));
}

TEST_F(LedgerPlanTest, ADeadLaunchIsFollowedByTheNextAtOnce) {
  doom(kA);
  open(open_launch(4, {kSlotA}, kMe, at(-60)));
  settle(4, {}, "died");
  EXPECT_EQ(next().open.at(0).n, 5u);
}

// ---- taking over ----

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

// ---- retiring ----

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
