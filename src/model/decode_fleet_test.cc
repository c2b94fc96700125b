#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/decode.h"
#include "model/decode_test_support.h"

namespace model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kFleetArn[] = R"("arn:aws:ec2:us-east-2:1:fleet/fleet-5a6b-7c8d")";

std::string fleet_event(std::string_view what, std::string_view detail) {
  const std::string body = event("EC2 Fleet " + std::string(what), detail, "aws.ec2fleet");
  return replaced(body, "[]", "[" + std::string(kFleetArn) + "]");
}

TEST(DecodeFleet, AnEventNamesItsFleetAndWhatHappened) {
  const std::pair<const char*, NoticeKind> kKinds[] = {
      {"State Change", NoticeKind::kFleetStateChange},
      {"Instance Change", NoticeKind::kFleetInstanceChange},
      {"Spot Instance Request Change", NoticeKind::kFleetRequestChange},
      {"Information", NoticeKind::kFleetInformation},
      {"Error", NoticeKind::kFleetError}};
  for (const auto& [what, kind] : kKinds) {
    const Notice notice = decoded(fleet_event(what, R"({"sub-type":"launched"})"));
    const FleetChange expected{FleetId("fleet-5a6b-7c8d"), "launched"};
    EXPECT_EQ(notice.kind, kind) << what;
    EXPECT_EQ(notice.fleet, expected) << what;
    EXPECT_THAT(notice.instances, IsEmpty()) << what;
    Notice spot = decoded(event("EC2 Spot Fleet " + std::string(what), "{}", "aws.ec2spotfleet"));
    EXPECT_EQ(spot.kind, kind) << what;
  }
}

TEST(DecodeFleet, AnEventNamesTheInstanceOrTheRequestThatItIsAbout) {
  const Notice launched = decoded(
      fleet_event("Instance Change", R"({"instance-id":"i-0aa11bb22cc33dd44",)"
                                     R"("description":"{\"instanceType\":\"c6i.large\"}"})"));
  EXPECT_THAT(launched.instances, ElementsAre(kBox));
  const Notice cancelled = decoded(fleet_event("Spot Instance Request Change",
                                               R"({"spot-instance-request-id":"sir-1a2b3c4d"})"));
  EXPECT_EQ(cancelled.spot_request, SpotRequestId("sir-1a2b3c4d"));
}

TEST(DecodeFleet, TheFleetIsTheFirstResourceAsATextOrInAList) {
  const std::string body = event("EC2 Spot Fleet Error", "{}", "aws.ec2spotfleet");
  constexpr char kRequest[] = R"("arn:aws:ec2:us-east-2:1:spot-fleet-request/sfr-1a2b")";
  EXPECT_EQ(decoded(replaced(body, "[]", kRequest)).fleet->fleet, FleetId("sfr-1a2b"));
  EXPECT_EQ(decoded(replaced(body, "[]", "[" + std::string(kRequest) + "]")).fleet->fleet,
            FleetId("sfr-1a2b"));
}

TEST(DecodeFleet, D3WithoutResourcesTheFleetIsNotKnownAndTheEventIsKept) {
  const std::string body = event("EC2 Fleet Error", R"({"sub-type":"x"})", "aws.ec2fleet");
  for (const char* resources : {R"("resources":[7])", R"("resources":["instance/i-1"])",
                                R"("resources":null)", R"("other":0)"}) {
    const Notice notice = decoded(replaced(body, R"("resources":[])", resources));
    EXPECT_EQ(notice.kind, NoticeKind::kFleetError) << resources;
    EXPECT_EQ(notice.fleet->fleet, FleetId()) << resources;
  }
}

TEST(DecodeFleet, WhatIsNoInstanceAndNoRequestIsPassedOver) {
  const Notice notice = decoded(fleet_event(
      "Instance Change", R"({"instance-id":"i-&Action=","spot-instance-request-id":"sir-?"})"));
  EXPECT_THAT(notice.instances, IsEmpty());
  EXPECT_EQ(notice.spot_request, SpotRequestId());
}

TEST(DecodeFleet, AFleetsEventFromTheWrongSourceIsNotBelieved) {
  EXPECT_EQ(decoded(event("EC2 Fleet Error", "{}")).kind, NoticeKind::kUnknown);
  EXPECT_EQ(decoded(event("EC2 Fleet Error", "{}", "aws.ec2spotfleet")).kind, NoticeKind::kUnknown);
}

}  // namespace
}  // namespace model
