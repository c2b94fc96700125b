// Temporary credentials of assumed roles, as a signing client meets them.
#include "sim/sts.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/form.h"
#include "net/sigv4.h"
#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;

constexpr char kRole[] = "arn:aws:iam::123456789012:role/ops/keeper";

RegionOptions strict_options() {
  RegionOptions options = calm_options();
  options.verify_signatures = true;
  return options;
}

// A region that verifies, and a caller whose clock is a year off the region's and runs by itself.
class StsTest : public testing::Test {
 protected:
  Reply send(net::Request request, const std::string& service, const net::Credentials& as) {
    request.headers.set("Host", "127.0.0.1:4566");
    net::sign(request, as, {"us-east-2", service}, callers_now);
    const Handled handled = region->handle(request, region->now(), callers_now);
    return {handled.response.status, handled.response.body};
  }

  Reply query(const std::string& service, const Fields& fields, const net::Credentials& as) {
    base::Form form;
    for (const auto& [name, value] : fields) form.add(name, value);
    net::Request request;
    request.method = "POST";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = form.encode();
    return send(request, service, as);
  }

  Reply json(const std::string& service, const std::string& target, const net::Credentials& as) {
    net::Request request;
    request.method = "POST";
    request.headers.add("Content-Type", "application/x-amz-json-1.1");
    request.headers.add("X-Amz-Target", target);
    request.body = "{}";
    return send(request, service, as);
  }

  Reply list_buckets(const net::Credentials& as) { return send({}, "s3", as); }

  Reply who_am_i(const net::Credentials& as) {
    return query("sts", {{"Action", "GetCallerIdentity"}, {"Version", "2011-06-15"}}, as);
  }

  Reply describe_vpcs(const net::Credentials& as) {
    return query("ec2", {{"Action", "DescribeVpcs"}, {"Version", "2016-11-15"}}, as);
  }

  Reply assume(const Fields& changes = {}, const std::optional<net::Credentials>& as = {}) {
    Fields fields = {{"Action", "AssumeRole"},
                     {"Version", "2011-06-15"},
                     {"RoleArn", kRole},
                     {"RoleSessionName", "tests"}};
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&](const auto& field) { return field.first == name; });
      fields.emplace_back(name, value);
    }
    return query("sts", fields, as.value_or(user));
  }

  static net::Credentials credentials_in(const Reply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    return {reply.text("AccessKeyId"), reply.text("SecretAccessKey"), reply.text("SessionToken"),
            base::parse_iso8601(reply.text("Expiration"))};
  }

  std::unique_ptr<Region> region = std::make_unique<Region>(strict_options());
  base::Instant callers_now = region->now() + Duration::hours(24 * 365);
  net::Credentials user{
      region->default_scene().access_key, region->default_scene().secret_key, {}, {}};
};

TEST_F(StsTest, ARoleOfTheAccountGivesKeysThatLookMadeUpAndEndByTheCallersClock) {
  const Reply reply = assume();
  const net::Credentials role = credentials_in(reply);
  EXPECT_EQ(role.access_key, "ASIASIMULATED1");
  EXPECT_EQ(role.expires_at, callers_now + Duration::hours(1));
  EXPECT_EQ(reply.text("Arn"), "arn:aws:sts::123456789012:assumed-role/keeper/tests");
  const net::Credentials other = credentials_in(assume({{"DurationSeconds", "900"}}));
  EXPECT_EQ(other.access_key, "ASIASIMULATED2");
  EXPECT_NE(other.secret_key, role.secret_key);
  EXPECT_NE(other.session_token, role.session_token);
  EXPECT_EQ(other.expires_at, callers_now + Duration::minutes(15));
}

TEST_F(StsTest, WhoeverSignsWithThemIsTheRole) {
  EXPECT_EQ(who_am_i(user).text("Arn"), "arn:aws:iam::123456789012:user/simulated");
  const Reply reply = who_am_i(credentials_in(assume()));
  EXPECT_EQ(reply.text("Arn"), "arn:aws:sts::123456789012:assumed-role/keeper/tests");
  EXPECT_EQ(reply.text("UserId"), "AROASIMULATED:tests");
  EXPECT_EQ(reply.text("Account"), "123456789012");
}

TEST_F(StsTest, EveryServiceTakesThem) {
  const net::Credentials role = credentials_in(assume());
  EXPECT_EQ(describe_vpcs(role).status, 200);
  EXPECT_EQ(json("sqs", "AmazonSQS.ListQueues", role).status, 200);
  EXPECT_EQ(json("events", "AWSEvents.ListRules", role).status, 200);
  EXPECT_EQ(list_buckets(role).status, 200);
}

TEST_F(StsTest, WithoutTheirTokenOrWithAnotherTheyAreRefusedInTheServicesWords) {
  const net::Credentials role = credentials_in(assume());
  net::Credentials bare = role, wrong = role;
  bare.session_token.clear();
  wrong.session_token = credentials_in(assume()).session_token;
  for (const net::Credentials& bad : {bare, wrong}) {
    const bool is_bare = bad.session_token.empty();
    EXPECT_EQ(who_am_i(bad).code(), "InvalidClientTokenId");
    EXPECT_EQ(describe_vpcs(bad).code(), "AuthFailure");
    EXPECT_EQ(json("sqs", "AmazonSQS.ListQueues", bad).code(), "InvalidClientTokenId");
    EXPECT_EQ(json("events", "AWSEvents.ListRules", bad).code(), "UnrecognizedClientException");
    EXPECT_EQ(list_buckets(bad).code(), is_bare ? "InvalidAccessKeyId" : "InvalidToken");
  }
  wrong = role;
  wrong.secret_key = "guessed";
  EXPECT_EQ(who_am_i(wrong).code(), "SignatureDoesNotMatch");
}

TEST_F(StsTest, TheUsersKeyTakesNoToken) {
  user.session_token = "any";
  EXPECT_EQ(who_am_i(user).code(), "InvalidClientTokenId");
}

TEST_F(StsTest, WhenTheyAreOverEveryServiceSaysSoInItsWords) {
  const net::Credentials role = credentials_in(assume());
  callers_now = callers_now + Duration::minutes(60) - Duration::millis(1);
  EXPECT_EQ(who_am_i(role).status, 200);
  callers_now = callers_now + Duration::millis(1);
  EXPECT_EQ(who_am_i(role).code(), "ExpiredToken");
  EXPECT_EQ(describe_vpcs(role).code(), "RequestExpired");
  EXPECT_EQ(json("sqs", "AmazonSQS.ListQueues", role).code(), "ExpiredToken");
  EXPECT_EQ(json("events", "AWSEvents.ListRules", role).code(), "ExpiredTokenException");
  EXPECT_EQ(list_buckets(role).code(), "ExpiredToken");
  EXPECT_EQ(who_am_i(user).status, 200);
}

TEST_F(StsTest, TheControlApiEndsThemEarlyAndOnce) {
  const net::Credentials role = credentials_in(assume());
  net::Request request;
  request.method = "POST";
  request.path = "/_sim/credentials/expire";
  request.body = "{}";
  EXPECT_EQ(region->handle(request, region->now()).response.body, R"({"expired":1})");
  EXPECT_EQ(region->handle(request, region->now()).response.body, R"({"expired":0})");
  EXPECT_EQ(who_am_i(role).code(), "ExpiredToken");
  EXPECT_EQ(who_am_i(credentials_in(assume())).status, 200);
}

TEST_F(StsTest, ARoleMayAssumeARoleForAnHourAtMost) {
  const net::Credentials first = credentials_in(assume());
  const Fields second = {{"RoleArn", "arn:aws:iam::123456789012:role/other"}};
  EXPECT_EQ(assume(second, first).text("Arn"),
            "arn:aws:sts::123456789012:assumed-role/other/tests");
  EXPECT_EQ(assume({{"DurationSeconds", "3601"}}, first).code(), "ValidationError");
  EXPECT_EQ(assume({{"DurationSeconds", "43200"}}).status, 200);
}

TEST_F(StsTest, TheRoleOfAnotherAccountTrustsNobodyHere) {
  const Reply reply = assume({{"RoleArn", "arn:aws:iam::999999999999:role/keeper"}});
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.code(), "AccessDenied");
  EXPECT_EQ(reply.text("Message"),
            "User: arn:aws:iam::123456789012:user/simulated is not authorized to perform: "
            "sts:AssumeRole on resource: arn:aws:iam::999999999999:role/keeper");
}

TEST_F(StsTest, WhatIsNoArnOfARoleIsInvalid) {
  for (const char* arn :
       {"", "keeper", "arn:aws:iam::12345678901:role/keeper", "arn:aws:iam::123456789012:user/x",
        "arn:aws:sts::123456789012:role/keeper", "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role//keeper", "arn:aws:iam::123456789012:role/path/",
        "arn:aws:iam::123456789012:role/a keeper", "arn:aws:iam:us-east-2:123456789012:role/x"}) {
    const Reply reply = assume({{"RoleArn", arn}});
    EXPECT_EQ(reply.code(), "ValidationError") << arn;
    EXPECT_EQ(reply.text("Message"), "Request ARN is invalid") << arn;
  }
}

TEST_F(StsTest, ParametersAreHeldToTheirLimits) {
  const std::string long_id(1225, 'x'), longest_id(1224, 'x');
  const Fields good[] = {{{"RoleSessionName", std::string(64, 's')}},
                         {{"RoleSessionName", "a@b.c,d=e+f_g-h"}},
                         {{"ExternalId", longest_id}},
                         {{"ExternalId", "our:id/1"}}};
  for (const Fields& change : good) EXPECT_EQ(assume(change).status, 200) << change[0].second;
  const Fields bad[] = {{{"RoleSessionName", ""}},      {{"RoleSessionName", "s"}},
                        {{"RoleSessionName", "a b"}},   {{"RoleSessionName", std::string(65, 's')}},
                        {{"DurationSeconds", "899"}},   {{"DurationSeconds", "43201"}},
                        {{"ExternalId", "x"}},          {{"ExternalId", "a b"}},
                        {{"ExternalId", long_id}},      {{"Policy", "{}"}},
                        {{"Tags.member.1.Key", "any"}}, {{"RoleSessionName", "path/name"}}};
  for (const Fields& change : bad)
    EXPECT_EQ(assume(change).code(), "ValidationError") << change[0].first;
  EXPECT_EQ(assume({{"DurationSeconds", "an hour"}}).code(), "InvalidParameterValue");
}

TEST_F(StsTest, AfterAThousandTheOldestIsForgotten) {
  const net::Credentials first = credentials_in(assume());
  const net::Credentials second = credentials_in(assume());
  for (int i = 0; i < 999; ++i) (void)assume();
  EXPECT_EQ(who_am_i(first).code(), "InvalidClientTokenId");
  EXPECT_EQ(who_am_i(second).status, 200);
}

TEST_F(StsTest, TheSameSeedIssuesTheSameSecrets) {
  const net::Credentials mine = credentials_in(assume());
  region = std::make_unique<Region>(strict_options());
  const net::Credentials same = credentials_in(assume());
  EXPECT_EQ(same.secret_key, mine.secret_key);
  EXPECT_EQ(same.session_token, mine.session_token);
}

TEST(Sts, WithoutSignaturesEveryCallerIsTheUser) {
  Region region(calm_options());
  net::Request request;
  request.method = "POST";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "Action=GetCallerIdentity&Version=2011-06-15";
  const Handled handled = region.handle(request, region.now());
  EXPECT_NE(handled.response.body.find("user/simulated"), std::string::npos);
}

}  // namespace
}  // namespace sim
