// What a text in the configuration file may look like. Pure questions about one value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/config.h"
#include "model/group.h"

namespace app {

struct Rule {
  bool (*accepts)(std::string_view text);
  std::string_view allowed;  // Ends the sentence "…; allowed: ".
  bool is_secret = false;    // What is refused is not shown.
};

extern const Rule kRegion;
extern const Rule kSiteName;
extern const Rule kAccount;
extern const Rule kSeed;
extern const Rule kProfile;
extern const Rule kRoleArn;
extern const Rule kExternalId;
extern const Rule kPath;
extern const Rule kEndpointUrl;
extern const Rule kQueueUrl;
extern const Rule kLedgerUrl;
extern const Rule kKeeperName;
extern const Rule kDeployment;
extern const Rule kListen;
extern const Rule kLogLevel;
extern const Rule kLogFormat;
extern const Rule kGroupName;
extern const Rule kSubnet;
extern const Rule kLaunchTemplate;
extern const Rule kInstanceType;
extern const Rule kTargetGroupArn;
extern const Rule kDrain;
extern const Rule kMaxPrice;
extern const Rule kDuration;
extern const Rule kDurationOrNever;
extern const Rule kReturnToSpot;
extern const Rule kLaunchBy;
extern const Rule kStrategy;
extern const Rule kOnRebalance;
extern const Rule kHealthSource;
extern const Rule kImage;
extern const Rule kKeyName;
extern const Rule kSecurityGroup;
extern const Rule kUserData;
extern const Rule kInstanceProfile;
extern const Rule kDevice;
extern const Rule kVolumeType;
extern const Rule kSnapshot;
extern const Rule kSpan;
extern const Rule kArchitecture;
extern const Rule kTypePattern;
extern const Rule kTargetName;
extern const Rule kWebhook;
extern const Rule kWebhookFile;
extern const Rule kNotifyKind;
extern const Rule kWebhookFormat;
extern const Rule kBegin;
extern const Rule kTagKey;
extern const Rule kTagValue;

// "" when the rule accepts the text, else what it allows: the form of the command line's checks.
std::string must_be(const Rule& rule, std::string_view text);

// Each answers something exactly for what its rule accepts.
std::optional<S3Location> parse_s3_url(std::string_view url);  // Not for "local".
std::optional<ListenAddress> parse_listen(std::string_view text);
std::optional<model::Strategy> parse_strategy(std::string_view text);
std::optional<model::OnRebalance> parse_on_rebalance(std::string_view text);
std::optional<WebhookFormat> parse_webhook_format(std::string_view text);
std::optional<base::LogLevel> parse_log_level(std::string_view text);
std::optional<base::LogFormat> parse_log_format(std::string_view text);
std::optional<model::LaunchTemplateRef> parse_launch_template(std::string_view text);

std::optional<model::LaunchBy> parse_launch_by(std::string_view text);

// "2..4", "2..", "4": whole numbers; `most` 0 is no end.
struct Span {
  int least = 0, most = 0;
};
std::optional<Span> parse_span(std::string_view text);

// The region that the ARN of a target group names, and the account that any names.
std::string_view region_of_arn(std::string_view arn);
std::string_view account_of_arn(std::string_view arn);

// False only when the URL's host is one of AWS and does not name the region.
bool may_be_in_region(std::string_view queue_url, std::string_view region);

}  // namespace app
