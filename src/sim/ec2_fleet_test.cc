#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const model::Pool kFirst{model::InstanceType("c6i.large"), model::Zone("us-east-2a"),
                         model::kLinux};
const model::Pool kSecond{model::InstanceType("m5.large"), model::Zone("us-east-2b"),
                          model::kLinux};

// A seed whose region has the quirk, or has it not.
uint64_t seed_with(bool Quirks::*quirk, bool wanted) {
  for (uint64_t seed = 1;; ++seed)
    if (Region(calm_options(seed)).quirks().*quirk == wanted) return seed;
}

// A region in which a fleet is held back by nothing but capacity.
struct FleetRegion : TestRegion {
  explicit FleetRegion(
      RegionOptions options = calm_options(seed_with(&Quirks::fleets_draw_on_run_limits, false)))
      : TestRegion(std::move(options)) {}

  // Two pools, Spot, cheapest first: kFirst and kSecond.
  Reply fleet(int count, Fields extra = {}) {
    const Scene& scene = region.default_scene();
    const std::string config = "LaunchTemplateConfigs.1.";
    Fields fields = {{"Type", "instant"},
                     {config + "LaunchTemplateSpecification.LaunchTemplateName", "web"},
                     {config + "LaunchTemplateSpecification.Version", "$Latest"},
                     {config + "Overrides.1.InstanceType", "c6i.large"},
                     {config + "Overrides.1.SubnetId", scene.subnets[0].id.str()},
                     {config + "Overrides.2.InstanceType", "m5.large"},
                     {config + "Overrides.2.SubnetId", scene.subnets[1].id.str()},
                     {"TargetCapacitySpecification.TotalTargetCapacity", std::to_string(count)}};
    for (const auto& field : extra)
      std::erase_if(fields, [&](const auto& other) { return other.first == field.first; });
    fields.insert(fields.end(), extra.begin(), extra.end());
    const auto is_target = [](const auto& field) {
      return field.first == "TargetCapacitySpecification.DefaultTargetCapacityType";
    };
    if (std::none_of(fields.begin(), fields.end(), is_target))
      fields.emplace_back("TargetCapacitySpecification.DefaultTargetCapacityType", "spot");
    return ec2("CreateFleet", fields);
  }

  int count_in(const model::Pool& pool) const {
    int count = 0;
    for (const auto& [id, instance] : region.world().instances) count += instance.pool() == pool;
    return count;
  }
};

std::vector<std::string> instance_ids(const Reply& reply) {
  pugi::xml_document document;
  document.load_string(reply.body.c_str());
  std::vector<std::string> ids;
  for (const auto& item : document.select_nodes("//instanceIds/item"))
    ids.emplace_back(item.node().child_value());
  return ids;
}

Fields tag_instances(const std::string& key, const std::string& value) {
  return {{"TagSpecification.1.ResourceType", "instance"},
          {"TagSpecification.1.Tag.1.Key", key},
          {"TagSpecification.1.Tag.1.Value", value}};
}

TEST(CreateFleet, LaunchesTaggedSpotInstancesThatBootLikeOthers) {
  FleetRegion r;
  const Reply reply = r.fleet(2, tag_instances("team", "blue"));
  const auto ids = instance_ids(reply);
  ASSERT_THAT(ids, SizeIs(2));
  EXPECT_THAT(reply.texts("errorCode"), IsEmpty());
  EXPECT_EQ(reply.text("lifecycle"), "spot");
  const Instance& instance = r.region.world().instances.at(model::InstanceId(ids[0]));
  EXPECT_EQ(*instance.tag("team"), "blue");
  EXPECT_EQ(*instance.tag("aws:ec2:fleet-id"), reply.text("fleetId"));
  r.wait(Duration::seconds(61));
  EXPECT_EQ(r.state_of(ids[0]), "running");
  EXPECT_EQ(
      r.ec2("DescribeInstances", {{"Filter.1.Name", "tag:team"}, {"Filter.1.Value.1", "blue"}})
          .texts("instanceId"),
      std::vector<std::string>({std::min(ids[0], ids[1]), std::max(ids[0], ids[1])}));
  EXPECT_EQ(r.ec2("TerminateInstances", {{"InstanceId.1", ids[0]}}).code(), "");
  EXPECT_EQ(r.state_of(ids[0]), "shutting-down");
}

TEST(CreateFleet, AnswersInstancesAndTheErrorsOfDryPoolsTogether) {
  FleetRegion r;
  r.region.set_pool_capacity(kFirst, 1);
  r.region.set_pool_capacity(kSecond, 1);
  const Reply reply = r.fleet(5);
  EXPECT_THAT(instance_ids(reply), SizeIs(2));
  EXPECT_THAT(reply.texts("errorCode"),
              ElementsAre("InsufficientInstanceCapacity", "InsufficientInstanceCapacity"));
}

TEST(CreateFleet, GoesOnInTheNextPoolWhenTheCheapestIsDry) {
  FleetRegion r;
  r.region.drain_pool(kFirst);
  const Reply reply = r.fleet(2);
  EXPECT_EQ(r.count_in(kSecond), 2);
  EXPECT_THAT(reply.texts("errorCode"), ElementsAre("InsufficientInstanceCapacity"));
}

TEST(CreateFleet, AFleetWithoutCapacityIsASuccessWithErrorsOnly) {
  FleetRegion r;
  r.region.drain_pool(kFirst);
  r.region.drain_pool(kSecond);
  const Reply reply = r.fleet(2);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(instance_ids(reply), IsEmpty());
  EXPECT_THAT(reply.texts("errorCode"), SizeIs(2));
}

TEST(CreateFleet, TellsWhatIsWrongWithOnePoolAndUsesTheOther) {
  FleetRegion r;
  const auto code = [&](const char* field, const char* value) {
    const Reply reply =
        r.fleet(2, {{"LaunchTemplateConfigs.1.Overrides.1." + std::string(field), value}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(instance_ids(reply), SizeIs(2));
    return reply.text("errorCode");
  };
  EXPECT_EQ(code("SubnetId", "subnet-00000000"), "InvalidSubnetID.NotFound");
  EXPECT_EQ(code("MaxPrice", "0.0001"), "SpotMaxPriceTooLow");
  EXPECT_EQ(code("InstanceType", "z9.huge"), "InvalidParameterValue");
  EXPECT_EQ(r.count_in(kSecond), 6);
}

TEST(CreateFleet, NamesTheTemplateByItsIdAndTheVersionItResolved) {
  FleetRegion r;
  const Reply reply = r.fleet(1);
  EXPECT_EQ(reply.text("launchTemplateId"), r.region.default_scene().launch_template.str());
  EXPECT_EQ(reply.text("version"), "1");
}

TEST(CreateFleet, AMissingTemplateIsAnErrorOfItsPools) {
  FleetRegion r;
  const Reply reply =
      r.fleet(1, {{"LaunchTemplateConfigs.1.LaunchTemplateSpecification.Version", "9"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("errorCode"), "InvalidLaunchTemplateId.VersionNotFound");
  EXPECT_THAT(instance_ids(reply), IsEmpty());
}

TEST(CreateFleet, MixesOnDemandAndSpot) {
  FleetRegion r;
  r.fleet(3, {{"TargetCapacitySpecification.OnDemandTargetCapacity", "1"}});
  int spot = 0, on_demand = 0;
  for (const auto& [id, instance] : r.region.world().instances)
    ++(instance.lifecycle == model::Lifecycle::kSpot ? spot : on_demand);
  EXPECT_EQ(spot, 2);
  EXPECT_EQ(on_demand, 1);
  EXPECT_EQ(r.region.world().spot_requests.size(), 2u);
}

TEST(CreateFleet, BelowItsLeastItLaunchesNothing) {
  FleetRegion r;
  r.region.set_pool_capacity(kFirst, 1);
  r.region.set_pool_capacity(kSecond, 2);
  const Fields least = {{"SpotOptions.MinTargetCapacity", "3"},
                        {"SpotOptions.SingleInstanceType", "true"}};
  const Reply reply = r.fleet(4, least);
  EXPECT_THAT(reply.texts("errorCode"),
              ElementsAre("UnfulfillableCapacity", "UnfulfillableCapacity"));
  EXPECT_TRUE(r.region.world().instances.empty());
}

TEST(CreateFleet, RepeatingATokenAnswersTheSameFleet) {
  FleetRegion r;
  const Reply first = r.fleet(2, {{"ClientToken", "once"}});
  const Reply again = r.fleet(2, {{"ClientToken", "once"}});
  EXPECT_EQ(first.text("fleetId"), again.text("fleetId"));
  EXPECT_EQ(instance_ids(first), instance_ids(again));
  EXPECT_EQ(r.region.world().instances.size(), 2u);
  EXPECT_EQ(r.fleet(3, {{"ClientToken", "once"}}).code(), "IdempotentParameterMismatch");
}

TEST(CreateFleet, ATokenAnswersItsInstancesAlsoWhenTheyAreDead) {
  FleetRegion r;
  const auto ids = instance_ids(r.fleet(1, {{"ClientToken", "once"}}));
  r.ec2("TerminateInstances", {{"InstanceId.1", ids[0]}});
  r.wait(Duration::hours(2));
  EXPECT_EQ(instance_ids(r.fleet(1, {{"ClientToken", "once"}})), ids);
}

TEST(CreateFleet, AFailedFleetIsReplayedOrTriedAgainBySeed) {
  for (const bool replays : {false, true}) {
    FleetRegion r(calm_options(seed_with(&Quirks::replays_failed_fleets, replays)));
    r.region.drain_pool(kFirst);
    r.region.drain_pool(kSecond);
    const Reply failed = r.fleet(1, {{"ClientToken", "once"}});
    r.region.refill_pool(kFirst);
    const Reply again = r.fleet(1, {{"ClientToken", "once"}});
    EXPECT_EQ(again.text("fleetId") == failed.text("fleetId"), replays);
    EXPECT_THAT(instance_ids(again), SizeIs(replays ? 0 : 1));
  }
}

TEST(CreateFleet, DrawsOnTheLimitsOfRunInstancesOrNotBySeed) {
  for (const bool draws : {false, true}) {
    FleetRegion r(calm_options(seed_with(&Quirks::fleets_draw_on_run_limits, draws)));
    for (int i = 0; i < 5; ++i) r.fleet(1);
    const Reply sixth = r.fleet(1);
    EXPECT_EQ(sixth.status, 200);
    EXPECT_EQ(sixth.text("errorCode"), draws ? "RequestLimitExceeded" : "");
    EXPECT_THAT(instance_ids(sixth), SizeIs(draws ? 0 : 1));
    EXPECT_EQ(r.run().code(), draws ? "RequestLimitExceeded" : "");
  }
}

TEST(CreateFleet, HasFiftyRequestsAtOnceOfItsOwn) {
  FleetRegion r;
  for (int i = 0; i < 50; ++i) ASSERT_EQ(r.fleet(1).code(), "");
  EXPECT_EQ(r.fleet(1).code(), "RequestLimitExceeded");
}

TEST(CreateFleet, RefusesWhatIsNoInstantFleetOfItsKind) {
  FleetRegion r;
  EXPECT_EQ(r.fleet(1, {{"Type", "maintain"}}).code(), "UnsupportedOperation");
  EXPECT_EQ(r.fleet(0).code(), "InvalidTargetCapacitySpecification");
  EXPECT_EQ(r.fleet(1, {{"TargetCapacitySpecification.SpotTargetCapacity", "2"}}).code(),
            "InvalidTargetCapacitySpecification");
  EXPECT_EQ(r.fleet(1, {{"SpotOptions.AllocationStrategy", "random"}}).code(),
            "InvalidParameterValue");
  EXPECT_EQ(r.fleet(1, {{"SpotOptions.MinTargetCapacity", "1"}}).code(),
            "InvalidParameterCombination");
  EXPECT_EQ(r.fleet(1, {{"LaunchTemplateConfigs.1.Overrides.1.WeightedCapacity", "2"}}).code(),
            "UnknownParameter");
  EXPECT_EQ(
      r.fleet(1, {{"LaunchTemplateConfigs.1.LaunchTemplateSpecification.Version", ""}}).code(),
      "MissingParameter");
  EXPECT_EQ(r.fleet(1, {{"TagSpecification.1.ResourceType", "volume"}}).code(),
            "InvalidParameterValue");
  EXPECT_TRUE(r.region.world().instances.empty());
}

TEST(CreateFleet, RefusesAPoolThatIsNamedTwice) {
  FleetRegion r;
  const std::string third = "LaunchTemplateConfigs.1.Overrides.3.";
  const std::string& subnet = r.region.default_scene().subnets[0].id.str();
  EXPECT_EQ(
      r.fleet(1, {{third + "InstanceType", "c6i.large"}, {third + "SubnetId", subnet}}).code(),
      "InvalidFleetConfig");
  EXPECT_EQ(r.fleet(1, {{third + "InstanceType", "m5.large"}, {third + "SubnetId", subnet}}).code(),
            "");
}

TEST(DescribeFleets, ShowsWhatAnInstantFleetDidToThoseWhoNameIt) {
  FleetRegion r;
  r.region.drain_pool(kFirst);
  const std::string id = r.fleet(2, {{"TagSpecification.1.ResourceType", "fleet"},
                                     {"TagSpecification.1.Tag.1.Key", "team"},
                                     {"TagSpecification.1.Tag.1.Value", "blue"}})
                             .text("fleetId");
  const Reply shown = r.ec2("DescribeFleets", {{"FleetId.1", id}});
  EXPECT_EQ(shown.text("fleetState"), "active");
  EXPECT_EQ(shown.text("spotTargetCapacity"), "2");
  EXPECT_THAT(instance_ids(shown), SizeIs(2));
  EXPECT_EQ(shown.text("errorCode"), "InsufficientInstanceCapacity");
  EXPECT_EQ(shown.text("value"), "blue");
  EXPECT_THAT(r.ec2("DescribeFleets").texts("fleetId"), IsEmpty());
  EXPECT_EQ(r.ec2("DescribeFleets", {{"FleetId.1", "fleet-1"}}).code(), "InvalidFleetId.NotFound");
}

TEST(CreateFleet, AThrottledPoolIsAnErrorBesideTheInstancesOfAnother) {
  RegionOptions options = calm_options(seed_with(&Quirks::fleets_draw_on_run_limits, true));
  FleetRegion r(std::move(options));
  for (int i = 0; i < 4; ++i) r.run();
  const Reply reply = r.fleet(2, {{"SpotOptions.AllocationStrategy", "diversified"}});
  EXPECT_THAT(instance_ids(reply), SizeIs(1));
  EXPECT_THAT(reply.texts("errorCode"), ElementsAre("RequestLimitExceeded"));
}

TEST(CreateFleet, NothingIsLaunchedInAZoneThatIsDown) {
  FleetRegion r;
  FaultSettings faults;
  faults.zones_down = {kFirst.zone};
  r.region.set_faults(faults);
  const Reply reply = r.fleet(2);
  EXPECT_THAT(instance_ids(reply), SizeIs(2));
  EXPECT_EQ(r.count_in(kSecond), 2);
  EXPECT_EQ(r.count_in(kFirst), 0);
}

}  // namespace
}  // namespace sim
