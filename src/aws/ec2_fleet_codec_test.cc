#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/answer.h"
#include "aws/test_support.h"

namespace aws {
namespace {

using base::Retry;
using testing::ElementsAre;

const model::LaunchTemplateId kTemplate("lt-0a10000000000001");

TEST(CreateFleetAnswer, TellsWhatCameFromWhichPool) {
  const auto reply = decoded<model::FleetReply>(model::CreateFleet{}, "create_fleet.xml");
  EXPECT_EQ(reply.id.str(), "fleet-0a100000-0000-4000-8000-000000000001");
  const model::FleetInstances expected{
      {model::InstanceId("i-0a10000000000001"), model::InstanceId("i-0a10000000000002")},
      model::InstanceType("c6i.large"),
      model::Lifecycle::kSpot,
      {kTemplate, "3", model::InstanceType("c6i.large"), model::SubnetId("subnet-0a10000000000001"),
       model::Zone()}};
  EXPECT_THAT(reply.launched, ElementsAre(expected));
}

TEST(CreateFleetAnswer, TellsBesideThatWhyOtherPoolsGaveNothing) {
  const auto reply = decoded<model::FleetReply>(model::CreateFleet{}, "create_fleet.xml");
  const model::FleetError dry{"InsufficientInstanceCapacity",
                              "the pool <c5.large> is empty",
                              model::Lifecycle::kSpot,
                              {kTemplate, "3", model::InstanceType("c5.large"),
                               model::SubnetId("subnet-0a10000000000001"), model::Zone()}};
  const model::FleetError throttled{
      "RequestLimitExceeded",
      "slow down",
      model::Lifecycle::kOnDemand,
      {kTemplate, "3", model::InstanceType("m5.large"), model::SubnetId("subnet-0a10000000000002"),
       model::Zone("us-east-2b")}};
  EXPECT_THAT(reply.errors, ElementsAre(dry, throttled));
}

TEST(CreateFleetAnswer, ErrorsAloneAreAnAnswer) {
  std::string body = golden("create_fleet.xml");
  const size_t from = body.find("<fleetInstanceSet>"), to = body.find("</CreateFleetResponse>");
  body.replace(from, to - from, "<fleetInstanceSet/>");
  const auto reply = decode(model::CreateFleet{}, response(200, body));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(std::get<model::FleetReply>(*reply).launched.empty());
  EXPECT_EQ(std::get<model::FleetReply>(*reply).errors.size(), 2u);
}

TEST(CreateFleetAnswer, WithNeitherInstancesNorErrorsItMayHaveHappened) {
  const std::string body =
      "<CreateFleetResponse><fleetId>fleet-1</fleetId><errorSet/><fleetInstanceSet/>"
      "</CreateFleetResponse>";
  const auto reply = decode(model::CreateFleet{}, response(200, body));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, kMalformedAnswer);
  EXPECT_EQ(reply.error().retry, Retry::kUnknownOutcome);
}

TEST(DescribeFleets, AsksByIdAndTellsWhatTheFleetDid) {
  const model::FleetId id("fleet-0a100000-0000-4000-8000-000000000001");
  EXPECT_THAT(fields_of(model::DescribeFleets{{id}, {}, 0, {}}),
              ElementsAre(testing::Pair("FleetId.1", id.str())));
  const auto reply = decoded<model::FleetsReply>(model::DescribeFleets{}, "describe_fleets.xml");
  ASSERT_EQ(reply.fleets.size(), 1u);
  const model::Fleet& fleet = reply.fleets[0];
  EXPECT_EQ(fleet.id, id);
  EXPECT_EQ(fleet.state, "active");
  EXPECT_EQ(fleet.client_token, "token");
  EXPECT_EQ(fleet.created, *base::parse_iso8601("2026-03-01T12:00:00Z"));
  ASSERT_EQ(fleet.launched.size(), 1u);
  EXPECT_THAT(fleet.launched[0].ids, ElementsAre(model::InstanceId("i-0a10000000000001")));
  ASSERT_EQ(fleet.errors.size(), 1u);
  EXPECT_EQ(fleet.errors[0].code, "UnfulfillableCapacity");
  EXPECT_THAT(fleet.tags, ElementsAre(model::Tag{"spotkeeper:group", "web"}));
}

TEST(CreateFleetAnswer, AFieldThatIsMissingOrOddFailsTheAnswer) {
  const struct {
    const char *from, *to;
  } changes[] = {{"<fleetId>fleet-0a100000-0000-4000-8000-000000000001</fleetId>", ""},
                 {"<errorCode>RequestLimitExceeded</errorCode>", ""},
                 {"<lifecycle>spot</lifecycle>", "<lifecycle>leased</lifecycle>"},
                 {"<instanceType>c6i.large</instanceType>\n        </item>", "</item>"}};
  for (const auto& [from, to] : changes) {
    std::string body = golden("create_fleet.xml");
    ASSERT_NE(body.find(from), std::string::npos) << from;
    body.replace(body.find(from), std::string(from).size(), to);
    EXPECT_FALSE(decode(model::CreateFleet{}, response(200, body))) << from;
  }
}

}  // namespace
}  // namespace aws
