#include "model/requirements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace model {
namespace {

using testing::ElementsAre;

InstanceTypeInfo info(const char* type, int vcpus, int64_t memory_gib) {
  return {InstanceType(type), vcpus, memory_gib * 1024, {"x86_64"}, true, true, false, false};
}

TEST(Pattern, StarsAndQuestionMarksStandForWhatTheyDoInAShell) {
  for (const auto& [text, pattern] : {std::pair{"t2.micro", "t2.*"},
                                      {"t2.micro", "*"},
                                      {"t2.micro", "t?.mi*o"},
                                      {"c6i.2xlarge", "c*.*large"},
                                      {"c6i.large", "c6i.large**"},
                                      {"", ""},
                                      {"", "*"}})
    EXPECT_TRUE(matches_pattern(text, pattern)) << text << " " << pattern;
  for (const auto& [text, pattern] : {std::pair{"t2.micro", "t2"},
                                      {"t2.micro", "2.*"},
                                      {"t2.micro", "t2.micro?"},
                                      {"c6i.large", "*.xlarge"},
                                      {"t2.micro", ""}})
    EXPECT_FALSE(matches_pattern(text, pattern)) << text << " " << pattern;
}

// Many stars must not make it slow: a file's author may be anybody.
TEST(Pattern, TakesNoLongerForManyStars) {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  EXPECT_FALSE(matches_pattern(std::string(200, 'b') + "a", pattern));
}

TEST(Requirements, LeaveOutWhatIsTooSmallTooLargeOrOfAnotherKind) {
  Requirements wanted;
  wanted.least_vcpus = 2;
  wanted.most_vcpus = 4;
  wanted.least_memory_mib = 4 * 1024;
  wanted.most_memory_mib = 16 * 1024;
  wanted.excluded = {"t2.*"};
  std::vector<InstanceTypeInfo> offered = {info("m5.xlarge", 4, 16),  info("c5.large", 2, 4),
                                           info("c5.2xlarge", 8, 16), info("r5.xlarge", 4, 32),
                                           info("t3.small", 2, 2),    info("t2.large", 2, 8),
                                           info("c6i.large", 2, 4),   info("m5.large", 2, 8)};
  EXPECT_THAT(types_that_meet(wanted, offered),
              ElementsAre(InstanceType("c5.large"), InstanceType("c6i.large"),
                          InstanceType("m5.large"), InstanceType("m5.xlarge")));
  wanted.allowed = {"m*"};
  EXPECT_THAT(types_that_meet(wanted, offered),
              ElementsAre(InstanceType("m5.large"), InstanceType("m5.xlarge")));
}

TEST(Requirements, AskForTheArchitectureForSpotAndForWhatAwsStillBuilds) {
  const Requirements any;
  InstanceTypeInfo one = info("c6g.large", 2, 4);
  EXPECT_TRUE(meets(one, any));
  one.architectures = {"arm64"};
  EXPECT_FALSE(meets(one, any));
  one = info("c6i.large", 2, 4);
  one.supports_spot = false;
  EXPECT_FALSE(meets(one, any));
  one = info("m3.large", 2, 4);
  one.is_current_generation = false;
  EXPECT_FALSE(meets(one, any));
  one = info("c6i.metal", 128, 256);
  one.is_bare_metal = true;
  EXPECT_FALSE(meets(one, any));
}

}  // namespace
}  // namespace model
