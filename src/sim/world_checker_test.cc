// A checker that never misses must be shown each crime once, in a region that is really like that.
#include "sim/world_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/timing.h"
#include "sim/test_region.h"

namespace sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WorldCheckerTest : public ::testing::Test {
 protected:
  static std::vector<model::GroupSpec> one_group(const Scene& scene) {
    model::GroupSpec group;
    group.name = model::GroupName("web");
    group.capacity = 1;
    group.subnets = {scene.subnets[0].id};
    group.target_groups = {{scene.target_group, 80}};
    return {group};
  }
  Violate note() {
    return [this](std::string what) { violations_.push_back(std::move(what)); };
  }

  // An instance of the group, running for some minutes.
  model::InstanceId launch(int n) {
    const auto ids =
        region_.launch(1, {{"TagSpecification.1.ResourceType", "instance"},
                           {"TagSpecification.1.Tag.1.Key", std::string(model::kGroupTag)},
                           {"TagSpecification.1.Tag.1.Value", "web"},
                           {"TagSpecification.1.Tag.2.Key", std::string(model::kLaunchTag)},
                           {"TagSpecification.1.Tag.2.Value", "x." + std::to_string(n)}});
    region_.wait(base::Duration::minutes(3));
    return model::InstanceId(ids.at(0));
  }
  // A Spot request with the group's tags, in a pool of its own.
  std::string request_spot() {
    const Scene& scene = region_.region.default_scene();
    return region_
        .ec2("RequestSpotInstances", {{"LaunchSpecification.ImageId", scene.image.str()},
                                      {"LaunchSpecification.InstanceType", "m5.large"},
                                      {"LaunchSpecification.SubnetId", scene.subnets[0].id.str()},
                                      {"TagSpecification.1.ResourceType", "spot-instances-request"},
                                      {"TagSpecification.1.Tag.1.Key", model::kGroupTag},
                                      {"TagSpecification.1.Tag.1.Value", "web"},
                                      {"TagSpecification.1.Tag.2.Key", model::kLaunchTag},
                                      {"TagSpecification.1.Tag.2.Value", "x.3"}})
        .text("spotInstanceRequestId");
  }
  void register_target(const model::InstanceId& id) {
    region_.elb("RegisterTargets",
                {{"TargetGroupArn", region_.region.default_scene().target_group.str()},
                 {"Targets.member.1.Id", id.str()}});
    region_.wait(base::Duration::minutes(5));
  }
  void commit(const model::InstanceId& id) {
    model::LedgerRecord record;
    record.group = model::GroupName("web");
    record.incarnation = "x";
    record.revision = 1;
    record.counter = 1;
    record.holders[model::SlotName("web-a")].instance = id;
    ledger_.stored(record, [](const auto&) { return true; });
  }
  void look() { checker_.look(region_.now); }

  TestRegion region_;
  std::vector<std::string> violations_;
  LedgerChecker ledger_{note()};
  const std::vector<model::GroupSpec> groups_ = one_group(region_.region.default_scene());
  WorldChecker checker_{region_.region, ledger_, groups_, note()};
};

TEST_F(WorldCheckerTest, AHealthyHolderIsWhole) {
  const auto id = launch(1);
  commit(id);
  register_target(id);
  look();
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(WorldCheckerTest, ASlotIsServedByWhoIsAboutToBeRelieved) {
  const auto old = launch(1);
  register_target(old);
  const auto fresh = launch(2);
  commit(fresh);
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, testing::Contains(testing::HasSubstr("web-a is not served")));
  violations_.clear();
  model::LedgerRecord record = ledger_.last().begin()->second;
  ++record.revision;
  model::Retiring leaver;
  leaver.instance = old;
  leaver.replacement = fresh;
  record.retiring = {leaver};
  ledger_.stored(record, [](const auto&) { return true; });
  violations_.clear();
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(WorldCheckerTest, OnlyWhatBearsAllOurTagsIsEndedByUs) {
  const model::InstanceId foreign(region_.launch(1, {}).at(0)), ours = launch(1);
  const auto tag = [&](const char* key, const char* value) {
    region_.ec2("CreateTags",
                {{"ResourceId.1", ours.str()}, {"Tag.1.Key", key}, {"Tag.1.Value", value}});
  };
  checker_.ended(ours, region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("is not ours"))) << "no deployment's yet";
  tag(model::kDeploymentTag, "test");
  violations_.clear();
  checker_.ended(ours, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
  checker_.ended(foreign, region_.now);
  EXPECT_THAT(violations_, ElementsAre(foreign.str() + " is not ours, and was ended by us"));
}

// Lists may lag: its keeper could not have known.
TEST_F(WorldCheckerTest, WhatWasOursWithinTheHorizonMayBeEndedByUs) {
  const model::InstanceId id = launch(1);
  region_.ec2(
      "CreateTags",
      {{"ResourceId.1", id.str()}, {"Tag.1.Key", model::kDeploymentTag}, {"Tag.1.Value", "test"}});
  look();
  ASSERT_EQ(region_.ec2("DeleteTags", {{"ResourceId.1", id.str()}}).status, 200);
  region_.wait(control::Timing().horizon);
  checker_.ended(id, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
  region_.wait(base::Duration::millis(1));
  checker_.ended(id, region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("is not ours")));
}

TEST_F(WorldCheckerTest, AMachineOnHoldOrOfAPausedGroupIsLeftAlone) {
  const auto id = launch(1), other = launch(2);
  commit(id);
  model::LedgerRecord record = ledger_.last().begin()->second;
  ++record.revision;
  record.holds[model::SlotName("web-a")] = region_.now;
  ledger_.stored(record, [](const auto&) { return true; });
  region_.wait(base::Duration::minutes(6));
  checker_.removed(other, region_.now, region_.now);
  EXPECT_THAT(violations_, testing::Not(testing::Contains(HasSubstr("against an order"))));
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, testing::Contains(id.str() + " was removed against an order of web"));
  violations_.clear();
  ++record.revision;
  record.holds.clear();
  record.paused_since = region_.now;
  ledger_.stored(record, [](const auto&) { return true; });
  checker_.removed(other, region_.now, region_.now);
  EXPECT_THAT(violations_, testing::Not(testing::Contains(HasSubstr("against an order"))));
  region_.wait(base::Duration::minutes(6));
  checker_.removed(other, region_.now, region_.now);
  EXPECT_THAT(violations_, testing::Contains(other.str() + " was removed against an order of web"));
}

TEST_F(WorldCheckerTest, ASlotBeyondTheCapacityIsNotHeldInTheEnd) {
  commit(launch(1));
  model::LedgerRecord record = ledger_.last().begin()->second;
  ++record.revision;
  record.open = {};
  record.holders[model::SlotName("web-b")].instance = launch(2);
  ledger_.stored(record, [](const auto&) { return true; });
  violations_.clear();
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, testing::Contains(HasSubstr("web-b is held and no longer wanted")));
}

TEST_F(WorldCheckerTest, AGroupWithoutALedgerIsFound) {
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, ElementsAre("web has no ledger"));
}

TEST_F(WorldCheckerTest, AHolderThatIsNotBehindTheBalancerDoesNotServe) {
  commit(launch(1));
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("web-a is not served")));
}

TEST_F(WorldCheckerTest, ALiveInstanceThatNobodyAccountsForIsFound) {
  const auto holder = launch(1), stray = launch(2);
  commit(holder);
  register_target(holder);
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, ElementsAre(stray.str() + " lives and nobody accounts for it"));
}

TEST_F(WorldCheckerTest, AnInstanceOfATaggedSpotRequestIsOursAlthoughItHasNoTags) {
  const auto holder = launch(1);
  commit(holder);
  register_target(holder);
  request_spot();
  region_.wait(base::Duration::minutes(3));
  ASSERT_EQ(region_.region.world().instances.size(), 2u);
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("lives and nobody accounts for it"),
                                       HasSubstr("bears no tags")));
}

TEST_F(WorldCheckerTest, AnOpenSpotRequestThatNobodyWaitsForIsFound) {
  const auto holder = launch(1);
  commit(holder);
  register_target(holder);
  region_.region.drain_pool(
      {model::InstanceType("m5.large"), model::Zone("us-east-2a"), model::kLinux});
  const std::string id = request_spot();
  region_.wait(base::Duration::minutes(3));
  checker_.expect_whole(region_.now);
  EXPECT_THAT(violations_, ElementsAre(id + " may launch yet and nobody waits for it"));
}

TEST_F(WorldCheckerTest, ATargetThatWasNeverCommittedIsFoundOnce) {
  const auto holder = launch(1), stranger = launch(2);
  commit(holder);
  register_target(stranger);
  look();
  look();
  EXPECT_THAT(violations_, ElementsAre(stranger.str() + " is registered and was never committed"));
}

TEST_F(WorldCheckerTest, RemovingTheOnlyOneThatServesIsFound) {
  const auto id = launch(1);
  commit(id);
  register_target(id);
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("with nobody who serves")));
}

// Seed 41000217: its sender was right, died, and the call arrived 42 s later.
class TravellingTest : public WorldCheckerTest {
 protected:
  // Two that serve, one of them a leaver; both were seen a while ago.
  TravellingTest() {
    for (const auto& one : {id_, other_}) register_target(one);
    commit(id_);
    model::LedgerRecord record = ledger_.last().begin()->second;
    ++record.revision;
    model::Retiring leaver;
    leaver.instance = other_;
    record.retiring = {leaver};
    ledger_.stored(record, [](const auto&) { return true; });
    look();
    violations_.clear();
    sent_at_ = region_.now;
    region_.wait(base::Duration::seconds(10));
  }
  void lose(const model::InstanceId& id) {
    ASSERT_EQ(region_.ec2("TerminateInstances", {{"InstanceId.1", id.str()}}).status, 200);
    look();
    region_.wait(base::Duration::seconds(30));
    look();
    violations_.clear();
  }

  const model::InstanceId id_ = launch(1), other_ = launch(2);
  base::Instant sent_at_;
};

TEST_F(TravellingTest, ACallIsJudgedByWhoServedWhenItWasSent) {
  lose(other_);
  checker_.removed(id_, sent_at_, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
  checker_.removed(id_, region_.now - base::Duration::seconds(2), region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("with nobody who serves")));
}

TEST_F(TravellingTest, OneCallThatTakesAllIsFound) {
  checker_.removed(other_, sent_at_, region_.now);
  EXPECT_THAT(violations_, IsEmpty()) << "the holder serves";
  lose(other_);
  checker_.removed(id_, sent_at_, region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("with nobody who serves")));
}

TEST_F(WorldCheckerTest, WhatWasSentDuringARetirementMayArriveAfterIt) {
  const auto id = launch(1);
  commit(id);
  register_target(id);
  model::LedgerRecord record = ledger_.last().begin()->second;
  for (const bool is_retired : {true, false}) {
    ++record.revision;
    record.retired_at = is_retired ? std::optional(region_.now) : std::nullopt;
    ledger_.stored(record, [](const auto&) { return true; });
    look();
  }
  region_.wait(base::Duration::seconds(30));
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
  region_.wait(base::Duration::minutes(2));
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("with nobody who serves")));
}

// Seed 42000802: it was retired for 40 ms, between two looks.
TEST_F(WorldCheckerTest, ARetirementOfAMomentIsSeenToo) {
  const auto id = launch(1);
  commit(id);
  register_target(id);
  model::LedgerRecord record = ledger_.last().begin()->second;
  record.retired_at = region_.now;
  checker_.stored(record, region_.now);
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(WorldCheckerTest, WhoLeavesTooServesUntilItIsRemoved) {
  const auto old = launch(1), doomed = launch(2);
  register_target(old);
  register_target(doomed);
  commit(old);
  model::LedgerRecord record = ledger_.last().begin()->second;
  for (const model::InstanceId& holder : {doomed, launch(3)}) {
    ++record.revision;
    record.holders[model::SlotName("web-a")].instance = holder;
    ledger_.stored(record, [](const auto&) { return true; });
  }
  ++record.revision;
  model::Retiring first, second;
  first.instance = old;
  second.instance = doomed;
  record.retiring = {first, second};
  ledger_.stored(record, [](const auto&) { return true; });
  violations_.clear();
  checker_.removed(old, region_.now, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
  ASSERT_EQ(region_.ec2("TerminateInstances", {{"InstanceId.1", old.str()}}).status, 200);
  checker_.removed(doomed, region_.now, region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("with nobody who serves")));
}

// It failed when it left the balancer, and is well again when another keeper repeats that.
TEST_F(WorldCheckerTest, RemovingWhatLeftBeforeIsNot) {
  const auto id = launch(1);
  commit(id);
  register_target(id);
  region_.elb("DeregisterTargets",
              {{"TargetGroupArn", region_.region.default_scene().target_group.str()},
               {"Targets.member.1.Id", id.str()}});
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("with nobody who serves")));
  violations_.clear();
  region_.wait(base::Duration::seconds(50));
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(WorldCheckerTest, RemovingWhatAwsTakesAnyMomentIsNot) {
  const auto id = launch(1);
  commit(id);
  register_target(id);
  ASSERT_TRUE(region_.region.interrupt(id, InterruptionKind::kWarned));
  region_.wait(base::Duration::seconds(30));
  checker_.removed(id, region_.now, region_.now);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(WorldCheckerTest, CountsWhatWasTakenWhatWasSurplusAndWhatWasServed) {
  const auto holder = launch(1), surplus = launch(2);
  commit(holder);
  register_target(holder);
  look();
  region_.wait(base::Duration::seconds(10));
  look();
  EXPECT_EQ(checker_.figures().slot_ms_served, 10'000);
  ASSERT_TRUE(region_.region.interrupt(holder, InterruptionKind::kWarned));
  ASSERT_EQ(region_.ec2("TerminateInstances", {{"InstanceId.1", surplus.str()}}).status, 200);
  region_.wait(base::Duration::minutes(4));
  look();
  EXPECT_EQ(checker_.figures().launches, 2);
  EXPECT_EQ(checker_.figures().interruptions_warned, 1);
  EXPECT_EQ(checker_.figures().replaced_in_time, 0);
  EXPECT_EQ(checker_.figures().surplus, 1);
  EXPECT_EQ(checker_.figures().slot_ms_served, 10'000) << "nobody served at the last look";
  EXPECT_GT(checker_.figures().on_demand_cost, checker_.figures().cost);
}

TEST_F(WorldCheckerTest, AnOpenRequestOfAGroupThatNoFileNamesIsAViolation) {
  const auto id = launch(1);
  register_target(id);
  commit(id);
  region_.region.drain_pool(
      {model::InstanceType("m5.large"), model::Zone("us-east-2a"), model::kLinux});
  request_spot();
  const std::vector<model::GroupSpec> none;
  WorldChecker nobody(region_.region, ledger_, none, note());
  nobody.expect_whole(region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("no file names its group")));
}

TEST_F(WorldCheckerTest, ADrainThatIsNotTheFilesIsAViolation) {
  const auto id = launch(1);
  register_target(id);
  commit(id);
  auto groups = groups_;
  groups[0].target_groups[0].drain = base::Duration::seconds(60);
  WorldChecker checker(region_.region, ledger_, groups, note());
  checker.expect_whole(region_.now);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("drains for 5m, and the file says 1m")));
}

}  // namespace
}  // namespace sim
