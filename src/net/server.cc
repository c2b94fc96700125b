#include "net/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <optional>
#include <set>
#include <thread>

#include "base/check.h"

namespace net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Parser = http::request_parser<http::string_body>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kForever = std::chrono::steady_clock::time_point::max();

// Session tokens, cookies and long queries fit with room to spare.
constexpr uint32_t kMostHeaderBytes = 32 << 10;
// For a client that still sends a refused body: long enough to read the answer.
constexpr std::chrono::seconds kLinger{2};
// The first bytes of a further request; what does not fit is read with the rest of its head.
constexpr size_t kFirstBytes = 4096;
// Out of file descriptors: a connection that ends gives one back, usually soon.
constexpr std::chrono::milliseconds kAcceptPause{100};

// One connection. Its coroutine owns it; a late answer finds it through a weak pointer.
struct Session {
  Session(asio::io_context& io, tcp::socket socket)
      : stream(std::move(socket)), answered(io, kForever) {}

  void stop() {
    stopped = true;
    stream.close();
    answered.cancel();
  }

  beast::tcp_stream stream;
  beast::flat_buffer buffer;
  bool is_new = true;           // Nothing has been asked yet.
  asio::steady_timer answered;  // Cancelled when `answer` is there.
  std::optional<Response> answer;
  bool stopped = false;
};

Response plain_text(int status, std::string text) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(text) + "\n";
  return response;
}

// The duty to answer one request, from any thread. Dropped unanswered, it answers 500, so that a
// forgetful handler costs no connection. It keeps the io_context, which may be all that is left of
// the server.
class Duty {
 public:
  Duty(std::shared_ptr<asio::io_context> io, std::weak_ptr<Session> session)
      : io_(std::move(io)), session_(std::move(session)) {}
  Duty(const Duty&) = delete;
  ~Duty() {
    if (!answered_.exchange(true)) deliver(plain_text(500, "the request was dropped"));
  }

  void answer(Response response) {
    CHECK_MSG(!answered_.exchange(true), "a request was answered twice");
    deliver(std::move(response));
  }

 private:
  void deliver(Response response) {
    asio::post(*io_, [session = session_, response = std::move(response)]() mutable {
      const std::shared_ptr<Session> alive = session.lock();
      if (!alive) return;
      alive->answer = std::move(response);
      alive->answered.cancel();
    });
  }

  std::shared_ptr<asio::io_context> io_;
  std::weak_ptr<Session> session_;
  std::atomic<bool> answered_ = false;
};

// Path and query of "/path?query", or of the form that proxies receive, "http://host/path?query".
bool split_target(std::string_view target, Request& request) {
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const size_t path = target.find('/', target.find("://") + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  if (!target.starts_with('/') && target != "*") return false;
  const size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  return true;
}

// Nothing when the request is not one that HTTP allows: two hosts are how requests are smuggled.
std::optional<Request> to_request(http::request<http::string_body> message) {
  Request request;
  request.method = std::string(message.method_string());
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) return std::nullopt;
  if (!split_target({message.target().data(), message.target().size()}, request))
    return std::nullopt;
  for (const auto& field : message)
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  request.body = std::move(message.body());
  return request;
}

// The status that tells the client what was wrong with its bytes; 0 when it is gone or silent.
int refusal(beast::error_code error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == make_error_code(http::error::bad_method).category() ? 400 : 0;
}

struct Framing {
  bool head = false;  // HEAD: the length is told, the body is not sent.
  bool keep_alive = true;
};

// A handler that answers HEAD without a body may tell the length that GET would have.
std::string content_length(const Response& response, const Framing& framing) {
  const std::string* told = response.headers.find("Content-Length");
  return framing.head && response.body.empty() && told ? *told
                                                       : std::to_string(response.body.size());
}

std::string response_head(const Response& response, const Framing& framing) {
  const auto reason =
      http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason);
  out += "\r\n";
  for (const auto& [name, value] : response.headers.fields())
    if (!is_framing_header(name)) out.append(name).append(": ").append(value).append("\r\n");
  if (response.status != 204 && response.status != 304)
    out += "Content-Length: " + content_length(response, framing) + "\r\n";
  out += framing.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return out;
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(ServerOptions options, Handler handler, std::shared_ptr<asio::io_context> io,
              tcp::acceptor acceptor)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        io_(std::move(io)),
        acceptor_(std::move(acceptor)),
        port_(acceptor_.local_endpoint().port()),
        room_(*io_, kForever) {
    asio::co_spawn(*io_, accept_all(), asio::detached);
    thread_ = std::thread([this] { io_->run(); });
  }

  ~BeastServer() override {
    asio::post(*io_, [this] { stop(); });
    thread_.join();
  }

  int port() const override { return port_; }

 private:
  std::chrono::milliseconds idle_timeout() const {
    return std::chrono::milliseconds(options_.idle_timeout.ms());
  }
  std::chrono::milliseconds head_timeout() const {
    return std::chrono::milliseconds(options_.head_timeout.ms());
  }

  // Every coroutine then ends by itself, and with the last one the thread.
  void stop() {
    acceptor_.close();
    room_.cancel();
    for (Session* session : sessions_) session->stop();
  }

  asio::awaitable<void> accept_all() {
    while (acceptor_.is_open()) {
      if (sessions_.size() >= options_.most_connections) {
        room_.expires_at(kForever);
        co_await room_.async_wait(kAwait);
        continue;
      }
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      // Accepted just before the end: nobody would stop it.
      if (!acceptor_.is_open()) co_return;
      if (!error) {
        start(std::move(socket));
      } else {
        room_.expires_after(kAcceptPause);
        co_await room_.async_wait(kAwait);
      }
    }
  }

  void start(tcp::socket socket) {
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto session = std::make_shared<Session>(*io_, std::move(socket));
    sessions_.insert(session.get());
    asio::co_spawn(*io_, converse(std::move(session)), asio::detached);
  }

  asio::awaitable<void> converse(std::shared_ptr<Session> session) {
    // g++ 12 with UBSan miscompiles a loop whose condition is a co_await.
    for (bool again = true; again;) again = co_await serve_one(session);
    sessions_.erase(session.get());
    room_.cancel();
  }

  // Whether the connection may carry another request.
  asio::awaitable<bool> serve_one(const std::shared_ptr<Session>& session) {
    Parser parser;
    parser.header_limit(kMostHeaderBytes);
    parser.body_limit(options_.most_body_bytes);
    const beast::error_code error = co_await read_request(*session, parser);
    if (error) {
      co_await refuse(*session, refusal(error));
      co_return false;
    }
    const Framing framing{parser.get().method() == http::verb::head, parser.keep_alive()};
    std::optional<Request> request = to_request(parser.release());
    if (!request) {
      co_await refuse(*session, 400);
      co_return false;
    }
    co_return co_await answer(session, *std::move(request), framing);
  }

  // Until a further request begins; a new connection has no time to rest.
  asio::awaitable<beast::error_code> await_request(Session& session) {
    if (std::exchange(session.is_new, false) || session.buffer.size() > 0)
      co_return beast::error_code();
    session.stream.expires_after(idle_timeout());
    auto [error, size] =
        co_await session.stream.async_read_some(session.buffer.prepare(kFirstBytes), kAwait);
    session.buffer.commit(size);
    co_return error;
  }

  asio::awaitable<beast::error_code> read_request(Session& session, Parser& parser) {
    const beast::error_code silent = co_await await_request(session);
    if (silent) co_return silent;
    session.stream.expires_after(head_timeout());
    auto [head_error, head_size] =
        co_await http::async_read_header(session.stream, session.buffer, parser, kAwait);
    if (head_error) co_return head_error;
    if (!parser.is_done() && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      const bool told = co_await write(session, "HTTP/1.1 100 Continue\r\n\r\n", {});
      if (!told) co_return asio::error::connection_reset;
    }
    session.stream.expires_after(idle_timeout());
    auto [error, size] = co_await http::async_read(session.stream, session.buffer, parser, kAwait);
    co_return error;
  }

  asio::awaitable<bool> answer(const std::shared_ptr<Session>& session, Request request,
                               Framing framing) {
    if (session->stopped) co_return false;
    session->answer.reset();
    handler_(std::move(request), [duty = std::make_shared<Duty>(io_, session)](Response response) {
      duty->answer(std::move(response));
    });
    co_await session->answered.async_wait(kAwait);
    if (!session->answer) co_return false;  // The server stops.
    const Response response = *std::exchange(session->answer, std::nullopt);
    const bool sent = co_await respond(*session, response, framing);
    co_return sent&& framing.keep_alive;
  }

  asio::awaitable<bool> respond(Session& session, const Response& response, Framing framing) {
    if (!fit_on_the_wire(response.headers)) {
      const Response instead = plain_text(500, "the answer's headers were malformed");
      co_return co_await respond(session, instead, framing);
    }
    const bool empty = framing.head || response.status == 204 || response.status == 304;
    const std::string head = response_head(response, framing);
    co_return co_await write(session, head, empty ? std::string_view() : response.body);
  }

  asio::awaitable<bool> write(Session& session, std::string_view head, std::string_view body) {
    session.stream.expires_after(idle_timeout());
    const std::array<asio::const_buffer, 2> bytes = {asio::buffer(head), asio::buffer(body)};
    auto [error, size] = co_await asio::async_write(session.stream, bytes, kAwait);
    co_return !error;
  }

  // Closing while bytes arrive resets the connection, and the client may never see the answer: so
  // what it still sends is read and dropped.
  asio::awaitable<void> refuse(Session& session, int status) {
    if (status == 0) co_return;
    const Response response = plain_text(status, "the request was refused");
    const bool sent = co_await respond(session, response, {.keep_alive = false});
    if (!sent) co_return;
    beast::error_code error;
    session.stream.socket().shutdown(tcp::socket::shutdown_send, error);
    session.stream.expires_after(kLinger);
    std::array<char, 4096> dropped;
    while (!error) {
      const auto [failed, size] =
          co_await session.stream.async_read_some(asio::buffer(dropped), kAwait);
      error = failed;
    }
  }

  const ServerOptions options_;
  const Handler handler_;
  const std::shared_ptr<asio::io_context> io_;
  tcp::acceptor acceptor_;
  const int port_;
  asio::steady_timer room_;      // Cancelled when a connection ends.
  std::set<Session*> sessions_;  // Only the server's thread touches them.
  std::thread thread_;
};

std::string listen_problem(const ServerOptions& options, beast::error_code error) {
  const std::string where = Endpoint{false, options.address, options.port, ""}.host_and_port();
  if (error == asio::error::address_in_use)
    return where + " is in use: stop what listens there or choose another port";
  if (error == asio::error::access_denied)
    return where + " needs root or CAP_NET_BIND_SERVICE: choose a port above 1023";
  if (error == boost::system::errc::address_not_available)
    return where + " is no address of this machine";
  return "cannot listen on " + where + ": " + error.message();
}

beast::error_code listen_on(tcp::acceptor& acceptor, const tcp::endpoint& where) {
  beast::error_code error;
  acceptor.open(where.protocol(), error);
  // A restart must not wait for the last run's connections to leave TIME_WAIT.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(where, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

}  // namespace

base::Result<std::unique_ptr<HttpServer>> serve_http(ServerOptions options,
                                                     HttpServer::Handler handler) {
  beast::error_code error;
  const auto address =
      asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address, error);
  if (error || options.port < 0 || options.port > 65535)
    return base::fail("ListenFailed", "\"" + options.address + ":" + std::to_string(options.port) +
                                          "\" is not an IP address and a port");
  auto io = std::make_shared<asio::io_context>(1);
  tcp::acceptor acceptor(*io);
  error = listen_on(acceptor, {address, static_cast<uint16_t>(options.port)});
  if (error) return base::fail("ListenFailed", listen_problem(options, error));
  return std::make_unique<BeastServer>(std::move(options), std::move(handler), std::move(io),
                                       std::move(acceptor));
}

}  // namespace net
