#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/answer.h"
#include "aws/test_support.h"

namespace aws {
namespace {

using base::Retry;
using testing::ElementsAre;
using testing::Pair;

const model::SpotRequestId kFirst("sir-0a1000001");
const model::SpotRequestId kSecond("sir-0a1000002");

TEST(SpotCodec, ARequestGoesOutByteForByte) {
  const std::string body = "Action=RequestSpotInstances&Version=2016-11-15&odd=%2a+b&";
  EXPECT_EQ(encode(model::RequestSpotInstances{body}, endpoint()).body, body);
}

TEST(SpotCodec, ACancelNamesItsRequests) {
  EXPECT_THAT(fields_of(model::CancelSpotInstanceRequests{{kFirst, kSecond}}),
              ElementsAre(Pair("SpotInstanceRequestId.1", kFirst.str()),
                          Pair("SpotInstanceRequestId.2", kSecond.str())));
}

TEST(SpotCodec, AFreshRequestIsOpenAndHasNoInstance) {
  const auto reply = decoded<model::SpotRequestsReply>(model::RequestSpotInstances{},
                                                       "request_spot_instances.xml");
  const model::SpotRequest expected{kFirst,
                                    "open",
                                    "pending-evaluation",
                                    *base::parse_iso8601("2026-03-01T12:00:00Z"),
                                    model::InstanceId(),
                                    model::SpotRequestType::kPersistent,
                                    {{"spotkeeper:group", "web"}}};
  EXPECT_THAT(reply.requests, ElementsAre(expected));
}

// AWS knows the token, and has forgotten the requests: what to make of it is for the brain to say.
TEST(SpotCodec, ASuccessMayBeWithoutARequest) {
  const std::string body =
      "<RequestSpotInstancesResponse><spotInstanceRequestSet/></RequestSpotInstancesResponse>";
  const auto reply = decode(model::RequestSpotInstances{}, response(200, body));
  ASSERT_TRUE(reply);
  EXPECT_THAT(std::get<model::SpotRequestsReply>(*reply).requests, testing::IsEmpty());
}

TEST(SpotCodec, ACancelTellsTheStateOfEachRequest) {
  const auto reply = decoded<model::CancelledSpotRequestsReply>(
      model::CancelSpotInstanceRequests{}, "cancel_spot_instance_requests.xml");
  EXPECT_THAT(reply.cancelled, ElementsAre(model::CancelledSpotRequest{kFirst, "cancelled"},
                                           model::CancelledSpotRequest{kSecond, "closed"}));
}

TEST(SpotCodec, ATypeThatAwsDoesNotHaveFailsTheAnswer) {
  std::string body = golden("request_spot_instances.xml");
  const std::string type = "<type>persistent</type>";
  body.replace(body.find(type), type.size(), "<type>forever</type>");
  EXPECT_EQ(decode(model::RequestSpotInstances{}, response(200, body)).error().code,
            kMalformedAnswer);
}

}  // namespace
}  // namespace aws
