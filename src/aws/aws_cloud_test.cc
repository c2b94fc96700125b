#include "aws/aws_cloud.h"

#include <gtest/gtest.h>

#include "aws/fake_clock.h"
#include "aws/fake_http.h"
#include "aws/golden.h"

namespace aws {
namespace {

using base::Duration;
using base::Retry;

class AwsCloudTest : public testing::Test {
 protected:
  FakeHttpClient http{answering(200, golden("describe_subnets.xml"))};
  FakeClock clock;
  std::unique_ptr<CredentialsProvider> keys = make_static_credentials({"key", "secret", "", {}});
  SignedClient client{http, *keys, clock, "us-east-2"};
  std::vector<model::CallCompleted> completed;
  std::unique_ptr<ports::Cloud> cloud =
      make_aws_cloud(client, *Endpoints::make("us-east-2", ""), clock,
                     [this](model::CallCompleted call) { completed.push_back(std::move(call)); });
};

TEST_F(AwsCloudTest, ACallGoesToItsServicesHostAndComesBackDecoded) {
  cloud->submit({7}, model::DescribeSubnets{});
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(http.sent[0].endpoint.host, "ec2.us-east-2.amazonaws.com");
  EXPECT_TRUE(http.sent[0].endpoint.tls);
  ASSERT_EQ(completed.size(), 1u);
  EXPECT_EQ(completed[0].id.value, 7u);
  ASSERT_TRUE(completed[0].result) << base::to_string(completed[0].result.error());
  EXPECT_EQ(std::get<model::SubnetsReply>(*completed[0].result).subnets.size(), 1u);
}

TEST_F(AwsCloudTest, TheTimesOfACallEncloseIt) {
  http.hold = true;
  const base::Instant before = clock.time;
  cloud->submit({1}, model::DescribeSubnets{});
  EXPECT_TRUE(completed.empty());
  clock.time = before + Duration::seconds(3);
  http.release();
  ASSERT_EQ(completed.size(), 1u);
  EXPECT_EQ(completed[0].began, before);
  EXPECT_EQ(completed[0].ended, before + Duration::seconds(3));
}

TEST_F(AwsCloudTest, MutationsAreWaitedForLongerThanReadsAndLessThanALaunchsDeadline) {
  cloud->submit({1}, model::DescribeSubnets{});
  cloud->submit({2}, model::TerminateInstances{});
  EXPECT_EQ(http.sent.at(0).timeout, Duration::seconds(10));
  EXPECT_EQ(http.sent.at(1).timeout, Duration::seconds(15));
}

TEST_F(AwsCloudTest, OneSubmitIsOneAttemptWhateverComesBack) {
  http.answer = answering(503, "");
  cloud->submit({1}, model::TerminateInstances{});
  EXPECT_EQ(http.sent.size(), 1u);
  ASSERT_EQ(completed.size(), 1u);
  ASSERT_FALSE(completed[0].result);
  EXPECT_EQ(completed[0].result.error().code, "Http503");
  EXPECT_EQ(completed[0].result.error().retry, Retry::kUnknownOutcome);
  EXPECT_EQ(completed[0].result.error().context, "TerminateInstances");
}

TEST_F(AwsCloudTest, ARefusalKeepsAwssCode) {
  http.answer = answering(400, golden("error_ec2.xml"));
  cloud->submit({1}, model::RunInstances{"Action=RunInstances"});
  ASSERT_FALSE(completed.at(0).result);
  EXPECT_TRUE(model::is_token_mismatch(completed[0].result.error().code));
}

TEST_F(AwsCloudTest, ATruncatedAnswerToALaunchMayHaveHappened) {
  http.answer = answering(200, golden("run_instances.xml").substr(0, 500));
  cloud->submit({1}, model::RunInstances{"Action=RunInstances"});
  ASSERT_FALSE(completed.at(0).result);
  EXPECT_EQ(completed[0].result.error().retry, Retry::kUnknownOutcome);
}

TEST(Endpoints, EachServiceHasItsHostInTheRegion) {
  const auto endpoints = Endpoints::make("eu-central-1", "");
  ASSERT_TRUE(endpoints);
  for (const char* service : {"ec2", "sts", "elasticloadbalancing", "events", "sqs", "s3"})
    EXPECT_EQ(endpoints->of(service).host, std::string(service) + ".eu-central-1.amazonaws.com");
  EXPECT_EQ(Endpoints::make("cn-north-1", "")->of("ec2").host, "ec2.cn-north-1.amazonaws.com.cn");
}

TEST(Endpoints, AnEndpointUrlServesEveryService) {
  const auto endpoints = Endpoints::make("us-east-2", "http://127.0.0.1:4566");
  ASSERT_TRUE(endpoints);
  EXPECT_TRUE(endpoints->is_custom());
  EXPECT_EQ(endpoints->of("ec2").authority(), "127.0.0.1:4566");
  EXPECT_EQ(endpoints->of("sqs"), endpoints->of("s3"));
}

TEST(Endpoints, WhatIsNoRegionOrNoUrlIsRefused) {
  for (const char* region : {"", "evil.example/", "us east"})
    EXPECT_EQ(Endpoints::make(region, "").error().code, "InvalidRegion") << region;
  EXPECT_EQ(Endpoints::make("us-east-2", "localhost:4566").error().code, "InvalidEndpoint");
}

}  // namespace
}  // namespace aws
