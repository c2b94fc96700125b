#include "aws/web_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/answer.h"
#include "aws/assumed_role.h"
#include "aws/credentials_rig.h"
#include "aws/golden.h"
#include "base/form.h"

namespace aws {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kRole[] = "arn:aws:iam::123456789012:role/ops/keeper";

// Goal: STS is asked with the token that is in the file now, and nobody's signature.
class WebIdentityTest : public CredentialsRig {
 protected:
  void SetUp() override {
    http.answer = answering(200, golden("assume_role_with_web_identity.xml"));
    write("TOKEN", "first-token\n");
    provider = make_web_identity_role(
        context(), {kRole, "session", variables.at("TOKEN"), base::Duration::minutes(15)});
  }

  base::Error failure() {
    const auto credentials = now_from(*provider);
    return credentials ? base::Error{"was given", "", {}, base::Retry::kNever}
                       : credentials.error();
  }

  std::unique_ptr<CredentialsProvider> provider;
};

TEST_F(WebIdentityTest, StsIsAskedUnsignedWithTheTokenOfTheFile) {
  const auto credentials = now_from(*provider);
  ASSERT_TRUE(credentials) << base::to_string(credentials.error());
  EXPECT_EQ(credentials->access_key, "ASIAGOLDEN");
  EXPECT_EQ(credentials->session_token, "golden//token==");
  EXPECT_EQ(http.sent.at(0).endpoint.host, "sts.us-east-2.amazonaws.com");
  const net::Request& request = http.sent.at(0).request;
  EXPECT_FALSE(request.headers.find("Authorization"));
  const auto form = base::Form::parse(request.body);
  EXPECT_EQ(form->get("Action"), "AssumeRoleWithWebIdentity");
  EXPECT_EQ(form->get("RoleArn"), kRole);
  EXPECT_EQ(form->get("RoleSessionName"), "session");
  EXPECT_EQ(form->get("DurationSeconds"), "900");
  EXPECT_EQ(form->get("WebIdentityToken"), "first-token");
}

TEST_F(WebIdentityTest, EverySessionIsAskedForWithTheTokenThatIsThereThen) {
  (void)now_from(*provider);
  write("TOKEN", "second-token\n");
  clock.time = clock.time + base::Duration::minutes(50);
  (void)now_from(*provider);
  EXPECT_EQ(base::Form::parse(http.sent.at(1).request.body)->get("WebIdentityToken"),
            "second-token");
}

TEST_F(WebIdentityTest, TheEndIsToldInOurTime) {
  http.answer = [](const FakeHttpClient::Sent&) {
    net::Response response{200, {}, golden("assume_role_with_web_identity.xml")};
    response.headers.add("Date", "Sun, 01 Mar 2026 10:00:00 GMT");
    return response;
  };
  EXPECT_EQ(now_from(*provider)->expires_at, base::parse_iso8601("2026-03-01T15:00:00Z"));
}

TEST_F(WebIdentityTest, ARefusalIsASentenceWithTheRoleAndStssWords) {
  http.answer = answering(400,
                          "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>No "
                          "OpenIDConnect provider found</Message></Error></ErrorResponse>");
  const base::Error error = failure();
  EXPECT_EQ(error.code, kRoleNotAssumed);
  EXPECT_EQ(error.retry, base::Retry::kNever);
  EXPECT_EQ(error.message,
            "the role arn:aws:iam::123456789012:role/ops/keeper cannot be assumed: "
            "InvalidIdentityToken: No OpenIDConnect provider found");
}

TEST_F(WebIdentityTest, WhatMayPassIsTriedAgain) {
  http.answer = answering(400,
                          "<ErrorResponse><Error><Code>ExpiredTokenException</Code>"
                          "</Error></ErrorResponse>");
  EXPECT_EQ(failure().retry, base::Retry::kBackoff);  // Whoever put the token there renews it.
  http.answer = answering(400,
                          "<ErrorResponse><Error><Code>IDPCommunicationError</Code>"
                          "</Error></ErrorResponse>");
  EXPECT_EQ(failure().retry, base::Retry::kBackoff);
  http.answer = failing("Timeout", base::Retry::kUnknownOutcome);
  EXPECT_EQ(failure().retry, base::Retry::kBackoff);
  http.answer = answering(200, "<html>golden//token==</html>");
  EXPECT_EQ(failure().retry, base::Retry::kBackoff);
  EXPECT_EQ(failure().message.find("token"), std::string::npos);
}

TEST_F(WebIdentityTest, WithoutATokenNobodyIsAsked) {
  write("TOKEN", "");
  EXPECT_THAT(failure().message, HasSubstr("UnreadableToken: the token file "));
  EXPECT_EQ(failure().retry, base::Retry::kBackoff);
  EXPECT_TRUE(http.sent.empty());
}

}  // namespace
}  // namespace aws
