#include "net/proxy.h"

#include <cstdlib>

namespace net {
namespace {

bool is_local(std::string_view host) {
  return equal_ignoring_case(host, "localhost") || host.starts_with("127.") || host == "::1" ||
         host.starts_with("169.254.") || host.starts_with("fe80:") || host.starts_with("fd00:ec2:");
}

bool is_subdomain(std::string_view host, std::string_view parent) {
  return host.size() > parent.size() && host[host.size() - parent.size() - 1] == '.' &&
         equal_ignoring_case(host.substr(host.size() - parent.size()), parent);
}

bool matches(std::string_view entry, const Endpoint& target) {
  if (entry == "*") return true;
  const std::string port = ":" + std::to_string(target.port);
  const bool is_ipv6 = entry.find(':') != entry.rfind(':') && !entry.starts_with('[');
  if (!is_ipv6 && entry.find(':') != std::string_view::npos && entry.ends_with(port))
    entry.remove_suffix(port.size());
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty()) return false;
  return equal_ignoring_case(target.host, entry) || is_subdomain(target.host, entry);
}

std::string environment(const char* upper, const char* lower) {
  for (const char* name : {lower, upper})
    if (const char* value = std::getenv(name); value && *value) return value;
  return {};
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = text.find_first_of(", ");
    if (end != 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

}  // namespace

bool bypasses_proxy(const Endpoint& target, const std::vector<std::string>& no_proxy) {
  if (is_local(target.host)) return true;
  for (const std::string& entry : no_proxy)
    if (matches(entry, target)) return true;
  return false;
}

base::Result<std::optional<Endpoint>> proxy_for(const Endpoint& target,
                                                const ClientOptions& options) {
  const std::string& url = target.tls ? options.https_proxy : options.http_proxy;
  if (url.empty() || bypasses_proxy(target, options.no_proxy)) return std::nullopt;
  std::optional<Endpoint> proxy =
      parse_endpoint(url.find("://") == std::string::npos ? "http://" + url : url);
  // The address stays out of the message: people write passwords into it.
  if (!proxy || proxy->tls)
    return base::fail("InvalidProxy", "the configured proxy is not like http://host:port");
  return proxy;
}

ClientOptions client_options_from_environment() {
  ClientOptions options;
  options.https_proxy = environment("HTTPS_PROXY", "https_proxy");
  options.http_proxy = environment("HTTP_PROXY", "http_proxy");
  options.no_proxy = words(environment("NO_PROXY", "no_proxy"));
  return options;
}

}  // namespace net
