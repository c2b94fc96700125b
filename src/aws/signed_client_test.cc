#include "aws/signed_client.h"

#include <gtest/gtest.h>

#include "aws/fake_clock.h"
#include "aws/fake_http.h"

namespace aws {
namespace {

using base::Duration;
using base::Retry;
using model::Effect;

// Credentials that can be told to be missing, and that remember what was refused.
struct FakeCredentials : CredentialsProvider {
  void get(Done done) override { done(answer); }
  void refuse(const std::string& key) override { refused.push_back(key); }

  base::Result<net::Credentials> answer = net::Credentials{"key", "secret", "token", {}};
  std::vector<std::string> refused;
};

class SignedClientTest : public testing::Test {
 protected:
  base::Result<net::Response> send(Effect effect = Effect::kRead) {
    net::Request request;
    request.headers.add("Host", "ec2.us-east-2.amazonaws.com");
    std::vector<base::Result<net::Response>> answers;
    client.send({"ec2", {}, request, Duration::seconds(1), effect},
                [&](auto response) { answers.push_back(std::move(response)); });
    EXPECT_EQ(answers.size(), 1u);
    return answers.at(0);
  }

  FakeHttpClient::Answer refusing(const std::string& code, const std::string& date) {
    return [=](const FakeHttpClient::Sent&) {
      net::Response response{400, {}, "<Error><Code>" + code + "</Code></Error>"};
      response.headers.add("Date", date);
      return response;
    };
  }

  std::string signed_time() const { return http.sent.back().request.headers.get("X-Amz-Date"); }

  FakeHttpClient http{answering(200, "fine")};
  FakeClock clock;
  FakeCredentials credentials;
  SignedClient client{http, credentials, clock, "us-east-2"};
};

TEST_F(SignedClientTest, SignsForItsRegionAndTheServiceWithTheClocksTime) {
  EXPECT_EQ(send()->body, "fine");
  const net::Headers& headers = http.sent.at(0).request.headers;
  EXPECT_NE(headers.get("Authorization").find("key/20260301/us-east-2/ec2/aws4_request"),
            std::string::npos);
  EXPECT_EQ(headers.get("X-Amz-Security-Token"), "token");
  EXPECT_EQ(signed_time(), "20260301T120000Z");
}

TEST_F(SignedClientTest, WithoutCredentialsNothingIsSent) {
  credentials.answer = base::fail("NoCredentials", "none", Retry::kBackoff);
  EXPECT_EQ(send().error().code, "NoCredentials");
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(SignedClientTest, AWrongClockIsMeasuredAndCorrectedForTheNextAttempt) {
  http.answer = refusing("RequestExpired", "Sun, 01 Mar 2026 12:30:00 GMT");
  EXPECT_EQ(send(Effect::kMutate).error().retry, Retry::kBackoff);
  EXPECT_EQ(client.clock_offset(), Duration::minutes(30));
  EXPECT_TRUE(credentials.refused.empty());
  http.answer = answering(200, "fine");
  EXPECT_TRUE(send());
  EXPECT_EQ(signed_time(), "20260301T123000Z");
}

TEST_F(SignedClientTest, ASignatureMismatchWithAWrongClockIsBackoff) {
  http.answer = refusing("SignatureDoesNotMatch", "Sun, 01 Mar 2026 11:30:00 GMT");
  EXPECT_EQ(send().error().retry, Retry::kBackoff);
  EXPECT_EQ(client.clock_offset(), Duration::minutes(-30));
}

TEST_F(SignedClientTest, ASignatureMismatchWithARightClockIsNever) {
  http.answer = refusing("SignatureDoesNotMatch", "Sun, 01 Mar 2026 12:00:05 GMT");
  EXPECT_EQ(send().error().retry, Retry::kNever);
  EXPECT_EQ(client.clock_offset(), Duration());
}

TEST_F(SignedClientTest, TheOffsetIsMeasuredAnewWhenTheClockIsSetRight) {
  http.answer = refusing("RequestExpired", "Sun, 01 Mar 2026 12:30:00 GMT");
  (void)send();
  clock.time = clock.time + Duration::minutes(30);
  (void)send();
  EXPECT_EQ(client.clock_offset(), Duration());
}

TEST_F(SignedClientTest, ExpiredCredentialsAreRefusedByTheirKey) {
  http.answer = refusing("ExpiredToken", "Sun, 01 Mar 2026 12:00:00 GMT");
  EXPECT_EQ(send().error().retry, Retry::kBackoff);
  EXPECT_EQ(credentials.refused, std::vector<std::string>{"key"});
}

TEST_F(SignedClientTest, AnUnansweredReadMayBeRepeatedAndAMutationMayHaveHappened) {
  http.answer = failing("Timeout", Retry::kUnknownOutcome);
  EXPECT_EQ(send(Effect::kRead).error().retry, Retry::kBackoff);
  EXPECT_EQ(send(Effect::kMutate).error().retry, Retry::kUnknownOutcome);
}

TEST_F(SignedClientTest, WhatWasNeverSentStaysReconnect) {
  http.answer = failing("Refused", Retry::kReconnect);
  EXPECT_EQ(send(Effect::kMutate).error().retry, Retry::kReconnect);
}

TEST_F(SignedClientTest, NoErrorCarriesAKey) {
  http.answer = answering(403, "");
  const std::string text = base::to_string(send().error());
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(text.find("key"), std::string::npos);
}

}  // namespace
}  // namespace aws
