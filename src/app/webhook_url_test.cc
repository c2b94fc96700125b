#include "app/webhook_url.h"

#include <gtest/gtest.h>

namespace app {
namespace {

TEST(WebhookUrl, KeepsPathAndQueryAsTheyAre) {
  const auto url = parse_webhook_url("https://hooks.example.com:8443/a//b%20/?sig=x/y?z&k=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->path, "/a//b%20/");
  EXPECT_EQ(url->query, "sig=x/y?z&k=1");
  EXPECT_EQ(url->endpoint, (net::Endpoint{true, "hooks.example.com", 8443, ""}));
}

TEST(WebhookUrl, ShowsSchemeAndHostOnly) {
  EXPECT_EQ(parse_webhook_url("https://hooks.slack.com/services/T0/B0/secret")->origin(),
            "https://hooks.slack.com");
  EXPECT_EQ(parse_webhook_url("http://[::1]:80/secret")->origin(), "http://[::1]");
}

TEST(WebhookUrl, AHostAloneHasTheRootAsItsPath) {
  EXPECT_EQ(parse_webhook_url("https://a.example")->path, "/");
  const auto url = parse_webhook_url("https://a.example?key=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->path, "/");
  EXPECT_EQ(url->query, "key=1");
}

TEST(WebhookUrl, PlainHttpIsForThisHostOnly) {
  for (const char* text : {"http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:9/x"})
    EXPECT_TRUE(parse_webhook_url(text)) << text;
  for (const char* text :
       {"http://hooks.example.com/x", "http://10.0.0.1/x", "http://127.0.0.1.example/x",
        "http://localhost.example/x", "http://169.254.169.254/x"})
    EXPECT_FALSE(parse_webhook_url(text)) << text;
}

TEST(WebhookUrl, WhatIsNoUrlOfAWebhookIsRefused) {
  for (const char* text :
       {"", "https://", "hooks.example.com/x", "ftp://a.example/x", "https://user@a.example/x",
        "https://user:word@a.example/x", "https://a.example/x#y", "https://a.example/x y",
        "https://a.example/\x01", "https://a.example:0/x", "https://a.example:99999/x",
        "http://127.0.0.1\\@a.example/x", "http://127.0.0.1@a.example/x"})
    EXPECT_FALSE(parse_webhook_url(text)) << text;
  EXPECT_FALSE(parse_webhook_url("https://a.example/" + std::string(5000, 'x')));
}

}  // namespace
}  // namespace app
