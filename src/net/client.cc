#include "net/client.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "net/proxy.h"

namespace net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using base::Retry;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kForever = SteadyClock::time_point::max();

// No AWS service sends more than 16 KiB of headers.
constexpr uint32_t kMostHeaderBytes = 64 << 10;

std::chrono::milliseconds to_chrono(base::Duration d) { return std::chrono::milliseconds(d.ms()); }

// The transport to one endpoint, straight or through a proxy.
struct Connection {
  explicit Connection(asio::io_context& io) : tcp(io) {}

  beast::tcp_stream tcp;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls;
  beast::flat_buffer buffer;
  std::string origin;  // "http://host" when a proxy is to fetch it: the request names it in full.
  SteadyClock::time_point idle_since;
  bool is_reusable = false;  // The last response ended where it should, and another may follow.
};

struct Pool;

// One attempt: made by send, ended by finish.
struct Job {
  Job(asio::io_context& io, const Endpoint& to, Request what, HttpClient::Done then)
      : endpoint(to),
        request(std::move(what)),
        done(std::move(then)),
        watchdog(io),
        turn(io, kForever) {}

  bool finished() const { return !done; }

  const Endpoint endpoint;
  const Request request;
  HttpClient::Done done;
  asio::steady_timer watchdog;
  asio::steady_timer turn;  // Cancelled when the turn has come, or will not come.
  bool has_turn = false;
  bool may_have_left = false;  // The first byte of the request.
  Pool* pool = nullptr;
  Connection* connection = nullptr;  // In use, or being opened.
};

// The connections to one endpoint. Idle ones are ordered by idle_since; a job takes the youngest.
struct Pool {
  std::vector<std::unique_ptr<Connection>> idle;
  std::deque<Job*> waiting;
  size_t in_use = 0;
};

tl::unexpected<base::Error> fail_before_sending(std::string code, std::string message) {
  return base::fail(std::move(code), std::move(message), Retry::kReconnect);
}

tl::unexpected<base::Error> fail_after_sending(std::string code, std::string message) {
  return base::fail(std::move(code), std::move(message), Retry::kUnknownOutcome);
}

bool is_one_word(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

bool can_be_sent(const Request& request) {
  return !request.method.empty() && is_one_word(request.method) && request.path.starts_with('/') &&
         is_one_word(request.path) && is_one_word(request.query) &&
         fit_on_the_wire(request.headers);
}

std::string request_head(const Request& request, const Endpoint& endpoint,
                         const std::string& origin) {
  std::string out = request.method + " " + origin + request.path;
  if (!request.query.empty()) out += "?" + request.query;
  out += " HTTP/1.1\r\n";
  if (!request.headers.find("Host")) out += "Host: " + endpoint.authority() + "\r\n";
  for (const auto& [name, value] : request.headers.fields())
    if (!is_framing_header(name)) out.append(name).append(": ").append(value).append("\r\n");
  const bool has_length = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
  if (has_length) out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return out + "\r\n";
}

Response to_response(http::response<http::string_body> message) {
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message)
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  response.body = std::move(message.body());
  return response;
}

tl::unexpected<base::Error> fail_reading(beast::error_code error) {
  const bool is_cut = error == http::error::end_of_stream || error == http::error::partial_message;
  const bool is_http = error.category() == make_error_code(http::error::bad_status).category();
  if (error == http::error::body_limit)
    return fail_after_sending("BodyTooLarge", "the response's body exceeds the limit");
  if (is_http && !is_cut)
    return fail_after_sending("MalformedResponse", "no HTTP response: " + error.message());
  return fail_after_sending("ConnectionLost",
                            "the connection ended before the response did: " + error.message());
}

// Whether the server has neither closed the connection nor said anything unasked on it.
bool is_quiet(Connection& connection) {
  char byte = 0;
  const auto fd = connection.tcp.socket().native_handle();
  const ssize_t got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

// ca_bundle, SSL_CERT_FILE, or the first that this distribution has.
std::string find_ca_bundle(const ClientOptions& options) {
  if (!options.ca_bundle.empty()) return options.ca_bundle;
  if (const char* file = std::getenv("SSL_CERT_FILE"); file && *file) return file;
  for (const char* file :
       {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"})
    if (access(file, R_OK) == 0) return file;
  return {};
}

// TLS 1.2 at least, and the authorities of the bundle. Reading it takes tens of milliseconds, so it
// waits for the first request that needs it; a bundle that is missing is looked for again.
class TlsContext {
 public:
  base::Result<asio::ssl::context*> get(const ClientOptions& options) {
    if (!is_loaded_) RETURN_IF_ERROR(load(find_ca_bundle(options)));
    is_loaded_ = true;
    return &context_;
  }

 private:
  base::Status load(const std::string& bundle) {
    if (bundle.empty())
      return fail_before_sending("TlsFailed", "no CA bundle was found; name one with ca_bundle");
    beast::error_code error;
    context_.load_verify_file(bundle, error);
    if (error)
      return fail_before_sending("TlsFailed", "no CA certificates could be read from " + bundle);
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
    context_.set_verify_mode(asio::ssl::verify_peer);
    return {};
  }

  asio::ssl::context context_{asio::ssl::context::tls_client};
  bool is_loaded_ = false;
};

// The certificate must name the host; an address must be named as an address, and gets no SNI.
void expect_host(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return;
  SSL_set1_host(ssl, host.c_str());
  SSL_set_tlsext_host_name(ssl, host.c_str());
}

std::string tls_problem(SSL* ssl, const std::string& host, beast::error_code error) {
  const long verdict = SSL_get_verify_result(ssl);
  const std::string why =
      verdict == X509_V_OK ? error.message() : X509_verify_cert_error_string(verdict);
  return "no TLS with " + host + ": " + why;
}

class BeastClient final : public HttpClient {
 public:
  explicit BeastClient(ClientOptions options)
      : options_(std::move(options)), work_(io_.get_executor()), sweeper_(io_) {
    thread_ = std::thread([this] { io_.run(); });
  }

  ~BeastClient() override {
    asio::post(io_, [this] { stop(); });
    thread_.join();
  }

  void send(const Endpoint& endpoint, Request request, base::Duration timeout, Done done) override {
    auto job = std::make_shared<Job>(io_, endpoint, std::move(request), std::move(done));
    asio::post(io_, [this, timeout, job = std::move(job)] { start(job, timeout); });
  }

 private:
  void start(const std::shared_ptr<Job>& job, base::Duration timeout) {
    if (stopping_) return give_up(*job, "ConnectionLost", "the client was stopped");
    if (!can_be_sent(job->request))
      return finish(*job, base::fail("InvalidRequest", "the request is no HTTP request"));
    const Endpoint& to = job->endpoint;
    job->pool = &pools_[(to.tls ? "https://" : "http://") + to.authority()];
    jobs_.insert(job.get());
    job->watchdog.expires_after(to_chrono(timeout));
    job->watchdog.async_wait([this, job](beast::error_code cancelled) {
      if (!cancelled) give_up(*job, "Timeout", "no response from " + job->endpoint.authority());
    });
    asio::co_spawn(io_, run(job), asio::detached);
  }

  // Every coroutine then ends by itself, and with the last one the thread.
  void stop() {
    stopping_ = true;
    for (Job* job : std::set<Job*>(jobs_))
      give_up(*job, "ConnectionLost", "the client was stopped");
    for (auto& [name, pool] : pools_) pool.idle.clear();
    sweeper_.cancel();
    work_.reset();
  }

  // A look-up cannot be interrupted; its coroutine finds the job finished later.
  void give_up(Job& job, std::string code, std::string message) {
    if (job.finished()) return;
    const bool unknown = job.may_have_left || stopping_;
    if (job.pool) std::erase(job.pool->waiting, &job);
    job.turn.cancel();
    if (job.connection) job.connection->tcp.close();
    finish(job, base::fail(std::move(code), std::move(message),
                           unknown ? Retry::kUnknownOutcome : Retry::kReconnect));
  }

  void finish(Job& job, base::Result<Response> result) {
    if (job.finished()) return;
    job.watchdog.cancel();
    std::exchange(job.done, nullptr)(std::move(result));
  }

  asio::awaitable<void> run(std::shared_ptr<Job> job) {
    const bool has_turn = co_await take_turn(*job);
    if (has_turn) {
      base::Result<Response> result = co_await attempt(*job);
      give_turn(*job->pool);
      finish(*job, std::move(result));
    }
    jobs_.erase(job.get());
  }

  asio::awaitable<bool> take_turn(Job& job) {
    Pool& pool = *job.pool;
    if (pool.in_use < options_.most_connections_per_host) {
      ++pool.in_use;
      co_return true;
    }
    pool.waiting.push_back(&job);
    co_await job.turn.async_wait(kAwait);
    co_return job.has_turn;
  }

  // To the job that waits longest, if any.
  void give_turn(Pool& pool) {
    if (pool.waiting.empty()) {
      --pool.in_use;
      return;
    }
    Job* next = pool.waiting.front();
    pool.waiting.pop_front();
    next->has_turn = true;
    next->turn.cancel();
  }

  asio::awaitable<base::Result<Response>> attempt(Job& job) {
    std::unique_ptr<Connection> connection = take_idle(*job.pool);
    const bool is_new = connection == nullptr;
    if (is_new) connection = std::make_unique<Connection>(io_);
    job.connection = connection.get();
    base::Status opened;
    if (is_new) opened = co_await open(*connection, job);
    base::Result<Response> result;
    if (opened)
      result = co_await exchange(*connection, job);
    else
      result = tl::unexpected(std::move(opened).error());
    job.connection = nullptr;
    if (connection->is_reusable && !job.finished()) keep(*job.pool, std::move(connection));
    co_return result;
  }

  std::unique_ptr<Connection> take_idle(Pool& pool) {
    const auto oldest = SteadyClock::now() - to_chrono(options_.idle_timeout);
    while (!pool.idle.empty()) {
      std::unique_ptr<Connection> youngest = std::move(pool.idle.back());
      pool.idle.pop_back();
      if (youngest->idle_since > oldest && is_quiet(*youngest)) return youngest;
    }
    return nullptr;
  }

  void keep(Pool& pool, std::unique_ptr<Connection> connection) {
    connection->idle_since = SteadyClock::now();
    pool.idle.push_back(std::move(connection));
    if (!std::exchange(is_sweeping_, true)) sweep();
  }

  // Closes what has been idle too long, and comes back when the next connection will have been.
  void sweep() {
    const auto timeout = to_chrono(options_.idle_timeout);
    const auto oldest = SteadyClock::now() - timeout;
    auto next = kForever;
    for (auto& [name, pool] : pools_) {
      std::erase_if(pool.idle, [&](const auto& idle) { return idle->idle_since <= oldest; });
      if (!pool.idle.empty()) next = std::min(next, pool.idle.front()->idle_since + timeout);
    }
    is_sweeping_ = next != kForever;
    if (!is_sweeping_) return;
    sweeper_.expires_at(next);
    sweeper_.async_wait([this](beast::error_code cancelled) {
      if (!cancelled) sweep();
    });
  }

  asio::awaitable<base::Status> open(Connection& connection, Job& job) {
    const Endpoint& target = job.endpoint;
    const auto proxy = proxy_for(target, options_);
    if (!proxy) co_return tl::unexpected(proxy.error());
    base::Status status = co_await connect(connection, *proxy ? **proxy : target, job);
    if (!target.tls && *proxy) connection.origin = "http://" + target.authority();
    if (status && target.tls && *proxy) status = co_await open_tunnel(connection, target);
    if (status && target.tls) status = co_await start_tls(connection, target.host);
    connection.tcp.expires_never();
    co_return status;
  }

  asio::awaitable<base::Status> connect(Connection& connection, const Endpoint& hop, Job& job) {
    tcp::resolver resolver(io_);
    auto [error, addresses] =
        co_await resolver.async_resolve(hop.host, std::to_string(hop.port), kAwait);
    if (error) co_return fail_before_sending("NameNotFound", hop.host + ": " + error.message());
    beast::error_code last;
    for (const auto& address : addresses) {
      if (job.finished()) break;  // Another connect would open again what give_up has closed.
      connection.tcp.close();
      connection.tcp.expires_after(to_chrono(options_.connect_timeout));
      const auto [refused] = co_await connection.tcp.async_connect(address.endpoint(), kAwait);
      last = refused;
      if (!last) break;
    }
    if (last)
      co_return fail_before_sending("ConnectFailed", hop.authority() + ": " + last.message());
    connection.tcp.socket().set_option(tcp::no_delay(true), last);
    co_return base::Status{};
  }

  asio::awaitable<base::Status> open_tunnel(Connection& connection, const Endpoint& target) {
    const std::string where = target.host_and_port();
    const std::string head = "CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\n\r\n";
    http::response_parser<http::empty_body> parser;
    parser.header_limit(kMostHeaderBytes);
    parser.skip(true);
    connection.tcp.expires_after(to_chrono(options_.connect_timeout));
    co_await asio::async_write(connection.tcp, asio::buffer(head), kAwait);
    const auto [error, size] =
        co_await http::async_read_header(connection.tcp, connection.buffer, parser, kAwait);
    if (error)
      co_return fail_before_sending("ProxyRefused",
                                    "no answer to CONNECT " + where + ": " + error.message());
    const unsigned status = parser.get().result_int();
    if (status / 100 != 2 || connection.buffer.size() > 0)
      co_return fail_before_sending("ProxyRefused", "the proxy answered CONNECT " + where +
                                                        " with " + std::to_string(status));
    co_return base::Status{};
  }

  asio::awaitable<base::Status> start_tls(Connection& connection, const std::string& host) {
    const auto context = tls_.get(options_);
    if (!context) co_return tl::unexpected(context.error());
    connection.tls.emplace(connection.tcp, **context);
    SSL* ssl = connection.tls->native_handle();
    expect_host(ssl, host);
    connection.tcp.expires_after(to_chrono(options_.connect_timeout));
    const auto [error] =
        co_await connection.tls->async_handshake(asio::ssl::stream_base::client, kAwait);
    if (error) co_return fail_before_sending("TlsFailed", tls_problem(ssl, host, error));
    co_return base::Status{};
  }

  asio::awaitable<base::Result<Response>> exchange(Connection& connection, Job& job) {
    if (connection.tls) co_return co_await exchange_on(*connection.tls, connection, job);
    co_return co_await exchange_on(connection.tcp, connection, job);
  }

  // A failed write does not end it: a server that refuses a body may answer before it has read all.
  template <class Stream>
  asio::awaitable<base::Result<Response>> exchange_on(Stream& stream, Connection& connection,
                                                      Job& job) {
    connection.is_reusable = false;
    const std::string head = request_head(job.request, job.endpoint, connection.origin);
    const std::array<asio::const_buffer, 2> bytes = {asio::buffer(head),
                                                     asio::buffer(job.request.body)};
    job.may_have_left = true;
    const auto [error, written] = co_await asio::async_write(stream, bytes, kAwait);
    // Nothing written through TLS may still have been part of a record.
    if (error && written == 0 && !connection.tls)
      co_return fail_before_sending("ConnectionLost", "nothing was sent: " + error.message());
    co_return co_await read_response(stream, connection, job);
  }

  template <class Stream>
  asio::awaitable<base::Result<Response>> read_response(Stream& stream, Connection& connection,
                                                        const Job& job) {
    for (;;) {
      http::response_parser<http::string_body> parser;
      parser.header_limit(kMostHeaderBytes);
      // A length beyond the limit is an error of the head already.
      parser.body_limit(options_.wanted == Wanted::kHead
                            ? boost::optional<uint64_t>()
                            : boost::optional<uint64_t>(options_.most_body_bytes));
      parser.skip(job.request.method == "HEAD");
      const auto [torn, head] =
          co_await http::async_read_header(stream, connection.buffer, parser, kAwait);
      if (torn) co_return fail_reading(torn);
      const unsigned status = parser.get().result_int();
      if (status < 200 && status != 101) continue;  // "100 Continue" and its like come before.
      if (options_.wanted == Wanted::kHead) co_return to_response(parser.release());
      const auto [error, size] =
          co_await http::async_read(stream, connection.buffer, parser, kAwait);
      if (error) co_return fail_reading(error);
      connection.is_reusable =
          parser.keep_alive() && status != 101 && connection.buffer.size() == 0;
      co_return to_response(parser.release());
    }
  }

  const ClientOptions options_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer sweeper_;
  TlsContext tls_;
  std::map<std::string, Pool> pools_;
  std::set<Job*> jobs_;
  bool is_sweeping_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(ClientOptions options) {
  return std::make_unique<BeastClient>(std::move(options));
}

}  // namespace net
