#include "aws/sts_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/answer.h"
#include "aws/golden.h"
#include "base/form.h"

namespace aws {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr char kRole[] = "arn:aws:iam::123456789012:role/ops/keeper";

TEST(AssumeRole, NamesTheRoleTheSessionAndAnHour) {
  const auto form = base::Form::parse(body_of(AssumeRole{kRole, "spotkeeper-keeper-1", ""}));
  ASSERT_TRUE(form);
  EXPECT_THAT(form->pairs(),
              ElementsAre(Pair("Action", "AssumeRole"), Pair("Version", "2011-06-15"),
                          Pair("RoleArn", kRole), Pair("RoleSessionName", "spotkeeper-keeper-1"),
                          Pair("DurationSeconds", "3600")));
}

TEST(AssumeRole, SendsAnExternalIdWhenThereIsOne) {
  const auto form = base::Form::parse(body_of(AssumeRole{kRole, "s", "ours:a/b=1"}));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("ExternalId"), "ours:a/b=1");
}

TEST(AssumeRole, TheAnswersCredentialsHaveATokenAndAnEnd) {
  const auto credentials = credentials_of("AssumeRole", golden("assume_role.xml"));
  ASSERT_TRUE(credentials) << base::to_string(credentials.error());
  EXPECT_EQ(credentials->access_key, "ASIAGOLDEN");
  EXPECT_EQ(credentials->secret_key, "golden/secret+key");
  EXPECT_EQ(credentials->session_token, "golden//token==");
  EXPECT_EQ(credentials->expires_at, base::parse_iso8601("2026-03-01T13:00:00Z"));
}

TEST(AssumeRole, AWebIdentitysTokenGoesWithIt) {
  const auto form = base::Form::parse(
      body_of(AssumeRoleWithWebIdentity{kRole, "s", "a.b.c", base::Duration::minutes(15)}));
  ASSERT_TRUE(form);
  EXPECT_THAT(
      form->pairs(),
      ElementsAre(Pair("Action", "AssumeRoleWithWebIdentity"), Pair("Version", "2011-06-15"),
                  Pair("RoleArn", kRole), Pair("RoleSessionName", "s"),
                  Pair("DurationSeconds", "900"), Pair("WebIdentityToken", "a.b.c")));
}

TEST(AssumeRole, OneActionsAnswerIsNotTheOthers) {
  const std::string answer = golden("assume_role_with_web_identity.xml");
  EXPECT_TRUE(credentials_of("AssumeRoleWithWebIdentity", answer));
  EXPECT_FALSE(credentials_of("AssumeRole", answer));
}

TEST(AssumeRole, AnAnswerCutAnywhereIsMalformedAndShowsNoSecret) {
  const std::string whole = golden("assume_role.xml");
  for (size_t length = 0; length <= whole.find_last_of('>'); ++length) {
    const auto credentials = credentials_of("AssumeRole", whole.substr(0, length));
    ASSERT_FALSE(credentials) << "cut at " << length;
    ASSERT_EQ(credentials.error().code, kMalformedAnswer) << "cut at " << length;
    ASSERT_EQ(base::to_string(credentials.error()).find("golden"), std::string::npos);
  }
}

TEST(AssumeRole, CredentialsThatLackAPartAreMalformed) {
  for (const char* part : {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}) {
    std::string body = golden("assume_role.xml");
    const std::string opening = std::string("<") + part + ">";
    const size_t from = body.find(opening) + opening.size();
    body.erase(from, body.find('<', from) - from);
    const auto credentials = credentials_of("AssumeRole", body);
    ASSERT_FALSE(credentials) << part;
    EXPECT_EQ(credentials.error().code, kMalformedAnswer) << part;
  }
}

}  // namespace
}  // namespace aws
