#include "aws/credentials_json.h"

#include "base/json.h"

namespace aws {

namespace json = base::json;

base::Error no_credentials(std::string message) {
  return {kNoCredentials, std::move(message), {}, base::Retry::kBackoff};
}

base::Result<net::Credentials> parse_credentials(std::string_view who, std::string_view body,
                                                 std::string_view token_key) {
  const std::string name(who);
  const auto document = json::parse_object(body);
  if (!document) return tl::unexpected(no_credentials(name + " is not JSON"));
  net::Credentials credentials;
  credentials.access_key = json::text_or_empty(*document, "AccessKeyId");
  credentials.secret_key = json::text_or_empty(*document, "SecretAccessKey");
  credentials.session_token = json::text_or_empty(*document, token_key);
  const auto expiration = json::find_string(*document, "Expiration");
  if (expiration) credentials.expires_at = base::parse_iso8601(*expiration);
  const bool is_complete = !credentials.access_key.empty() && !credentials.secret_key.empty() &&
                           (!expiration || credentials.expires_at);
  if (!is_complete) return tl::unexpected(no_credentials(name + " has no complete credentials"));
  return credentials;
}

}  // namespace aws
