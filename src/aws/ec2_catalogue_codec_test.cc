#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/test_support.h"

namespace aws {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(CatalogueCodec, TypesAreAskedForByNameAndFilter) {
  model::DescribeInstanceTypes call;
  call.types = {model::InstanceType("c6i.large")};
  call.filters = {{"supported-usage-class", {"spot"}}};
  call.max_results = 100;
  EXPECT_THAT(fields_of(call),
              ElementsAre(Pair("InstanceType.1", "c6i.large"),
                          Pair("Filter.1.Name", "supported-usage-class"),
                          Pair("Filter.1.Value.1", "spot"), Pair("MaxResults", "100")));
}

TEST(CatalogueCodec, ScoresAreAskedForTypesOfOneSize) {
  model::GetSpotPlacementScores call;
  call.types = {model::InstanceType("c6i.large"), model::InstanceType("m6i.large")};
  call.target_capacity = 6;
  call.regions = {model::Region("us-east-2")};
  EXPECT_THAT(fields_of(call),
              ElementsAre(Pair("InstanceType.1", "c6i.large"), Pair("InstanceType.2", "m6i.large"),
                          Pair("TargetCapacity", "6"), Pair("SingleAvailabilityZone", "true"),
                          Pair("RegionName.1", "us-east-2")));
}

TEST(CatalogueCodec, ATypeTellsItsSizeAndWhatItCan) {
  const auto reply = decoded<model::InstanceTypesReply>(model::DescribeInstanceTypes{},
                                                        "describe_instance_types.xml");
  const model::InstanceTypeInfo x86{
      model::InstanceType("c6i.large"), 2, 4096, {"x86_64"}, true, true, false, false};
  const model::InstanceTypeInfo old{
      model::InstanceType("t1.micro"), 1, 627, {"i386", "x86_64"}, false, false, false, true};
  EXPECT_THAT(reply.types, ElementsAre(x86, old));
  EXPECT_EQ(reply.next, "more");
}

TEST(CatalogueCodec, AZoneHasANameOfTheAccountAndAnIdOfAll) {
  const auto reply = decoded<model::AvailabilityZonesReply>(model::DescribeAvailabilityZones{},
                                                            "describe_availability_zones.xml");
  const model::AvailabilityZone first{model::Zone("us-east-2a"), model::ZoneId("use2-az2"),
                                      "available", model::Region("us-east-2")};
  const model::AvailabilityZone second{model::Zone("us-east-2b"), model::ZoneId("use2-az3"),
                                       "impaired", model::Region("us-east-2")};
  EXPECT_THAT(reply.zones, ElementsAre(first, second));
}

TEST(CatalogueCodec, AScoreIsOfAZoneOrOfARegion) {
  const auto reply = decoded<model::SpotPlacementScoresReply>(model::GetSpotPlacementScores{},
                                                              "get_spot_placement_scores.xml");
  const model::SpotPlacementScore zone{model::Region("us-east-2"), model::ZoneId("use2-az2"), 9};
  const model::SpotPlacementScore region{model::Region("us-west-2"), model::ZoneId(), 3};
  EXPECT_THAT(reply.scores, ElementsAre(zone, region));
}

}  // namespace
}  // namespace aws
