// Goal: each thing that a launch names is asked about, and what is wrong with it is said with its
// cure. Method: an account as values, in which a test spoils one thing.
#include "app/launch_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/check_report.h"
#include "model/ids.h"

namespace app {
namespace {

using base::Retry;
using testing::HasSubstr;
using testing::StartsWith;

const model::SubnetId kA("subnet-a"), kB("subnet-b");
const model::Zone kZoneA("us-east-2a"), kZoneB("us-east-2b");
const model::SecurityGroupId kGroup("sg-1");
const model::InstanceType kC5("c5.large"), kM5("m5.large");

model::InstanceTypeInfo offer(const model::InstanceType& type) {
  return {type, 2, 8192, {"x86_64"}, true, true, false, false};
}

tl::unexpected<base::Error> not_found(const char* code, const std::string& what) {
  return base::fail(code, what + " does not exist", Retry::kNever);
}

struct Account {
  std::vector<model::Subnet> subnets{{kA, kZoneA, "vpc-1", 9}, {kB, kZoneB, "vpc-1", 9}};
  std::vector<model::LaunchTemplate> templates;
  std::vector<model::Image> images{{model::ImageId("ami-1"), "available", "x86_64"}};
  std::vector<model::SecurityGroup> security_groups{{kGroup, "vpc-1"}};
  std::string key = "ops";
  std::vector<model::InstanceTypeInfo> types{offer(kC5), offer(kM5)};
  std::optional<base::Error> refusal;  // Of whatever is asked.
  std::set<model::Pool> offered{{kC5, kZoneA}, {kC5, kZoneB}, {kM5, kZoneA}, {kM5, kZoneB}};
  base::Error dry_run{"DryRunOperation", "Request would have succeeded", {}, Retry::kNever};
  std::vector<std::string> launches;  // The bodies.

  using Answer = base::Result<model::Reply>;

  Answer on(const model::DescribeSubnets&) { return model::SubnetsReply{subnets, {}}; }
  Answer on(const model::DescribeLaunchTemplates&) {
    return model::LaunchTemplatesReply{templates, {}};
  }
  Answer on(const model::DescribeLaunchTemplateVersions& call) {
    model::LaunchTemplateVersion version;
    version.id = call.id;
    version.number = 7;
    version.image = model::ImageId("ami-1");
    version.data.add("KeyName", "ops");
    version.data.add("NetworkInterface.1.SecurityGroupId.1", kGroup.str());
    return model::LaunchTemplateVersionsReply{{version}, {}};
  }
  Answer on(const model::DescribeImages& call) {
    for (const model::Image& image : images)
      if (image.id == call.ids.at(0)) return model::ImagesReply{{image}};
    return not_found("InvalidAMIID.NotFound", call.ids.at(0).str());
  }
  Answer on(const model::DescribeSecurityGroups& call) {
    for (const model::SecurityGroup& group : security_groups)
      if (group.id == call.ids.at(0)) return model::SecurityGroupsReply{{group}};
    return not_found("InvalidGroup.NotFound", call.ids.at(0).str());
  }
  Answer on(const model::DescribeKeyPairs& call) {
    if (call.names.at(0) == key) return model::KeyPairsReply{{key}};
    return not_found("InvalidKeyPair.NotFound", call.names.at(0));
  }
  Answer on(const model::DescribeInstanceTypes& call) {
    for (const model::InstanceType& type : call.types)
      if (std::none_of(types.begin(), types.end(),
                       [&](const auto& one) { return one.type == type; }))
        return base::fail("InvalidInstanceType", "[" + type.str() + "] do not exist",
                          Retry::kNever);
    return model::InstanceTypesReply{types, {}};
  }
  Answer on(const model::DescribeSpotPriceHistory& call) {
    model::SpotPricesReply reply;
    for (const model::Pool& pool : offered)
      if (std::count(call.types.begin(), call.types.end(), pool.type) > 0)
        reply.prices.push_back({pool, base::Money::usd_micros(1), {}});
    return reply;
  }
  Answer on(const model::RunInstances& call) { return launch(call.body); }
  Answer on(const model::CreateFleet& call) { return launch(call.body); }
  Answer on(const model::RequestSpotInstances& call) { return launch(call.body); }
  Answer launch(const std::string& body) {
    launches.push_back(body);
    return tl::unexpected(dry_run);
  }
  template <class T>
  Answer on(const T&) {
    return base::fail("Unexpected", "nobody should ask for this");
  }
};

class LaunchCheckTest : public testing::Test {
 protected:
  LaunchCheckTest() {
    group_.name = model::GroupName("web");
    group_.capacity = 2;
    group_.subnets = {kA, kB};
    group_.types = {kC5, kM5};
    group_.machine = model::LaunchData();
    group_.machine->image = model::ImageId("ami-1");
    group_.machine->key_name = "ops";
    group_.machine->security_groups = {kGroup};
  }

  // "ok …", "FAILED …" or "not tried, …"; "" when it is not spoken of.
  std::string found(const std::string& what) {
    const Asker ask = [this](const model::Call& call) {
      if (account_.refusal) return Account::Answer(tl::unexpected(*account_.refusal));
      return std::visit([&](const auto& c) { return account_.on(c); }, call);
    };
    for (const Finding& finding :
         check_launch(group_, {"shop", model::Region("us-east-2"), {}}, ask))
      if (finding.what == what) return said(finding.found);
    return "";
  }

  static std::string said(const base::Result<std::string>& found) {
    if (found) return "ok " + *found;
    return (is_not_tried(found.error()) ? "" : "FAILED ") + found.error().message;
  }

  model::GroupSpec group_;
  Account account_;
};

TEST_F(LaunchCheckTest, FindsNothingWrongWhereNothingIs) {
  account_.templates = {{model::LaunchTemplateId("lt-1"),
                         "spotkeeper/shop/web",
                         1,
                         3,
                         {{model::kGroupTag, "web"}, {model::kDeploymentTag, "shop"}}}};
  EXPECT_EQ(found("subnets"), "ok subnet-a in us-east-2a, subnet-b in us-east-2b");
  EXPECT_EQ(found("launch template"), "ok spotkeeper/shop/web is lt-1, version 3");
  EXPECT_EQ(found("image"), "ok ami-1 is available, for x86_64");
  EXPECT_EQ(found("security groups"), "ok sg-1 of vpc-1");
  EXPECT_EQ(found("key"), "ok \"ops\" is there");
  EXPECT_EQ(found("instance types"), "ok 4 pools in 2 zones");
  EXPECT_EQ(found("right to launch"), "ok RunInstances would be carried out");
  EXPECT_THAT(account_.launches.back(), HasSubstr("LaunchTemplate.LaunchTemplateId=lt-1"));
  EXPECT_THAT(account_.launches.back(), testing::EndsWith("&DryRun=true"));
}

TEST_F(LaunchCheckTest, AnImageMustBeThereAndAvailable) {
  group_.machine->image = model::ImageId("ami-2");
  EXPECT_EQ(found("image"),
            "FAILED ami-2 is not there in us-east-2 (ami-2 does not exist); allowed: an image in "
            "us-east-2 that this account may use");
  account_.images.push_back({model::ImageId("ami-2"), "pending", "x86_64"});
  EXPECT_EQ(found("image"), "FAILED ami-2 is pending; allowed: an image that is available");
  group_.machine->image = model::ImageId("resolve:ssm:/web");
  EXPECT_EQ(found("image"), "ok resolve:ssm:/web is looked up at each launch");
}

TEST_F(LaunchCheckTest, SecurityGroupsMustBeOfTheSubnetsVpc) {
  account_.security_groups[0].vpc = "vpc-2";
  EXPECT_EQ(found("security groups"),
            "FAILED sg-1 is of vpc-2, and the subnets are of vpc-1; allowed: security groups of "
            "vpc-1");
  account_.security_groups.clear();
  EXPECT_THAT(found("security groups"), StartsWith("FAILED one of sg-1 is not there in us-east-2"));
  group_.machine->security_groups.clear();
  EXPECT_EQ(found("security groups"), "ok none named: the VPC's default one");
}

TEST_F(LaunchCheckTest, AKeyMustBeThere) {
  account_.key = "other";
  EXPECT_EQ(found("key"),
            "FAILED the key pair \"ops\" is not there in us-east-2 (ops does not exist); allowed: "
            "the name of a key pair of this region, or none");
  group_.machine->key_name.clear();
  EXPECT_EQ(found("key"), "");
}

TEST_F(LaunchCheckTest, TypesMustBeKnownFitTheImageAndBeOffered) {
  account_.offered.erase({kM5, kZoneB});
  EXPECT_EQ(found("instance types"), "ok 3 pools in 2 zones; not offered: m5.large in us-east-2b");
  account_.offered.erase({kC5, kZoneB});
  EXPECT_EQ(found("instance types"),
            "FAILED none of c5.large, m5.large is offered in us-east-2b; allowed: types of each "
            "subnet's zone, or other subnets");
  account_.types[1].architectures = {"arm64"};
  EXPECT_THAT(found("instance types"), StartsWith("FAILED m5.large in instance_types cannot run"));
  group_.types.emplace_back("c9.huge");
  EXPECT_THAT(found("instance types"),
              HasSubstr("[c9.huge] do not exist; allowed: instance types of this region"));
}

TEST_F(LaunchCheckTest, OnlyWhatIsUnknownIsBlamedOnTheFile) {
  account_.refusal = {"UnauthorizedOperation", "You may not", {}, Retry::kNever};
  EXPECT_EQ(found("instance types"), "FAILED You may not");
  EXPECT_EQ(found("image"), "FAILED You may not");
  EXPECT_EQ(found("right to launch"),
            "not tried, because no launch template is known to try it with");
}

TEST_F(LaunchCheckTest, WhatCannotBeAskedIsNotTried) {
  group_.machine.reset();
  group_.launch_template = {model::LaunchTemplateId("lt-9"), "$Latest"};
  account_.subnets.clear();
  EXPECT_EQ(found("security groups"), "not tried, because the subnets' VPC is not known");
  EXPECT_EQ(found("instance types"), "not tried, because the subnets' zones are not known");
  account_.refusal = {"UnauthorizedOperation", "You may not", {}, Retry::kNever};
  EXPECT_EQ(found("image, security groups and key"),
            "not tried, because the launch template is not known");
  group_.types.clear();
  group_.requirements = model::Requirements();
  EXPECT_EQ(found("instance types"), "not tried, because none is known");
  EXPECT_EQ(found("right to launch"), "not tried, because no instance type is known");
}

TEST_F(LaunchCheckTest, RequirementsAreCountedOrWhatExcludesAllIsNamed) {
  group_.types.clear();
  group_.requirements = model::Requirements();
  EXPECT_EQ(found("requirements"), "ok 2 instance types meet them: c5.large, m5.large");
  EXPECT_EQ(found("instance types"), "ok 4 pools in 2 zones");
  group_.requirements->least_memory_mib = 1 << 30;
  EXPECT_THAT(found("requirements"), HasSubstr("what excludes them: memory_gib (2 without it)"));
  group_.requirements->least_memory_mib = 0;
  group_.requirements->architecture = "arm64";
  account_.types[0].architectures = {"arm64"};
  EXPECT_THAT(found("instance types"), StartsWith("FAILED arch in requirements is arm64, and the "
                                                  "image is for x86_64"));
}

TEST_F(LaunchCheckTest, ATemplateOfOurNameMustBeOurs) {
  EXPECT_EQ(found("launch template"), "ok spotkeeper/shop/web will be made by the keeper");
  EXPECT_EQ(found("right to launch"),
            "not tried, because no launch template is known to try it with");
  account_.templates = {
      {model::LaunchTemplateId("lt-1"), "spotkeeper/shop/web", 1, 3, {{model::kGroupTag, "web"}}}};
  EXPECT_THAT(
      found("launch template"),
      StartsWith("FAILED spotkeeper/shop/web (lt-1) is not this keeper's: it lacks the tags "
                 "spotkeeper:group = web and spotkeeper:deployment = shop; rename or"));
}

TEST_F(LaunchCheckTest, WhatALaunchTemplateNamesIsAskedAboutToo) {
  group_.machine.reset();
  group_.launch_template = {model::LaunchTemplateId("lt-9"), "$Latest"};
  account_.security_groups.clear();
  account_.key.clear();
  EXPECT_EQ(found("launch template"), "ok lt-9, version 7, image ami-1");
  EXPECT_EQ(found("image"), "ok ami-1 is available, for x86_64");
  EXPECT_THAT(found("security groups"), StartsWith("FAILED one of sg-1"));
  EXPECT_THAT(found("key"), StartsWith("FAILED the key pair \"ops\""));
}

TEST_F(LaunchCheckTest, TheRightIsTriedByTheGroupsOwnWayToLaunch) {
  account_.dry_run = {"UnauthorizedOperation", "You are not authorized", {}, Retry::kNever};
  group_.launch_by = model::LaunchBy::kSpotRequest;
  EXPECT_EQ(found("right to launch"),
            "FAILED RequestSpotInstances is refused: You are not authorized; allow "
            "ec2:RequestSpotInstances and ec2:CreateTags to the keeper's role");
  group_.machine.reset();
  group_.launch_template = {model::LaunchTemplateId("lt-9"), "$Latest"};
  group_.launch_by = model::LaunchBy::kFleet;
  EXPECT_THAT(found("right to launch"), StartsWith("FAILED CreateFleet is refused"));
  EXPECT_THAT(account_.launches.back(), StartsWith("Action=CreateFleet"));
}

}  // namespace
}  // namespace app
