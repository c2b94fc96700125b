#include "aws/assumed_role.h"

#include <gtest/gtest.h>

#include <memory>

#include "aws/fake_clock.h"
#include "aws/fake_http.h"
#include "aws/golden.h"
#include "aws/refreshing_credentials.h"
#include "base/form.h"

namespace aws {
namespace {

using base::Duration;
using base::Retry;

constexpr char kRole[] = "arn:aws:iam::123456789012:role/ops/keeper";

// Goal: a role's credentials are those that STS gives to the base credentials, always fresh.
// Method: STS is a function that hands out numbered sessions of an hour from the clock's time; the
// base credentials are numbered too, and are fetched anew after they were refused.
class AssumedRoleTest : public testing::Test {
 protected:
  net::Response session() {
    const std::string number = std::to_string(++sessions);
    std::string body = golden("assume_role.xml");
    replace(body, "ASIAGOLDEN", "role-" + number);
    replace(body, "2026-03-01T13:00:00Z", base::to_iso8601(aws_time() + Duration::hours(1)));
    return {200, {}, body};
  }

  static void replace(std::string& text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  }

  net::Response refusal(const std::string& code, const std::string& message) const {
    net::Response response{403,
                           {},
                           "<ErrorResponse><Error><Code>" + code + "</Code><Message>" + message +
                               "</Message></Error></ErrorResponse>"};
    response.headers.add("Date", date);
    return response;
  }

  base::Result<net::Credentials> get() {
    base::Result<net::Credentials> answer = base::fail("NotCalled", "");
    role->get([&](base::Result<net::Credentials> got) { answer = std::move(got); });
    return answer;
  }

  std::string key() {
    const auto credentials = get();
    return credentials ? credentials->access_key : base::to_string(credentials.error());
  }

  base::Instant aws_time() const { return clock.time + aws_is_ahead; }

  FakeClock clock;
  Duration aws_is_ahead;
  std::string date = "Sun, 01 Mar 2026 12:00:00 GMT";
  int sessions = 0;
  int bases = 0;
  FakeHttpClient http{[this](const FakeHttpClient::Sent&) { return session(); }};
  RefreshingCredentials base{[this](const CredentialsProvider::Done& done) {
                               done(net::Credentials{"base-" + std::to_string(++bases),
                                                     "base-secret", "base-token", std::nullopt});
                             },
                             clock};
  Endpoints endpoints = *Endpoints::make("us-east-2", "");
  std::unique_ptr<CredentialsProvider> role =
      make_assumed_role(http, base, clock, endpoints, {kRole, "spotkeeper-keeper-1", "their-id"});
};

TEST_F(AssumedRoleTest, StsOfTheRegionIsAskedInTheNameOfTheBaseCredentials) {
  const auto credentials = get();
  ASSERT_TRUE(credentials) << base::to_string(credentials.error());
  EXPECT_EQ(credentials->access_key, "role-1");
  EXPECT_EQ(credentials->session_token, "golden//token==");
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(http.sent[0].endpoint.host, "sts.us-east-2.amazonaws.com");
  const net::Request& request = http.sent[0].request;
  EXPECT_EQ(request.headers.get("Host"), "sts.us-east-2.amazonaws.com");
  EXPECT_NE(request.headers.get("Authorization").find("base-1/20260301/us-east-2/sts/"),
            std::string::npos);
  EXPECT_EQ(request.headers.get("X-Amz-Security-Token"), "base-token");
  const auto form = base::Form::parse(request.body);
  EXPECT_EQ(form->get("RoleArn"), kRole);
  EXPECT_EQ(form->get("ExternalId"), "their-id");
}

TEST_F(AssumedRoleTest, TheSessionIsKeptUntilItsEndIsNear) {
  EXPECT_EQ(key(), "role-1");
  clock.time = clock.time + Duration::minutes(44);
  EXPECT_EQ(key(), "role-1");
  EXPECT_EQ(http.sent.size(), 1u);
  clock.time = clock.time + Duration::minutes(2);
  (void)key();
  EXPECT_EQ(key(), "role-2");
}

TEST_F(AssumedRoleTest, ARefusedSessionIsReplaced) {
  EXPECT_EQ(key(), "role-1");
  role->refuse("role-1");
  EXPECT_EQ(key(), "role-2");
  EXPECT_EQ(bases, 1);
}

TEST_F(AssumedRoleTest, BaseCredentialsThatHaveExpiredAreReplacedForTheNextAttempt) {
  http.answer = [this](const FakeHttpClient::Sent& sent) {
    const bool old = sent.request.headers.get("Authorization").find("base-1") != std::string::npos;
    return old ? refusal("ExpiredToken", "The token is expired") : session();
  };
  const auto first = get();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().retry, Retry::kBackoff);
  EXPECT_EQ(key(), "role-1");
  EXPECT_EQ(bases, 2);
}

TEST_F(AssumedRoleTest, ARefusalIsASentenceWithTheRoleAndStssWords) {
  http.answer = [this](const FakeHttpClient::Sent&) {
    return refusal("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole");
  };
  const auto refused = get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, kRoleNotAssumed);
  EXPECT_EQ(refused.error().retry, Retry::kNever);
  EXPECT_EQ(refused.error().message,
            "the role arn:aws:iam::123456789012:role/ops/keeper cannot be assumed: AccessDenied: "
            "User: x is not authorized to perform: sts:AssumeRole");
}

TEST_F(AssumedRoleTest, TroubleOnTheWayMayPass) {
  http.answer = failing("Timeout", Retry::kUnknownOutcome);
  EXPECT_EQ(get().error().retry, Retry::kBackoff);
  http.answer = answering(200, "<html>golden//token==</html>");
  const auto rubbish = get();
  EXPECT_EQ(rubbish.error().retry, Retry::kBackoff);
  EXPECT_EQ(rubbish.error().message.find("token"), std::string::npos);
}

TEST_F(AssumedRoleTest, WithoutBaseCredentialsTheSentenceSaysWhyAndNothingIsSent) {
  RefreshingCredentials none{
      [](const CredentialsProvider::Done& done) {
        done(base::fail("NoCredentials", "the instance has no role", Retry::kBackoff));
      },
      clock};
  role = make_assumed_role(http, none, clock, endpoints, {kRole, "s", ""});
  EXPECT_EQ(key(),
            "RoleNotAssumed: the role arn:aws:iam::123456789012:role/ops/keeper cannot be assumed: "
            "NoCredentials: the instance has no role");
  EXPECT_TRUE(http.sent.empty());
}

// A clock two hours ahead would otherwise find every session over and ask for each call anew.
TEST_F(AssumedRoleTest, TheEndIsToldInOurTimeOnceAwsSaidThatOurClockIsWrong) {
  aws_is_ahead = Duration::hours(-2);
  date = "Sun, 01 Mar 2026 10:00:00 GMT";
  http.answer = [this](const FakeHttpClient::Sent& sent) {
    const bool wrong = sent.request.headers.get("X-Amz-Date").find("T12") != std::string::npos;
    return wrong ? refusal("SignatureDoesNotMatch", "Signature not yet current") : session();
  };
  EXPECT_EQ(get().error().retry, Retry::kBackoff);
  EXPECT_EQ(get()->expires_at, clock.time + Duration::hours(1));
  EXPECT_EQ(key(), "role-1");
}

TEST(RoleSessionName, IsTheKeepersInStssCharacters) {
  EXPECT_EQ(role_session_name("keeper-1.example"), "spotkeeper-keeper-1.example");
  EXPECT_EQ(role_session_name("my keeper/\xc3\xa9"), "spotkeeper-my-keeper---");
  EXPECT_EQ(role_session_name(std::string(63, 'k')), "spotkeeper-" + std::string(53, 'k'));
}

}  // namespace
}  // namespace aws
