#include "aws/container_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/credentials_rig.h"

namespace aws {
namespace {

using testing::HasSubstr;

constexpr char kFull[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr char kRelative[] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";

class ContainerTest : public CredentialsRig {
 protected:
  void SetUp() override { local_http.answer = http.answer = answering(200, document("task-1")); }

  static std::string document(const std::string& key) {
    return R"({"RoleArn":"r","AccessKeyId":")" + key +
           R"(","SecretAccessKey":"s","Token":"t","Expiration":"2026-03-01T13:00:00Z"})";
  }

  std::string key() {
    const auto provider = make_container_credentials(context());
    if (!provider) return provider.error().message;
    const auto credentials = now_from(**provider);
    return credentials ? credentials->access_key : credentials.error().message;
  }
};

TEST_F(ContainerTest, OutsideOfAContainerThereAreNone) {
  EXPECT_EQ(*make_container_credentials(context()), nullptr);
}

TEST_F(ContainerTest, ARelativeUriIsAskedAtEcssAddressAndComesFirst) {
  variables[kRelative] = "/v2/credentials/1?id=a&b";
  variables[kFull] = "http://127.0.0.1:9/other";
  EXPECT_EQ(key(), "task-1");
  const FakeHttpClient::Sent& sent = local_http.sent.at(0);
  EXPECT_EQ(sent.endpoint.host, "169.254.170.2");
  EXPECT_EQ(sent.request.path, "/v2/credentials/1");
  EXPECT_EQ(sent.request.query, "id=a&b");
  EXPECT_EQ(sent.request.headers.get("Accept"), "application/json");
  EXPECT_FALSE(sent.request.headers.find("Authorization"));
}

TEST_F(ContainerTest, TheTokenGoesWithEveryRequestAndIsReadAnewFromItsFile) {
  variables[kFull] = "http://169.254.170.23/v1/credentials";
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc";
  EXPECT_EQ(key(), "task-1");
  EXPECT_EQ(local_http.sent.at(0).request.headers.get("Authorization"), "Basic abc");
  write("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "first\n");
  const auto provider = *make_container_credentials(context());
  (void)now_from(*provider);
  write("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "second\n");
  clock.time = clock.time + base::Duration::minutes(50);
  (void)now_from(*provider);
  EXPECT_EQ(local_http.sent.at(1).request.headers.get("Authorization"), "first");
  EXPECT_EQ(local_http.sent.at(2).request.headers.get("Authorization"), "second");
}

TEST_F(ContainerTest, WithoutTlsOnlyWhatIsNearIsAsked) {
  for (const char* near :
       {"http://127.0.0.1:8080/c", "http://localhost/c", "http://[::1]:1/c", "http://127.3.2.1/",
        "http://169.254.170.2/c", "http://169.254.170.23/c", "http://[fd00:ec2::23]/c"}) {
    variables[kFull] = near;
    EXPECT_EQ(key(), "task-1") << near;
  }
  const size_t asked = local_http.sent.size();
  for (const char* far : {"http://10.0.0.1/c", "http://127.0.0.1.evil.example/c",
                          "http://169.254.169.254/c", "http://localhost.evil.example/"}) {
    variables[kFull] = far;
    EXPECT_THAT(key(), HasSubstr("without TLS; allowed: https, this host, 169.254.170.2")) << far;
  }
  EXPECT_EQ(local_http.sent.size(), asked);
}

TEST_F(ContainerTest, WithTlsAnybodyIsAskedThroughTheOrdinaryClient) {
  variables[kFull] = "https://credentials.example/c";
  EXPECT_EQ(key(), "task-1");
  EXPECT_TRUE(local_http.sent.empty());
  EXPECT_EQ(http.sent.at(0).endpoint.host, "credentials.example");
}

TEST_F(ContainerTest, WhatIsNoUriIsRefused) {
  for (const char* uri : {"nowhere", "ftp://127.0.0.1/", "http://", "http://a@127.0.0.1/c",
                          "http://127.0.0.1/c#d", "http://127.0.0.1/a\r\nX: y"}) {
    variables[kFull] = uri;
    EXPECT_EQ(key(), "AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL") << uri;
  }
  variables[kRelative] = "@evil.example/";
  EXPECT_EQ(key(), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path");
}

TEST_F(ContainerTest, AFailureIsASentenceWithoutAWordOfTheAnswer) {
  variables[kRelative] = "/c";
  local_http.answer = answering(403, R"({"message":"topsecret"})");
  EXPECT_EQ(key(), "the container's metadata answers with status 403");
  local_http.answer = answering(200, R"({"AccessKeyId":"topsecret"})");
  EXPECT_EQ(key(), "the container's metadata has no complete credentials");
  local_http.answer = answering(200, "topsecret");
  EXPECT_EQ(key(), "the container's metadata is not JSON");
}

}  // namespace
}  // namespace aws
