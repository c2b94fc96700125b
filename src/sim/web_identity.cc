#include "sim/web_identity.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/digest.h"
#include "base/json.h"

namespace sim {
namespace {

namespace json = base::json;

// As far as the clocks of who writes tokens and of AWS may be apart.
constexpr base::Duration kMostClockSkew = base::Duration::minutes(5);

tl::unexpected<Refusal> invalid(std::string what) {
  return refuse("InvalidIdentityToken", std::move(what));
}

// The three parts of "header.claims.signature", none of them empty.
std::optional<std::array<std::string_view, 3>> parts_of(std::string_view token) {
  const size_t first = token.find('.'), last = token.rfind('.');
  if (first == last || first == std::string_view::npos) return std::nullopt;
  const std::array<std::string_view, 3> parts{
      token.substr(0, first), token.substr(first + 1, last - first - 1), token.substr(last + 1)};
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const bool is_fine = std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return !part.empty() && part.find_first_not_of(kAlphabet) == std::string_view::npos;
  });
  return is_fine ? std::optional(parts) : std::nullopt;
}

std::optional<json::object> object_in(std::string_view part) {
  const auto text = base::parse_base64(part);
  if (!text) return std::nullopt;
  auto object = json::parse_object(*text);
  if (!object) return std::nullopt;
  return *std::move(object);
}

Answer<json::object> claims_of(std::string_view token) {
  const auto parts = parts_of(token);
  const auto header = parts ? object_in((*parts)[0]) : std::nullopt;
  auto claims = parts ? object_in((*parts)[1]) : std::nullopt;
  const std::string algorithm = header ? json::text_or_empty(*header, "alg") : std::string();
  if (!claims || algorithm.empty() || algorithm == "none")
    return invalid("The ID Token provided is not a valid JWT.");
  return *std::move(claims);
}

// "aud" is one audience or a list of them.
bool is_for(const json::object& claims, const std::string& audience) {
  if (const json::array* list = json::find_array(claims, "aud"))
    return std::find(list->begin(), list->end(), json::value(audience)) != list->end();
  return json::find_string(claims, "aud") == audience;
}

Answer<void> check_times(const json::object& claims, base::Instant now) {
  const auto expires = json::find_int(claims, "exp");
  if (!expires) return invalid("Missing a required claim: exp");
  for (std::string_view claim : {"iat", "nbf"})
    if (const auto at = json::find_int(claims, claim);
        at && base::Instant::from_unix_seconds(*at) > now + kMostClockSkew)
      return invalid("The token is not valid yet: " + std::string(claim));
  if (now >= base::Instant::from_unix_seconds(*expires))
    return refuse("ExpiredTokenException",
                  "Token expired: current date/time must be before the expiration date/time");
  return {};
}

}  // namespace

Answer<WebIdentity> read_web_identity(std::string_view token, const IdentityProviders& providers,
                                      base::Instant now) {
  const auto claims = claims_of(token);
  if (!claims) return tl::unexpected(claims.error());
  const std::string issuer = json::text_or_empty(*claims, "iss");
  const auto provider = providers.find(issuer);
  if (provider == providers.end())
    return invalid("No OpenIDConnect provider found in your account for " + issuer);
  if (!is_for(*claims, provider->second)) return invalid("Incorrect token audience");
  const std::string subject = json::text_or_empty(*claims, "sub");
  if (subject.empty()) return invalid("Missing a required claim: sub");
  if (const auto times = check_times(*claims, now); !times) return tl::unexpected(times.error());
  return WebIdentity{issuer, provider->second, subject};
}

}  // namespace sim
