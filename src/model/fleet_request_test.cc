#include "model/fleet_request.h"

#include <gtest/gtest.h>

#include "base/form.h"
#include "model/launch_request.h"

namespace model {
namespace {

const TokenScope kScope{"d", AccountId("1"), Region("r")};

FleetParameters parameters() {
  FleetParameters p;
  p.deployment = "d";
  p.group = GroupName("web");
  p.launch = {"k3x", 17};
  p.launch_template = LaunchTemplateId("lt-1");
  p.template_version = 4;
  p.overrides = {{InstanceType("c6i.large"), SubnetId("subnet-a"), {}, {}},
                 {InstanceType("m6i.large"), SubnetId("subnet-b"), {}, {}}};
  p.spot_count = 3;
  p.client_token = client_token(kScope, p.group, p.launch);
  return p;
}

base::Form form_of(const FleetParameters& p) {
  return base::Form::parse(fleet_request_body(p)).value_or(base::Form());
}

TEST(FleetRequest, TheSameParametersAreTheSameBytes) {
  EXPECT_EQ(fleet_request_body(parameters()), fleet_request_body(parameters()));
}

TEST(FleetRequest, IsInstantAndNamesEveryPoolWithTheResolvedVersion) {
  const base::Form form = form_of(parameters());
  EXPECT_EQ(form.get("Type"), "instant");
  const std::string config = "LaunchTemplateConfigs.1.";
  EXPECT_EQ(form.get(config + "LaunchTemplateSpecification.LaunchTemplateId"), "lt-1");
  EXPECT_EQ(form.get(config + "LaunchTemplateSpecification.Version"), "4");
  EXPECT_EQ(form.get(config + "Overrides.1.InstanceType"), "c6i.large");
  EXPECT_EQ(form.get(config + "Overrides.2.SubnetId"), "subnet-b");
  EXPECT_FALSE(form.find(config + "Overrides.1.MaxPrice"));
  EXPECT_FALSE(form.find(config + "Overrides.1.Priority"));
}

TEST(FleetRequest, CountsAddUpToTheTotal) {
  FleetParameters p = parameters();
  p.on_demand_count = 2;
  p.on_demand_allocation = OnDemandAllocation::kPrioritized;
  const base::Form form = form_of(p);
  const std::string target = "TargetCapacitySpecification.";
  EXPECT_EQ(form.get(target + "TotalTargetCapacity"), "5");
  EXPECT_EQ(form.get(target + "SpotTargetCapacity"), "3");
  EXPECT_EQ(form.get(target + "OnDemandTargetCapacity"), "2");
  EXPECT_EQ(form.get(target + "DefaultTargetCapacityType"), "spot");
  EXPECT_EQ(form.get("OnDemandOptions.AllocationStrategy"), "prioritized");
}

TEST(FleetRequest, OnDemandAloneHasNoSpotOptions) {
  FleetParameters p = parameters();
  p.spot_count = 0;
  p.on_demand_count = 1;
  EXPECT_EQ(fleet_request_body(p).find("SpotOptions"), std::string::npos);
  EXPECT_EQ(form_of(p).get("TargetCapacitySpecification.DefaultTargetCapacityType"), "on-demand");
}

TEST(FleetRequest, CarriesPricesPrioritiesAndTheLeastThatIsTaken) {
  FleetParameters p = parameters();
  p.overrides[0].max_price = base::Money::usd_micros(31'200);
  p.overrides[1].priority = 0;
  p.spot_allocation = SpotAllocation::kCapacityOptimizedPrioritized;
  p.spot_unity = FleetUnity::kZone;
  p.least_spot = 2;
  p.max_total_price = base::Money::usd_micros(500'000);
  const base::Form form = form_of(p);
  EXPECT_EQ(form.get("LaunchTemplateConfigs.1.Overrides.1.MaxPrice"), "0.0312");
  EXPECT_EQ(form.get("LaunchTemplateConfigs.1.Overrides.2.Priority"), "0");
  EXPECT_EQ(form.get("SpotOptions.AllocationStrategy"), "capacity-optimized-prioritized");
  EXPECT_EQ(form.get("SpotOptions.SingleAvailabilityZone"), "true");
  EXPECT_FALSE(form.find("SpotOptions.SingleInstanceType"));
  EXPECT_EQ(form.get("SpotOptions.MinTargetCapacity"), "2");
  EXPECT_EQ(form.get("SpotOptions.MaxTotalPrice"), "0.50");
}

TEST(FleetRequest, TagsTheInstancesFirstAndTheFleetToo) {
  FleetParameters p = parameters();
  p.tags = {{"team", "shop"}};
  const base::Form form = form_of(p);
  EXPECT_EQ(form.get("TagSpecification.1.ResourceType"), "instance");
  EXPECT_EQ(form.get("TagSpecification.2.ResourceType"), "fleet");
  for (const std::string specification : {"TagSpecification.1.", "TagSpecification.2."}) {
    EXPECT_EQ(form.get(specification + "Tag.1.Value"), "web");
    EXPECT_EQ(form.get(specification + "Tag.2.Value"), "k3x.17");
    EXPECT_EQ(form.get(specification + "Tag.3.Value"), "d");
    EXPECT_EQ(form.get(specification + "Tag.4.Value"), "shop");
  }
}

TEST(FleetRequest, IsALaunchOfItsEntryAndOfNoOther) {
  const FleetParameters p = parameters();
  const std::string ours = fleet_request_body(p);
  EXPECT_EQ(kind_of_launch(ours), LaunchKind::kFleet);
  EXPECT_TRUE(is_launch_request(ours, kScope, p.group, p.launch));
  EXPECT_FALSE(is_launch_request(ours, kScope, p.group, {"k3x", 18}));
  EXPECT_FALSE(is_launch_request(ours, kScope, GroupName("api"), p.launch));
  EXPECT_FALSE(is_launch_request(ours, {"e", kScope.account, kScope.region}, p.group, p.launch));
  EXPECT_FALSE(is_launch_request(ours + "&Action=RunInstances", kScope, p.group, p.launch));
}

TEST(FleetRequest, AFleetThatWouldGoOnByItselfIsNoLaunchOfOurs) {
  const FleetParameters p = parameters();
  std::string ours = fleet_request_body(p);
  EXPECT_FALSE(is_launch_request(ours + "&Type=maintain", kScope, p.group, p.launch));
  const std::string type = "&Type=instant";
  ours.replace(ours.find(type), type.size(), "");
  EXPECT_FALSE(is_launch_request(ours, kScope, p.group, p.launch));
}

TEST(FleetRequest, StrategiesHaveAwssNames) {
  for (const SpotAllocation one : {SpotAllocation::kPriceCapacityOptimized,
                                   SpotAllocation::kLowestPrice, SpotAllocation::kDiversified})
    EXPECT_EQ(parse_spot_allocation(to_string(one)), one);
  EXPECT_EQ(parse_on_demand_allocation("prioritized"), OnDemandAllocation::kPrioritized);
  EXPECT_FALSE(parse_spot_allocation("cheap"));
  EXPECT_FALSE(parse_on_demand_allocation("diversified"));
}

TEST(FleetRequestDeathTest, AFleetOfNothingIsABug) {
  FleetParameters p = parameters();
  p.spot_count = 0;
  EXPECT_DEATH(fleet_request_body(p), "spot_count");
}

}  // namespace
}  // namespace model
