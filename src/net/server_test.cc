#include "net/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "net/test_peer.h"

namespace net {
namespace {

std::unique_ptr<HttpServer> serve(HttpServer::Handler handler, ServerOptions options = {}) {
  auto server = serve_http(std::move(options), std::move(handler));
  EXPECT_TRUE(server) << to_string(server.error());
  return *std::move(server);
}

// Answers with what it understood: "GET /path ?query [body]".
void echo(Request request, HttpServer::Reply reply) {
  Response response;
  response.body =
      request.method + " " + request.path + " ?" + request.query + " [" + request.body + "]";
  reply(std::move(response));
}

// The whole of what the server sends for `bytes` when the request asks it to close.
std::string talk(const HttpServer& server, std::string_view bytes) {
  TestPeer peer = TestPeer::connect(server.port());
  peer.write(bytes);
  bool closed = false;
  std::string answer = peer.read_rest(&closed);
  EXPECT_TRUE(closed) << answer;
  return answer;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\r')); }

std::string body_of(const std::string& text) { return text.substr(text.find("\r\n\r\n") + 4); }

TEST(Server, GivesTheHandlerTheRequestAndTheClientTheAnswer) {
  auto server = serve([](Request request, HttpServer::Reply reply) {
    Response response;
    response.status = 201;
    response.headers.add("X-Seen", request.headers.get("x-given"));
    response.headers.add("Set-Cookie", "a=1");
    response.headers.add("Set-Cookie", "b=2");
    response.body = request.body;
    reply(response);
  });
  EXPECT_EQ(talk(*server,
                 "POST /a HTTP/1.1\r\nHost: h\r\nX-Given: yes\r\nContent-Length: 3\r\n"
                 "Connection: close\r\n\r\nabc"),
            "HTTP/1.1 201 Created\r\nX-Seen: yes\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
            "Content-Length: 3\r\nConnection: close\r\n\r\nabc");
}

TEST(Server, LeavesPathAndQueryAsTheyAreOnTheWire) {
  auto server = serve(echo);
  struct Row {
    const char* target;
    const char* understood;
  };
  for (const Row& row : {Row{"/a%2Fb//c/../d?x=%20&y=+&z", "/a%2Fb//c/../d ?x=%20&y=+&z"},
                         Row{"/?", "/ ?"}, Row{"/a?b?c", "/a ?b?c"}, Row{"*", "* ?"},
                         Row{"http://h/p?q", "/p ?q"}, Row{"http://h", "/ ?"}})
    EXPECT_EQ(body_of(talk(*server, std::string("GET ") + row.target +
                                        " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
              std::string("GET ") + row.understood + " []");
}

TEST(Server, KeepsTheConnectionForPipelinedRequestsAndAnswersInOrder) {
  auto server = serve(echo);
  const std::string answer =
      talk(*server,
           "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
           "\r\nxGET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const size_t one = answer.find("GET /1 ? []"), two = answer.find("POST /2 ? [x]"),
               three = answer.find("GET /3 ? []");
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
  EXPECT_NE(three, std::string::npos);
}

TEST(Server, TellsAClientThatWaitsToSendItsBody) {
  auto server = serve(echo);
  TestPeer peer = TestPeer::connect(server->port());
  peer.write(
      "PUT /k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_EQ(peer.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.write("body");
  EXPECT_EQ(body_of(peer.read_rest()), "PUT /k ? [body]");
}

TEST(Server, ReadsChunkedBodies) {
  auto server = serve(echo);
  EXPECT_EQ(body_of(talk(*server,
                         "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                         "Connection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n")),
            "POST / ? [abcde]");
}

TEST(Server, AnswersHeadWithTheLengthAndNoBody) {
  auto server = serve(echo);
  const std::string answer =
      talk(*server, "HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("\r\nContent-Length: 12\r\n"), std::string::npos) << answer;
  EXPECT_EQ(body_of(answer), "");
  auto stating = serve([](Request, HttpServer::Reply reply) {
    Response response;
    response.headers.add("Content-Length", "5000");
    reply(response);
  });
  EXPECT_NE(talk(*stating, "HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                .find("\r\nContent-Length: 5000\r\n"),
            std::string::npos);
}

TEST(Server, SendsNeitherBodyNorLengthWith204) {
  auto server = serve([](Request, HttpServer::Reply reply) { reply({204, {}, "ignored"}); });
  EXPECT_EQ(talk(*server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST(Server, ClosesAfterAnOldClientsRequest) {
  auto server = serve(echo);
  EXPECT_EQ(body_of(talk(*server, "GET /old HTTP/1.0\r\n\r\n")), "GET /old ? []");
}

TEST(Server, RefusesWhatIsNoHttp) {
  auto server = serve(echo);
  for (const char* bytes :
       {"rubbish\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET relative HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"})
    EXPECT_EQ(first_line(talk(*server, bytes)), "HTTP/1.1 400 Bad Request") << bytes;
}

TEST(Server, RefusesHeadersThatAreTooLarge) {
  auto server = serve(echo);
  const std::string large(40 << 10, 'x');
  EXPECT_EQ(first_line(talk(*server, "GET / HTTP/1.1\r\nHost: h\r\nX: " + large + "\r\n\r\n")),
            "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST(Server, RefusesBodiesThatAreTooLargeHoweverTheyCome) {
  ServerOptions options;
  options.most_body_bytes = 4;
  auto server = serve(echo, options);
  for (const char* bytes :
       {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"})
    EXPECT_EQ(first_line(talk(*server, bytes)), "HTTP/1.1 413 Payload Too Large") << bytes;
  EXPECT_EQ(body_of(talk(*server,
                         "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
                         "Connection: close\r\n\r\nabcd")),
            "POST / ? [abcd]");
}

TEST(Server, ClosesConnectionsThatStayIdle) {
  ServerOptions options;
  options.idle_timeout = base::Duration::millis(10);
  auto server = serve(echo, options);
  EXPECT_EQ(body_of(talk(*server, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")), "GET /1 ? []");
  EXPECT_EQ(talk(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nx"), "");
}

TEST(Server, ClosesConnectionsThatDoNotSendAWholeHeadSoon) {
  ServerOptions options;
  options.head_timeout = base::Duration::millis(10);
  auto server = serve(echo, options);
  EXPECT_EQ(talk(*server, ""), "");
  EXPECT_EQ(talk(*server, "GET / HTTP/1.1\r\nHo"), "");
  EXPECT_EQ(body_of(talk(*server, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET / HT")), "GET /1 ? []");
}

// The end of a later connection says that the earlier one's time is over as well.
TEST(Server, GivesAHeadThatComesInDropsNoMoreTime) {
  ServerOptions options;
  options.head_timeout = base::Duration::millis(50);
  auto server = serve(echo, options);
  TestPeer dripping = TestPeer::connect(server->port());
  dripping.write("GET / HT");
  TestPeer later = TestPeer::connect(server->port());
  dripping.write("TP");
  EXPECT_EQ(later.read_rest(), "");
  dripping.write("/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(dripping.read_rest(), "");
}

TEST(Server, LetsAConnectionRestBetweenRequests) {
  ServerOptions options;
  options.head_timeout = base::Duration::millis(10);
  auto server = serve(echo, options);
  TestPeer kept = TestPeer::connect(server->port());
  kept.write("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  kept.read_head();
  EXPECT_EQ(kept.read_exactly(11), "GET /1 ? []");
  EXPECT_EQ(talk(*server, ""), "") << "a head's time has passed";
  kept.write("GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(kept.read_rest()), "GET /2 ? []");
}

TEST(Server, LetsAConnectionWaitWhenThereAreTooMany) {
  ServerOptions options;
  options.most_connections = 1;
  auto server = serve(echo, options);
  auto first = std::make_unique<TestPeer>(TestPeer::connect(server->port()));
  first->write("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(first_line(first->read_head()), "HTTP/1.1 200 OK");
  TestPeer second = TestPeer::connect(server->port());
  second.write("GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  first->write("GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(first->read_exactly(11), "GET /1 ? []");
  EXPECT_EQ(first_line(first->read_head()), "HTTP/1.1 200 OK");
  first.reset();
  EXPECT_EQ(body_of(second.read_rest()), "GET /2 ? []");
}

TEST(Server, TakesTheAnswerFromAnyThread) {
  std::thread other;
  auto server = serve([&](Request request, HttpServer::Reply reply) {
    other = std::thread([request = std::move(request), reply = std::move(reply)]() mutable {
      echo(std::move(request), std::move(reply));
    });
  });
  EXPECT_EQ(body_of(talk(*server, "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
            "GET /x ? []");
  other.join();
}

TEST(Server, AnswersForAHandlerThatForgets) {
  auto server = serve([](Request, HttpServer::Reply) {});
  EXPECT_EQ(first_line(talk(*server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
            "HTTP/1.1 500 Internal Server Error");
}

TEST(Server, DoesNotSendHeadersThatWouldSplitTheAnswer) {
  auto server = serve([](Request, HttpServer::Reply reply) {
    Response response;
    response.headers.add("Location", "/\r\nSet-Cookie: stolen=1");
    reply(response);
  });
  const std::string answer =
      talk(*server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(first_line(answer), "HTTP/1.1 500 Internal Server Error");
  EXPECT_EQ(answer.find("stolen"), std::string::npos);
}

TEST(Server, EndsWhileConnectionsAreIdleOrWaitForAnAnswer) {
  std::promise<HttpServer::Reply> asked;
  auto server = serve([&](Request, HttpServer::Reply reply) { asked.set_value(std::move(reply)); });
  TestPeer idle = TestPeer::connect(server->port());
  TestPeer waiting = TestPeer::connect(server->port());
  waiting.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  HttpServer::Reply late = asked.get_future().get();
  server.reset();
  EXPECT_EQ(idle.read_rest(), "");
  EXPECT_EQ(waiting.read_rest(), "");
  late(Response{});
}

TEST(Server, SaysWhyItCannotListen) {
  auto first = serve(echo);
  ServerOptions options;
  options.port = first->port();
  const auto second = serve_http(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "ListenFailed");
  EXPECT_EQ(second.error().message, "127.0.0.1:" + std::to_string(first->port()) +
                                        " is in use: stop what listens there or choose another "
                                        "port");
}

TEST(Server, RefusesAnAddressThatIsNotThisMachines) {
  for (const char* address : {"192.0.2.1", "example.com", "", "127.0.0.1:80"}) {
    ServerOptions options;
    options.address = address;
    const auto server = serve_http(options, echo);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().code, "ListenFailed");
    EXPECT_NE(server.error().message.find(address), std::string::npos);
  }
}

// A socket that is connected to that port of this host, or -1.
int try_to_connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

// A connection that is accepted while the server ends would otherwise keep it for an idle timeout.
TEST(Server, EndsAtOnceHoweverManyConnectAtThatMoment) {
  constexpr int kRounds = 300, kMostConnections = 200;
  const auto began = std::chrono::steady_clock::now();
  for (int round = 0; round < kRounds; ++round) {
    auto server = serve(echo);
    std::atomic<int> connected = 0;
    std::atomic<bool> is_over = false;
    std::thread crowd([&, port = server->port()] {
      std::vector<int> sockets;
      while (!is_over && connected < kMostConnections) {
        const int fd = try_to_connect(port);
        if (fd >= 0) sockets.push_back(fd);
        ++connected;
      }
      for (const int fd : sockets) close(fd);
    });
    while (connected < round % 20) std::this_thread::yield();
    server.reset();
    is_over = true;
    crowd.join();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
}

}  // namespace
}  // namespace net
