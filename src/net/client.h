// HttpClient: one attempt at one HTTP request, with pooled connections, TLS and proxies.
//
// `send` never blocks; `done` runs exactly once, on the client's own thread. The Error tells what
// may have happened: kNever for a request that cannot be sent as it is (InvalidRequest,
// InvalidProxy), kReconnect when nothing was sent (NameNotFound, ConnectFailed, ProxyRefused,
// TlsFailed; Timeout and ConnectionLost as early), kUnknownOutcome from the moment the first byte
// of the request may have left (Timeout, ConnectionLost, BodyTooLarge, MalformedResponse). A
// response of any status is a success here. Heads and bodies are bounded.
//
// A pooled connection is looked at before it is used again: one that the server has closed
// meanwhile is dropped and costs no failure.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace net {

// What of a response is waited for. A connection whose response was not read is not used again.
enum class Wanted { kAll, kHead };

struct ClientOptions {
  std::string ca_bundle;  // A file; empty: SSL_CERT_FILE, then where distributions keep theirs.
  std::string https_proxy, http_proxy;  // "http://host:port"; HTTPS goes through CONNECT.
  std::vector<std::string> no_proxy;    // As bypasses_proxy in proxy.h has it.
  base::Duration connect_timeout = base::Duration::seconds(5);  // Per address, then for TLS.
  base::Duration idle_timeout = base::Duration::seconds(20);    // Sooner than servers close theirs.
  size_t most_body_bytes = 64 << 20;      // A describe of 1,000 instances is under 4 MiB.
  Wanted wanted = Wanted::kAll;           // With kHead a response comes without its body.
  size_t most_connections_per_host = 32;  // Enough for 16 queue receivers and paced calls.
};

class HttpClient {
 public:
  using Done = std::function<void(base::Result<Response>)>;
  virtual ~HttpClient() = default;
  // Sends `request.path` as it is: a base path of the endpoint is already in it. Host, when
  // missing, is filled in; the framing headers are the client's own. The timeout covers everything,
  // waiting for a connection included.
  virtual void send(const Endpoint& endpoint, Request request, base::Duration timeout,
                    Done done) = 0;
};

// Runs one thread; destroying it fails what is under way with kUnknownOutcome and joins. Not from
// `done`.
std::unique_ptr<HttpClient> make_http_client(ClientOptions options);

// https_proxy, http_proxy and no_proxy from HTTPS_PROXY, HTTP_PROXY and NO_PROXY, either case.
ClientOptions client_options_from_environment();

}  // namespace net
