// HTTP messages as values. No socket here: codecs, the signer and the simulated region need only
// this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

// Names compare without case and keep the case they were given. Repeated names stay separate.
class Headers {
 public:
  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  // Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  // The first of that name.
  const std::string* find(std::string_view name) const;
  std::string get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

// False when a name or a value could end its line early and start another header.
bool fit_on_the_wire(const Headers& headers);

// Connection, Content-Length and Transfer-Encoding: whoever writes the message decides those.
bool is_framing_header(std::string_view name);

struct Request {
  std::string method = "GET";
  std::string path = "/";  // As on the wire: percent-encoded.
  std::string query;       // As on the wire, without "?".
  Headers headers;         // Host included.
  std::string body;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// Where requests go: "https://sqs.us-east-2.amazonaws.com" or "http://127.0.0.1:4566/base".
struct Endpoint {
  bool tls = true;
  std::string host;
  int port = 443;
  std::string base_path;  // Empty, or begins with "/" and does not end with it.

  // "host:port", with an IPv6 address in brackets.
  std::string host_and_port() const;
  // The Host header: the port only when it is not the scheme's own.
  std::string authority() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

std::optional<Endpoint> parse_endpoint(std::string_view url);

// "localhost", "127.x.y.z" or "[::1]", with or without a port. A server for its own host only
// answers no other Host: a web page whose name was made to resolve to us comes with its own.
bool is_loopback_host(std::string_view host);
// False for a request that a page from elsewhere made a browser send.
bool is_from_this_host(const Request& request);

}  // namespace net
