#include "sim/web_identity.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/form.h"
#include "base/json.h"
#include "sim/region.h"
#include "sim/test_region.h"

namespace sim {
namespace {

constexpr base::Instant kNow = base::Instant::from_unix_seconds(1'772'366'400);
constexpr char kIssuer[] = "https://oidc.example/id/1";

base::json::object claims() {
  return {{"iss", kIssuer},
          {"aud", "sts.amazonaws.com"},
          {"sub", "system:serviceaccount:shop:keeper"},
          {"iat", kNow.unix_ms() / 1000 - 60},
          {"exp", kNow.unix_ms() / 1000 + 600}};
}

std::string token_of(const base::json::object& claims,
                     const std::string& header = R"({"alg":"RS256","kid":"1"})") {
  return base::base64url(header) + "." + base::base64url(base::json::serialize(claims)) +
         ".c2lnbmF0dXJl";
}

std::string code_for(const std::string& token) {
  const auto read = read_web_identity(token, {{kIssuer, "sts.amazonaws.com"}}, kNow);
  return read ? "" : read.error().code;
}

// The code for a token with one claim changed, or left out.
std::string code_with(const char* claim, const base::json::value& value) {
  base::json::object changed = claims();
  if (value.is_null())
    changed.erase(claim);
  else
    changed[claim] = value;
  return code_for(token_of(changed));
}

TEST(WebIdentity, ATokenOfAKnownIssuerSaysWhoItIs) {
  const auto read = read_web_identity(token_of(claims()), {{kIssuer, "sts.amazonaws.com"}}, kNow);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->issuer, kIssuer);
  EXPECT_EQ(read->audience, "sts.amazonaws.com");
  EXPECT_EQ(read->subject, "system:serviceaccount:shop:keeper");
  EXPECT_EQ(code_with("aud", base::json::array{"other", "sts.amazonaws.com"}), "");
}

TEST(WebIdentity, WhatIsNoJwtIsInvalid) {
  const std::string good = token_of(claims());
  for (const std::string& bad :
       {std::string("abc"), std::string("a.b.c"), std::string("a.b"), good + ".more",
        good.substr(0, good.rfind('.')), good.substr(0, good.rfind('.') + 1), good + "=",
        " " + good, token_of(claims(), "{}"), token_of(claims(), R"({"alg":"none"})"),
        token_of(claims(), "[]")})
    EXPECT_EQ(code_for(bad), "InvalidIdentityToken") << bad;
}

TEST(WebIdentity, EveryClaimIsHeldToItsRule) {
  const int64_t now = kNow.unix_ms() / 1000;
  EXPECT_EQ(code_with("iss", "https://other.example"), "InvalidIdentityToken");
  EXPECT_EQ(code_with("aud", "somebody"), "InvalidIdentityToken");
  EXPECT_EQ(code_with("aud", base::json::array{"somebody"}), "InvalidIdentityToken");
  EXPECT_EQ(code_with("sub", ""), "InvalidIdentityToken");
  EXPECT_EQ(code_with("iat", now + 301), "InvalidIdentityToken");
  EXPECT_EQ(code_with("iat", now + 300), "");
  EXPECT_EQ(code_with("nbf", now + 301), "InvalidIdentityToken");
  for (const char* claim : {"iss", "aud", "sub", "exp"})
    EXPECT_EQ(code_with(claim, nullptr), "InvalidIdentityToken") << claim;
  EXPECT_EQ(code_with("iat", nullptr), "");
}

TEST(WebIdentity, ATokenWhoseTimeIsOverIsExpired) {
  EXPECT_EQ(code_with("exp", kNow.unix_ms() / 1000 + 1), "");
  EXPECT_EQ(code_with("exp", kNow.unix_ms() / 1000), "ExpiredTokenException");
}

// ---- as STS takes them ----

// A region that verifies signatures, and a caller who has none.
class WithWebIdentity : public testing::Test {
 protected:
  WithWebIdentity() { region.trust_identity_provider(kIssuer, "sts.amazonaws.com"); }

  Reply assume(const Fields& changes = {}) {
    Fields fields = {{"Action", "AssumeRoleWithWebIdentity"},
                     {"Version", "2011-06-15"},
                     {"RoleArn", "arn:aws:iam::123456789012:role/ops/keeper"},
                     {"RoleSessionName", "tests"},
                     {"WebIdentityToken", token_of(claims())}};
    base::Form form;
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&](const auto& field) { return field.first == name; });
      fields.emplace_back(name, value);
    }
    for (const auto& [name, value] : fields) form.add(name, value);
    net::Request request;
    request.method = "POST";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = form.encode();
    const Handled handled = region.handle(request, region.now(), kNow);
    return {handled.response.status, handled.response.body};
  }

  static RegionOptions strict_options() {
    RegionOptions options = calm_options();
    options.verify_signatures = true;
    return options;
  }

  Region region{strict_options()};
};

TEST_F(WithWebIdentity, NobodySignsAndTheSessionIsTheRoles) {
  const Reply reply = assume({{"DurationSeconds", "900"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.text("Arn"), "arn:aws:sts::123456789012:assumed-role/keeper/tests");
  EXPECT_EQ(reply.text("SubjectFromWebIdentityToken"), "system:serviceaccount:shop:keeper");
  EXPECT_EQ(reply.text("Audience"), "sts.amazonaws.com");
  EXPECT_EQ(reply.text("Provider"), "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/1");
  EXPECT_EQ(reply.text("AccessKeyId"), "ASIASIMULATED1");
  EXPECT_EQ(base::parse_iso8601(reply.text("Expiration")), kNow + base::Duration::minutes(15));
}

TEST_F(WithWebIdentity, ARoleOfAnotherAccountIsDenied) {
  const Reply reply = assume({{"RoleArn", "arn:aws:iam::999999999999:role/keeper"}});
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.code(), "AccessDenied");
}

TEST_F(WithWebIdentity, ParametersAreHeldToTheirLimits) {
  const std::string longest(20'000, 't'), too_long(20'001, 't');
  EXPECT_EQ(assume({{"WebIdentityToken", longest}}).code(), "InvalidIdentityToken");
  for (const Fields& bad : {Fields{{"WebIdentityToken", too_long}},
                            {{"WebIdentityToken", "abc"}},
                            {{"RoleSessionName", "s"}},
                            {{"RoleArn", "keeper"}},
                            {{"DurationSeconds", "899"}},
                            {{"ExternalId", "their-id"}},
                            {{"ProviderId", "www.amazon.com"}}})
    EXPECT_EQ(assume(bad).code(), "ValidationError") << bad[0].first;
}

TEST_F(WithWebIdentity, TheControlApiTellsOfProviders) {
  net::Request request;
  request.method = "POST";
  request.path = "/_sim/identity-providers";
  base::json::object other = claims();
  other["iss"] = "https://other.example";
  other["aud"] = "keeper";
  const Fields change = {{"WebIdentityToken", token_of(other)}};
  EXPECT_EQ(assume(change).code(), "InvalidIdentityToken");
  request.body = R"({"issuer":"https://other.example","audience":"keeper"})";
  EXPECT_EQ(region.handle(request, region.now()).response.status, 200);
  EXPECT_EQ(assume(change).status, 200);
  for (const char* bad :
       {"{}", R"({"issuer":"http://x"})", R"({"issuer":"https://x","audience":""})"}) {
    request.body = bad;
    EXPECT_EQ(region.handle(request, region.now()).response.status, 400) << bad;
  }
}

}  // namespace
}  // namespace sim
