#include "app/config_rules.h"

#include <algorithm>
#include <charconv>
#include <regex>
#include <string>

#include "app/webhook_url.h"
#include "base/money.h"
#include "base/time.h"
#include "base/week_window.h"

namespace app {
namespace {

// Longer than any value that is right; it also bounds the depth of std::regex's recursion.
constexpr size_t kMostBytes = 512;

// A regular expression as a template argument: each is compiled once, at its first use.
template <size_t N>
struct Pattern {
  constexpr Pattern(const char (&literal)[N]) { std::copy_n(literal, N, text); }
  char text[N];
};

template <Pattern kPattern>
bool matches(std::string_view text) {
  static const std::regex kRegex(kPattern.text);
  return text.size() <= kMostBytes && std::regex_match(text.begin(), text.end(), kRegex);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<net::Endpoint> parse_url(std::string_view url) {
  if (url.size() > kMostBytes || !is_printable(url)) return std::nullopt;
  return net::parse_endpoint(url);
}

bool is_queue_url(std::string_view url) {
  const auto endpoint = parse_url(url);
  return endpoint && !url.ends_with('/') &&
         matches<R"(/[0-9]{12}/[A-Za-z0-9_-]{1,80}(\.fifo)?)">(endpoint->base_path);
}

bool is_price(std::string_view text) {
  const auto price = base::parse_money(text);
  return price && *price > base::Money();
}

bool is_duration(std::string_view text) { return base::parse_duration(text).has_value(); }

// What AWS takes for a target group's deregistration delay.
bool is_drain(std::string_view text) {
  const auto time = base::parse_duration(text);
  return time && *time <= base::Duration::hours(1) &&
         *time == base::Duration::seconds(time->whole_seconds());
}

bool is_tag_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c >= ' ' && c != 127; });
}

// The rest is the keeper's own, or AWS's.
bool is_tag_key(std::string_view text) {
  return !text.empty() && text.size() <= 128 && is_tag_text(text) && text != "Name" &&
         !text.starts_with("aws:") && !text.starts_with("spotkeeper:");
}

bool is_bucket(std::string_view name) {
  return matches<"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]">(name) &&
         name.find("..") == std::string_view::npos && !matches<R"([0-9]+(\.[0-9]+){3})">(name);
}

constexpr Pattern kPrefix(
    R"((?!\.\.?(/|$))[A-Za-z0-9!_.*'()-]+(/(?!\.\.?(/|$))[A-Za-z0-9!_.*'()-]+)*)");

// "." and ".." as a segment would be folded by clients that treat a key as a path.
bool is_prefix(std::string_view prefix) { return prefix.empty() || matches<kPrefix>(prefix); }

bool is_absolute_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= kMostBytes &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; });
}

constexpr Pattern kName("[a-z][a-z0-9-]{0,30}");
// It is the name of a folder, beside a ledger's checks and queues.
bool is_site_name(std::string_view text) {
  return matches<kName>(text) && text != "checks" && text != "queues";
}

constexpr Pattern kTemplate(R"(lt-[0-9a-f]{1,17}:([1-9][0-9]{0,17}|\$Latest|\$Default))");
constexpr Pattern kLoopback(
    R"((127(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}|\[::1\]):[0-9]{1,5})");
constexpr Pattern kArn(
    "arn:aws(-[a-z]+)*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:"
    "targetgroup/[A-Za-z0-9-]{1,32}/[0-9a-z]{1,32}");
constexpr Pattern kRole(
    R"(arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/([!-.0-~]+/)*[A-Za-z0-9_+=,.@-]{1,64})");

constexpr Pattern kProfileRef(
    R"((arn:aws(-[a-z]+)*:iam::[0-9]{12}:instance-profile/([!-.0-~]+/)*)?[A-Za-z0-9_+=,.@-]{1,128})");

bool is_external_id(std::string_view text) {
  constexpr size_t kLeast = 2, kMost = 1224;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@:/-";
  return text.size() >= kLeast && text.size() <= kMost &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

// The field of an ARN with that many colons before it.
std::string_view field_of_arn(std::string_view arn, int colons) {
  for (int skipped = 0; skipped < colons; ++skipped) arn.remove_prefix(arn.find(':') + 1);
  return arn.substr(0, arn.find(':'));
}

}  // namespace

const Rule kRegion{matches<"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}">, "the name of a region, as us-east-2"};
const Rule kSiteName{is_site_name,
                     "a small letter, then small letters, digits and -, at most 31; not checks, "
                     "nor queues"};
const Rule kAccount{matches<"[0-9]{12}">, "the twelve digits of an account, as text"};
const Rule kSeed{matches<"[0-9]{1,19}">, "a whole number of at most 19 digits"};
const Rule kProfile{matches<"[A-Za-z0-9._+@-]{1,64}">,
                    "the name of a profile: letters, digits and . _ + @ -, at most 64"};
const Rule kRoleArn{matches<kRole>,
                    "the ARN of a role, as arn:aws:iam::111122223333:role/spotkeeper"};
const Rule kExternalId{is_external_id,
                       "letters, digits and _ + = , . @ : / -, at least 2 and at most 1224"};
const Rule kPath{is_absolute_path, "an absolute path"};
const Rule kEndpointUrl{[](std::string_view text) { return parse_url(text).has_value(); },
                        "an http or https URL without a query, as http://127.0.0.1:4566"};
const Rule kQueueUrl{is_queue_url,
                     "the URL of a queue, as "
                     "https://sqs.us-east-2.amazonaws.com/111122223333/spotkeeper"};
const Rule kLedgerUrl{
    [](std::string_view text) { return text == "local" || parse_s3_url(text).has_value(); },
    "local, s3://bucket or s3://bucket/prefix"};
const Rule kKeeperName{matches<"[A-Za-z0-9][A-Za-z0-9._-]{0,62}">,
                       "a letter or digit, then letters, digits and . _ -, at most 63"};
const Rule kDeployment{matches<kName>,
                       "a small letter, then small letters, digits and -, at most 31"};
const Rule kListen{[](std::string_view text) { return parse_listen(text).has_value(); },
                   "a loopback address and a port, as 127.0.0.1:7768 or [::1]:7768; this version "
                   "serves its own host only"};
const Rule kLogLevel{[](std::string_view text) { return parse_log_level(text).has_value(); },
                     "debug, info, warn, error, off"};
const Rule kLogFormat{[](std::string_view text) { return parse_log_format(text).has_value(); },
                      "text, json"};
const Rule kGroupName{matches<kName>,
                      "a small letter, then small letters, digits and -, at most 31"};
const Rule kSubnet{matches<"subnet-[0-9a-z]{1,17}">, "the id of a subnet, as subnet-0a1b2c3d"};
const Rule kLaunchTemplate{matches<kTemplate>,
                           "the id of a launch template and its version: lt-0abc:7, "
                           "lt-0abc:$Latest or lt-0abc:$Default"};
const Rule kInstanceType{matches<R"((?=.{1,64}$)[a-z][a-z0-9-]*\.[a-z0-9-]+)">,
                         "an instance type, as c6i.large"};
const Rule kTargetGroupArn{matches<kArn>,
                           "the ARN of a target group, as arn:aws:elasticloadbalancing:us-east-2:"
                           "111122223333:targetgroup/web/0123456789abcdef"};

const Rule kMaxPrice{[](std::string_view text) { return text == "on-demand" || is_price(text); },
                     "\"on-demand\", or dollars per hour, as \"0.05\""};
const Rule kDrain{is_drain, "a time in whole seconds, from 0s to 1h"};
const Rule kDuration{is_duration, "a duration, as 90s, 10m or 2h"};
const Rule kDurationOrNever{
    [](std::string_view text) { return text == "never" || is_duration(text); },
    "a duration, as 90s, 10m or 2h, or never"};
const Rule kReturnToSpot{
    [](std::string_view text) {
      return text == "always" || text == "never" || base::parse_window(text).has_value();
    },
    "always, never, or a window of the week or of every day: Sat 02:00 - Sun 04:00 Europe/Berlin, "
    "22:00 - 05:00 UTC"};
const Rule kLaunchBy{[](std::string_view text) { return parse_launch_by(text).has_value(); },
                     "fleet, run-instances, spot-request"};
const Rule kStrategy{[](std::string_view text) { return parse_strategy(text).has_value(); },
                     "price-capacity, lowest-price, lowest-risk, diversified"};
const Rule kOnRebalance{[](std::string_view text) { return parse_on_rebalance(text).has_value(); },
                        "ignore, launch-ahead, replace"};
const Rule kHealthSource{
    [](std::string_view text) { return text == "instance" || text == "target-group"; },
    "instance, target-group"};
const Rule kImage{matches<"ami-[0-9a-f]{8,17}">, "the id of an image, as ami-0abc1234def567890"};
const Rule kKeyName{
    [](std::string_view text) { return !text.empty() && text.size() <= 255 && is_tag_text(text); },
    "the name of a key pair, at most 255 characters"};
const Rule kSecurityGroup{matches<"sg-[0-9a-f]{8,17}">,
                          "the id of a security group, as sg-0a1b2c3d"};
// People put secrets there.
const Rule kUserData{[](std::string_view text) { return text.size() <= 16 * 1024; },
                     "at most 16384 bytes", true};
const Rule kInstanceProfile{matches<kProfileRef>, "the name or the ARN of an instance profile"};
const Rule kDevice{matches<"/dev/[a-z0-9]{2,32}|xvd[a-z]{1,2}">, "a device, as /dev/xvda"};
const Rule kVolumeType{matches<"gp2|gp3|io1|io2|st1|sc1|standard">,
                       "gp3, gp2, io1, io2, st1, sc1, standard"};
const Rule kSnapshot{matches<"snap-[0-9a-f]{8,17}">, "the id of a snapshot, as snap-0a1b2c3d"};
const Rule kSpan{[](std::string_view text) { return parse_span(text).has_value(); },
                 "a whole number, or a span of two, as \"2..4\" or \"2..\""};
const Rule kArchitecture{[](std::string_view text) { return text == "x86_64" || text == "arm64"; },
                         "x86_64, arm64"};
const Rule kTypePattern{matches<R"([a-z0-9*?.-]{1,64})">,
                        "an instance type, or a pattern with * and ?, as t2.*"};
const Rule kTargetName{matches<kName>,
                       "a small letter, then small letters, digits and -, at most 31"};
const Rule kWebhook{[](std::string_view text) { return parse_webhook_url(text).has_value(); },
                    "an https URL, or an http one of this host, without a user and a fragment",
                    true};
// Somebody may have put the URL itself here.
const Rule kWebhookFile{is_absolute_path, "an absolute path", true};
const Rule kNotifyKind{[](std::string_view text) { return notify::parse_kind(text).has_value(); },
                       "group-unheld, incident, brake, quarantine"};
const Rule kWebhookFormat{
    [](std::string_view text) { return parse_webhook_format(text).has_value(); }, "slack, json"};
const Rule kBegin{[](std::string_view text) { return text == "at-once" || text == "paused"; },
                  "at-once, paused"};
const Rule kTagKey{is_tag_key,
                   "1 to 128 characters, and not Name, nor beginning with aws: or spotkeeper:"};
const Rule kTagValue{[](std::string_view text) { return text.size() <= 256 && is_tag_text(text); },
                     "a text of at most 256 characters"};

std::optional<S3Location> parse_s3_url(std::string_view url) {
  constexpr std::string_view kScheme = "s3://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  const size_t slash = std::min(url.find('/'), url.size());
  const std::string_view bucket = url.substr(0, slash);
  const std::string_view prefix = url.substr(std::min(slash + 1, url.size()));
  const bool ok = is_bucket(bucket) && is_prefix(prefix) && !url.ends_with('/');
  return ok ? std::optional(S3Location{std::string(bucket), std::string(prefix)}) : std::nullopt;
}

std::optional<ListenAddress> parse_listen(std::string_view text) {
  if (!matches<kLoopback>(text)) return std::nullopt;
  const size_t colon = text.rfind(':');
  ListenAddress address{std::string(text.substr(0, colon)), 0};
  if (address.host == "[::1]") address.host = "::1";
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), address.port);
  return address.port <= 65535 ? std::optional(address) : std::nullopt;
}

std::optional<model::Strategy> parse_strategy(std::string_view text) {
  if (text == "price-capacity") return model::Strategy::kPriceCapacity;
  if (text == "lowest-price") return model::Strategy::kLowestPrice;
  if (text == "lowest-risk") return model::Strategy::kLowestRisk;
  if (text == "diversified") return model::Strategy::kDiversified;
  return std::nullopt;
}

std::optional<model::LaunchBy> parse_launch_by(std::string_view text) {
  if (text == "fleet") return model::LaunchBy::kFleet;
  if (text == "run-instances") return model::LaunchBy::kRunInstances;
  if (text == "spot-request") return model::LaunchBy::kSpotRequest;
  return std::nullopt;
}

std::optional<Span> parse_span(std::string_view text) {
  if (!matches<R"([1-9][0-9]{0,4}(\.\.([1-9][0-9]{0,4})?)?)">(text)) return std::nullopt;
  const char* const end = text.data() + text.size();
  Span span;
  const char* rest = std::from_chars(text.data(), end, span.least).ptr;
  if (rest == end) span.most = span.least;
  if (end - rest > 2) std::from_chars(rest + 2, end, span.most);
  return span.most != 0 && span.most < span.least ? std::nullopt : std::optional(span);
}

std::optional<model::OnRebalance> parse_on_rebalance(std::string_view text) {
  if (text == "ignore") return model::OnRebalance::kIgnore;
  if (text == "launch-ahead") return model::OnRebalance::kLaunchAhead;
  if (text == "replace") return model::OnRebalance::kReplace;
  return std::nullopt;
}

std::optional<WebhookFormat> parse_webhook_format(std::string_view text) {
  if (text == "slack") return WebhookFormat::kSlack;
  if (text == "json") return WebhookFormat::kJson;
  return std::nullopt;
}

std::optional<base::LogLevel> parse_log_level(std::string_view text) {
  if (text == "debug") return base::LogLevel::kDebug;
  if (text == "info") return base::LogLevel::kInfo;
  if (text == "warn") return base::LogLevel::kWarn;
  if (text == "error") return base::LogLevel::kError;
  if (text == "off") return base::LogLevel::kOff;
  return std::nullopt;
}

std::optional<base::LogFormat> parse_log_format(std::string_view text) {
  if (text == "text") return base::LogFormat::kText;
  if (text == "json") return base::LogFormat::kJson;
  return std::nullopt;
}

std::optional<model::LaunchTemplateRef> parse_launch_template(std::string_view text) {
  if (!kLaunchTemplate.accepts(text)) return std::nullopt;
  const size_t colon = text.find(':');
  return model::LaunchTemplateRef{model::LaunchTemplateId(text.substr(0, colon)),
                                  std::string(text.substr(colon + 1))};
}

std::string_view region_of_arn(std::string_view arn) { return field_of_arn(arn, 3); }
std::string_view account_of_arn(std::string_view arn) { return field_of_arn(arn, 4); }

std::string must_be(const Rule& rule, std::string_view text) {
  return rule.accepts(text) ? "" : "allowed: " + std::string(rule.allowed);
}

bool may_be_in_region(std::string_view queue_url, std::string_view region) {
  const auto endpoint = parse_url(queue_url);
  if (!endpoint) return true;
  const std::string& host = endpoint->host;
  const bool of_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") ||
                      host.ends_with(".api.aws");
  const std::string label = "." + std::string(region) + ".";
  return !of_aws || ("." + host).find(label) != std::string::npos;
}

}  // namespace app
