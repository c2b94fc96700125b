#include "aws/credentials.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "aws/fake_clock.h"
#include "aws/fake_http.h"
#include "aws/profile_files.h"
#include "aws/refreshing_credentials.h"

namespace aws {
namespace {

using base::Duration;
using base::Retry;
using CredentialsResult = base::Result<net::Credentials>;

// The answer of a provider that answers at once.
CredentialsResult now_from(CredentialsProvider& provider) {
  CredentialsResult answer = base::fail("NotCalled", "");
  provider.get([&](CredentialsResult credentials) { answer = std::move(credentials); });
  return answer;
}

// ---- where they come from ----

class ProviderTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const std::string& path : written_) std::remove(path.c_str());
  }

  void write(const char* variable, const std::string& text) {
    const std::string path = testing::TempDir() + "spotkeeper_" + variable;
    std::ofstream(path) << text;
    written_.push_back(path);
    variables[variable] = path;
  }

  auto make() {
    return make_credentials_provider(
        [this](const char* name) -> std::optional<std::string> {
          const auto found = variables.find(name);
          if (found == variables.end()) return std::nullopt;
          return found->second;
        },
        http, clock);
  }

  std::string key_found() {
    const auto provider = make();
    if (!provider) return provider.error().message;
    const auto credentials = now_from(**provider);
    return credentials ? credentials->access_key : credentials.error().message;
  }

  FakeHttpClient http{failing("Refused", Retry::kReconnect)};
  FakeClock clock;
  std::map<std::string, std::string> variables;

 private:
  std::vector<std::string> written_;
};

TEST_F(ProviderTest, TheEnvironmentComesFirst) {
  write("AWS_SHARED_CREDENTIALS_FILE", "[default]\naws_access_key_id=f\naws_secret_access_key=s\n");
  variables["AWS_ACCESS_KEY_ID"] = "e";
  variables["AWS_SECRET_ACCESS_KEY"] = "s";
  variables["AWS_SESSION_TOKEN"] = "t";
  const auto provider = make();
  ASSERT_TRUE(provider);
  const auto credentials = now_from(**provider);
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->access_key, "e");
  EXPECT_EQ(credentials->session_token, "t");
  EXPECT_FALSE(credentials->expires_at);
}

TEST_F(ProviderTest, HalfAPairOfKeysIsRefusedInASentence) {
  variables["AWS_ACCESS_KEY_ID"] = "e";
  EXPECT_EQ(key_found(), "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together");
}

TEST_F(ProviderTest, TheNamedProfileOfTheFilesComesSecond) {
  write("AWS_SHARED_CREDENTIALS_FILE", "[default]\naws_access_key_id=d\naws_secret_access_key=s\n");
  write("AWS_CONFIG_FILE", "[profile web]\naws_access_key_id=w\naws_secret_access_key=s\n");
  EXPECT_EQ(key_found(), "d");
  variables["AWS_PROFILE"] = "web";
  EXPECT_EQ(key_found(), "w");
}

TEST_F(ProviderTest, AProfileThatIsNowhereIsRefusedInASentence) {
  write("AWS_SHARED_CREDENTIALS_FILE", "[default]\naws_access_key_id=d\naws_secret_access_key=s\n");
  variables["AWS_PROFILE"] = "wbe";
  EXPECT_EQ(key_found(), "AWS_PROFILE names \"wbe\", which is in neither of AWS's shared files");
}

TEST_F(ProviderTest, AProfileWithoutKeysIsNotReplacedByTheRole) {
  write("AWS_CONFIG_FILE", "[profile web]\nregion=us-east-2\n");
  variables["AWS_PROFILE"] = "web";
  EXPECT_EQ(key_found(), "the profile \"web\" has no static keys");
}

TEST_F(ProviderTest, TheInstancesRoleComesLastUnlessDisabled) {
  EXPECT_EQ(key_found(), "instance metadata cannot be reached: the fake network says so");
  EXPECT_EQ(http.sent.at(0).endpoint.host, "169.254.169.254");
  variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338";
  (void)key_found();
  EXPECT_EQ(http.sent.at(1).endpoint.authority(), "127.0.0.1:1338");
  variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_FALSE(make());
}

// ---- the shared files ----

TEST(ProfileFiles, TheCredentialsFileWinsAndKeysAreNeverMixed) {
  const ProfileFiles files{
      "# comment\n[web]\naws_access_key_id = a\n",
      "[profile web]\naws_access_key_id = b\naws_secret_access_key = b-secret\n"};
  const Profile profile = find_profile(files, "web");
  EXPECT_EQ(profile.access_key, "a");
  EXPECT_EQ(profile.secret_key, "");
}

TEST(ProfileFiles, BlanksCommentsAndWindowsLinesAreUnderstood) {
  const ProfileFiles files{
      "\r\n; other\r\n[ web ]\r\n  aws_access_key_id=a=b\r\naws_secret_access_key = s \r\n"
      "aws_session_token\t=\tt\r\nnonsense\r\n[other]\r\naws_access_key_id=x\r\n",
      ""};
  const Profile profile = find_profile(files, "web");
  EXPECT_EQ(profile.access_key, "a=b");
  EXPECT_EQ(profile.secret_key, "s");
  EXPECT_EQ(profile.session_token, "t");
}

TEST(ProfileFiles, TheConfigFileCallsTheDefaultEitherWay) {
  EXPECT_EQ(find_profile({"", "[default]\naws_access_key_id=a\n"}, "default").access_key, "a");
  EXPECT_EQ(find_profile({"", "[profile default]\naws_access_key_id=a\n"}, "default").access_key,
            "a");
  EXPECT_FALSE(find_profile({"", "[web]\naws_access_key_id=a\n"}, "web").exists);
}

TEST(ProfileFiles, ABrokenSectionIsNoProfile) {
  EXPECT_FALSE(find_profile({"[\n[web\n]\n", ""}, "other").exists);
}

// ---- instance metadata ----

class MetadataTest : public ProviderTest {
 protected:
  // Answers as an instance with the role "keeper" does; `refusals` tokens are refused first.
  net::Response metadata(const FakeHttpClient::Sent& sent) {
    const net::Request& request = sent.request;
    if (request.method == "PUT") return {200, {}, "token-" + std::to_string(++tokens_given)};
    const std::string token = request.headers.get("X-aws-ec2-metadata-token");
    if (tokens_given <= refusals || token != "token-" + std::to_string(tokens_given))
      return {401, {}, ""};
    if (request.path.ends_with("/keeper")) return {200, {}, document};
    return {200, {}, "keeper\n"};
  }

  void SetUp() override {
    http.answer = [this](const FakeHttpClient::Sent& sent) { return metadata(sent); };
  }

  int refusals = 0;
  int tokens_given = 0;
  std::string document = R"({"Code":"Success","AccessKeyId":"role-key","SecretAccessKey":"s",)"
                         R"("Token":"t","Expiration":"2026-03-01T18:00:00Z"})";
};

TEST_F(MetadataTest, ATokenARoleAndItsCredentialsAreAskedFor) {
  EXPECT_EQ(key_found(), "role-key");
  ASSERT_EQ(http.sent.size(), 3u);
  EXPECT_EQ(http.sent[0].request.method, "PUT");
  EXPECT_EQ(http.sent[0].request.path, "/latest/api/token");
  EXPECT_TRUE(http.sent[0].request.headers.find("X-aws-ec2-metadata-token-ttl-seconds"));
  EXPECT_EQ(http.sent[2].request.path, "/latest/meta-data/iam/security-credentials/keeper");
}

TEST_F(MetadataTest, ARefusedTokenIsReplacedOnce) {
  refusals = 1;
  EXPECT_EQ(key_found(), "role-key");
  EXPECT_EQ(tokens_given, 2);
}

TEST_F(MetadataTest, ASecondRefusalIsTheEnd) {
  refusals = 9;
  EXPECT_EQ(key_found(), "instance metadata answers with status 401");
  EXPECT_EQ(tokens_given, 2);
}

TEST_F(MetadataTest, AnIncompleteDocumentIsAnErrorThatShowsNoSecret) {
  document = R"({"Code":"Success","AccessKeyId":"role-key","SecretAccessKey":"topsecret"})";
  EXPECT_EQ(key_found(), "instance metadata has no complete credentials");
  document = R"({"Code":"Failed","SecretAccessKey":"topsecret"})";
  EXPECT_EQ(key_found(), "instance metadata answers Failed");
  document = "<html>topsecret</html>";
  EXPECT_EQ(key_found(), "instance metadata is not JSON");
}

TEST_F(MetadataTest, AnInstanceWithoutARoleSaysSo) {
  http.answer = [](const FakeHttpClient::Sent& sent) {
    return sent.request.method == "PUT" ? net::Response{200, {}, "token"}
                                        : net::Response{404, {}, ""};
  };
  EXPECT_EQ(key_found(), "the instance has no role");
}

// ---- refreshing ----

class RefreshingTest : public testing::Test {
 protected:
  CredentialsResult lasting(std::string key, Duration life) {
    return net::Credentials{std::move(key), "s", "t", clock.time + life};
  }
  // The number of the oldest fetch under way is answered.
  void answer(CredentialsResult credentials) {
    ASSERT_FALSE(fetches.empty());
    const auto done = std::exchange(fetches, {}).front();
    done(std::move(credentials));
  }
  std::vector<std::string> get() {
    provider.get(
        [this](CredentialsResult c) { keys.push_back(c ? c->access_key : c.error().code); });
    return keys;
  }

  FakeClock clock;
  std::vector<CredentialsProvider::Done> fetches;
  std::vector<std::string> keys;  // What the callers got, in order.
  RefreshingCredentials provider{
      [this](CredentialsProvider::Done done) { fetches.push_back(std::move(done)); }, clock};
};

using Keys = std::vector<std::string>;

TEST_F(RefreshingTest, ManyAskersCauseOneFetch) {
  (void)get();
  (void)get();
  EXPECT_EQ(fetches.size(), 1u);
  EXPECT_EQ(keys, Keys{});
  answer(lasting("a", Duration::hours(6)));
  EXPECT_EQ(keys, (Keys{"a", "a"}));
  EXPECT_EQ(get(), (Keys{"a", "a", "a"}));
  EXPECT_TRUE(fetches.empty());
}

TEST_F(RefreshingTest, BeforeTheyExpireNewOnesAreFetchedWhileTheOldOnesServe) {
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  clock.time = clock.time + Duration::minutes(46);
  EXPECT_EQ(get(), (Keys{"a", "a"}));
  EXPECT_EQ(fetches.size(), 1u);
  (void)get();
  EXPECT_EQ(fetches.size(), 1u);
  answer(lasting("b", Duration::hours(1)));
  EXPECT_EQ(get(), (Keys{"a", "a", "a", "b"}));
}

TEST_F(RefreshingTest, WhenARefreshFailsTheOldOnesServeUntilTheyExpire) {
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  clock.time = clock.time + Duration::minutes(46);
  (void)get();
  answer(base::fail("NoCredentials", "", Retry::kBackoff));
  EXPECT_EQ(get(), (Keys{"a", "a", "a"}));
  EXPECT_TRUE(fetches.empty()) << "a minute has not passed";
  clock.time = clock.time + Duration::minutes(1);
  (void)get();
  EXPECT_EQ(fetches.size(), 1u);
}

TEST_F(RefreshingTest, ExpiredOnesAreNotHandedOut) {
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  clock.time = clock.time + Duration::hours(1);
  EXPECT_EQ(get(), Keys{"a"});
  answer(base::fail("NoCredentials", "", Retry::kBackoff));
  EXPECT_EQ(keys, (Keys{"a", "NoCredentials"}));
}

TEST_F(RefreshingTest, AfterAFailureTheNextAskerFetchesAgain) {
  (void)get();
  answer(base::fail("NoCredentials", "", Retry::kBackoff));
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  EXPECT_EQ(keys, (Keys{"NoCredentials", "a"}));
}

TEST_F(RefreshingTest, RefusedOnesAreReplacedAndOthersAreKept) {
  (void)get();
  answer(lasting("a", Duration::hours(6)));
  provider.refuse("older");
  (void)get();
  EXPECT_TRUE(fetches.empty());
  provider.refuse("a");
  (void)get();
  EXPECT_EQ(keys, (Keys{"a", "a"}));
  answer(lasting("b", Duration::hours(6)));
  EXPECT_EQ(keys, (Keys{"a", "a", "b"}));
}

}  // namespace
}  // namespace aws
