#include "app/webhook_url.h"

#include <algorithm>

namespace app {
namespace {

// Signed URLs of some services have a thousand.
constexpr size_t kMostBytes = 4096;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::string WebhookUrl::origin() const {
  return (endpoint.tls ? "https://" : "http://") + endpoint.authority();
}

std::optional<WebhookUrl> parse_webhook_url(std::string_view text) {
  constexpr std::string_view kSchemeEnd = "://";
  const size_t scheme = text.find(kSchemeEnd);
  if (text.size() > kMostBytes || !is_printable(text) || scheme == std::string_view::npos ||
      text.find_first_of("#\\") != std::string_view::npos)
    return std::nullopt;
  const size_t end = std::min(text.find_first_of("/?", scheme + kSchemeEnd.size()), text.size());
  const std::string_view origin = text.substr(0, end);
  const auto endpoint = net::parse_endpoint(origin);
  if (!endpoint || origin.find('@') != std::string_view::npos) return std::nullopt;
  const std::string host = endpoint->host == "::1" ? "[::1]" : endpoint->host;
  if (!endpoint->tls && !net::is_loopback_host(host)) return std::nullopt;
  WebhookUrl url{*endpoint, {}, {}};
  const std::string_view rest = text.substr(end);
  const size_t question = std::min(rest.find('?'), rest.size());
  url.path = rest.substr(0, question);
  if (url.path.empty()) url.path = "/";
  if (question < rest.size()) url.query = rest.substr(question + 1);
  return url;
}

}  // namespace app
