#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sim/instance_types.h"
#include "sim/test_region.h"
#include "sim/zone_ids.h"

namespace sim {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Fields scored(int target, std::vector<std::string> types, const char* by_zone = "true") {
  Fields fields = {{"TargetCapacity", std::to_string(target)}, {"SingleAvailabilityZone", by_zone}};
  for (size_t i = 0; i < types.size(); ++i)
    fields.emplace_back("InstanceType." + std::to_string(i + 1), types[i]);
  return fields;
}

const std::vector<std::string> kThree = {"c6i.large", "m6i.large", "r6i.large"};

void set_capacity(TestRegion& r, const model::Zone& zone, int capacity) {
  for (const std::string& type : kThree)
    r.region.set_pool_capacity({model::InstanceType(type), zone, model::kLinux}, capacity);
}

TEST(DescribeInstanceTypes, TellsSizesByNameInOrder) {
  TestRegion r;
  const Reply reply = r.ec2("DescribeInstanceTypes",
                            {{"InstanceType.1", "m5.xlarge"}, {"InstanceType.2", "c6i.large"}});
  EXPECT_THAT(reply.texts("instanceType"), ElementsAre("c6i.large", "m5.xlarge"));
  EXPECT_THAT(reply.texts("defaultVCpus"), ElementsAre("2", "4"));
  EXPECT_THAT(reply.texts("sizeInMiB"), ElementsAre("4096", "16384"));
}

TEST(DescribeInstanceTypes, FiltersBySizeAndKind) {
  TestRegion r;
  const auto found = [&](const std::string& name, const std::string& value) {
    return r.ec2("DescribeInstanceTypes", {{"Filter.1.Name", name}, {"Filter.1.Value.1", value}})
        .texts("instanceType");
  };
  EXPECT_THAT(found("vcpu-info.default-vcpus", "4"),
              ElementsAre("c5.xlarge", "c6i.xlarge", "m5.xlarge", "m6i.xlarge"));
  EXPECT_THAT(found("memory-info.size-in-mib", "1024"), ElementsAre("t3.micro"));
  EXPECT_THAT(found("burstable-performance-supported", "true"), SizeIs(4));
  EXPECT_THAT(found("instance-type", "r*"), ElementsAre("r5.large", "r6i.large"));
  EXPECT_THAT(found("supported-usage-class", "spot"), SizeIs(type_facts().size()));
  EXPECT_THAT(found("processor-info.supported-architecture", "arm64"), IsEmpty());
}

TEST(DescribeInstanceTypes, PagesAndRefusesWhatDoesNotExist) {
  TestRegion r;
  const Reply first = r.ec2("DescribeInstanceTypes", {{"MaxResults", "5"}});
  EXPECT_THAT(first.texts("instanceType"), SizeIs(5));
  const Reply second = r.ec2("DescribeInstanceTypes",
                             {{"MaxResults", "100"}, {"NextToken", first.text("nextToken")}});
  EXPECT_THAT(second.texts("instanceType"), SizeIs(type_facts().size() - 5));
  EXPECT_EQ(r.ec2("DescribeInstanceTypes", {{"InstanceType.1", "z9.huge"}}).code(),
            "InvalidInstanceType");
}

TEST(DescribeAvailabilityZones, EveryZoneHasAnIdOfItsOwn) {
  std::set<std::string> ids_of_a;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    TestRegion r(calm_options(seed));
    const Reply reply = r.ec2("DescribeAvailabilityZones");
    EXPECT_THAT(reply.texts("zoneId"),
                testing::UnorderedElementsAre("use2-az1", "use2-az2", "use2-az3"));
    ids_of_a.insert(zone_id_of(r.region.options(), model::Zone("us-east-2a")).str());
  }
  EXPECT_THAT(ids_of_a, SizeIs(3));
}

TEST(DescribeAvailabilityZones, AreFoundByIdAndShowWhenTheyAreDown) {
  TestRegion r;
  FaultSettings faults;
  faults.zones_down = {model::Zone("us-east-2b")};
  r.region.set_faults(faults);
  const std::string id = zone_id_of(r.region.options(), model::Zone("us-east-2b")).str();
  const Reply reply = r.ec2("DescribeAvailabilityZones", {{"ZoneId.1", id}});
  EXPECT_THAT(reply.texts("zoneName"), ElementsAre("us-east-2b"));
  EXPECT_EQ(reply.text("zoneState"), "impaired");
  EXPECT_EQ(r.ec2("DescribeAvailabilityZones", {{"ZoneId.1", "use2-az9"}}).code(),
            "InvalidParameterValue");
}

TEST(ZoneIds, ShortenTheRegionAsAwsDoes) {
  const auto id_in = [](const char* region) {
    RegionOptions options;
    options.seed = 0;
    options.region = region;
    return zone_id_of(options, model::Zone(std::string(region) + "a")).str();
  };
  EXPECT_EQ(id_in("us-east-2"), "use2-az1");
  EXPECT_EQ(id_in("eu-central-1"), "euc1-az1");
  EXPECT_EQ(id_in("ap-southeast-1"), "apse1-az1");
  EXPECT_EQ(id_in("us-gov-west-1"), "usgw1-az1");
}

TEST(GetSpotPlacementScores, FollowsTheFreeCapacityOfEachZone) {
  TestRegion r;
  set_capacity(r, model::Zone("us-east-2a"), 0);
  set_capacity(r, model::Zone("us-east-2b"), 10);
  set_capacity(r, model::Zone("us-east-2c"), 1000);
  const Reply reply = r.ec2("GetSpotPlacementScores", scored(30, kThree));
  std::map<std::string, std::string> scores;
  const auto zones = reply.texts("availabilityZoneId"), values = reply.texts("score");
  ASSERT_THAT(zones, SizeIs(3));
  for (size_t i = 0; i < zones.size(); ++i) scores[zones[i]] = values[i];
  const auto score_in = [&](const char* zone) {
    return scores[zone_id_of(r.region.options(), model::Zone(zone)).str()];
  };
  EXPECT_EQ(score_in("us-east-2a"), "1");
  EXPECT_EQ(score_in("us-east-2b"), "5");
  EXPECT_EQ(score_in("us-east-2c"), "10");
}

TEST(GetSpotPlacementScores, IsLowForFewTypesAndInADrought) {
  TestRegion r;
  EXPECT_THAT(r.ec2("GetSpotPlacementScores", scored(1, {"c6i.large"})).texts("score"), Each("3"));
  FaultSettings faults;
  faults.is_drought = true;
  r.region.set_faults(faults);
  EXPECT_THAT(r.ec2("GetSpotPlacementScores", scored(1, kThree)).texts("score"), Each("1"));
}

TEST(GetSpotPlacementScores, ScoresTheRegionAsAWholeOrNotAtAll) {
  TestRegion r;
  const Reply whole = r.ec2("GetSpotPlacementScores", scored(1, kThree, "false"));
  EXPECT_THAT(whole.texts("region"), ElementsAre("us-east-2"));
  EXPECT_THAT(whole.texts("availabilityZoneId"), IsEmpty());
  Fields elsewhere = scored(1, kThree);
  elsewhere.emplace_back("RegionName.1", "us-west-2");
  EXPECT_THAT(r.ec2("GetSpotPlacementScores", elsewhere).texts("score"), IsEmpty());
}

TEST(GetSpotPlacementScores, RefusesWhatItCannotScore) {
  TestRegion r;
  EXPECT_EQ(r.ec2("GetSpotPlacementScores", scored(0, kThree)).code(), "InvalidParameterValue");
  EXPECT_EQ(r.ec2("GetSpotPlacementScores", scored(1, {})).code(), "MissingParameter");
  EXPECT_EQ(r.ec2("GetSpotPlacementScores", scored(1, {"z9.huge"})).code(),
            "InvalidParameterValue");
}

TEST(GetSpotPlacementScores, TakesTenNewCombinationsADay) {
  TestRegion r;
  for (int target = 1; target <= 10; ++target)
    EXPECT_EQ(r.ec2("GetSpotPlacementScores", scored(target, kThree)).status, 200);
  EXPECT_EQ(r.ec2("GetSpotPlacementScores", scored(11, kThree)).code(), "MaxConfigLimitExceeded");
  EXPECT_EQ(r.ec2("GetSpotPlacementScores", scored(5, kThree)).status, 200) << "it is known";
  r.wait(base::Duration::hours(25));
  EXPECT_EQ(r.ec2("GetSpotPlacementScores", scored(11, kThree)).status, 200);
}

}  // namespace
}  // namespace sim
