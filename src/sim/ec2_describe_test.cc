#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/ec2_query.h"
#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAreArray;

const Instance& only_instance(const TestRegion& r) {
  return r.region.world().instances.begin()->second;
}

TEST(Wildcards, StarIsAnyTextAndQuestionMarkAnyLetter) {
  EXPECT_TRUE(matches_wildcard("web*", "web-1"));
  EXPECT_TRUE(matches_wildcard("*a*b", "xxaxxaxb"));
  EXPECT_TRUE(matches_wildcard("w?b", "web"));
  EXPECT_FALSE(matches_wildcard("w?b", "wb"));
  EXPECT_FALSE(matches_wildcard("web", "web-1"));
  EXPECT_TRUE(matches_wildcard("", ""));
}

TEST(DescribeInstances, FiltersAreAllMetAndValuesAreAlternatives) {
  TestRegion r;
  const auto mine = r.launch(2, {{"TagSpecification.1.ResourceType", "instance"},
                                 {"TagSpecification.1.Tag.1.Key", "group"},
                                 {"TagSpecification.1.Tag.1.Value", "web"}});
  r.launch(1);
  const auto count = [&](const Fields& fields) {
    return r.ec2("DescribeInstances", fields).texts("instanceId").size();
  };
  EXPECT_EQ(count({{"Filter.1.Name", "tag:group"}, {"Filter.1.Value.1", "web"}}), 2u);
  EXPECT_EQ(count({{"Filter.1.Name", "instance-state-name"},
                   {"Filter.1.Value.1", "running"},
                   {"Filter.1.Value.2", "pending"}}),
            3u);
  EXPECT_EQ(count({{"Filter.1.Name", "tag-key"},
                   {"Filter.1.Value.1", "group"},
                   {"Filter.2.Name", "instance-state-name"},
                   {"Filter.2.Value.1", "running"}}),
            0u);
}

TEST(DescribeInstances, AFilterOfIdsNarrowsTheOtherFiltersAndKnowsWildcards) {
  TestRegion r;
  const auto ids = r.launch(3);
  const auto found = [&](const std::string& first, const std::string& second) {
    return r
        .ec2("DescribeInstances", {{"Filter.1.Name", "instance-state-name"},
                                   {"Filter.1.Value.1", "pending"},
                                   {"Filter.2.Name", "instance-id"},
                                   {"Filter.2.Value.1", first},
                                   {"Filter.2.Value.2", second}})
        .texts("instanceId");
  };
  EXPECT_THAT(found(ids[2], ids[0]), testing::UnorderedElementsAre(ids[0], ids[2]));
  EXPECT_THAT(found(ids[1], "i-00000000000000000"), ElementsAre(ids[1]));
  EXPECT_THAT(found("i-*", "i-00000000000000000"), SizeIs(3));
}

TEST(DescribeInstances, PagesShowEachInstanceOnceWhileTheWorldChanges) {
  TestRegion r;
  const auto made = r.launch(12);
  std::vector<std::string> seen;
  std::string token;
  do {
    Fields fields = {{"MaxResults", "5"}};
    if (!token.empty()) fields.emplace_back("NextToken", token);
    const Reply page = r.ec2("DescribeInstances", fields);
    const auto ids = page.texts("instanceId");
    EXPECT_LE(ids.size(), 5u);
    seen.insert(seen.end(), ids.begin(), ids.end());
    token = page.text("nextToken");
    r.ec2("TerminateInstances", {{"InstanceId.1", made[0]}});
  } while (!token.empty());
  EXPECT_THAT(seen, UnorderedElementsAreArray(made));
}

TEST(DescribeInstances, ATokenExpiresAndBelongsToItsQuestion) {
  TestRegion r;
  r.launch(7);
  const std::string token = r.ec2("DescribeInstances", {{"MaxResults", "5"}}).text("nextToken");
  const auto ask = [&](const Fields& more) {
    Fields fields = {{"MaxResults", "5"}, {"NextToken", token}};
    fields.insert(fields.end(), more.begin(), more.end());
    return r.ec2("DescribeInstances", fields).code();
  };
  EXPECT_EQ(ask({}), "");
  EXPECT_EQ(ask({{"Filter.1.Name", "tag-key"}, {"Filter.1.Value.1", "a"}}), "InvalidNextToken");
  r.wait(Duration::minutes(2));
  EXPECT_EQ(ask({}), "InvalidNextToken");
}

TEST(DescribeInstances, RefusesIdsTogetherWithPages) {
  TestRegion r;
  const std::string id = r.launch()[0];
  EXPECT_EQ(r.ec2("DescribeInstances", {{"InstanceId.1", id}, {"MaxResults", "5"}}).code(),
            "InvalidParameterCombination");
  EXPECT_EQ(r.ec2("DescribeInstances", {{"MaxResults", "4"}}).code(), "InvalidParameterValue");
}

TEST(DescribeInstances, OneUnknownIdFailsTheWhole) {
  TestRegion r;
  const std::string id = r.launch()[0];
  const Reply reply =
      r.ec2("DescribeInstances", {{"InstanceId.1", id}, {"InstanceId.2", "i-0123456789abcdef0"}});
  EXPECT_EQ(reply.code(), "InvalidInstanceID.NotFound");
}

TEST(DescribeInstances, ShowsNewInstancesLateInThreeWaysAndSettlesWithinAMinute) {
  // Goal: every flavour of eventual consistency occurs and ends. Method: launch under many seeds,
  // look at once by id and by list, and again a minute later.
  bool hidden_by_id = false, hidden_in_list = false, stale = false;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RegionOptions options = calm_options(seed);
    options.faults.inconsistent_per_mille = 1000;
    TestRegion r(options);
    const std::string id = r.launch()[0];
    const bool by_id = r.state_of(id) == "InvalidInstanceID.NotFound";
    const bool by_list = r.ec2("DescribeInstances", {{"MaxResults", "5"}}).text("name").empty();
    hidden_by_id |= by_id;
    hidden_in_list |= by_list && !by_id;
    stale |= only_instance(r).lag > Duration();
    r.wait(Duration::seconds(61));
    EXPECT_EQ(r.state_of(id), "running");
    EXPECT_EQ(r.ec2("DescribeInstances", {{"MaxResults", "5"}}).text("name"), "running");
  }
  EXPECT_TRUE(hidden_by_id && hidden_in_list && stale);
}

TEST(DescribeInstances, StaleReadsShowThePast) {
  TestRegion r;
  const std::string id = r.launch()[0];
  r.wait(Duration::minutes(5));
  r.ec2("TerminateInstances", {{"InstanceId.1", id}});
  FaultSettings faults = r.region.faults();
  faults.stale_reads = Duration::seconds(10);
  r.region.set_faults(faults);
  EXPECT_EQ(r.state_of(id), "running");
  r.wait(Duration::seconds(11));
  EXPECT_NE(r.state_of(id), "running");
}

TEST(DescribeInstances, FailsAsAWholeWhileAZoneIsDownUnlessAskedByHealthyIds) {
  TestRegion r;
  const std::string id = r.launch()[0];
  FaultSettings faults = r.region.faults();
  faults.zones_down = {model::Zone("us-east-2b")};
  r.region.set_faults(faults);
  EXPECT_EQ(r.ec2("DescribeInstances", {{"MaxResults", "5"}}).code(), "Unavailable");
  EXPECT_EQ(r.state_of(id), "pending");
  faults.zones_down = {model::Zone("us-east-2a")};
  r.region.set_faults(faults);
  EXPECT_EQ(r.state_of(id), "Unavailable");
}

TEST(DescribeInstances, HasASmallerBucketWithoutFilterAndPages) {
  TestRegion r;
  int broad = 0, narrow = 0;
  while (r.ec2("DescribeInstances").status == 200) ++broad;
  while (r.ec2("DescribeInstances", {{"MaxResults", "5"}}).status == 200) ++narrow;
  EXPECT_EQ(broad, 50);
  EXPECT_EQ(narrow, 100);
}

TEST(DescribeInstanceStatus, GoesFromInitializingToOkAndCanBeImpaired) {
  TestRegion r;
  const std::string id = r.launch()[0];
  const auto checks = [&] {
    return r.ec2("DescribeInstanceStatus", {{"InstanceId.1", id}}).texts("status");
  };
  EXPECT_THAT(checks(), IsEmpty());
  r.wait(Duration::seconds(61));
  EXPECT_EQ(checks().front(), "initializing");
  r.wait(Duration::minutes(4));
  EXPECT_EQ(checks().front(), "ok");
  r.region.set_impaired(model::InstanceId(id), true);
  EXPECT_EQ(checks().front(), "impaired");
}

TEST(DescribeInstanceStatus, ShowsOtherStatesOnlyWhenAskedFor) {
  TestRegion r;
  r.launch();
  EXPECT_THAT(r.ec2("DescribeInstanceStatus").texts("instanceId"), IsEmpty());
  EXPECT_THAT(r.ec2("DescribeInstanceStatus", {{"IncludeAllInstances", "true"}}).texts("name"),
              ElementsAre("pending"));
}

TEST(DescribeSpotInstanceRequests, AreFoundByStateAndInstance) {
  TestRegion r;
  const auto ids = r.launch(2);
  const auto count = [&](const std::string& name, const std::string& value) {
    return r
        .ec2("DescribeSpotInstanceRequests", {{"Filter.1.Name", name}, {"Filter.1.Value.1", value}})
        .texts("spotInstanceRequestId")
        .size();
  };
  EXPECT_EQ(count("state", "active"), 2u);
  EXPECT_EQ(count("instance-id", ids[1]), 1u);
  EXPECT_EQ(count("status-code", "price-too-low"), 0u);
  EXPECT_EQ(r.ec2("DescribeSpotInstanceRequests", {{"SpotInstanceRequestId.1", "sir-none"}}).code(),
            "InvalidSpotInstanceRequestID.NotFound");
}

TEST(DescribeSpotPriceHistory, BeginsWithThePriceInEffectAndPages) {
  RegionOptions options = calm_options();
  options.market = MarketKind::kGenerated;
  TestRegion r(options);
  r.wait(Duration::hours(48));
  const std::string start = base::to_iso8601(r.now - Duration::hours(6));
  const Fields question = {
      {"InstanceType.1", "c6i.large"}, {"AvailabilityZone", "us-east-2a"}, {"StartTime", start}};
  const auto all = r.ec2("DescribeSpotPriceHistory", question).texts("timestamp");
  ASSERT_GE(all.size(), 2u);
  EXPECT_TRUE(std::is_sorted(all.rbegin(), all.rend()));
  EXPECT_LE(all.back(), start);
  EXPECT_GT(all[all.size() - 2], start);
  Fields paged = question;
  paged.emplace_back("MaxResults", "1");
  const Reply first = r.ec2("DescribeSpotPriceHistory", paged);
  EXPECT_THAT(first.texts("timestamp"), ElementsAre(all[0]));
  paged.emplace_back("NextToken", first.text("nextToken"));
  EXPECT_THAT(r.ec2("DescribeSpotPriceHistory", paged).texts("timestamp"), ElementsAre(all[1]));
}

TEST(LaunchTemplates, VersionsBuildOnTheirSource) {
  TestRegion r;
  const std::string id = r.region.default_scene().launch_template.str();
  r.ec2("CreateLaunchTemplateVersion", {{"LaunchTemplateId", id},
                                        {"SourceVersion", "1"},
                                        {"LaunchTemplateData.InstanceType", "m5.large"}});
  const Reply latest = r.ec2("DescribeLaunchTemplateVersions",
                             {{"LaunchTemplateId", id}, {"LaunchTemplateVersion.1", "$Latest"}});
  EXPECT_EQ(latest.text("versionNumber"), "2");
  EXPECT_EQ(latest.text("defaultVersion"), "false");
  EXPECT_EQ(latest.text("instanceType"), "m5.large");
  EXPECT_EQ(latest.text("imageId"), r.region.default_scene().image.str());
  EXPECT_THAT(
      r.ec2("DescribeLaunchTemplateVersions", {{"LaunchTemplateId", id}}).texts("versionNumber"),
      SizeIs(2));
}

TEST(LaunchTemplates, RefuseAUsedNameAndAnUnknownId) {
  TestRegion r;
  EXPECT_EQ(r.ec2("CreateLaunchTemplate",
                  {{"LaunchTemplateName", "web"}, {"LaunchTemplateData.InstanceType", "m5.large"}})
                .code(),
            "InvalidLaunchTemplateName.AlreadyExistsException");
  EXPECT_EQ(r.ec2("DescribeLaunchTemplateVersions", {{"LaunchTemplateId", "lt-0123456789abcdef0"}})
                .code(),
            "InvalidLaunchTemplateId.NotFound");
}

TEST(DescribeSubnets, CountTheAddressesLeft) {
  TestRegion r;
  const std::string id = r.region.default_scene().subnets[0].id.str();
  r.launch(3);
  const Reply reply = r.ec2("DescribeSubnets", {{"SubnetId.1", id}});
  EXPECT_EQ(reply.text("availableIpAddressCount"), "4088");
}

}  // namespace
}  // namespace sim
