// Goal: credentials come from the first place that has any, in the order of AWS's own tools, and
// who reads a failure learns which place that was and what the others lacked.
#include "aws/credential_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/credentials_rig.h"

namespace aws {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kKeys[] = "aws_access_key_id=f\naws_secret_access_key=s\n";

class ChainTest : public CredentialsRig {
 protected:
  void give_keys() {
    variables["AWS_ACCESS_KEY_ID"] = "e";
    variables["AWS_SECRET_ACCESS_KEY"] = "s";
  }
  void give_web_identity() {
    write("AWS_WEB_IDENTITY_TOKEN_FILE", "a-token");
    variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/web";
  }
  void give_profile() { write("AWS_CONFIG_FILE", "[default]\n" + std::string(kKeys)); }
  void give_container() {
    variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:9/c";
  }
  std::string origin_found() {
    const auto found = find_credentials(context());
    return found ? found->origin : found.error().message;
  }
};

TEST_F(ChainTest, EachPlaceComesBeforeTheNext) {
  EXPECT_EQ(origin_found(), "instance metadata");
  give_container();
  EXPECT_EQ(origin_found(), "the container");
  give_profile();
  EXPECT_EQ(origin_found(), "the profile \"default\"");
  give_web_identity();
  EXPECT_EQ(origin_found(), "the environment's web identity");
  give_keys();
  EXPECT_EQ(origin_found(), "the environment");
}

TEST_F(ChainTest, TheEnvironmentsKeysAreTakenAsTheyAre) {
  give_keys();
  variables["AWS_SESSION_TOKEN"] = "t";
  const auto found = find_credentials(context());
  const auto credentials = now_from(*found->provider);
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->access_key, "e");
  EXPECT_EQ(credentials->secret_key, "s");
  EXPECT_EQ(credentials->session_token, "t");
  EXPECT_FALSE(credentials->expires_at);
}

TEST_F(ChainTest, HalfOfWhatBelongsTogetherIsRefusedInASentence) {
  variables["AWS_ACCESS_KEY_ID"] = "e";
  EXPECT_EQ(key_found(), "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together");
  variables.clear();
  give_web_identity();
  variables.erase("AWS_ROLE_ARN");
  EXPECT_EQ(key_found(), "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN");
  variables.clear();
  variables["AWS_ROLE_ARN"] = "arn";
  EXPECT_EQ(origin_found(), "instance metadata");
}

TEST_F(ChainTest, AProfileThatTheConfigurationNamesComesBeforeTheEnvironment) {
  give_keys();
  give_web_identity();
  write("AWS_CONFIG_FILE", "[profile web]\n" + std::string(kKeys));
  variables["AWS_PROFILE"] = "web";
  EXPECT_EQ(key_found(), "e");
  profile = "web";
  EXPECT_EQ(key_found(), "f");
  EXPECT_EQ(origin, "the profile \"web\"");
}

TEST_F(ChainTest, AProfileThatIsAskedForByNameAndHasNoneIsNotReplacedByAnother) {
  give_container();
  write("AWS_CONFIG_FILE", "[profile web]\nregion=us-east-2\n");
  variables["AWS_PROFILE"] = "web";
  EXPECT_EQ(key_found(), "the profile \"web\", which AWS_PROFILE names, has no credentials");
  profile = "wbe";
  EXPECT_EQ(key_found(),
            "the profile \"wbe\", which the configuration names, is in neither of AWS's shared "
            "files");
}

TEST_F(ChainTest, ADefaultProfileThatSaysNothingIsPassedOver) {
  write("AWS_CONFIG_FILE", "[default]\nregion=us-east-2\n");
  EXPECT_EQ(origin_found(), "instance metadata");
}

TEST_F(ChainTest, AFileInTheHomeFolderMayBeNamedShort) {
  const std::string path = write("AWS_CONFIG_FILE", "[default]\n" + std::string(kKeys));
  const size_t slash = path.rfind('/');
  variables["HOME"] = path.substr(0, slash);
  variables["AWS_CONFIG_FILE"] = "~" + path.substr(slash);
  EXPECT_EQ(key_found(), "f");
}

TEST_F(ChainTest, TheLastPlacesFailureSaysWhatTheOthersLacked) {
  EXPECT_EQ(key_found(),
            "instance metadata cannot be reached: the fake network says so; these are the "
            "credentials of instance metadata; passed over: no AWS_ACCESS_KEY_ID, no "
            "AWS_WEB_IDENTITY_TOKEN_FILE, no credentials in the profile \"default\", no "
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI");
  variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_THAT(key_found(), StartsWith("instance metadata is disabled by AWS_EC2_METADATA_DISABLED; "
                                      "passed over: no AWS_ACCESS_KEY_ID, "));
}

TEST_F(ChainTest, AnEarlierPlacesFailureSaysWhichOnesWereNotAsked) {
  give_container();
  const std::string told = key_found();
  EXPECT_THAT(told, StartsWith("the container's metadata cannot be reached: "));
  EXPECT_THAT(told, HasSubstr("; these are the credentials of the container; passed over: "));
  EXPECT_THAT(told, HasSubstr("; not asked: instance metadata"));
}

TEST_F(ChainTest, NoFailureShowsASecret) {
  give_web_identity();
  EXPECT_EQ(key_found().find("a-token"), std::string::npos);
  variables.clear();
  give_container();
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "topsecret";
  local_http.answer = answering(200, R"({"SecretAccessKey":"topsecret"})");
  EXPECT_EQ(key_found().find("topsecret"), std::string::npos);
}

}  // namespace
}  // namespace aws
