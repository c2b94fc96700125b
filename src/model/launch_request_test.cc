#include "model/launch_request.h"

#include <gtest/gtest.h>

#include <set>

#include "base/form.h"

namespace model {
namespace {

LaunchParameters parameters() {
  LaunchParameters p;
  p.deployment = "d";
  p.group = GroupName("web");
  p.launch = {"k3x", 17};
  p.launch_template = LaunchTemplateId("lt-1");
  p.template_version = 4;
  p.type = InstanceType("c6i.large");
  p.subnet = SubnetId("subnet-a");
  p.client_token = "token";
  return p;
}

TEST(LaunchRequest, TheSameParametersAreTheSameBytes) {
  EXPECT_EQ(launch_request_body(parameters()), launch_request_body(parameters()));
}

TEST(LaunchRequest, CarriesBothTagsAndTheResolvedVersion) {
  const auto form = base::Form::parse(launch_request_body(parameters()));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("LaunchTemplate.Version"), "4");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.1.Value"), "web");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.2.Key"), "spotkeeper:launch");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.2.Value"), "k3x.17");
  EXPECT_EQ(form->get("InstanceMarketOptions.MarketType"), "spot");
}

TEST(LaunchRequest, OnDemandHasNoMarketOptions) {
  LaunchParameters p = parameters();
  p.lifecycle = Lifecycle::kOnDemand;
  EXPECT_EQ(launch_request_body(p).find("InstanceMarketOptions"), std::string::npos);
}

TEST(LaunchRequest, CarriesTheGroupsTagsAndItsMaximumPrice) {
  LaunchParameters p = parameters();
  p.max_price = base::Money::usd_micros(31'200);
  p.tags = {{"team", "shop"}};
  const auto form = base::Form::parse(launch_request_body(p));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("InstanceMarketOptions.SpotOptions.MaxPrice"), "0.0312");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.4.Key"), "team");
  EXPECT_EQ(form->get("TagSpecification.1.Tag.4.Value"), "shop");
  p.lifecycle = Lifecycle::kOnDemand;
  EXPECT_EQ(launch_request_body(p).find("MaxPrice"), std::string::npos);
}

TEST(LaunchRequest, TokensDifferInEveryPartAndFitAws) {
  const TokenScope scope{"d", AccountId("1"), Region("r")};
  std::set<std::string> tokens;
  tokens.insert(client_token(scope, GroupName("g"), {"i", 1}));
  tokens.insert(client_token(scope, GroupName("g"), {"i", 2}));
  tokens.insert(client_token(scope, GroupName("g"), {"j", 1}));
  tokens.insert(client_token(scope, GroupName("h"), {"i", 1}));
  tokens.insert(client_token({"e", AccountId("1"), Region("r")}, GroupName("g"), {"i", 1}));
  tokens.insert(client_token({"d", AccountId("2"), Region("r")}, GroupName("g"), {"i", 1}));
  tokens.insert(client_token({"d", AccountId("1r"), Region("")}, GroupName("g"), {"i", 1}));
  EXPECT_EQ(tokens.size(), 7u);
  for (const std::string& token : tokens) EXPECT_EQ(token.size(), 43u);
}

TEST(LaunchRequest, WhatWeWroteIsRecognisedAndNothingElseIs) {
  const TokenScope scope{"d", AccountId("1"), Region("r")};
  const GroupName web("web");
  LaunchParameters p = parameters();
  p.client_token = client_token(scope, web, p.launch);
  const std::string ours = launch_request_body(p);
  EXPECT_TRUE(is_launch_request(ours, scope, web, p.launch));
  EXPECT_FALSE(is_launch_request(ours, scope, web, {"k3x", 18}));
  EXPECT_FALSE(is_launch_request(ours, scope, GroupName("api"), p.launch));
  EXPECT_FALSE(is_launch_request(ours, {"e", scope.account, scope.region}, web, p.launch));
  EXPECT_FALSE(
      is_launch_request("Action=TerminateInstances&InstanceId.1=i-1", scope, web, p.launch));
  EXPECT_FALSE(is_launch_request(ours + "&Action=TerminateInstances", scope, web, p.launch));
  EXPECT_FALSE(is_launch_request("Action=%zz", scope, web, p.launch));
}

}  // namespace
}  // namespace model
