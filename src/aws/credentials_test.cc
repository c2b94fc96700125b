#include "aws/credentials.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "aws/credentials_rig.h"
#include "aws/instance_metadata.h"

namespace aws {
namespace {

// ---- instance metadata ----

class MetadataTest : public CredentialsRig {
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
    local_http.answer = [this](const FakeHttpClient::Sent& sent) { return metadata(sent); };
  }

  std::string key() {
    const auto provider = *make_instance_credentials(context());
    const auto credentials = now_from(*provider);
    return credentials ? credentials->access_key : credentials.error().message;
  }

  int refusals = 0;
  int tokens_given = 0;
  std::string document = R"({"Code":"Success","AccessKeyId":"role-key","SecretAccessKey":"s",)"
                         R"("Token":"t","Expiration":"2026-03-01T18:00:00Z"})";
};

TEST_F(MetadataTest, ATokenARoleAndItsCredentialsAreAskedFor) {
  EXPECT_EQ(key(), "role-key");
  ASSERT_EQ(local_http.sent.size(), 3u);
  EXPECT_EQ(local_http.sent[0].request.method, "PUT");
  EXPECT_EQ(local_http.sent[0].request.path, "/latest/api/token");
  EXPECT_TRUE(local_http.sent[0].request.headers.find("X-aws-ec2-metadata-token-ttl-seconds"));
  EXPECT_EQ(local_http.sent[2].request.path, "/latest/meta-data/iam/security-credentials/keeper");
}

TEST_F(MetadataTest, ARefusedTokenIsReplacedOnce) {
  refusals = 1;
  EXPECT_EQ(key(), "role-key");
  EXPECT_EQ(tokens_given, 2);
}

TEST_F(MetadataTest, ASecondRefusalIsTheEnd) {
  refusals = 9;
  EXPECT_EQ(key(), "instance metadata answers with status 401");
  EXPECT_EQ(tokens_given, 2);
}

TEST_F(MetadataTest, AnIncompleteDocumentIsAnErrorThatShowsNoSecret) {
  document = R"({"Code":"Success","AccessKeyId":"role-key","SecretAccessKey":"topsecret"})";
  EXPECT_EQ(key(), "instance metadata has no complete credentials");
  document = R"({"Code":"Failed","SecretAccessKey":"topsecret"})";
  EXPECT_EQ(key(), "instance metadata answers Failed");
  document = "<html>topsecret</html>";
  EXPECT_EQ(key(), "instance metadata is not JSON");
}

TEST_F(MetadataTest, AnInstanceWithoutARoleSaysSo) {
  local_http.answer = [](const FakeHttpClient::Sent& sent) {
    return sent.request.method == "PUT" ? net::Response{200, {}, "token"}
                                        : net::Response{404, {}, ""};
  };
  EXPECT_EQ(key(), "the instance has no role");
}

TEST_F(MetadataTest, CredentialsWithoutAnEndAreIncomplete) {
  document = R"({"AccessKeyId":"role-key","SecretAccessKey":"s","Token":"t"})";
  EXPECT_EQ(key(), "instance metadata has no complete credentials");
}

TEST_F(MetadataTest, AnotherEndpointIsAskedWhenTheEnvironmentSaysSo) {
  variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338";
  EXPECT_EQ(key(), "role-key");
  EXPECT_EQ(local_http.sent.at(0).endpoint.authority(), "127.0.0.1:1338");
  variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "127.0.0.1";
  EXPECT_EQ(make_instance_credentials(context()).error().message,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL: \"127.0.0.1\"");
}

// ---- tokens in files ----

class TokenFileTest : public CredentialsRig {
 protected:
  std::string token(size_t most_bytes = 100) {
    const auto text = read_token_file(variables.at("TOKEN"), most_bytes);
    return text ? *text : text.error().message;
  }
};

TEST_F(TokenFileTest, BlanksAroundATokenAreNotOfIt) {
  write("TOKEN", "\n a token \r\n");
  EXPECT_EQ(token(), "a token");
}

TEST_F(TokenFileTest, WhatIsNoTokenIsToldWithoutItsText) {
  const std::string path = write("TOKEN", "0123456789");
  EXPECT_EQ(token(10), "0123456789");
  EXPECT_EQ(token(9), "the token file \"" + path + "\" is too long");
  write("TOKEN", " \n");
  EXPECT_EQ(token(), "the token file \"" + path + "\" is empty");
  variables["TOKEN"] = "/dev/zero";
  EXPECT_EQ(token(), "the token file \"/dev/zero\" is not there");
}

}  // namespace
}  // namespace aws
