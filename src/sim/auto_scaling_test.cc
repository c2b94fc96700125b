// Goal: an Auto Scaling group behaves towards whoever takes its members as AWS's does. Method: the
// scene's template in a group over its three subnets; the group looks by itself every ten seconds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class AutoScalingTest : public testing::Test {
 protected:
  Fields group(const char* least, const char* most, const char* desired) const {
    return {{"AutoScalingGroupName", "old"},
            {"LaunchTemplate.LaunchTemplateId", scene.launch_template.str()},
            {"MinSize", least},
            {"MaxSize", most},
            {"DesiredCapacity", desired},
            {"VPCZoneIdentifier", scene.subnets[0].id.str() + "," + scene.subnets[1].id.str()},
            {"TargetGroupARNs.member.1", scene.target_group.str()}};
  }
  void begin(const char* least = "1", const char* most = "4", const char* desired = "2") {
    EXPECT_EQ(r.auto_scaling("CreateAutoScalingGroup", group(least, most, desired)).code(), "");
    r.wait(Duration::minutes(2));
  }
  const AutoScalingGroup& old() const { return r.region.world().auto_scaling_groups.at("old"); }
  std::vector<std::string> in_service() const {
    std::vector<std::string> ids;
    for (const auto& [id, member] : old().members)
      if (member.lifecycle_state == "InService") ids.push_back(id.str());
    return ids;
  }
  Reply detach(const std::vector<std::string>& ids, const char* decrement = "true") {
    Fields fields{{"AutoScalingGroupName", "old"}, {"ShouldDecrementDesiredCapacity", decrement}};
    for (size_t i = 0; i < ids.size(); ++i)
      fields.emplace_back("InstanceIds.member." + std::to_string(i + 1), ids[i]);
    return r.auto_scaling("DetachInstances", fields);
  }
  std::vector<std::string> registered() {
    return r.elb("DescribeTargetHealth", {{"TargetGroupArn", scene.target_group.str()}})
        .texts("Id");
  }
  const std::string* scaling_tag(const std::string& id) const {
    return r.region.world().instances.at(model::InstanceId(id)).tag("aws:autoscaling:groupName");
  }

  TestRegion r;
  const Scene& scene = r.region.default_scene();
};

TEST_F(AutoScalingTest, AGroupLaunchesWhatItWantsWithItsTagAndInItsTargetGroups) {
  begin();
  ASSERT_THAT(in_service(), SizeIs(2));
  for (const std::string& id : in_service()) {
    ASSERT_TRUE(scaling_tag(id));
    EXPECT_EQ(*scaling_tag(id), "old");
    EXPECT_THAT(registered(), Contains(id));
  }
  const auto& instances = r.region.world().instances;
  EXPECT_NE(instances.begin()->second.subnet, instances.rbegin()->second.subnet) << "balanced";
}

TEST_F(AutoScalingTest, AMemberThatEndsIsReplaced) {
  begin();
  const std::string lost = in_service()[0];
  r.ec2("TerminateInstances", {{"InstanceId.1", lost}});
  r.wait(Duration::minutes(2));
  EXPECT_THAT(in_service(), SizeIs(2));
  EXPECT_THAT(in_service(), Not(Contains(lost)));
}

TEST_F(AutoScalingTest, WhoIsDetachedLeavesAllThatTheGroupGave) {
  begin();
  r.elb("ModifyTargetGroupAttributes",
        {{"TargetGroupArn", scene.target_group.str()},
         {"Attributes.member.1.Key", "deregistration_delay.timeout_seconds"},
         {"Attributes.member.1.Value", "60"}});
  const std::string id = in_service()[0];
  const Reply answer = detach({id});
  EXPECT_EQ(answer.code(), "");
  EXPECT_THAT(answer.text("Description"), HasSubstr(id));
  EXPECT_EQ(old().desired, 1);
  EXPECT_EQ(r.auto_scaling("DescribeAutoScalingInstances", {{"InstanceIds.member.1", id}})
                .text("LifecycleState"),
            "Detaching");
  r.wait(Duration::seconds(5));
  EXPECT_TRUE(scaling_tag(id)) << "its connections drain first";
  r.wait(Duration::seconds(70));
  EXPECT_FALSE(scaling_tag(id));
  EXPECT_THAT(registered(), Not(Contains(id)));
  EXPECT_EQ(r.state_of(id), "running");
  EXPECT_THAT(r.auto_scaling("DescribeAutoScalingInstances", {{"InstanceIds.member.1", id}})
                  .texts("InstanceId"),
              IsEmpty());
  r.wait(Duration::minutes(5));
  EXPECT_EQ(r.region.world().instances_launched, 2) << "nobody came in its place";
}

TEST_F(AutoScalingTest, WithoutDecrementingTheGroupLaunchesAgain) {
  begin();
  detach({in_service()[0]}, "false");
  r.wait(Duration::minutes(2));
  EXPECT_EQ(old().desired, 2);
  EXPECT_EQ(r.region.world().instances_launched, 3);
}

TEST_F(AutoScalingTest, DetachingTwiceChangesNothingMore) {
  begin();
  const std::string id = in_service()[0];
  detach({id});
  for (int i = 0; i < 2; ++i) {
    const Reply again = detach({id});
    EXPECT_EQ(again.code(), "ValidationError");
    EXPECT_THAT(again.text("Message"), HasSubstr("is not part of Auto Scaling group old"));
    EXPECT_EQ(old().desired, 1);
    r.wait(Duration::minutes(10));
  }
}

TEST_F(AutoScalingTest, AllOrNoneAreDetachedAndNeverBelowTheMinimum) {
  begin("1", "4", "2");
  const auto ids = in_service();
  EXPECT_THAT(detach(ids).text("Message"),
              HasSubstr("min-size=1, max-size=4, and desired-size=2. To detach 2 instances"));
  EXPECT_EQ(detach({ids[0], "i-0123456789abcdef0"}).code(), "ValidationError");
  EXPECT_EQ(detach(std::vector<std::string>(1, "web")).code(), "ValidationError");
  EXPECT_EQ(detach({}).code(), "ValidationError");
  EXPECT_EQ(old().desired, 2);
  EXPECT_THAT(in_service(), SizeIs(2));
  r.auto_scaling("UpdateAutoScalingGroup", {{"AutoScalingGroupName", "old"}, {"MinSize", "0"}});
  EXPECT_EQ(detach(ids).code(), "");
  EXPECT_EQ(old().desired, 0);
}

TEST_F(AutoScalingTest, ContentionRefusesChangesAndNoReads) {
  begin();
  FaultSettings faults = r.region.faults();
  faults.scaling_contention_per_mille = 1000;
  r.region.set_faults(faults);
  std::set<std::string> codes;
  for (int i = 0; i < 20; ++i) codes.insert(detach({in_service()[0]}).code());
  EXPECT_EQ(codes, (std::set<std::string>{"ResourceContention", "ScalingActivityInProgress"}));
  EXPECT_EQ(old().desired, 2);
  EXPECT_EQ(r.auto_scaling("DescribeAutoScalingGroups").code(), "");
}

TEST_F(AutoScalingTest, AMachineThatIsAttachedBelongsToTheGroup) {
  begin("0", "1", "0");
  const std::string id = r.launch()[0];
  const Fields attach{{"AutoScalingGroupName", "old"}, {"InstanceIds.member.1", id}};
  EXPECT_EQ(r.auto_scaling("AttachInstances", attach).code(), "ValidationError") << "it boots";
  r.wait(Duration::minutes(2));
  EXPECT_EQ(r.auto_scaling("AttachInstances", attach).code(), "");
  EXPECT_EQ(old().desired, 1);
  EXPECT_TRUE(scaling_tag(id));
  EXPECT_THAT(registered(), Contains(id));
  EXPECT_EQ(r.auto_scaling("AttachInstances", attach).code(), "ValidationError") << "already";
}

TEST_F(AutoScalingTest, SizesAreKeptWithinTheirBounds) {
  EXPECT_EQ(r.auto_scaling("CreateAutoScalingGroup", group("2", "1", "2")).code(),
            "ValidationError");
  begin("1", "3", "3");
  EXPECT_EQ(r.auto_scaling("CreateAutoScalingGroup", group("1", "3", "3")).code(), "AlreadyExists");
  r.auto_scaling("UpdateAutoScalingGroup", {{"AutoScalingGroupName", "old"}, {"MaxSize", "2"}});
  EXPECT_EQ(old().desired, 2) << "it follows its maximum";
  r.wait(Duration::minutes(2));
  EXPECT_THAT(in_service(), SizeIs(2));
  EXPECT_EQ(r.auto_scaling("DeleteAutoScalingGroup", {{"AutoScalingGroupName", "old"}}).code(),
            "ResourceInUse");
  r.auto_scaling("SuspendProcesses",
                 {{"AutoScalingGroupName", "old"}, {"ScalingProcesses.member.1", "Launch"}});
  r.ec2("TerminateInstances", {{"InstanceId.1", in_service()[0]}});
  r.wait(Duration::minutes(2));
  EXPECT_THAT(in_service(), SizeIs(1));
}

TEST_F(AutoScalingTest, WhatItDoesNotKnowIsRefused) {
  begin();
  EXPECT_EQ(r.auto_scaling("EnterStandby").code(), "InvalidAction");
  EXPECT_EQ(
      r.auto_scaling("DescribeAutoScalingGroups", {{"Filters.member.1.Name", "tag-key"}}).code(),
      "ValidationError");
  Fields many;
  for (int i = 1; i <= 51; ++i)
    many.emplace_back("InstanceIds.member." + std::to_string(i),
                      "i-000000000000000" + std::to_string(10 + i));
  EXPECT_EQ(r.auto_scaling("DescribeAutoScalingInstances", many).code(), "ValidationError");
}

}  // namespace
}  // namespace sim
