#include "net/http.h"

#include <gtest/gtest.h>

namespace net {
namespace {

TEST(Headers, NamesIgnoreCaseAndSetReplacesAll) {
  Headers headers;
  headers.add("X-One", "1");
  headers.add("x-one", "2");
  EXPECT_EQ(headers.get("X-ONE"), "1");
  headers.set("X-One", "3");
  EXPECT_EQ(headers.fields().size(), 1u);
  EXPECT_EQ(headers.get("x-one"), "3");
  EXPECT_EQ(headers.find("other"), nullptr);
}

TEST(Headers, ThatCouldStartAnotherHeaderDoNotFitOnTheWire) {
  const auto fits = [](std::string name, std::string value) {
    Headers headers;
    headers.add(std::move(name), std::move(value));
    return fit_on_the_wire(headers);
  };
  EXPECT_TRUE(fits("X-One", "a: b\tc \xc3\xa9"));
  EXPECT_TRUE(fits("X-One", ""));
  EXPECT_FALSE(fits("X-One", "a\r\nX-Two: b"));
  EXPECT_FALSE(fits("X-One", "a\nb"));
  EXPECT_FALSE(fits("X-One", std::string("a\0b", 3)));
  EXPECT_FALSE(fits("X One", "a"));
  EXPECT_FALSE(fits("X:", "a"));
  EXPECT_FALSE(fits("", "a"));
}

TEST(Endpoint, ReadsSchemesPortsPathsAndIpv6) {
  EXPECT_EQ(parse_endpoint("https://sqs.us-east-2.amazonaws.com/"),
            (Endpoint{true, "sqs.us-east-2.amazonaws.com", 443, ""}));
  EXPECT_EQ(parse_endpoint("http://127.0.0.1:4566/base/"),
            (Endpoint{false, "127.0.0.1", 4566, "/base"}));
  EXPECT_EQ(parse_endpoint("http://[fd00:ec2::254]"), (Endpoint{false, "fd00:ec2::254", 80, ""}));
}

TEST(Endpoint, TheAuthorityNamesThePortOnlyWhenItIsUnusual) {
  EXPECT_EQ(parse_endpoint("https://a.b")->authority(), "a.b");
  EXPECT_EQ(parse_endpoint("https://a.b:8443")->authority(), "a.b:8443");
  EXPECT_EQ(parse_endpoint("http://[::1]:80")->authority(), "[::1]");
  EXPECT_EQ(parse_endpoint("http://[::1]:80")->host_and_port(), "[::1]:80");
  EXPECT_EQ(parse_endpoint("https://a.b")->host_and_port(), "a.b:443");
}

TEST(Endpoint, RefusesWhatIsNoEndpoint) {
  for (const char* url : {"", "ftp://a", "a.b", "http://", "http://a:0", "http://a:70000",
                          "http://a:x", "http://u@h", "http://a/?q", "http://[::1"})
    EXPECT_FALSE(parse_endpoint(url)) << url;
}

TEST(ThisHost, IsKnownByItsNamesWithOrWithoutAPort) {
  for (const char* host :
       {"localhost", "LOCALHOST:7768", "127.0.0.1", "127.1.2.3:80", "[::1]:4566"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
  for (const char* host : {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                           "10.0.0.1", "127.0.0.1:80x", "[::1", "[::2]"})
    EXPECT_FALSE(is_loopback_host(host)) << host;
}

TEST(ThisHost, IsNotWhereAPageFromElsewhereSendsFrom) {
  Request request;
  EXPECT_FALSE(is_from_this_host(request));
  request.headers.add("Host", "127.0.0.1:4566");
  EXPECT_TRUE(is_from_this_host(request));
  for (const char* origin : {"http://evil.example", "null", "https://127.0.0.1.evil.example", ""}) {
    request.headers.set("Origin", origin);
    EXPECT_FALSE(is_from_this_host(request)) << origin;
  }
  for (const char* origin : {"http://localhost:5173", "http://[::1]:80"}) {
    request.headers.set("Origin", origin);
    EXPECT_TRUE(is_from_this_host(request)) << origin;
  }
}

}  // namespace
}  // namespace net
