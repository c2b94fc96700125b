#include "app/webhooks.h"

#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/http_date.h"
#include "base/json.h"

namespace app {
namespace {

using base::Duration;
using base::json::object;
using ports::Delivery;
using ports::MailAnswer;

// Services answer within a second; a longer wait holds up only what waits for the same target.
constexpr Duration kPatience = Duration::seconds(10);
constexpr char kSlackHost[] = "hooks.slack.com";

// Seconds, or a date.
std::optional<Duration> retry_after(const net::Response& response, base::Instant now) {
  const std::string* text = response.headers.find("Retry-After");
  if (!text) return std::nullopt;
  int64_t seconds = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, seconds);
  constexpr int64_t kMostSeconds = 86'400;
  if (error == std::errc{} && rest == end && seconds >= 0)
    return Duration::seconds(std::min(seconds, kMostSeconds));
  const auto date = base::parse_http_date(*text);
  if (!date || *date < now) return std::nullopt;
  return *date - now;
}

bool may_pass(int status) { return status >= 500 || status == 408 || status == 429; }

// The three characters that Slack reads as its own; "<!channel>" in a tag must call nobody.
std::string escaped_for_slack(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::vector<notify::Subscription> subscriptions_of(const std::vector<NotifyConfig>& targets) {
  std::vector<notify::Subscription> subscriptions;
  for (const NotifyConfig& target : targets)
    subscriptions.push_back({target.name, target.on, target.groups});
  return subscriptions;
}

MailAnswer answer_of(const base::Result<net::Response>& result, base::Instant now) {
  if (!result) {
    const base::Error& error = result.error();
    const bool is_ours = error.code == "InvalidRequest";
    return {
        is_ours ? Delivery::kRefused : Delivery::kFailed, error.code + ": " + error.message, {}};
  }
  const int status = result->status;
  const std::string why = "status " + std::to_string(status);
  if (status >= 200 && status < 300) return {Delivery::kDelivered, why, {}};
  if (may_pass(status)) {
    const bool says_when = status == 429 || status == 503;
    return {Delivery::kFailed, why, says_when ? retry_after(*result, now) : std::nullopt};
  }
  if (status >= 300 && status < 400)
    return {Delivery::kRefused, why + ": redirects are not followed", {}};
  return {status < 300 ? Delivery::kFailed : Delivery::kRefused, why, {}};
}

WebhookFormat format_of(const NotifyConfig& target, const WebhookUrl& url) {
  if (target.format) return *target.format;
  return net::equal_ignoring_case(url.endpoint.host, kSlackHost) ? WebhookFormat::kSlack
                                                                 : WebhookFormat::kJson;
}

std::string body_of(const ports::Mail& mail, WebhookFormat format) {
  if (format == WebhookFormat::kJson) return mail.document;
  return base::json::serialize(object{{"text", escaped_for_slack(mail.text)}});
}

Webhooks::Webhooks(const std::vector<NotifyConfig>& targets, const net::ClientOptions& client,
                   const ports::Clock& clock)
    : clock_(clock) {
  net::ClientOptions options = client;
  options.most_connections_per_host = 1;
  // The status says all. Who waited for a body that never ends would tell the same again for a day.
  options.wanted = net::Wanted::kHead;
  for (const NotifyConfig& target : targets) {
    if (target.webhook.empty()) {
      targets_.emplace(target.name, Target{});
      continue;
    }
    auto url = parse_webhook_url(target.webhook);
    CHECK(url);
    const WebhookFormat format = format_of(target, *url);
    targets_.emplace(target.name, Target{*std::move(url), format, net::make_http_client(options)});
  }
}

void Webhooks::post(ports::Mail mail, std::function<void(MailAnswer)> done) {
  const auto found = targets_.find(mail.target);
  if (found == targets_.end()) return done({Delivery::kFailed, "there is no such target", {}});
  const Target& target = found->second;
  if (!target.http) return done({Delivery::kHeld, "its webhook_file cannot be used", {}});
  net::Request request;
  request.method = "POST";
  request.path = target.url.path;
  request.query = target.url.query;
  request.headers.add("Content-Type", "application/json");
  request.headers.add("User-Agent", "spotkeeper/" SK_VERSION);
  request.body = body_of(mail, target.format);
  target.http->send(target.url.endpoint, std::move(request), kPatience,
                    [done = std::move(done), &clock = clock_](base::Result<net::Response> result) {
                      done(answer_of(result, clock.now()));
                    });
}

}  // namespace app
