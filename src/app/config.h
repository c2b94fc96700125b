// Config: the configuration file, checked and complete.
//
// Strict: an unknown key, a wrong type and an impossible value are errors, each with its place in
// the file and what is allowed there. All of them are found at once, so one run of `spotkeeper
// check` is enough; only a text that is not TOML ends at its first error. A Config that was loaded
// needs no further checking; what only AWS knows (is that the account? is there such a template?)
// is asked of AWS by `check`. Reference: deploy/spotkeeper.example.toml.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "app/zone_file.h"
#include "base/log.h"
#include "base/result.h"
#include "market/advisor.h"
#include "model/group.h"
#include "model/ids.h"
#include "net/http.h"
#include "notify/notification.h"

namespace app {

struct AwsConfig {
  model::Region region;
  model::AccountId account;               // Empty: whichever the credentials belong to.
  std::string profile;                    // Empty: the default credential chain.
  std::string role_arn;                   // Empty: those credentials' own rights.
  std::string external_id;                // Sent with role_arn; empty: none.
  std::optional<net::Endpoint> endpoint;  // Instead of AWS's own, for every service.
  std::string ca_bundle;                  // Empty: the system's.
  friend bool operator==(const AwsConfig&, const AwsConfig&) = default;
};

struct S3Location {
  std::string bucket;
  std::string prefix;         // Empty, or without a slash at either end.
  model::Region region = {};  // The bucket's. Empty: that of the site.
  friend bool operator==(const S3Location&, const S3Location&) = default;
};

struct ListenAddress {
  std::string host;  // A loopback address; IPv6 without brackets.
  int port = 0;      // 0: any that is free.
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

struct MarketConfig {
  std::optional<market::Advisor> advisor;  // From a file; nothing: the snapshot that is built in.
  friend bool operator==(const MarketConfig&, const MarketConfig&) = default;
};

// One region of one account: what an [aws] or [[aws]] says, and what belongs to it.
struct SiteConfig {
  std::string name;  // Of an [[aws]]. Empty: the only one, written [aws].
  AwsConfig aws;
  std::string queue_url;
  std::optional<S3Location> ledger;  // Nothing: the local one, beside the journal.
  MarketConfig market;
  std::vector<model::GroupSpec> groups;  // In the order of the file; may be none.
  friend bool operator==(const SiteConfig&, const SiteConfig&) = default;
};

struct KeeperConfig {
  model::KeeperName name;
  std::string deployment = "spotkeeper";  // Part of every launch token.
  std::string state_dir;
  ListenAddress listen{"127.0.0.1", 7768};
  friend bool operator==(const KeeperConfig&, const KeeperConfig&) = default;
};

struct LogConfig {
  base::LogLevel level = base::LogLevel::kInfo;
  base::LogFormat format = base::LogFormat::kText;
  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

enum class WebhookFormat { kSlack, kJson };

// Whom to tell of what.
struct NotifyConfig {
  std::string name;
  std::string webhook;       // A secret; empty while it is in its file.
  std::string webhook_file;  // Empty: the secret is in this one.
  std::set<notify::Kind> on;
  std::set<model::GroupName> groups;    // Empty: all.
  std::optional<WebhookFormat> format;  // Nothing: by the host.
  friend bool operator==(const NotifyConfig&, const NotifyConfig&) = default;
};

// What fails until a person acts, at the site of that name; with none, at every one.
struct SiteTrouble {
  std::string site;
  notify::Trouble trouble;
  friend bool operator==(const SiteTrouble&, const SiteTrouble&) = default;
};

struct Config {
  std::vector<SiteConfig> sites;  // In the order of the file; at least one.
  KeeperConfig keeper;
  LogConfig log;
  std::vector<NotifyConfig> notify;  // In the order of the file; may be none.
  std::vector<SiteTrouble> lacks;    // What is gone without: see Unreadable.
  friend bool operator==(const Config&, const Config&) = default;
};

// A thousand groups with comments stay below; more is not a configuration file.
inline constexpr size_t kMostConfigBytes = 1 << 20;

// What becomes of a file that the configuration names and that cannot be used: the advisor, a
// webhook_file, the rule of a time zone.
enum class Unreadable {
  kRefused,      // It is a problem like any other.
  kGoneWithout,  // It is noted in Config::lacks, and a keeper can be started all the same.
};

// What the caller knows and the file may leave out.
struct Defaults {
  std::string host_name;
  std::string state_dir = "/var/lib/spotkeeper";
  std::string zones = kSystemZones;  // The folder of the tz database.
  // The content of a file that the configuration names, or why it cannot be read.
  std::function<base::Result<std::string>(const std::string& path)> read_file = {};
  Unreadable unreadable = Unreadable::kRefused;
};

struct Problem {
  std::string file;
  int line = 1;
  int column = 1;
  std::string message;  // "what is wrong; allowed: what would be right"

  friend bool operator==(const Problem&, const Problem&) = default;
};

// What a site's keeper is called in ledgers and messages: "keeper-1", or "keeper-1/east".
model::KeeperName keeper_of(const Config& config, const SiteConfig& site);
// `text`, with the site's name before it when it has one: "east: the queue cannot be read".
std::string of_site(const std::string& site, std::string_view text);

// What that site goes without.
std::vector<notify::Trouble> lacks_of(const Config& config, const SiteConfig& site);

// The file's, or else the snapshot for the region.
market::Advisor advisor_of(const SiteConfig& site);

std::string to_string(const Problem& problem);  // "file:line:column: message"

// The problems are in the order of the file, and at least one.
using ConfigResult = tl::expected<Config, std::vector<Problem>>;

// `file_name` only names the file in problems; `text` is its content, at most 1 MiB.
ConfigResult load_config(std::string_view text, std::string_view file_name,
                         const Defaults& defaults);

}  // namespace app
