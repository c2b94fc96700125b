#include "model/spot_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/form.h"
#include "model/launch_form.h"
#include "model/launch_request.h"

namespace model {
namespace {

using testing::ElementsAre;
using testing::Pair;

SpotRequestParameters parameters() {
  SpotRequestParameters p;
  p.launch.image = ImageId("ami-1");
  p.launch.type = InstanceType("c6i.large");
  p.client_token = "token";
  return p;
}

TEST(SpotRequestBody, TheSameParametersAreTheSameBytes) {
  EXPECT_EQ(spot_request_body(parameters()), spot_request_body(parameters()));
}

TEST(SpotRequestBody, IsOneTimeAndEndsWithItsInstanceUnlessSaidOtherwise) {
  EXPECT_THAT(
      base::Form::parse(spot_request_body(parameters()))->pairs(),
      ElementsAre(Pair("Action", "RequestSpotInstances"), Pair("Version", "2016-11-15"),
                  Pair("ClientToken", "token"), Pair("InstanceCount", "1"),
                  Pair("Type", "one-time"), Pair("InstanceInterruptionBehavior", "terminate"),
                  Pair("LaunchSpecification.ImageId", "ami-1"),
                  Pair("LaunchSpecification.InstanceType", "c6i.large")));
}

TEST(SpotRequestBody, CarriesPriceEndAndTheTagsOfTheRequest) {
  SpotRequestParameters p = parameters();
  p.type = SpotRequestType::kPersistent;
  p.count = 2;
  p.max_price = base::Money::usd_micros(31'200);
  p.valid_until = base::Instant::from_unix_seconds(3600);
  p.tags = {{kGroupTag, "web"}};
  const auto form = base::Form::parse(spot_request_body(p));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("InstanceCount"), "2");
  EXPECT_EQ(form->get("Type"), "persistent");
  EXPECT_EQ(form->get("SpotPrice"), "0.0312");
  EXPECT_EQ(form->get("ValidUntil"), "1970-01-01T01:00:00Z");
  EXPECT_EQ(form->get("TagSpecification.1.ResourceType"), "spot-instances-request");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.1.Value"), "web");
}

TEST(SpotRequestBody, IsALaunchOfItsEntryUnlessItWouldGoOnByItself) {
  const TokenScope scope{"d", AccountId("123456789012"), Region("us-east-2")};
  const GroupName web("web");
  SpotRequestParameters p = parameters();
  p.client_token = client_token(scope, web, {"k3x", 4});
  p.tags = launch_tags(web, {"k3x", 4}, "d", {});
  EXPECT_EQ(kind_of_launch(spot_request_body(p)), LaunchKind::kSpotRequest);
  EXPECT_TRUE(is_launch_request(spot_request_body(p), scope, web, {"k3x", 4}));
  EXPECT_FALSE(is_launch_request(spot_request_body(p), scope, web, {"k3x", 5}));
  p.type = SpotRequestType::kPersistent;
  EXPECT_FALSE(is_launch_request(spot_request_body(p), scope, web, {"k3x", 4}));
}

TEST(SpotRequestBody, TypesHaveAwssNames) {
  for (const SpotRequestType type : {SpotRequestType::kOneTime, SpotRequestType::kPersistent})
    EXPECT_EQ(parse_spot_request_type(to_string(type)), type);
  EXPECT_FALSE(parse_spot_request_type("forever"));
}

}  // namespace
}  // namespace model
