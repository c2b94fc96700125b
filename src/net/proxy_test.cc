#include "net/proxy.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace net {
namespace {

Endpoint at(const char* url) { return parse_endpoint(url).value(); }

TEST(Proxy, NoProxyRules) {
  struct Row {
    const char* url;
    std::vector<std::string> no_proxy;
    bool direct;
  };
  const Row rows[] = {
      {"https://ec2.amazonaws.com", {}, false},
      {"https://ec2.amazonaws.com", {"*"}, true},
      {"https://ec2.amazonaws.com", {"ec2.amazonaws.com"}, true},
      {"https://ec2.amazonaws.com", {"EC2.AmazonAWS.com"}, true},
      {"https://ec2.amazonaws.com", {"amazonaws.com"}, true},
      {"https://ec2.amazonaws.com", {".amazonaws.com"}, true},
      {"https://ec2.amazonaws.com", {"other.org", "amazonaws.com"}, true},
      {"https://ec2.notamazonaws.com", {"amazonaws.com"}, false},
      {"https://amazonaws.com.evil.org", {"amazonaws.com"}, false},
      {"https://com", {"ec2.amazonaws.com"}, false},
      {"https://ec2.amazonaws.com", {"", "."}, false},
      {"https://a.org:8443", {"a.org:8443"}, true},
      {"https://a.org", {"a.org:443"}, true},
      {"https://a.org:8443", {"a.org:443"}, false},
      {"https://a.org:8443", {"a.org"}, true},
      {"http://10.0.0.7", {"10.0.0.7"}, true},
      {"http://10.0.0.7", {"10.0.0.8"}, false},
      {"http://[fd12::1]:80", {"fd12::1"}, true},
      {"http://[fd12::1]:80", {"[fd12::1]:80"}, true},
      {"http://[fd12::1]:81", {"[fd12::1]:80"}, false},
      {"http://[fd12::1:80]:80", {"fd12::1:80"}, true},
      {"http://localhost:1", {}, true},
      {"http://127.0.0.1:4566", {}, true},
      {"http://[::1]:4566", {}, true},
      {"http://169.254.169.254", {}, true},
      {"http://[fd00:ec2::254]", {}, true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(bypasses_proxy(at(row.url), row.no_proxy), row.direct)
        << row.url << " with " << (row.no_proxy.empty() ? "nothing" : row.no_proxy.back());
}

TEST(Proxy, EachSchemeHasItsOwn) {
  ClientOptions options;
  options.https_proxy = "http://secure:3128";
  options.http_proxy = "plain:3129";
  EXPECT_EQ(proxy_for(at("https://a.org"), options).value()->authority(), "secure:3128");
  EXPECT_EQ(proxy_for(at("http://a.org"), options).value()->authority(), "plain:3129");
  options.no_proxy = {"a.org"};
  EXPECT_FALSE(proxy_for(at("https://a.org"), options).value());
  EXPECT_FALSE(proxy_for(at("https://b.org"), ClientOptions{}).value());
}

TEST(Proxy, WhatIsNoProxyAddressIsRefused) {
  for (const char* url : {"https://secure:3128", "http://", "http://user:word@p:1", "http://p:x"}) {
    ClientOptions options;
    options.https_proxy = url;
    const auto proxy = proxy_for(at("https://a.org"), options);
    ASSERT_FALSE(proxy) << url;
    EXPECT_EQ(proxy.error().code, "InvalidProxy");
    EXPECT_EQ(proxy.error().message.find("word"), std::string::npos);
  }
}

TEST(Proxy, TheEnvironmentIsReadInEitherCase) {
  setenv("HTTPS_PROXY", "http://upper:1", 1);
  setenv("http_proxy", "http://lower:2", 1);
  setenv("NO_PROXY", "a.org, .b.org,,c.org", 1);
  const ClientOptions options = client_options_from_environment();
  for (const char* name : {"HTTPS_PROXY", "http_proxy", "NO_PROXY"}) unsetenv(name);
  EXPECT_EQ(options.https_proxy, "http://upper:1");
  EXPECT_EQ(options.http_proxy, "http://lower:2");
  EXPECT_EQ(options.no_proxy, (std::vector<std::string>{"a.org", ".b.org", "c.org"}));
}

}  // namespace
}  // namespace net
