// Goal: a profile means here what it means to AWS's own tools; what cannot work without a person is
// refused in a sentence before anybody is asked.
#include "aws/profile_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/credentials_rig.h"
#include "base/form.h"

namespace aws {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kKeys[] = "aws_access_key_id=base\naws_secret_access_key=s\n";

std::string arn(const std::string& role) { return "arn:aws:iam::123456789012:role/" + role; }

// STS is a function that hands out a key named after the role and remembers who asked.
class ProfileTest : public CredentialsRig {
 protected:
  void SetUp() override {
    http.answer = [this](const FakeHttpClient::Sent& sent) { return session(sent.request); };
  }

  net::Response session(const net::Request& request) {
    const auto form = base::Form::parse(request.body);
    calls.push_back(*form);
    const std::string by = request.headers.get("Authorization");
    const size_t from = by.find("Credential=") + 11;
    callers.push_back(by.empty() ? "nobody" : by.substr(from, by.find('/') - from));
    const std::string action = form->get("Action"), role = form->get("RoleArn");
    const std::string key = role.substr(role.rfind('/') + 1);
    return {200,
            {},
            "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>" + key +
                "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                "<Expiration>2026-03-01T13:00:00Z</Expiration></Credentials></" +
                action + "Result></" + action + "Response>"};
  }

  // The key of the profile "web", or the sentence of the failure.
  std::string key(const std::string& config, const std::string& credentials = "") {
    const auto provider = make_profile_credentials(context(), {credentials, config}, "web");
    if (!provider) return provider.error().message;
    if (!*provider) return "none";
    const auto found = now_from(**provider);
    return found ? found->access_key : found.error().message;
  }

  std::vector<base::Form> calls;
  std::vector<std::string> callers;  // The access key that signed each call.
};

TEST_F(ProfileTest, ARoleIsAssumedWithTheKeysOfItsSource) {
  EXPECT_EQ(key("[profile web]\nrole_arn=" + arn("ops") +
                "\nsource_profile=base\nexternal_id=their-id\nrole_session_name=me\n"
                "duration_seconds=1800\n[profile base]\n" +
                kKeys),
            "ops");
  EXPECT_THAT(callers, ElementsAre("base"));
  EXPECT_EQ(calls.at(0).get("RoleArn"), arn("ops"));
  EXPECT_EQ(calls.at(0).get("ExternalId"), "their-id");
  EXPECT_EQ(calls.at(0).get("RoleSessionName"), "me");
  EXPECT_EQ(calls.at(0).get("DurationSeconds"), "1800");
}

TEST_F(ProfileTest, ASessionThatTheProfileDoesNotNameHasOurs) {
  (void)key("[profile web]\nrole_arn=" + arn("ops") + "\nsource_profile=base\n[profile base]\n" +
            kKeys);
  EXPECT_EQ(calls.at(0).get("RoleSessionName"), "spotkeeper-tests");
  EXPECT_EQ(calls.at(0).get("DurationSeconds"), "3600");
}

TEST_F(ProfileTest, SourcesAreChained) {
  EXPECT_EQ(key("[profile web]\nrole_arn=" + arn("third") +
                "\nsource_profile=b\n[profile b]\nrole_arn=" + arn("second") +
                "\nsource_profile=c\n[profile c]\nrole_arn=" + arn("first") +
                "\nsource_profile=base\n[profile base]\n" + kKeys),
            "third");
  EXPECT_THAT(callers, ElementsAre("base", "first", "second"));
}

TEST_F(ProfileTest, SourcesThatLeadInACircleAreNamed) {
  EXPECT_EQ(key("[profile web]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\n"
                "source_profile=web\n"),
            "the profile \"web\" leads in a circle: \"web\" -> \"b\" -> \"web\"");
  EXPECT_EQ(key("[profile web]\nrole_arn=r\nsource_profile=web\n"),
            "the profile \"web\" leads in a circle: \"web\" -> \"web\"");
  EXPECT_EQ(key("[profile web]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\n"
                "source_profile=b\n"),
            "the profile \"web\" leads in a circle: \"web\" -> \"b\" -> \"b\"");
}

TEST_F(ProfileTest, MoreThanTenProfilesAreTooMany) {
  std::string config;
  for (int i = 0; i < 12; ++i)
    config += "[profile " + (i == 0 ? "web" : "p" + std::to_string(i)) + "]\nrole_arn=r\n" +
              "source_profile=p" + std::to_string(i + 1) + "\n";
  EXPECT_THAT(key(config), StartsWith("the profile \"web\" leads through more than 10 profiles: "));
}

TEST_F(ProfileTest, AProfileMayBeItsOwnSource) {
  EXPECT_EQ(key("[profile web]\nrole_arn=" + arn("ops") + "\nsource_profile=web\n" + kKeys), "ops");
  EXPECT_THAT(callers, ElementsAre("base"));
}

TEST_F(ProfileTest, ASourcesOwnKeysComeBeforeItsRole) {
  EXPECT_EQ(key("[profile web]\nrole_arn=" + arn("ops") +
                "\nsource_profile=b\n[profile b]\nrole_arn=other\nsource_profile=c\n" + kKeys),
            "ops");
  EXPECT_THAT(callers, ElementsAre("base"));
}

TEST_F(ProfileTest, ARoleMayComeFromAnotherKindOfSource) {
  variables["AWS_ACCESS_KEY_ID"] = "env";
  variables["AWS_SECRET_ACCESS_KEY"] = "s";
  const std::string role = "[profile web]\nrole_arn=" + arn("ops") + "\ncredential_source=";
  EXPECT_EQ(key(role + "Environment\n"), "ops");
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/c";
  local_http.answer = answering(200, R"({"AccessKeyId":"task","SecretAccessKey":"s","Token":"t"})");
  EXPECT_EQ(key(role + "EcsContainer\n"), "ops");
  EXPECT_THAT(callers, ElementsAre("env", "task"));
  local_http.answer = failing("Refused", base::Retry::kReconnect);
  EXPECT_THAT(key(role + "Ec2InstanceMetadata\n"),
              AllOf(StartsWith("the role " + arn("ops")),
                    HasSubstr("instance metadata cannot be reached")));
}

TEST_F(ProfileTest, ASourceThatIsNotThereIsTold) {
  const std::string role = "[profile web]\nrole_arn=r\n";
  EXPECT_EQ(key(role + "credential_source=Environment\n"),
            "the profile \"web\" has credential_source = Environment, but AWS_ACCESS_KEY_ID is not "
            "set");
  EXPECT_EQ(key(role + "credential_source=EcsContainer\n"),
            "the profile \"web\" has credential_source = EcsContainer, but no container's "
            "credentials are named in the environment");
  EXPECT_EQ(key(role + "credential_source=environment\n"),
            "the profile \"web\" has credential_source = \"environment\"; allowed: Environment, "
            "Ec2InstanceMetadata, EcsContainer");
  EXPECT_EQ(key(role + "source_profile=b\n"),
            "the profile \"web\" has source_profile = \"b\", which is in neither of AWS's shared "
            "files");
  EXPECT_EQ(key(role + "source_profile=b\n[profile b]\nregion=x\n"),
            "the profile \"b\" is the source of \"web\" and has no credentials");
  constexpr char kOne[] =
      "the profile \"web\" has role_arn and must have either source_profile or credential_source";
  EXPECT_EQ(key(role), kOne);
  EXPECT_EQ(key(role + "source_profile=b\ncredential_source=Environment\n"), kOne);
}

TEST_F(ProfileTest, AWebIdentityNeedsNoSource) {
  const std::string path = write("TOKEN", "a-token");
  EXPECT_EQ(key("[profile web]\nrole_arn=" + arn("pod") + "\nweb_identity_token_file=" + path +
                "\nrole_session_name=me\n"),
            "pod");
  EXPECT_THAT(callers, ElementsAre("nobody"));
  EXPECT_EQ(calls.at(0).get("WebIdentityToken"), "a-token");
  EXPECT_EQ(calls.at(0).get("RoleSessionName"), "me");
  EXPECT_EQ(key("[profile web]\nweb_identity_token_file=" + path + "\n"),
            "the profile \"web\" has web_identity_token_file without role_arn");
}

TEST_F(ProfileTest, AWebIdentityMayBeTheSourceOfARole) {
  const std::string path = write("TOKEN", "a-token");
  EXPECT_EQ(key("[profile web]\nrole_arn=" + arn("ops") +
                "\nsource_profile=pod\n[profile pod]\nrole_arn=" + arn("pod") +
                "\nweb_identity_token_file=" + path + "\n"),
            "ops");
  EXPECT_THAT(callers, ElementsAre("nobody", "pod"));
}

TEST_F(ProfileTest, ACodeThatSomebodyWouldHaveToTypeIsRefused) {
  EXPECT_EQ(key("[profile web]\nrole_arn=r\nsource_profile=b\nmfa_serial=m\n[profile b]\n" +
                std::string(kKeys)),
            "the profile \"web\" has mfa_serial, and nobody is there to type the code");
  EXPECT_TRUE(calls.empty());
}

TEST_F(ProfileTest, SigningInWithABrowserIsRefused) {
  for (const char* setting : {"sso_session", "sso_start_url", "sso_account_id", "sso_role_name"})
    EXPECT_THAT(key("[profile web]\n" + std::string(setting) + "=x\n"),
                StartsWith("the profile \"web\" signs in through IAM Identity Center (" +
                           std::string(setting) + "), which needs a person"));
}

TEST_F(ProfileTest, ADurationIsHeldToItsLimits) {
  const std::string role = "[profile web]\nrole_arn=" + arn("ops") +
                           "\nsource_profile=base\n[profile base]\n" + kKeys +
                           "[profile web]\nduration_seconds=";
  for (const char* good : {"900", "43200"}) EXPECT_EQ(key(role + good + "\n"), "ops") << good;
  for (const char* bad : {"899", "43201", "1h", "-1", "99999999999"})
    EXPECT_EQ(key(role + bad + "\n"), "the profile \"web\" has duration_seconds = \"" +
                                          std::string(bad) + "\"; allowed: 900 to 43200");
}

TEST_F(ProfileTest, AProgramIsRunWithItsWordsAndItsJsonRead) {
  command_output = R"({"Version":1,"AccessKeyId":"made","SecretAccessKey":"s"})";
  EXPECT_EQ(key("[profile web]\ncredential_process = /opt/give --for 'our web'\n"), "made");
  EXPECT_THAT(commands, ElementsAre(ElementsAre("/opt/give", "--for", "our web")));
}

TEST_F(ProfileTest, AProgramIsRunAgainBeforeWhatItGaveExpires) {
  command_output = R"({"Version":1,"AccessKeyId":"made","SecretAccessKey":"s",)"
                   R"("SessionToken":"t","Expiration":"2026-03-01T13:00:00Z"})";
  const auto provider =
      *make_profile_credentials(context(), {"[web]\ncredential_process=p\n", ""}, "web");
  EXPECT_EQ(now_from(*provider)->session_token, "t");
  (void)now_from(*provider);
  EXPECT_EQ(commands.size(), 1u);
  clock.time = clock.time + base::Duration::minutes(46);
  (void)now_from(*provider);
  EXPECT_EQ(commands.size(), 2u);
}

TEST_F(ProfileTest, AProgramsFailureIsToldWithoutAWordOfItsOutput) {
  const std::string config = "[profile web]\ncredential_process=p\n";
  EXPECT_EQ(key(config), "credential_process of the profile \"web\" failed: it ended with code 1");
  command_output = "topsecret";
  EXPECT_EQ(key(config), "the output of credential_process of the profile \"web\" is not JSON");
  command_output = R"({"Version":1,"AccessKeyId":"topsecret"})";
  EXPECT_EQ(key(config),
            "the output of credential_process of the profile \"web\" has no complete credentials");
  command_output = R"({"Version":2,"AccessKeyId":"a","SecretAccessKey":"topsecret"})";
  EXPECT_EQ(key(config),
            "the output of credential_process of the profile \"web\" is not of Version 1");
  EXPECT_EQ(key("[profile web]\ncredential_process=p 'x\n"),
            "credential_process of the profile \"web\" is no command: a quote is open, or nothing "
            "is in it");
}

TEST_F(ProfileTest, AProgramComesAfterTheCredentialsFilesKeysAndBeforeTheConfigFiles) {
  command_output = R"({"Version":1,"AccessKeyId":"made","SecretAccessKey":"s"})";
  const std::string process = "[profile web]\ncredential_process=p\n";
  EXPECT_EQ(key(process, "[web]\n" + std::string(kKeys)), "base");
  EXPECT_EQ(key(process + kKeys), "made");
}

TEST_F(ProfileTest, HalfAPairOfKeysIsRefused) {
  EXPECT_EQ(key("", "[web]\naws_access_key_id=a\n"),
            "the profile \"web\" must have aws_access_key_id and aws_secret_access_key together");
  EXPECT_EQ(key("", "[web]\nregion=x\n"), "none");
}

}  // namespace
}  // namespace aws
