#include "engine/call_text.h"

#include <gtest/gtest.h>

#include "model/ledger_record.h"

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

TEST(CallText, AnAttributeThatIsSetIsNamed) {
  EXPECT_EQ(text_of(model::ModifyTargetGroupAttributes{
                model::TargetGroupArn("arn:1"), {{"deregistration_delay.timeout_seconds", "60"}}}),
            "arn:1 deregistration_delay.timeout_seconds=60");
}

// The history of the ledger is kept for weeks.
TEST(CallText, AWrittenRecordIsKeptWithoutUserData) {
  model::LedgerRecord record;
  record.group = model::GroupName("web");
  record.incarnation = "k3x";
  record.counter = 1;
  record.revision = 9;
  model::OpenLaunch open;
  open.n = 1;
  open.pool = {model::InstanceType("c5.large"), model::Zone("us-east-2a"), model::kLinux};
  open.subnet = model::SubnetId("subnet-a");
  open.slots = {model::SlotName("web-a")};
  open.template_version = 1;
  open.submitter = model::KeeperName("k");
  open.request = "Action=RequestSpotInstances&LaunchSpecification.UserData=c2VjcmV0&Type=one-time";
  record.open = {open};
  const LedgerWritten kept =
      ledger_written({record.group, std::nullopt, to_text(record)}, base::Instant());
  EXPECT_EQ(kept.revision, 9u);
  EXPECT_EQ(kept.record.find("c2VjcmV0"), std::string::npos);
  EXPECT_NE(kept.record.find("Action=RequestSpotInstances&Type=one-time"), std::string::npos);
}

TEST(CallText, OthersNameWhatTheyAreAbout) {
  EXPECT_EQ(
      text_of(model::TerminateInstances{{model::InstanceId("i-1"), model::InstanceId("i-2")}}),
      "i-1 i-2");
  EXPECT_EQ(text_of(model::CancelSpotInstanceRequests{{model::SpotRequestId("sir-1")}}), "sir-1");
  EXPECT_EQ(text_of(model::DetachInstances{model::AutoScalingGroupName("old"),
                                           {model::InstanceId("i-1")}}),
            "old i-1");
  model::CreateLaunchTemplate made;
  made.name = "web";
  EXPECT_EQ(text_of(made), "web");
  EXPECT_EQ(text_of(model::DescribeSubnets{}), "");
}

}  // namespace
}  // namespace engine
