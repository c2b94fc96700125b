#include "net/http.h"

#include <algorithm>
#include <charconv>

namespace net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// A host as it stands before a port.
std::string bracketed(const std::string& host) {
  return host.find(':') != std::string::npos ? "[" + host + "]" : host;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

const std::string* Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (equal_ignoring_case(key, name)) return &value;
  return nullptr;
}

std::string Headers::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? *value : std::string();
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

bool fit_on_the_wire(const Headers& headers) {
  constexpr std::string_view kLineBreaks("\r\n\0", 3);
  for (const auto& [name, value] : headers.fields()) {
    if (name.empty() || value.find_first_of(kLineBreaks) != std::string::npos) return false;
    if (std::any_of(name.begin(), name.end(), [](char c) { return c <= ' ' || c == ':'; }))
      return false;
  }
  return true;
}

bool is_framing_header(std::string_view name) {
  return equal_ignoring_case(name, "Connection") || equal_ignoring_case(name, "Content-Length") ||
         equal_ignoring_case(name, "Transfer-Encoding");
}

std::string Endpoint::authority() const {
  return port == (tls ? 443 : 80) ? bracketed(host) : host_and_port();
}

std::string Endpoint::host_and_port() const { return bracketed(host) + ":" + std::to_string(port); }

std::optional<Endpoint> parse_endpoint(std::string_view url) {
  Endpoint endpoint;
  if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
    endpoint.tls = false;
    endpoint.port = 80;
  } else {
    return std::nullopt;
  }
  const size_t slash = url.find('/');
  std::string_view authority = url.substr(0, slash);
  std::string_view path = slash == std::string_view::npos ? std::string_view() : url.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  endpoint.base_path = path;
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    endpoint.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
  } else {
    const size_t colon = authority.find(':');
    endpoint.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (!port.empty()) {
    const char* end = port.data() + port.size();
    const auto [rest, error] = std::from_chars(port.data() + 1, end, endpoint.port);
    if (port.front() != ':' || error != std::errc{} || rest != end) return std::nullopt;
  }
  const bool ok = !endpoint.host.empty() && endpoint.port > 0 && endpoint.port <= 65535 &&
                  endpoint.host.find_first_of("@?# ") == std::string::npos &&
                  endpoint.base_path.find_first_of("?# ") == std::string::npos;
  return ok ? std::optional(endpoint) : std::nullopt;
}

bool is_loopback_host(std::string_view host) {
  const size_t end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  const std::string_view rest = end < host.size() ? host.substr(end) : std::string_view();
  const auto is_digit_or = [](char extra) {
    return [extra](char c) { return (c >= '0' && c <= '9') || c == extra; };
  };
  if (!rest.empty() &&
      (rest[0] != ':' || !std::all_of(rest.begin() + 1, rest.end(), is_digit_or('0'))))
    return false;
  const std::string_view name = host.substr(0, end);
  if (name == "[::1]" || equal_ignoring_case(name, "localhost")) return true;
  return name.starts_with("127.") && std::all_of(name.begin(), name.end(), is_digit_or('.'));
}

bool is_from_this_host(const Request& request) {
  if (!is_loopback_host(request.headers.get("Host"))) return false;
  const std::string* origin = request.headers.find("Origin");
  if (!origin) return true;
  const auto page = parse_endpoint(*origin);
  return page && is_loopback_host(page->host == "::1" ? "[::1]" : page->host);
}

}  // namespace net
