#include "sim/sts.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/identifiers.h"

namespace sim {
namespace {

// AWS has no such bound. A caller renews once an hour; who holds more than these is a runaway, and
// loses the oldest.
constexpr size_t kMostSessions = 1000;

constexpr int kDefaultSeconds = 3600;
constexpr int kLeastSeconds = 900;
constexpr int kMostSeconds = 43'200;
constexpr int kMostChainedSeconds = 3600;  // For a role that assumes a role.

// Of both calls, and of one each. What else AWS knows narrows or marks the session, which nothing
// here looks at.
constexpr std::string_view kParameters[] = {"Action", "Version", "RoleArn", "RoleSessionName",
                                            "DurationSeconds"};
constexpr std::string_view kExternalIdParameter = "ExternalId";
constexpr std::string_view kTokenParameter = "WebIdentityToken";

constexpr size_t kLeastTokenBytes = 4;
constexpr size_t kMostTokenBytes = 20'000;

constexpr std::string_view kWithWebIdentity = "AssumeRoleWithWebIdentity";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool consists_of(std::string_view text, std::string_view besides_words) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_word(c) || besides_words.find(c) != std::string_view::npos;
  });
}

tl::unexpected<Refusal> invalid(const std::string& what) { return refuse("ValidationError", what); }

tl::unexpected<Refusal> unfit(std::string_view value, std::string_view member,
                              const std::string& constraint) {
  return invalid("1 validation error detected: Value '" + std::string(value) + "' at '" +
                 std::string(member) + "' failed to satisfy constraint: Member must " + constraint);
}

struct TextRule {
  std::string_view name;
  std::string_view member;
  size_t least, most;
  std::string_view besides_words;  // What it may hold besides letters, digits and "_".
};

constexpr TextRule kSessionName{"RoleSessionName", "roleSessionName", 2, 64, "+=,.@-"};
constexpr TextRule kExternalId{"ExternalId", "externalId", 2, 1224, "+=,.@:/-"};

Answer<std::string> text_of(const base::Form& form, const TextRule& rule) {
  const std::string text = form.get(rule.name);
  if (text.size() < rule.least)
    return unfit(text, rule.member,
                 "have length greater than or equal to " + std::to_string(rule.least));
  if (text.size() > rule.most)
    return unfit(text, rule.member,
                 "have length less than or equal to " + std::to_string(rule.most));
  if (!consists_of(text, rule.besides_words))
    return unfit(
        text, rule.member,
        "satisfy regular expression pattern: [\\w" + std::string(rule.besides_words) + "]*");
  return text;
}

struct RoleArn {
  std::string account, name;
};

// "arn:aws:iam::123456789012:role/path/name": the name is what follows the last slash.
std::optional<RoleArn> parse_role_arn(std::string_view arn) {
  constexpr std::string_view kFront = "arn:aws:iam::", kMiddle = ":role/";
  constexpr size_t kAccountDigits = 12, kLongestArn = 2048, kLongestName = 64;
  if (!arn.starts_with(kFront) || arn.size() > kLongestArn) return std::nullopt;
  arn.remove_prefix(kFront.size());
  const std::string_view account = arn.substr(0, kAccountDigits);
  const bool is_account = account.size() == kAccountDigits &&
                          account.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_account || !arn.substr(kAccountDigits).starts_with(kMiddle)) return std::nullopt;
  arn.remove_prefix(kAccountDigits + kMiddle.size());
  const bool is_visible =
      std::all_of(arn.begin(), arn.end(), [](char c) { return c > ' ' && c <= '~'; });
  const std::string_view name = arn.substr(arn.rfind('/') + 1);  // npos + 1 is 0: no path.
  if (!is_visible || arn.starts_with('/') || name.empty() || name.size() > kLongestName ||
      !consists_of(name, kSessionName.besides_words))
    return std::nullopt;
  return RoleArn{std::string(account), std::string(name)};
}

Answer<base::Duration> duration_of(const base::Form& form, bool is_chained) {
  const auto seconds = number_of(form, "DurationSeconds", kDefaultSeconds);
  if (!seconds) return tl::unexpected(seconds.error());
  const std::string text = std::to_string(*seconds);
  if (*seconds < kLeastSeconds)
    return unfit(text, "durationSeconds",
                 "have value greater than or equal to " + std::to_string(kLeastSeconds));
  if (*seconds > kMostSeconds)
    return unfit(text, "durationSeconds",
                 "have value less than or equal to " + std::to_string(kMostSeconds));
  if (is_chained && *seconds > kMostChainedSeconds)
    return invalid(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining");
  return base::Duration::seconds(*seconds);
}

Answer<void> check_parameters(const base::Form& form, std::string_view own) {
  for (const auto& [name, value] : form.pairs())
    if (name != own &&
        std::find(std::begin(kParameters), std::end(kParameters), name) == std::end(kParameters))
      return invalid("The parameter " + name + " is not simulated");
  return {};
}

Answer<std::string> token_of(const base::Form& form) {
  const std::string token = form.get(kTokenParameter);
  if (token.size() < kLeastTokenBytes)
    return unfit(token, "webIdentityToken", "have length greater than or equal to 4");
  if (token.size() > kMostTokenBytes)
    return invalid(
        "1 validation error detected: Value at 'webIdentityToken' failed to satisfy "
        "constraint: Member must have length less than or equal to 20000");
  return token;
}

}  // namespace

Answer<std::string> Sts::call(const base::Form& form, const Caller& caller) {
  const std::string action = form.get("Action");
  if (action == "GetCallerIdentity") return caller_identity(caller);
  if (action == "AssumeRole") return assume_role(form, caller);
  if (action == kWithWebIdentity) return assume_role_with_web_identity(form, caller);
  return refuse("InvalidAction", "The action is not valid.");
}

bool Sts::is_unsigned(std::string_view action) { return action == kWithWebIdentity; }

void Sts::trust(std::string issuer, std::string audience) {
  providers_.insert_or_assign(std::move(issuer), std::move(audience));
}

Answer<std::string> Sts::assume_role(const base::Form& form, const Caller& caller) {
  if (auto known = check_parameters(form, kExternalIdParameter); !known)
    return tl::unexpected(known.error());
  const std::string arn = form.get("RoleArn");
  const auto role = parse_role_arn(arn);
  if (!role) return invalid("Request ARN is invalid");
  const auto name = text_of(form, kSessionName);
  if (!name) return tl::unexpected(name.error());
  if (form.find("ExternalId"))
    if (const auto id = text_of(form, kExternalId); !id) return tl::unexpected(id.error());
  const auto duration = duration_of(form, session_of(caller.access_key) != nullptr);
  if (!duration) return tl::unexpected(duration.error());
  if (role->account != context_.options.account)
    return refuse("AccessDenied",
                  "User: " + arn_of(caller) +
                      " is not authorized to perform: sts:AssumeRole on resource: " + arn,
                  403);
  return issue_xml(role->name, *name, *duration, caller);
}

Answer<std::string> Sts::assume_role_with_web_identity(const base::Form& form,
                                                       const Caller& caller) {
  if (auto known = check_parameters(form, kTokenParameter); !known)
    return tl::unexpected(known.error());
  const auto role = parse_role_arn(form.get("RoleArn"));
  if (!role) return invalid("Request ARN is invalid");
  const auto name = text_of(form, kSessionName);
  if (!name) return tl::unexpected(name.error());
  const auto duration = duration_of(form, false);
  if (!duration) return tl::unexpected(duration.error());
  const auto token = token_of(form);
  if (!token) return tl::unexpected(token.error());
  const auto identity = read_web_identity(*token, providers_, caller.now);
  if (!identity) return tl::unexpected(identity.error());
  if (role->account != context_.options.account)
    return refuse("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403);
  Xml xml;
  xml.text("SubjectFromWebIdentityToken", identity->subject);
  xml.text("Audience", identity->audience);
  xml.text("Provider", "arn:aws:iam::" + context_.options.account + ":oidc-provider/" +
                           identity->issuer.substr(identity->issuer.find("://") + 3));
  return xml.str() + issue_xml(role->name, *name, *duration, caller);
}

std::string Sts::issue_xml(std::string role, std::string name, base::Duration life,
                           const Caller& caller) {
  // STS writes whole seconds.
  const auto now = base::Instant::from_unix_seconds(caller.now.unix_ms() / 1000);
  const Session& session = issue(std::move(role), std::move(name), now + life);
  Xml xml;
  xml.element("Credentials", [&] {
    xml.text("AccessKeyId", session.credentials.access_key);
    xml.text("SecretAccessKey", session.credentials.secret_key);
    xml.text("SessionToken", session.credentials.session_token);
    xml.text("Expiration", base::to_iso8601(*session.credentials.expires_at));
  });
  xml.element("AssumedRoleUser", [&] {
    xml.text("AssumedRoleId", "AROASIMULATED:" + session.name);
    xml.text("Arn", arn_of(session));
  });
  return xml.str();
}

const Sts::Session& Sts::issue(std::string role, std::string name, base::Instant expires_at) {
  if (sessions_.size() >= kMostSessions) sessions_.pop_front();
  Session session;
  // Like AWS's and unlike any real one.
  session.credentials.access_key = "ASIASIMULATED" + std::to_string(++issued_);
  session.credentials.secret_key = "simulated-secret-" + make_hex64(dice_);
  session.credentials.session_token = "simulated-token-" + make_hex64(dice_) + make_hex64(dice_);
  session.credentials.expires_at = expires_at;
  session.role = std::move(role);
  session.name = std::move(name);
  return sessions_.emplace_back(std::move(session));
}

std::string Sts::caller_identity(const Caller& caller) const {
  const Session* session = session_of(caller.access_key);
  Xml xml;
  xml.text("Arn", arn_of(caller));
  xml.text("UserId", session ? "AROASIMULATED:" + session->name : "AIDASIMULATED");
  xml.text("Account", context_.options.account);
  return xml.str();
}

std::string Sts::arn_of(const Session& session) const {
  return "arn:aws:sts::" + context_.options.account + ":assumed-role/" + session.role + "/" +
         session.name;
}

std::string Sts::arn_of(const Caller& caller) const {
  if (const Session* session = session_of(caller.access_key)) return arn_of(*session);
  return "arn:aws:iam::" + context_.options.account + ":user/simulated";
}

const Sts::Session* Sts::session_of(const std::string& access_key) const {
  for (const Session& session : sessions_)
    if (session.credentials.access_key == access_key) return &session;
  return nullptr;
}

std::optional<net::Credentials> Sts::find(const std::string& access_key) const {
  const Session* session = session_of(access_key);
  if (!session) return std::nullopt;
  net::Credentials credentials = session->credentials;
  credentials.expires_at.reset();
  return credentials;
}

bool Sts::has_expired(const Caller& caller) const {
  const Session* session = session_of(caller.access_key);
  return session && (session->is_ended || caller.now >= *session->credentials.expires_at);
}

int Sts::expire_all() {
  int ended = 0;
  for (Session& session : sessions_) ended += !std::exchange(session.is_ended, true);
  return ended;
}

}  // namespace sim
