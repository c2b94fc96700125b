#include "market/advisor.h"

#include <gtest/gtest.h>

namespace market {
namespace {

using model::InstanceType;
using model::Region;

TEST(Advisor, TheSnapshotKnowsTheTypesOfEachRegionAndTheirBands) {
  const Advisor ohio = Advisor::built_in(Region("us-east-2"));
  EXPECT_GT(ohio.size(), 700u);
  const auto band = ohio.band(InstanceType("c6i.large"));
  ASSERT_TRUE(band);
  EXPECT_GE(*band, 0);
  EXPECT_LT(*band, Advisor::kBands);
  EXPECT_NE(Advisor::built_in(Region("af-south-1")).size(), ohio.size());
}

TEST(Advisor, WhatAwsDoesNotShowIsUnknown) {
  EXPECT_EQ(Advisor::built_in(Region("us-east-2")).band(InstanceType("z9.huge")), std::nullopt);
  EXPECT_EQ(Advisor::built_in(Region("moon-1")).size(), 0u);
  EXPECT_EQ(Advisor().band(InstanceType("c6i.large")), std::nullopt);
}

TEST(Advisor, ReadsAwssOwnFile) {
  const auto advisor = Advisor::parse(
      R"({"spot_advisor":{"us-east-2":{"Linux":{"a.large":{"s":70,"r":3}},"Windows":{}}}})",
      Region("us-east-2"));
  ASSERT_TRUE(advisor);
  EXPECT_EQ(advisor->band(InstanceType("a.large")), 3);
}

TEST(Advisor, AFileThatIsAnotherOneIsNamedSo) {
  const Region region("us-east-2");
  for (const char* text : {"", "[]", "{}", R"({"spot_advisor":{"us-east-2":{"Linux":[]}}})",
                           R"({"spot_advisor":{"us-east-2":{"Linux":{"a.large":{"r":5}}}}})",
                           R"({"spot_advisor":{"us-east-2":{"Linux":{"a.large":{}}}}})",
                           R"({"spot_advisor":{"us-east-2":{"Linux":{}}}})",
                           R"({"spot_advisor":{"us-east-1":{"Linux":{"a.large":{"r":1}}}}})"})
    EXPECT_FALSE(Advisor::parse(text, region)) << text;
}

}  // namespace
}  // namespace market
