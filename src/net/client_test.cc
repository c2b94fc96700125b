#include "net/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

#include "net/server.h"
#include "net/test_peer.h"

namespace net {
namespace {

using base::Duration;
using base::Retry;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Far beyond what a passing test needs: only a failing one waits for it.
constexpr Duration kLong = Duration::seconds(10);
constexpr Duration kShort = Duration::millis(30);

using Answer = std::future<base::Result<Response>>;

Answer ask(HttpClient& client, const Endpoint& to, Request request = {}, Duration timeout = kLong) {
  auto promise = std::make_shared<std::promise<base::Result<Response>>>();
  client.send(to, std::move(request), timeout,
              [promise](base::Result<Response> result) { promise->set_value(std::move(result)); });
  return promise->get_future();
}

base::Result<Response> fetch(HttpClient& client, const Endpoint& to, Request request = {},
                             Duration timeout = kLong) {
  return ask(client, to, std::move(request), timeout).get();
}

Endpoint plain(int port) { return {false, "127.0.0.1", port, ""}; }

// "200 body", or "Code/retry" when it failed.
std::string summary(const base::Result<Response>& result) {
  if (result) return std::to_string(result->status) + " " + result->body;
  constexpr const char* kNames[] = {"never", "backoff", "reconnect", "unknown outcome"};
  return result.error().code + "/" + kNames[static_cast<int>(result.error().retry)];
}

// A script that reads a request without a body and writes `bytes`.
ScriptedServer::Script answering(std::string bytes) {
  return [bytes](TestPeer& peer) {
    peer.read_head();
    peer.write(bytes);
  };
}

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::unique_ptr<HttpServer> serve(HttpServer::Handler handler, ServerOptions options = {}) {
  return serve_http(std::move(options), std::move(handler)).value();
}

Request post(std::string path, std::string body) {
  Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  return request;
}

TEST(Client, SendsTheRequestAndReturnsTheResponse) {
  auto server = serve([](Request request, HttpServer::Reply reply) {
    Response response;
    response.status = 404;
    response.headers.add("X-Host", request.headers.get("Host"));
    response.headers.add("X-Given", request.headers.get("x-given"));
    response.body = request.method + " " + request.path + "?" + request.query + " " + request.body;
    reply(response);
  });
  auto client = make_http_client({});
  Request request = post("/a%20b//c", std::string("\0body", 5));
  request.query = "x=%2F&y";
  request.headers.add("X-Given", "yes");
  const auto result = fetch(*client, plain(server->port()), request);
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->status, 404);
  EXPECT_EQ(result->headers.get("x-host"), "127.0.0.1:" + std::to_string(server->port()));
  EXPECT_EQ(result->headers.get("X-Given"), "yes");
  EXPECT_EQ(result->body, std::string("POST /a%20b//c?x=%2F&y \0body", 28));
}

TEST(Client, SendsExactlyWhatItWasGiven) {
  std::string seen;
  ScriptedServer server({[&](TestPeer& peer) {
    seen = peer.read_head();
    seen += peer.read_exactly(3);
    peer.write(kOk);
  }});
  auto client = make_http_client({});
  Request request = post("/p", "abc");
  request.headers.add("Host", "given.example");
  request.headers.add("X-Twice", "1");
  request.headers.add("X-Twice", "2");
  request.headers.add("Content-Length", "999");
  request.headers.add("Transfer-Encoding", "chunked");
  EXPECT_EQ(summary(fetch(*client, plain(server.port()), request)), "200 ok");
  server.join();
  EXPECT_EQ(seen,
            "POST /p HTTP/1.1\r\nHost: given.example\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
            "Content-Length: 3\r\n\r\nabc");
}

TEST(Client, UsesAConnectionAgain) {
  ScriptedServer server({[](TestPeer& peer) {
    for (int i = 0; i < 3; ++i) answering(kOk)(peer);
  }});
  auto client = make_http_client({});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ok") << i;
}

TEST(Client, DoesNotUseAConnectionThatTheServerHasClosed) {
  const ScriptedServer::Script ends[] = {[](TestPeer& peer) { peer.reset(); },
                                         [](TestPeer& peer) { peer.close(); },
                                         [](TestPeer& peer) { peer.write("unasked"); }};
  for (const auto& end : ends) {
    std::promise<void> received, ended;
    ScriptedServer server({[&](TestPeer& peer) {
                             answering(kOk)(peer);
                             received.get_future().wait();
                             end(peer);
                             ended.set_value();
                           },
                           answering(kOk)});
    auto client = make_http_client({});
    EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ok");
    received.set_value();
    ended.get_future().wait();
    EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ok");
  }
}

TEST(Client, DoesNotUseAConnectionAgainAfterTheServerSaidClose) {
  std::string second_request;
  bool closed = false;
  ScriptedServer server({[&](TestPeer& peer) {
                           answering(
                               "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                               "Content-Length: 2\r\n\r\nok")(peer);
                           second_request = peer.read_rest(&closed);
                         },
                         answering(kOk)});
  auto client = make_http_client({});
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ok");
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ok");
  client.reset();
  server.join();
  EXPECT_EQ(second_request, "");
  EXPECT_TRUE(closed);
}

TEST(Client, ClosesConnectionsThatStayIdle) {
  std::promise<bool> outcome;
  ScriptedServer server({[&](TestPeer& peer) {
    answering(kOk)(peer);
    bool closed = false;
    peer.read_rest(&closed);
    outcome.set_value(closed);
  }});
  ClientOptions options;
  options.idle_timeout = Duration::millis(5);
  auto client = make_http_client(options);
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ok");
  EXPECT_TRUE(outcome.get_future().get());
}

TEST(Client, ReadsEveryFormOfResponse) {
  struct Row {
    const char* method;
    const char* bytes;
    const char* outcome;
  };
  for (const Row& row : {
           Row{"GET",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0"
               "\r\n\r\n",
               "200 abc"},
           Row{"GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", "200 until the end"},
           Row{"GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok"},
           Row{"GET",
               "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
               "200 ok"},
           Row{"GET", "HTTP/1.1 204 No Content\r\n\r\n", "204 "},
           Row{"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "304 "},
           Row{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "200 "},
           Row{"GET", "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n", "503 "},
       }) {
    ScriptedServer server({answering(row.bytes)});
    auto client = make_http_client({});
    Request request;
    request.method = row.method;
    EXPECT_EQ(summary(fetch(*client, plain(server.port()), request)), row.outcome) << row.bytes;
  }
}

TEST(Client, ABrokenResponseLeavesTheOutcomeUnknown) {
  struct Row {
    const char* bytes;
    const char* outcome;
  };
  for (const Row& row : {
           Row{"", "ConnectionLost/unknown outcome"},
           Row{"HTTP/1.1 20", "ConnectionLost/unknown outcome"},
           Row{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
               "ConnectionLost/unknown outcome"},
           Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
               "ConnectionLost/unknown outcome"},
           Row{"SSH-2.0-OpenSSH_9.2\r\n\r\n", "MalformedResponse/unknown outcome"},
           Row{"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "MalformedResponse/unknown outcome"},
           Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
               "MalformedResponse/unknown outcome"},
       }) {
    ScriptedServer server({answering(row.bytes)});
    auto client = make_http_client({});
    EXPECT_EQ(summary(fetch(*client, plain(server.port()))), row.outcome) << row.bytes;
  }
}

TEST(Client, AResetAfterTheRequestLeavesTheOutcomeUnknown) {
  ScriptedServer server({[](TestPeer& peer) {
    peer.read_head();
    peer.reset();
  }});
  auto client = make_http_client({});
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "ConnectionLost/unknown outcome");
}

TEST(Client, BodiesAreBoundedHoweverTheyCome) {
  ClientOptions options;
  options.most_body_bytes = 4;
  auto client = make_http_client(options);
  for (const char* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabcde"}) {
    ScriptedServer server({answering(bytes)});
    EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "BodyTooLarge/unknown outcome")
        << bytes;
  }
  ScriptedServer server({answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")});
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 abcd");
}

TEST(Client, WaitsForNoBodyWhereTheHeadIsAllThatIsWanted) {
  std::promise<void> ended;
  auto never_ends = [&](TestPeer& peer) {
    answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 X\r\nContent-Length: 999999999\r\n\r\nbo")(
        peer);
    ended.get_future().wait();
  };
  ScriptedServer server({never_ends, answering(kOk)});
  ClientOptions options;
  options.wanted = Wanted::kHead;
  options.most_connections_per_host = 1;
  auto client = make_http_client(options);
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "202 ");
  ended.set_value();
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ") << "on a connection of its own";
}

TEST(Client, ReadsTheRefusalOfABodyThatItIsStillSending) {
  ServerOptions options;
  options.most_body_bytes = 1000;
  auto server = serve([](Request, HttpServer::Reply reply) { reply({}); }, options);
  auto client = make_http_client({});
  const auto result = fetch(*client, plain(server->port()), post("/", std::string(8 << 20, 'x')));
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->status, 413);
}

TEST(Client, NothingIsSentWhenNobodyListens) {
  auto client = make_http_client({});
  EXPECT_EQ(summary(fetch(*client, plain(closed_port()))), "ConnectFailed/reconnect");
}

TEST(Client, NothingIsSentWhenTheNameIsUnknown) {
  auto client = make_http_client({});
  // No label may be this long, so this fails without asking a server.
  const Endpoint nowhere{false, std::string(64, 'a'), 80, ""};
  EXPECT_EQ(summary(fetch(*client, nowhere)), "NameNotFound/reconnect");
}

TEST(Client, ARequestThatIsNoHttpIsNeverSent) {
  auto client = make_http_client({});
  Request split, relative, spaced;
  split.headers.add("X", "a\r\nY: b");
  relative.path = "no/slash";
  spaced.path = "/a b";
  for (const Request& request : {split, relative, spaced})
    EXPECT_EQ(summary(fetch(*client, plain(closed_port()), request)), "InvalidRequest/never");
}

TEST(Client, ATimeoutAfterSendingLeavesTheOutcomeUnknown) {
  std::promise<HttpServer::Reply> held;
  auto server = serve([&](Request, HttpServer::Reply reply) { held.set_value(std::move(reply)); });
  auto client = make_http_client({});
  EXPECT_EQ(summary(fetch(*client, plain(server->port()), {}, kShort)), "Timeout/unknown outcome");
}

TEST(Client, ATimeoutWhileWaitingForAConnectionMeansNothingWasSent) {
  std::promise<HttpServer::Reply> held;
  auto server = serve([&](Request, HttpServer::Reply reply) { held.set_value(std::move(reply)); });
  ClientOptions options;
  options.most_connections_per_host = 1;
  auto client = make_http_client(options);
  Answer first = ask(*client, plain(server->port()));
  const HttpServer::Reply reply = held.get_future().get();
  EXPECT_EQ(summary(fetch(*client, plain(server->port()), {}, kShort)), "Timeout/reconnect");
  reply({200, {}, "late"});
  EXPECT_EQ(summary(first.get()), "200 late");
}

TEST(Client, TwoHundredRequestsShareEightConnectionsInOrder) {
  std::vector<std::string> arrived;
  std::vector<HttpServer::Reply> open;
  size_t most_open = 0;
  ServerOptions server_options;
  server_options.most_connections = 8;  // A ninth connection would never be answered.
  // Answers in bursts, so that all eight connections are in use at once.
  auto server = serve(
      [&](Request request, HttpServer::Reply reply) {
        arrived.push_back(request.path);
        open.push_back(std::move(reply));
        most_open = std::max(most_open, open.size());
        if (open.size() < 8) return;
        for (const auto& each : std::exchange(open, {})) each({200, {}, "ok"});
      },
      server_options);
  ClientOptions options;
  options.most_connections_per_host = 8;
  auto client = make_http_client(options);
  std::vector<Answer> answers;
  for (int i = 0; i < 200; ++i)
    answers.push_back(ask(*client, plain(server->port()), post("/" + std::to_string(i), "x")));
  for (Answer& answer : answers) EXPECT_EQ(summary(answer.get()), "200 ok");
  server.reset();
  EXPECT_EQ(most_open, 8u);
  for (int i = 0; i < 200; ++i) {
    const auto found = std::find(arrived.begin(), arrived.end(), "/" + std::to_string(i));
    const auto place = found - arrived.begin();
    EXPECT_LT(std::abs(place - i), 16) << "request " << i << " came as number " << place;
  }
}

TEST(Client, RequestsForOneConnectionGoInTheOrderTheyCame) {
  std::vector<std::string> arrived;
  auto server = serve([&](Request request, HttpServer::Reply reply) {
    arrived.push_back(request.path);
    reply({});
  });
  ClientOptions options;
  options.most_connections_per_host = 1;
  auto client = make_http_client(options);
  std::vector<Answer> answers;
  std::vector<std::string> sent;
  for (int i = 0; i < 20; ++i) {
    sent.push_back("/" + std::to_string(i));
    answers.push_back(ask(*client, plain(server->port()), post(sent.back(), "")));
  }
  for (Answer& answer : answers) EXPECT_EQ(summary(answer.get()), "200 ");
  server.reset();
  EXPECT_EQ(arrived, sent);
}

TEST(Client, EndsWhatIsUnderWayWithAnUnknownOutcome) {
  std::promise<HttpServer::Reply> held;
  auto server = serve([&](Request, HttpServer::Reply reply) { held.set_value(std::move(reply)); });
  ClientOptions options;
  options.most_connections_per_host = 1;
  auto client = make_http_client(options);
  Answer sent = ask(*client, plain(server->port()));
  const HttpServer::Reply reply = held.get_future().get();
  Answer waiting = ask(*client, plain(server->port()));
  client.reset();
  EXPECT_EQ(summary(sent.get()), "ConnectionLost/unknown outcome");
  EXPECT_EQ(summary(waiting.get()), "ConnectionLost/unknown outcome");
}

TEST(Client, AnotherRequestMayBeSentFromDone) {
  auto server = serve([](Request request, HttpServer::Reply reply) {
    reply({200, {}, request.path});
  });
  auto client = make_http_client({});
  std::promise<base::Result<Response>> second;
  client->send(plain(server->port()), post("/1", ""), kLong, [&](base::Result<Response>) {
    client->send(plain(server->port()), post("/2", ""), kLong,
                 [&](base::Result<Response> result) { second.set_value(std::move(result)); });
  });
  EXPECT_EQ(summary(second.get_future().get()), "200 /2");
}

// Accepts TLS as `name`, answers one request, then closes without a word.
ScriptedServer::Script answering_tls(std::shared_ptr<SSL_CTX> context, std::string bytes) {
  return [context, bytes](TestPeer& peer) {
    if (peer.accept_tls(context.get())) answering(bytes)(peer);
  };
}

ClientOptions trusting(const TestAuthority& authority) {
  ClientOptions options;
  options.ca_bundle = authority.file();
  return options;
}

TEST(ClientTls, AcceptsTheCertificateOfTheHost) {
  const TestAuthority authority;
  auto client = make_http_client(trusting(authority));
  ScriptedServer by_name({answering_tls(authority.issue("DNS:localhost"), kOk)});
  EXPECT_EQ(summary(fetch(*client, {true, "localhost", by_name.port(), ""})), "200 ok");
  ScriptedServer by_address({answering_tls(authority.issue("IP:127.0.0.1"), kOk)});
  EXPECT_EQ(summary(fetch(*client, {true, "127.0.0.1", by_address.port(), ""})), "200 ok");
}

TEST(ClientTls, UsesAConnectionAgain) {
  const TestAuthority authority;
  const auto context = authority.issue("DNS:localhost");
  ScriptedServer server({[&](TestPeer& peer) {
    peer.accept_tls(context.get());
    for (int i = 0; i < 3; ++i) answering(kOk)(peer);
  }});
  auto client = make_http_client(trusting(authority));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(summary(fetch(*client, {true, "localhost", server.port(), ""})), "200 ok") << i;
}

TEST(ClientTls, RefusesAnotherHostsCertificate) {
  const TestAuthority authority;
  auto client = make_http_client(trusting(authority));
  for (const char* name : {"DNS:other.example", "DNS:127.0.0.1", "IP:127.0.0.2"}) {
    ScriptedServer server({answering_tls(authority.issue(name), kOk)});
    const auto result = fetch(*client, {true, "127.0.0.1", server.port(), ""});
    EXPECT_EQ(summary(result), "TlsFailed/reconnect") << name;
    EXPECT_THAT(result.error().message, HasSubstr("mismatch"));
  }
}

TEST(ClientTls, RefusesACertificateOfAnUnknownAuthority) {
  const TestAuthority trusted, stranger;
  ScriptedServer server({answering_tls(stranger.issue("DNS:localhost"), kOk)});
  auto client = make_http_client(trusting(trusted));
  EXPECT_EQ(summary(fetch(*client, {true, "localhost", server.port(), ""})), "TlsFailed/reconnect");
}

TEST(ClientTls, SaysWhenTheBundleOfAuthoritiesCannotBeRead) {
  ScriptedServer server({[](TestPeer& peer) { peer.read_rest(); }});
  ClientOptions options;
  options.ca_bundle = "/nonexistent/ca.pem";
  auto client = make_http_client(options);
  const auto result = fetch(*client, {true, "localhost", server.port(), ""});
  EXPECT_EQ(summary(result), "TlsFailed/reconnect");
  EXPECT_THAT(result.error().message, HasSubstr("/nonexistent/ca.pem"));
}

TEST(ClientTls, AServerWithoutTlsIsSentNothing) {
  std::string seen;
  ScriptedServer server({[&](TestPeer& peer) {
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    seen = peer.read_rest();
  }});
  const TestAuthority authority;
  auto client = make_http_client(trusting(authority));
  EXPECT_EQ(summary(fetch(*client, {true, "localhost", server.port(), ""}, post("/secret", "b"))),
            "TlsFailed/reconnect");
  client.reset();
  server.join();
  EXPECT_EQ(seen.find("/secret"), std::string::npos);
}

TEST(ClientTls, AServerThatIsSilentDuringTheHandshakeIsSentNothing) {
  const TestAuthority authority;
  for (const auto& [connect_timeout, timeout, outcome] :
       {std::tuple(kShort, kLong, "TlsFailed/reconnect"),
        std::tuple(kLong, kShort, "Timeout/reconnect")}) {
    ScriptedServer server({[](TestPeer& peer) { peer.read_rest(); }});
    ClientOptions options = trusting(authority);
    options.connect_timeout = connect_timeout;
    auto client = make_http_client(options);
    EXPECT_EQ(summary(fetch(*client, {true, "localhost", server.port(), ""}, {}, timeout)),
              outcome);
  }
}

TEST(ClientTls, AnEndWithoutGoodbyeIsATruncation) {
  const TestAuthority authority;
  ScriptedServer server({answering_tls(authority.issue("DNS:localhost"),
                                       "HTTP/1.1 200 OK\r\n\r\nhow much was there?")});
  auto client = make_http_client(trusting(authority));
  EXPECT_EQ(summary(fetch(*client, {true, "localhost", server.port(), ""})),
            "ConnectionLost/unknown outcome");
}

std::string proxy_url(const ScriptedServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

TEST(ClientProxy, PlainRequestsNameTheirServerInFull) {
  std::string head;
  ScriptedServer proxy({[&](TestPeer& peer) {
    head = peer.read_head();
    peer.write(kOk);
  }});
  ClientOptions options;
  options.http_proxy = proxy_url(proxy);
  auto client = make_http_client(options);
  Request request;
  request.path = "/a";
  request.query = "b=1";
  EXPECT_EQ(summary(fetch(*client, {false, "region.example", 8080, ""}, request)), "200 ok");
  proxy.join();
  EXPECT_THAT(head, StartsWith("GET http://region.example:8080/a?b=1 HTTP/1.1\r\n"
                               "Host: region.example:8080\r\n"));
}

TEST(ClientProxy, TlsGoesThroughATunnelToTheNamedHost) {
  const TestAuthority authority;
  const auto context = authority.issue("DNS:region.example");
  std::string connect, inner;
  ScriptedServer proxy({[&](TestPeer& peer) {
    connect = peer.read_head();
    peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
    peer.accept_tls(context.get());
    inner = peer.read_head();
    peer.write(kOk);
  }});
  ClientOptions options = trusting(authority);
  options.https_proxy = proxy_url(proxy);
  auto client = make_http_client(options);
  EXPECT_EQ(summary(fetch(*client, {true, "region.example", 443, ""})), "200 ok");
  proxy.join();
  EXPECT_THAT(connect, StartsWith("CONNECT region.example:443 HTTP/1.1\r\n"));
  EXPECT_THAT(inner, StartsWith("GET / HTTP/1.1\r\nHost: region.example\r\n"));
}

TEST(ClientProxy, ARefusalMeansNothingWasSent) {
  for (const char* bytes : {"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "",
                            "rubbish\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nunasked"}) {
    ScriptedServer proxy({answering(bytes)});
    ClientOptions options;
    options.https_proxy = proxy_url(proxy);
    auto client = make_http_client(options);
    EXPECT_EQ(summary(fetch(*client, {true, "region.example", 443, ""})), "ProxyRefused/reconnect")
        << bytes;
  }
}

TEST(ClientProxy, HostsThatNeedNoProxyAreReachedDirectly) {
  ScriptedServer server({answering(kOk)});
  ClientOptions options;
  options.http_proxy = "http://127.0.0.1:" + std::to_string(closed_port());
  auto client = make_http_client(options);
  EXPECT_EQ(summary(fetch(*client, plain(server.port()))), "200 ok");
  EXPECT_EQ(summary(fetch(*client, {false, "region.example", 80, ""})), "ConnectFailed/reconnect");
}

TEST(ClientProxy, AMalformedProxyIsSaidBeforeAnythingIsSent) {
  ClientOptions options;
  options.https_proxy = "socks5://127.0.0.1:1080";
  auto client = make_http_client(options);
  EXPECT_EQ(summary(fetch(*client, {true, "region.example", 443, ""})), "InvalidProxy/never");
}

}  // namespace
}  // namespace net
