// The URL of a webhook: a secret, of which only scheme and host may ever be shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace app {

struct WebhookUrl {
  net::Endpoint endpoint;  // Without a path.
  std::string path = "/";
  std::string query;

  // "https://hooks.slack.com": all that anybody is shown.
  std::string origin() const;
};

// https, or http to this host; without a user, a password or a fragment.
std::optional<WebhookUrl> parse_webhook_url(std::string_view text);

}  // namespace app
