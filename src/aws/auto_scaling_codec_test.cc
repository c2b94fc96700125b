#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/codec.h"
#include "aws/test_support.h"

namespace aws {
namespace {

using base::Retry;
using testing::ElementsAre;
using testing::Pair;

const model::InstanceId kFirst("i-0a10000000000001");
const model::InstanceId kSecond("i-0a10000000000002");
const model::AutoScalingGroupName kOld("old-web");

model::DetachInstances both() { return {kOld, {kFirst, kSecond}}; }

std::string error(const char* code, const char* message) {
  return std::string("<ErrorResponse><Error><Type>Sender</Type><Code>") + code +
         "</Code><Message>" + message + "</Message></Error></ErrorResponse>";
}

TEST(AutoScalingCodec, CallsGoToItsOwnEndpointUnderItsOwnScope) {
  for (const model::Call& call :
       {model::Call(model::DescribeAutoScalingGroups{}),
        model::Call(model::DescribeAutoScalingInstances{}), model::Call(both())}) {
    EXPECT_EQ(service_of(call), "autoscaling");
    EXPECT_NE(encode(call, endpoint()).body.find("Version=2011-01-01"), std::string::npos);
  }
}

TEST(AutoScalingCodec, WhoIsDetachedTakesTheDesiredCapacityAlong) {
  EXPECT_THAT(fields_of(both()), ElementsAre(Pair("AutoScalingGroupName", "old-web"),
                                             Pair("InstanceIds.member.1", kFirst.str()),
                                             Pair("InstanceIds.member.2", kSecond.str()),
                                             Pair("ShouldDecrementDesiredCapacity", "true")));
}

TEST(AutoScalingCodec, DescribesNameGroupsAndInstancesAsMembers) {
  EXPECT_THAT(fields_of(model::DescribeAutoScalingGroups{{kOld}, 100, "page-2=="}),
              ElementsAre(Pair("AutoScalingGroupNames.member.1", "old-web"),
                          Pair("MaxRecords", "100"), Pair("NextToken", "page-2==")));
  EXPECT_THAT(fields_of(model::DescribeAutoScalingInstances{{kSecond}, {}}),
              ElementsAre(Pair("InstanceIds.member.1", kSecond.str())));
}

TEST(AutoScalingCodec, AGroupIsReadWithItsSizesAndMembers) {
  const auto reply = decoded<model::AutoScalingGroupsReply>(model::DescribeAutoScalingGroups{},
                                                            "describe_auto_scaling_groups.xml");
  EXPECT_EQ(reply.next, "page-2==");
  EXPECT_THAT(
      reply.groups,
      ElementsAre(model::AutoScalingGroup{
          kOld, 1, 4, 2, {{kFirst, kOld, "InService"}, {kSecond, kOld, "Terminating:Wait"}}}));
}

TEST(AutoScalingCodec, AMemberIsReadWithItsGroupAndState) {
  const auto reply = decoded<model::AutoScalingInstancesReply>(
      model::DescribeAutoScalingInstances{}, "describe_auto_scaling_instances.xml");
  EXPECT_THAT(reply.members, ElementsAre(model::AutoScalingMember{kFirst, kOld, "Detaching"}));
}

// Refused before any effect, whatever the status; a refusal for good; and nobody knows.
TEST(AutoScalingCodec, ErrorsSayWhetherToTryAgain) {
  const auto retry_after = [](int status, const char* code) {
    return decode(both(), response(status, error(code, "why"))).error().retry;
  };
  EXPECT_EQ(retry_after(400, "ScalingActivityInProgress"), Retry::kBackoff);
  EXPECT_EQ(retry_after(500, "ResourceContention"), Retry::kBackoff);
  EXPECT_EQ(retry_after(400, "Throttling"), Retry::kBackoff);
  EXPECT_EQ(retry_after(400, "ValidationError"), Retry::kNever);
  EXPECT_EQ(retry_after(500, "InternalFailure"), Retry::kUnknownOutcome);
  EXPECT_EQ(decode(both(), response(400, error("ValidationError", "too few"))).error().message,
            "too few");
}

}  // namespace
}  // namespace aws
