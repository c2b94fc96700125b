#include "engine/call_text.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

TEST(CallText, ALaunchIsItsBody) {
  EXPECT_EQ(text_of(model::RunInstances{"Action=RunInstances&MinCount=1"}),
            "Action=RunInstances&MinCount=1");
  EXPECT_EQ(text_of(model::CreateFleet{"Action=CreateFleet"}), "Action=CreateFleet");
}

TEST(CallText, ASpotRequestIsShownWithoutItsUserData) {
  const std::string body =
      "Action=RequestSpotInstances&LaunchSpecification.ImageId=ami-1"
      "&LaunchSpecification.UserData=c2VjcmV0&Type=one-time";
  EXPECT_EQ(text_of(model::RequestSpotInstances{body}),
            "Action=RequestSpotInstances&LaunchSpecification.ImageId=ami-1&Type=one-time");
}

TEST(CallText, OthersNameWhatTheyAreAbout) {
  EXPECT_EQ(
      text_of(model::TerminateInstances{{model::InstanceId("i-1"), model::InstanceId("i-2")}}),
      "i-1 i-2");
  EXPECT_EQ(text_of(model::CancelSpotInstanceRequests{{model::SpotRequestId("sir-1")}}), "sir-1");
  model::CreateLaunchTemplate made;
  made.name = "web";
  EXPECT_EQ(text_of(made), "web");
  EXPECT_EQ(text_of(model::DescribeSubnets{}), "");
}

}  // namespace
}  // namespace engine
