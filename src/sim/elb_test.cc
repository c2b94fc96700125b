#include "sim/elb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using testing::ElementsAre;
using testing::IsEmpty;

class ElbTest : public testing::Test {
 protected:
  void SetUp() override {
    arn = r.region.default_scene().target_group.str();
    id = r.launch()[0];
    r.wait(Duration::seconds(61));
  }

  Reply with_target(const std::string& action, const std::string& instance) {
    return r.elb(action, {{"TargetGroupArn", arn}, {"Targets.member.1.Id", instance}});
  }

  std::string state() { return with_target("DescribeTargetHealth", id).text("State"); }

  std::vector<std::string> listed() {
    return r.elb("DescribeTargetHealth", {{"TargetGroupArn", arn}}).texts("Id");
  }

  TestRegion r;
  std::string arn, id;
};

TEST_F(ElbTest, ATargetIsInitialThenHealthyThenDrainsAndIsForgotten) {
  EXPECT_EQ(state(), "unused");
  with_target("RegisterTargets", id);
  EXPECT_EQ(state(), "initial");
  r.wait(Duration::minutes(4));
  EXPECT_EQ(state(), "healthy");
  with_target("DeregisterTargets", id);
  EXPECT_EQ(state(), "draining");
  r.wait(Duration::seconds(299));
  EXPECT_THAT(listed(), ElementsAre(id));
  r.wait(Duration::seconds(1));
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(ElbTest, AMachineThatIsGoneGetsRequestsUntilItsChecksHaveFailed) {
  const auto gets = [&] {
    const World& world = r.region.world();
    return gets_requests(world, world.target_groups.at(model::TargetGroupArn(arn)),
                         {model::InstanceId(id), 80}, r.now);
  };
  with_target("RegisterTargets", id);
  EXPECT_FALSE(gets()) << "not found healthy yet";
  r.wait(Duration::minutes(4));
  EXPECT_TRUE(gets());
  r.ec2("TerminateInstances", {{"InstanceId.1", id}});
  r.wait(Duration::seconds(59));  // Two checks of 30 s.
  EXPECT_TRUE(gets()) << "nobody has noticed";
  r.wait(Duration::seconds(1));
  EXPECT_FALSE(gets());
}

TEST_F(ElbTest, ATargetThatDrainsGetsNoRequests) {
  with_target("RegisterTargets", id);
  r.wait(Duration::minutes(4));
  with_target("DeregisterTargets", id);
  const World& world = r.region.world();
  EXPECT_FALSE(gets_requests(world, world.target_groups.at(model::TargetGroupArn(arn)),
                             {model::InstanceId(id), 80}, r.now));
}

TEST(Elb, ATargetGroupHasAsManyTargetsAsItsQuotaAllows) {
  RegionOptions options = calm_options();
  options.most_targets = 1;
  TestRegion r(options);
  const std::string arn = r.region.default_scene().target_group.str();
  const std::vector<std::string> ids = r.launch(2);
  r.wait(Duration::seconds(61));
  const auto add = [&](const std::string& id) {
    return r.elb("RegisterTargets", {{"TargetGroupArn", arn}, {"Targets.member.1.Id", id}});
  };
  EXPECT_EQ(add(ids[0]).code(), "");
  EXPECT_EQ(add(ids[1]).code(), "TooManyTargets");
  EXPECT_EQ(r.control("POST", "quotas", R"({"targets":0})").status, 400);
  EXPECT_EQ(add(ids[1]).code(), "TooManyTargets");
  EXPECT_EQ(r.control("POST", "quotas", R"({"targets":2})").status, 200);
  EXPECT_EQ(add(ids[1]).code(), "");
}

TEST_F(ElbTest, OnlyRunningInstancesCanBeRegistered) {
  const std::string young = r.launch()[0];
  EXPECT_EQ(with_target("RegisterTargets", young).code(), "InvalidTarget");
  EXPECT_EQ(with_target("RegisterTargets", "i-0123456789abcdef0").code(), "InvalidTarget");
  EXPECT_EQ(with_target("RegisterTargets", "web").code(), "ValidationError");
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(ElbTest, RegisteringAgainKeepsHealthAndCallsADrainOff) {
  with_target("RegisterTargets", id);
  r.wait(Duration::minutes(4));
  with_target("RegisterTargets", id);
  EXPECT_EQ(state(), "healthy");
  with_target("DeregisterTargets", id);
  with_target("RegisterTargets", id);
  EXPECT_EQ(state(), "initial");
  r.wait(Duration::minutes(10));
  EXPECT_EQ(state(), "healthy");
}

TEST_F(ElbTest, ADeadInstanceIsUnusedAndASickOneUnhealthy) {
  with_target("RegisterTargets", id);
  r.wait(Duration::minutes(4));
  r.region.set_sick(model::InstanceId(id), true);
  EXPECT_EQ(state(), "unhealthy");
  r.ec2("TerminateInstances", {{"InstanceId.1", id}});
  EXPECT_EQ(state(), "unused");
}

TEST_F(ElbTest, AttributesChangeAllOrNone) {
  const auto modify = [&](const std::string& key, const std::string& value) {
    return r.elb("ModifyTargetGroupAttributes",
                 {{"TargetGroupArn", arn},
                  {"Attributes.member.1.Key", "deregistration_delay.timeout_seconds"},
                  {"Attributes.member.1.Value", "30"},
                  {"Attributes.member.2.Key", key},
                  {"Attributes.member.2.Value", value}});
  };
  EXPECT_EQ(modify("stickiness.enabled", "perhaps").code(), "ValidationError");
  const auto& group = r.region.world().target_groups.begin()->second;
  EXPECT_EQ(group.deregistration_delay(), Duration::seconds(300));
  EXPECT_EQ(modify("stickiness.enabled", "true").code(), "");
  EXPECT_EQ(group.deregistration_delay(), Duration::seconds(30));
}

TEST_F(ElbTest, RegistrationsAreLimitedPerActionAndPerAccount) {
  int registered = 0, deregistered = 0;
  while (with_target("RegisterTargets", id).code().empty()) ++registered;
  while (with_target("DeregisterTargets", id).code().empty()) ++deregistered;
  EXPECT_EQ(registered, 20);
  EXPECT_LE(registered + deregistered, 40);
  EXPECT_EQ(with_target("RegisterTargets", id).code(), "Throttling");
}

TEST_F(ElbTest, AGroupIsMadeOnceAndFoundByName) {
  const Fields fields = {
      {"Name", "api"}, {"Port", "8080"}, {"VpcId", r.region.default_scene().vpc}};
  const std::string made = r.elb("CreateTargetGroup", fields).text("TargetGroupArn");
  EXPECT_EQ(r.elb("CreateTargetGroup", fields).code(), "DuplicateTargetGroupName");
  EXPECT_EQ(r.elb("DescribeTargetGroups", {{"Names.member.1", "api"}}).text("TargetGroupArn"),
            made);
  EXPECT_EQ(r.elb("DescribeTargetGroups", {{"Names.member.1", "none"}}).code(),
            "TargetGroupNotFound");
}

}  // namespace
}  // namespace sim
