#include "model/adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/launch_request.h"

namespace model {
namespace {

const TokenScope kScope{"d", AccountId("123456789012"), Region("us-east-2")};
const GroupName kWeb("web");
const LaunchId kLaunch{"k3x", 4};

std::string body_of_one(AutoScalingGroupName from = {}) {
  return adoption_body({{InstanceId("i-0123456789abcdef0")}, {}, std::move(from)}, kWeb, kLaunch,
                       "d");
}

std::string body() {
  const Adoption two{{InstanceId("i-0123456789abcdef0"), InstanceId("i-0123456789abcdef1")},
                     {{"team", "shop"}}};
  return adoption_body(two, kWeb, kLaunch, "d");
}

TEST(Adoption, ComesBackWithAllTagsThatTheMachinesGet) {
  const auto adoption = parse_adoption(body());
  ASSERT_TRUE(adoption);
  EXPECT_THAT(adoption->instances, testing::ElementsAre(InstanceId("i-0123456789abcdef0"),
                                                        InstanceId("i-0123456789abcdef1")));
  EXPECT_THAT(adoption->tags, testing::ElementsAre(Tag{kGroupTag, "web"}, Tag{kLaunchTag, "k3x.4"},
                                                   Tag{kDeploymentTag, "d"},
                                                   Tag{kAdoptedTag, "true"}, Tag{"team", "shop"}));
}

TEST(Adoption, IsALaunchOfItsEntryAndOfNoOther) {
  EXPECT_EQ(kind_of_launch(body()), LaunchKind::kAdoption);
  const std::string one = body_of_one();
  EXPECT_TRUE(is_launch_request(one, kScope, kWeb, kLaunch));
  EXPECT_FALSE(is_launch_request(one, kScope, kWeb, {"k3x", 5}));
  EXPECT_FALSE(is_launch_request(one, kScope, GroupName("api"), kLaunch));
  EXPECT_FALSE(is_launch_request(one, {"e", kScope.account, kScope.region}, kWeb, kLaunch));
  EXPECT_FALSE(is_launch_request(body(), kScope, kWeb, kLaunch)) << "a slot is one machine's";
}

TEST(Adoption, NamesTheAutoScalingGroupThatTheMachinesLeave) {
  const std::string text = body_of_one(AutoScalingGroupName("old web"));
  ASSERT_TRUE(parse_adoption(text));
  EXPECT_EQ(parse_adoption(text)->scaling_group.str(), "old web");
  EXPECT_TRUE(is_launch_request(text, kScope, kWeb, kLaunch));
  EXPECT_TRUE(parse_adoption(body())->scaling_group.empty());
  EXPECT_FALSE(parse_adoption(text + "&AutoScalingGroupName=other")) << "it is one group";
  EXPECT_FALSE(parse_adoption(body() + "&AutoScalingGroupName=")) << "and it has a name";
}

// The ledger may lie where others can write: tags are for machines, and for nothing else.
TEST(Adoption, OfAnythingButMachinesIsRefused) {
  std::string other = body();
  other.replace(other.find("i-0123456789abcdef1"), 19, "vpc-123456789abcdef");
  EXPECT_FALSE(parse_adoption(other));
  EXPECT_FALSE(is_launch_request(other, kScope, kWeb, kLaunch));
  EXPECT_FALSE(parse_adoption("Action=TerminateInstances&ResourceId.1=i-0123456789abcdef0"));
  EXPECT_FALSE(parse_adoption(body() + "&Action=TerminateInstances"));
}

}  // namespace
}  // namespace model
