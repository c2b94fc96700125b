#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;

const model::Pool kPool{model::InstanceType("c6i.large"), model::Zone("us-east-2a"), model::kLinux};

// A seed whose region has the quirk, or has it not.
uint64_t seed_with(bool Quirks::*quirk, bool wanted) {
  for (uint64_t seed = 1;; ++seed)
    if (Region(calm_options(seed)).quirks().*quirk == wanted) return seed;
}

TEST(RunInstances, BootsWithinAMinuteAndTagsAtLaunch) {
  TestRegion r;
  const auto ids = r.launch(1, {{"TagSpecification.1.ResourceType", "instance"},
                                {"TagSpecification.1.Tag.1.Key", "team"},
                                {"TagSpecification.1.Tag.1.Value", "blue"}});
  ASSERT_EQ(ids.size(), 1u);
  EXPECT_EQ(r.state_of(ids[0]), "pending");
  EXPECT_EQ(*r.region.world().instances.begin()->second.tag("team"), "blue");
  r.wait(Duration::seconds(61));
  EXPECT_EQ(r.state_of(ids[0]), "running");
}

TEST(RunInstances, TakesTheTemplatesValuesUnlessOverridden) {
  TestRegion r;
  r.launch();
  r.launch(1, {{"InstanceType", "m5.large"}});
  std::set<std::string> types;
  for (const auto& [id, instance] : r.region.world().instances) types.insert(instance.type.str());
  EXPECT_EQ(types, (std::set<std::string>{"c6i.large", "m5.large"}));
}

TEST(RunInstances, OnDemandHasNoSpotRequest) {
  TestRegion r;
  const Reply reply = r.ec2("RunInstances", {{"ImageId", r.region.default_scene().image.str()},
                                             {"InstanceType", "t3.micro"},
                                             {"MinCount", "1"},
                                             {"MaxCount", "2"}});
  EXPECT_EQ(reply.texts("instanceId").size(), 2u);
  EXPECT_EQ(reply.text("instanceLifecycle"), "");
  EXPECT_TRUE(r.region.world().spot_requests.empty());
}

TEST(RunInstances, RepeatingATokenAnswersTheSameInstances) {
  TestRegion r;
  const auto first = r.run({{"ClientToken", "once"}, {"MaxCount", "2"}}).texts("instanceId");
  const auto again = r.run({{"ClientToken", "once"}, {"MaxCount", "2"}}).texts("instanceId");
  EXPECT_EQ(first, again);
  EXPECT_EQ(r.region.world().instances.size(), 2u);
}

TEST(RunInstances, AChangedBodyUnderATokenIsAMismatch) {
  TestRegion r;
  r.run({{"ClientToken", "once"}});
  EXPECT_EQ(r.run({{"ClientToken", "once"}, {"MaxCount", "2"}}).code(),
            "IdempotentParameterMismatch");
  EXPECT_EQ(r.region.world().instances.size(), 1u);
}

TEST(RunInstances, ATokenIsGoodWithinOneZoneOnly) {
  TestRegion r;
  const Fields base = {{"LaunchTemplate.LaunchTemplateName", "web"},
                       {"ClientToken", "once"},
                       {"MinCount", "1"},
                       {"MaxCount", "1"}};
  Fields here = base, there = base;
  here.emplace_back("SubnetId", r.region.default_scene().subnets[0].id.str());
  there.emplace_back("SubnetId", r.region.default_scene().subnets[1].id.str());
  EXPECT_NE(r.ec2("RunInstances", here).text("instanceId"),
            r.ec2("RunInstances", there).text("instanceId"));
}

TEST(RunInstances, ATokenWhoseInstanceDiedSaysSo) {
  TestRegion r;
  const std::string id = r.run({{"ClientToken", "once"}}).text("instanceId");
  r.ec2("TerminateInstances", {{"InstanceId.1", id}});
  EXPECT_EQ(r.run({{"ClientToken", "once"}}).code(), "IdempotentInstanceTerminated");
  r.wait(Duration::hours(2));
  EXPECT_TRUE(r.region.world().instances.empty());
  EXPECT_EQ(r.run({{"ClientToken", "once"}}).code(), "IdempotentInstanceTerminated");
}

TEST(RunInstances, OneDeathOfTwoEndsTheTokenOrNotBySeed) {
  for (const bool ends : {false, true}) {
    TestRegion r(calm_options(seed_with(&Quirks::one_death_ends_token, ends)));
    const auto ids = r.run({{"ClientToken", "t"}, {"MaxCount", "2"}}).texts("instanceId");
    r.ec2("TerminateInstances", {{"InstanceId.1", ids[0]}});
    EXPECT_EQ(r.run({{"ClientToken", "t"}, {"MaxCount", "2"}}).code(),
              ends ? "IdempotentInstanceTerminated" : "");
  }
}

TEST(RunInstances, AFailedLaunchBurnsItsTokenOrNotBySeed) {
  for (const bool burns : {false, true}) {
    TestRegion r(calm_options(seed_with(&Quirks::burns_failed_tokens, burns)));
    r.region.drain_pool(kPool);
    EXPECT_EQ(r.run({{"ClientToken", "t"}}).code(), "InsufficientInstanceCapacity");
    r.region.refill_pool(kPool);
    EXPECT_EQ(r.run({{"ClientToken", "t"}}).code(), burns ? "InsufficientInstanceCapacity" : "");
  }
}

TEST(RunInstances, GivesWhatThePoolHasBetweenMinAndMax) {
  TestRegion r;
  r.region.set_pool_capacity(kPool, 3);
  EXPECT_EQ(r.run({{"MinCount", "4"}, {"MaxCount", "5"}}).code(), "InsufficientInstanceCapacity");
  EXPECT_EQ(r.run({{"MinCount", "1"}, {"MaxCount", "5"}}).texts("instanceId").size(), 3u);
  EXPECT_EQ(r.run().code(), "InsufficientInstanceCapacity");
}

TEST(RunInstances, RefusesAPriceBelowTheMarket) {
  TestRegion r;
  const Reply reply = r.run({{"InstanceMarketOptions.SpotOptions.MaxPrice", "0.0001"}});
  EXPECT_EQ(reply.code(), "SpotMaxPriceTooLow");
}

TEST(RunInstances, RefusesWhatItDoesNotKnow) {
  TestRegion r;
  EXPECT_EQ(r.run({{"Color", "red"}}).code(), "UnknownParameter");
  EXPECT_EQ(r.run({{"ImageId", "ami-00000000"}}).code(), "InvalidAMIID.NotFound");
  EXPECT_EQ(r.run({{"InstanceType", "z9.huge"}}).code(), "InvalidParameterValue");
  EXPECT_EQ(r.run({{"LaunchTemplate.Version", "7"}}).code(),
            "InvalidLaunchTemplateId.VersionNotFound");
}

TEST(RunInstances, ChecksEverythingButLaunchesNothingOnADryRun) {
  TestRegion r;
  EXPECT_EQ(r.run({{"DryRun", "true"}}).code(), "DryRunOperation");
  EXPECT_TRUE(r.region.world().instances.empty());
}

TEST(RunInstances, HasFiveRequestsAtOnceAndTwoPerSecond) {
  TestRegion r;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(r.run().code(), "");
  EXPECT_EQ(r.run().code(), "RequestLimitExceeded");
  r.wait(Duration::millis(500));
  EXPECT_EQ(r.run().code(), "");
  EXPECT_EQ(r.run().code(), "RequestLimitExceeded");
}

TEST(RunInstances, IsNotCountedWhileTheLimitsAreLifted) {
  TestRegion r;
  for (const auto& [key, pool] : r.region.world().pools) r.region.set_pool_capacity(key, 100);
  r.region.set_limits_lifted(true);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(r.run().code(), "");
  r.region.set_limits_lifted(false);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(r.run().code(), "");
  EXPECT_EQ(r.run().code(), "RequestLimitExceeded");
}

TEST(TerminateInstances, DoesNothingWhenOneIdIsBad) {
  TestRegion r;
  const std::string id = r.launch()[0];
  const auto with = [&](const std::string& other) {
    return r.ec2("TerminateInstances", {{"InstanceId.1", id}, {"InstanceId.2", other}}).code();
  };
  EXPECT_EQ(with("i-0123456789abcdef0"), "InvalidInstanceID.NotFound");
  EXPECT_EQ(with("web-1"), "InvalidInstanceID.Malformed");
  EXPECT_EQ(r.state_of(id), "pending");
}

TEST(TerminateInstances, EndsTheInstanceAndItsSpotRequest) {
  TestRegion r;
  const std::string id = r.launch()[0];
  r.wait(Duration::minutes(2));
  const Reply reply = r.ec2("TerminateInstances", {{"InstanceId.1", id}});
  EXPECT_EQ(reply.texts("name"), (std::vector<std::string>{"shutting-down", "running"}));
  r.wait(Duration::minutes(1));
  EXPECT_EQ(r.state_of(id), "terminated");
  const Reply requests = r.ec2("DescribeSpotInstanceRequests", {{"MaxResults", "5"}});
  EXPECT_EQ(requests.text("code"), "instance-terminated-by-user");
  EXPECT_EQ(requests.text("state"), "closed");
}

TEST(TerminateInstances, IsRememberedForAnHour) {
  TestRegion r;
  const std::string id = r.launch()[0];
  r.ec2("TerminateInstances", {{"InstanceId.1", id}});
  r.wait(Duration::minutes(59));
  EXPECT_EQ(r.state_of(id), "terminated");
  r.wait(Duration::minutes(3));
  EXPECT_EQ(r.state_of(id), "InvalidInstanceID.NotFound");
}

TEST(CreateTags, OverwritesAndRefusesAwsKeys) {
  TestRegion r;
  const std::string id = r.launch()[0];
  const auto tag = [&](const std::string& key, const std::string& value) {
    return r.ec2("CreateTags", {{"ResourceId.1", id}, {"Tag.1.Key", key}, {"Tag.1.Value", value}})
        .code();
  };
  EXPECT_EQ(tag("a", "1"), "");
  EXPECT_EQ(tag("a", "2"), "");
  EXPECT_EQ(*r.region.world().instances.begin()->second.tag("a"), "2");
  EXPECT_EQ(tag("aws:x", "1"), "InvalidParameterValue");
}

TEST(DeleteTags, TakesWhatIsNamedAndWithNoKeysAllButAwsOwn) {
  TestRegion r;
  const std::string id = r.launch()[0];
  const auto& instance = r.region.world().instances.begin()->second;
  const auto drop = [&](Fields tag) {
    tag.emplace_back("ResourceId.1", id);
    return r.ec2("DeleteTags", tag).code();
  };
  for (const char* key : {"a", "b", "c"})
    r.ec2("CreateTags", {{"ResourceId.1", id}, {"Tag.1.Key", key}, {"Tag.1.Value", "1"}});
  EXPECT_EQ(drop({{"Tag.1.Key", "a"}, {"Tag.1.Value", "2"}}), "");
  EXPECT_TRUE(instance.tag("a")) << "it has another value";
  EXPECT_EQ(drop({{"Tag.1.Key", "a"}, {"Tag.1.Value", "1"}, {"Tag.2.Key", "b"}}), "");
  EXPECT_FALSE(instance.tag("a"));
  EXPECT_FALSE(instance.tag("b"));
  EXPECT_EQ(drop({{"Tag.1.Key", "aws:x"}}), "InvalidParameterValue");
  EXPECT_EQ(drop({{"ResourceId.2", "i-0123456789abcdef0"}}), "InvalidInstanceID.NotFound");
  EXPECT_TRUE(instance.tag("c")) << "all resources or none";
  EXPECT_EQ(drop({}), "");
  EXPECT_FALSE(instance.tag("c"));
}

}  // namespace
}  // namespace sim
