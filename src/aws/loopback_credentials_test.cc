// Goal: each source works through the real HTTP client against a real server, keys and refusals.
// Method: one server on a free port of this host plays STS, the container's agent and the
// instance's metadata; the chain is told of it as a host would be, and nothing is asked elsewhere.
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <map>
#include <mutex>

#include "aws/credential_chain.h"
#include "aws/fake_clock.h"
#include "base/form.h"
#include "net/server.h"

namespace aws {
namespace {

constexpr char kRole[] = "arn:aws:iam::123456789012:role/keeper";

class LoopbackTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string folder = testing::TempDir();
    token_file = folder + "spotkeeper_loopback_token";
    config_file = folder + "spotkeeper_loopback_config";
    std::ofstream(token_file) << "a-token\n";
    server = *net::serve_http(
        {}, [this](net::Request request, const auto& reply) { reply(answer(request)); });
    url = "http://127.0.0.1:" + std::to_string(server->port());
    endpoints = *Endpoints::make("us-east-2", url);
    variables["AWS_CONFIG_FILE"] = config_file;
    variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = url;
    write_config("");
  }

  void TearDown() override {
    local_http.reset();  // Before the providers, whose callbacks they run.
    http.reset();
    std::remove(token_file.c_str());
    std::remove(config_file.c_str());
  }

  void write_config(const std::string& text) { std::ofstream(config_file) << text; }

  static net::Response session(const std::string& action, const std::string& key) {
    return {200,
            {},
            "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>" + key +
                "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                "<Expiration>2026-03-01T13:00:00Z</Expiration></Credentials></" +
                action + "Result></" + action + "Response>"};
  }

  static net::Response document(const std::string& key) {
    return {200,
            {},
            R"({"Code":"Success","AccessKeyId":")" + key +
                R"(","SecretAccessKey":"s","Token":"t",)"
                R"("Expiration":"2026-03-01T13:00:00Z"})"};
  }

  net::Response answer(const net::Request& request) {
    if (request.path == "/agent")
      return request.headers.get("Authorization") == "a-token" ? document("task")
                                                               : net::Response{401, {}, ""};
    if (request.path == "/latest/api/token") return {200, {}, "session-token"};
    if (request.path.ends_with("/security-credentials/")) return {200, {}, "role\n"};
    if (request.path.ends_with("/security-credentials/role")) return document("instance");
    const auto form = base::Form::parse(request.body);
    const std::string action = form ? form->get("Action") : "";
    const bool is_signed = request.headers.find("Authorization") != nullptr;
    if (action == "AssumeRoleWithWebIdentity" && !is_signed &&
        form->get("WebIdentityToken") == "a-token")
      return session(action, "pod");
    if (action == "AssumeRole" && is_signed) return session(action, "role");
    return {403, {}, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"};
  }

  std::string key() {
    found =
        *find_credentials({[this](const char* name) -> std::optional<std::string> {
                             const auto at = variables.find(name);
                             if (at == variables.end()) return std::nullopt;
                             return at->second;
                           },
                           "", "spotkeeper-tests", *http, *local_http, clock, *endpoints, nullptr});
    std::promise<base::Result<net::Credentials>> promise;
    found.provider->get([&](auto credentials) { promise.set_value(std::move(credentials)); });
    const auto credentials = promise.get_future().get();
    return credentials ? credentials->access_key : base::to_string(credentials.error());
  }

  FakeClock clock;
  std::map<std::string, std::string> variables;
  std::string token_file, config_file, url;
  std::optional<Endpoints> endpoints;
  std::unique_ptr<net::HttpServer> server;
  FoundCredentials found;
  std::unique_ptr<net::HttpClient> http = net::make_http_client({});
  std::unique_ptr<net::HttpClient> local_http = net::make_http_client({});
};

TEST_F(LoopbackTest, TheInstancesMetadataGivesItsRolesCredentials) { EXPECT_EQ(key(), "instance"); }

TEST_F(LoopbackTest, TheContainersAgentGivesItsRolesCredentialsForTheToken) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url + "/agent";
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = token_file;
  EXPECT_EQ(key(), "task");
  variables.erase("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  EXPECT_NE(key().find("the container's metadata answers with status 401"), std::string::npos);
}

TEST_F(LoopbackTest, StsGivesAWebIdentityItsRole) {
  variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = token_file;
  variables["AWS_ROLE_ARN"] = kRole;
  EXPECT_EQ(key(), "pod");
  std::ofstream(token_file) << "guessed\n";
  EXPECT_NE(key().find("cannot be assumed: AccessDenied"), std::string::npos);
}

TEST_F(LoopbackTest, StsGivesARoleToTheCredentialsOfASource) {
  const std::string role = std::string("role_arn=") + kRole + "\n";
  write_config("[default]\n" + role + "source_profile=pod\n[profile pod]\n" + role +
               "web_identity_token_file=" + token_file + "\n");
  EXPECT_EQ(key(), "role");
  write_config("[default]\n" + role + "credential_source=Ec2InstanceMetadata\n");
  EXPECT_EQ(key(), "role");
}

}  // namespace
}  // namespace aws
