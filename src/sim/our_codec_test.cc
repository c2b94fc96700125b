// Goal: our aws module and the region understand each other in every call that launches or that
// describes what may be launched. Method: a call is encoded, handled and decoded in process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/codec.h"
#include "model/fleet_request.h"
#include "model/launch_request.h"
#include "model/spot_request.h"
#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using testing::Contains;
using testing::IsEmpty;
using testing::SizeIs;

const model::TokenScope kScope{"d", model::AccountId("123456789012"), model::Region("us-east-2")};

class OurCodec : public testing::Test {
 protected:
  base::Result<model::Reply> result_of(const model::Call& call) {
    const auto endpoint = *net::parse_endpoint("https://ec2.us-east-2.amazonaws.com");
    return aws::decode(call, r.region.handle(aws::encode(call, endpoint), r.now).response);
  }
  template <class T>
  T ask(const model::Call& call) {
    const auto result = result_of(call);
    if (result) return std::get<T>(*result);
    ADD_FAILURE() << model::action_of(call) << ": " << base::to_string(result.error());
    return {};
  }
  std::string code_of(const model::Call& call) {
    const auto result = result_of(call);
    return result ? "" : result.error().code;
  }

  model::FleetParameters fleet() const {
    model::FleetParameters p;
    p.deployment = kScope.deployment;
    p.group = model::GroupName("web");
    p.launch = {"k3x", 1};
    p.launch_template = scene.launch_template;
    p.template_version = 1;
    p.overrides = {{model::InstanceType("c6i.large"), scene.subnets[0].id, {}, 0},
                   {model::InstanceType("m6i.large"), scene.subnets[1].id, {}, 1}};
    p.spot_count = 2;
    p.spot_allocation = model::SpotAllocation::kCapacityOptimizedPrioritized;
    p.client_token = model::client_token(kScope, p.group, p.launch);
    return p;
  }
  void drain(const char* type, size_t subnet) {
    r.region.drain_pool({model::InstanceType(type), scene.subnets[subnet].zone, model::kLinux});
  }

  TestRegion r;
  const Scene& scene = r.region.default_scene();
};

TEST_F(OurCodec, AFleetLaunchesWithOurTagsAndReplaysUnderItsToken) {
  const model::CreateFleet call{model::fleet_request_body(fleet())};
  EXPECT_TRUE(model::is_launch_request(call.body, kScope, model::GroupName("web"), {"k3x", 1}));
  const auto first = ask<model::FleetReply>(call);
  ASSERT_THAT(first.launched, SizeIs(1));
  EXPECT_EQ(first.launched[0].type.str(), "c6i.large");
  EXPECT_EQ(first.launched[0].from.subnet, scene.subnets[0].id);
  EXPECT_EQ(first.launched[0].from.version, "1");
  EXPECT_EQ(ask<model::FleetReply>(call).launched, first.launched);
  r.wait(Duration::minutes(2));
  model::DescribeInstances ours;
  ours.filters = {{"tag:spotkeeper:launch", {"k3x.1"}}};
  const auto shown = ask<model::InstancesReply>(ours);
  ASSERT_THAT(shown.instances, SizeIs(2));
  EXPECT_EQ(*shown.instances[0].tag(model::kDeploymentTag), "d");
}

TEST_F(OurCodec, AFleetTellsDryPoolsBesideWhatItLaunched) {
  drain("c6i.large", 0);
  model::FleetParameters p = fleet();
  p.spot_allocation = model::SpotAllocation::kDiversified;
  const auto reply = ask<model::FleetReply>(model::CreateFleet{model::fleet_request_body(p)});
  ASSERT_THAT(reply.errors, SizeIs(1));
  EXPECT_EQ(reply.errors[0].code, "InsufficientInstanceCapacity");
  EXPECT_EQ(reply.errors[0].from.type.str(), "c6i.large");
  ASSERT_THAT(reply.launched, SizeIs(1));
  EXPECT_THAT(reply.launched[0].ids, SizeIs(2));
  const auto again = ask<model::FleetsReply>(model::DescribeFleets{{reply.id}, {}, 0, {}});
  ASSERT_THAT(again.fleets, SizeIs(1));
  EXPECT_EQ(again.fleets[0].launched, reply.launched);
  EXPECT_EQ(again.fleets[0].errors, reply.errors);
}

TEST_F(OurCodec, ASpotRequestIsOpenedFulfilledAndCancelled) {
  model::SpotRequestParameters p;
  p.launch.image = scene.image;
  p.launch.type = model::InstanceType("c5.large");
  p.launch.key_name = "ops";
  p.launch.user_data = "#!/bin/sh\n";
  p.launch.network_interfaces = {
      {scene.subnets[0].id, {model::SecurityGroupId("sg-12345678")}, false}};
  p.type = model::SpotRequestType::kPersistent;
  p.max_price = base::Money::usd_micros(85'000);
  p.valid_until = r.now + Duration::hours(1);
  p.tags = {{model::kGroupTag, "web"}};
  p.client_token = "token";
  const auto made =
      ask<model::SpotRequestsReply>(model::RequestSpotInstances{model::spot_request_body(p)});
  ASSERT_THAT(made.requests, SizeIs(1));
  EXPECT_EQ(made.requests[0].state, "open");
  EXPECT_EQ(made.requests[0].type, model::SpotRequestType::kPersistent);
  EXPECT_THAT(made.requests[0].tags, Contains(model::Tag{model::kGroupTag, "web"}));
  r.wait(Duration::minutes(1));
  const model::SpotRequestId id = made.requests[0].id;
  const auto shown =
      ask<model::SpotRequestsReply>(model::DescribeSpotInstanceRequests{{id}, {}, 0, {}});
  ASSERT_THAT(shown.requests, SizeIs(1));
  EXPECT_FALSE(shown.requests[0].instance.empty());
  const auto gone = ask<model::CancelledSpotRequestsReply>(model::CancelSpotInstanceRequests{{id}});
  EXPECT_THAT(gone.cancelled, testing::ElementsAre(model::CancelledSpotRequest{id, "cancelled"}));
}

TEST_F(OurCodec, ATemplateIsMadeChangedAndFound) {
  model::CreateLaunchTemplate call;
  call.name = "api";
  call.data.image = scene.image;
  call.data.type = model::InstanceType("m5.large");
  call.data.security_groups = {model::SecurityGroupId("sg-12345678")};
  call.data.instance_profile = "keeper";
  call.data.user_data = "#!/bin/sh\n";
  call.data.has_detailed_monitoring = true;
  call.data.block_devices.resize(1);
  call.data.block_devices[0].device = "/dev/sdf";
  call.data.block_devices[0].size_gib = 8;
  call.tags = {{model::kGroupTag, "api"}};
  const auto made = ask<model::LaunchTemplatesReply>(call);
  ASSERT_THAT(made.templates, SizeIs(1));
  model::CreateLaunchTemplateVersion next;
  next.id = made.templates[0].id;
  next.source_version = "$Latest";
  next.data.type = model::InstanceType("c5.large");
  const auto second = ask<model::LaunchTemplateVersionsReply>(next);
  ASSERT_THAT(second.versions, SizeIs(1));
  EXPECT_EQ(second.versions[0].number, 2);
  EXPECT_EQ(second.versions[0].image, scene.image);
  const auto both = ask<model::LaunchTemplateVersionsReply>(
      model::DescribeLaunchTemplateVersions{made.templates[0].id, {}, {}});
  ASSERT_THAT(both.versions, SizeIs(2));
  EXPECT_TRUE(model::is_made_of(both.versions[0].data, call.data)) << "each field comes back";
  EXPECT_FALSE(model::is_made_of(both.versions[1].data, call.data)) << "the type was changed";
  model::DescribeLaunchTemplates ours;
  ours.filters = {{"tag:spotkeeper:group", {"api"}}};
  const auto found = ask<model::LaunchTemplatesReply>(ours);
  ASSERT_THAT(found.templates, SizeIs(1));
  EXPECT_EQ(found.templates[0].latest_version, 2);
  EXPECT_EQ(code_of(call), "InvalidLaunchTemplateName.AlreadyExistsException");
}

TEST_F(OurCodec, WhatALaunchNamesOfTheAccountsIsUnderstood) {
  const auto images = ask<model::ImagesReply>(model::DescribeImages{{scene.image}});
  EXPECT_THAT(images.images,
              testing::ElementsAre(model::Image{scene.image, "available", "x86_64"}));
  EXPECT_EQ(code_of(model::DescribeImages{{model::ImageId("ami-12345678")}}),
            "InvalidAMIID.NotFound");
  EXPECT_THAT(ask<model::KeyPairsReply>(model::DescribeKeyPairs{{scene.key_pair}}).names,
              testing::ElementsAre(scene.key_pair));
  EXPECT_EQ(code_of(model::DescribeKeyPairs{{"ops"}}), "InvalidKeyPair.NotFound");
  const auto groups =
      ask<model::SecurityGroupsReply>(model::DescribeSecurityGroups{{scene.security_group}});
  EXPECT_THAT(groups.groups,
              testing::ElementsAre(model::SecurityGroup{scene.security_group, scene.vpc}));
  EXPECT_EQ(code_of(model::DescribeSecurityGroups{{model::SecurityGroupId("sg-12345678")}}),
            "InvalidGroup.NotFound");
}

TEST_F(OurCodec, TypesZonesAndScoresAreUnderstood) {
  model::DescribeInstanceTypes types;
  types.types = {model::InstanceType("c6i.large")};
  const auto described = ask<model::InstanceTypesReply>(types);
  ASSERT_THAT(described.types, SizeIs(1));
  EXPECT_EQ(described.types[0].memory_mib, 4096);
  EXPECT_TRUE(described.types[0].supports_spot);
  const auto zones = ask<model::AvailabilityZonesReply>(model::DescribeAvailabilityZones{});
  EXPECT_THAT(zones.zones, SizeIs(3));
  model::GetSpotPlacementScores scores;
  scores.types = {model::InstanceType("c6i.large"), model::InstanceType("m6i.large"),
                  model::InstanceType("r6i.large")};
  EXPECT_THAT(ask<model::SpotPlacementScoresReply>(scores).scores, SizeIs(3));
  scores.granularity = model::ScoreGranularity::kRegion;
  const auto whole = ask<model::SpotPlacementScoresReply>(scores).scores;
  ASSERT_THAT(whole, SizeIs(1));
  EXPECT_TRUE(whole[0].zone.empty());
}

TEST_F(OurCodec, AMemberOfAnAutoScalingGroupIsShownAndDetached) {
  const model::AutoScalingGroupName old("old");
  r.auto_scaling("CreateAutoScalingGroup",
                 {{"AutoScalingGroupName", old.str()},
                  {"LaunchTemplate.LaunchTemplateId", scene.launch_template.str()},
                  {"MinSize", "1"},
                  {"MaxSize", "2"},
                  {"DesiredCapacity", "2"},
                  {"VPCZoneIdentifier", scene.subnets[0].id.str()}});
  r.wait(Duration::minutes(2));
  const auto shown = ask<model::AutoScalingGroupsReply>(
      model::DescribeAutoScalingGroups{{old, model::AutoScalingGroupName("none")}, 100, {}});
  ASSERT_THAT(shown.groups, SizeIs(1));
  EXPECT_EQ(shown.groups[0].desired, 2);
  ASSERT_THAT(shown.groups[0].members, SizeIs(2));
  const model::AutoScalingMember first = shown.groups[0].members[0];
  EXPECT_TRUE(model::can_be_detached(first));
  ask<model::Done>(model::DetachInstances{old, {first.id}});
  EXPECT_EQ(code_of(model::DetachInstances{old, {first.id}}), "ValidationError") << "it left";
  const auto second = shown.groups[0].members[1].id;
  EXPECT_EQ(code_of(model::DetachInstances{old, {second}}), "ValidationError") << "the minimum";
  const auto asked =
      ask<model::AutoScalingInstancesReply>(model::DescribeAutoScalingInstances{{first.id}, {}});
  ASSERT_THAT(asked.members, SizeIs(1));
  EXPECT_TRUE(model::is_detached(asked.members[0]));
  r.wait(Duration::minutes(1));
  EXPECT_THAT(
      ask<model::AutoScalingInstancesReply>(model::DescribeAutoScalingInstances{{first.id}, {}})
          .members,
      IsEmpty());
}

}  // namespace
}  // namespace sim
