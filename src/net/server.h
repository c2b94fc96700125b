// HttpServer: HTTP/1.1 with keep-alive, for the API, the metrics page and the simulated region.
//
// The handler runs on the server's own thread and answers now or later, from any thread, exactly
// once. Header and body sizes, idle time and the number of connections are bounded.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  int port = 0;                    // 0: the system chooses; see HttpServer::port.
  size_t most_connections = 1024;  // Further ones wait in the kernel's queue until one ends.
  size_t most_body_bytes = 8 << 20;
  // For a whole head, from the connection's start or the request's first byte, however the bytes
  // come: connections that only pretend to ask must not keep the others out for long.
  base::Duration head_timeout = base::Duration::seconds(10);
  // For each of: the begin of a further request, its body, and taking the answer. Above the 60 s
  // after which load balancers drop their own idle connections, so that they never meet a closing
  // one.
  base::Duration idle_timeout = base::Duration::seconds(75);
};

class HttpServer {
 public:
  using Reply = std::function<void(Response)>;
  using Handler = std::function<void(Request, Reply)>;
  virtual ~HttpServer() = default;  // Stops listening, closes connections, joins.
  virtual int port() const = 0;
};

// ListenFailed, with a sentence for the person who chose the address and the port.
base::Result<std::unique_ptr<HttpServer>> serve_http(ServerOptions options,
                                                     HttpServer::Handler handler);

}  // namespace net
