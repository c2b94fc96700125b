#include "app/config_sites.h"

#include <algorithm>
#include <map>

#include "app/queue_identity.h"
#include "app/whole_file.h"
#include "base/quote.h"

namespace app {
namespace {

using base::quote;

// Each has threads, connections and a journal of its own; AWS has fewer regions.
constexpr size_t kMostSites = 64;
constexpr char kHowWritten[] = "a table [aws], or tables, each written [[aws]]";

// The values that the entries before have, each with the line that has it.
struct Taken {
  std::map<std::string, int> names, queues, ledgers;
};

// `what` is what `value` names: the same for two that name one thing.
void note_again(TableReader& in, std::string_view key, const std::string& value,
                const std::string& what, std::map<std::string, int>& taken,
                std::string_view allowed) {
  const auto [other, is_new] = taken.emplace(what, in.line_of(key));
  if (!is_new)
    in.reject(key,
              std::string(key) + " in [[aws]] is " + quote(value) + " again, as in line " +
                  std::to_string(other->second),
              allowed);
}

void check_role(TableReader& in, const std::string& where, const AwsConfig& aws) {
  if (aws.role_arn.empty()) return;
  const std::string account(account_of_arn(aws.role_arn));
  if (!aws.account.empty() && aws.account.str() != account)
    in.reject(
        "account",
        "account in " + where + " is " + aws.account.str() + ", but role_arn is of " + account,
        account + ", or no account");
}

// Otherwise only the first connection would find out, and could not name the place.
void check_bundle(TableReader& in, const std::string& site, const std::string& where,
                  const std::string& path, const Defaults& defaults) {
  const auto text = read_named_file(defaults, path);
  const bool holds_some = text && text->find("CERTIFICATE-----") != std::string::npos;
  if (holds_some) return;
  in.go_without("ca_bundle", {site, {}, "ca_bundle", "AWS is not reached"},
                "ca_bundle in " + where + ": " + quote(path) +
                    (text ? " holds no certificate" : " cannot be read: " + text.error().message),
                "a file of PEM certificates that this user may read");
}

// The keys that an [aws] and an [[aws]] have in common; `site` is the entry's name.
AwsConfig read_aws(TableReader& in, const toml::table& table, const std::string& where,
                   const std::string& site, const Defaults& defaults) {
  AwsConfig aws;
  aws.region = model::Region(in.required_text("region", kRegion).value_or(""));
  aws.account = model::AccountId(in.text("account", kAccount).value_or(""));
  aws.profile = in.text("profile", kProfile).value_or("");
  aws.role_arn = in.text("role_arn", kRoleArn).value_or("");
  aws.external_id = in.text("external_id", kExternalId).value_or("");
  check_role(in, where, aws);
  if (!aws.external_id.empty() && !table.contains("role_arn"))
    in.reject("external_id", "external_id in " + where + " is given without role_arn",
              "external_id beside role_arn");
  if (const auto url = in.text("endpoint_url", kEndpointUrl))
    aws.endpoint = net::parse_endpoint(*url);
  aws.ca_bundle = in.text("ca_bundle", kPath).value_or("");
  if (!aws.ca_bundle.empty()) check_bundle(in, site, where, aws.ca_bundle, defaults);
  return aws;
}

// `in` reads the table called `where`, whose queue is to be in the region of the one called `of`.
std::string read_queue(TableReader& in, const std::string& where, const std::string& of,
                       const model::Region& region) {
  const std::string url = in.required_text("queue_url", kQueueUrl).value_or("");
  if (!region.empty() && !may_be_in_region(url, region.str()))
    in.reject("queue_url", "queue_url in " + where + " is not in the region of " + of,
              "a queue in " + region.str());
  return url;
}

SiteConfig read_only_site(TableReader& root, const Defaults& defaults, Problems& problems) {
  SiteConfig site;
  if (const auto* table = root.table("aws")) {
    TableReader in(
        *table, "[aws]",
        {"region", "account", "profile", "role_arn", "external_id", "endpoint_url", "ca_bundle"},
        problems);
    site.aws = read_aws(in, *table, "[aws]", {}, defaults);
  }
  if (const auto* table = root.table("events")) {
    TableReader in(*table, "[events]", {"queue_url"}, problems);
    site.queue_url = read_queue(in, "[events]", "[aws]", site.aws.region);
  }
  return site;
}

std::optional<S3Location> read_ledger(const toml::table& table, Problems& problems) {
  TableReader in(table, "[ledger]", {"url", "region"}, problems);
  const auto url = in.text("url", kLedgerUrl);
  std::optional<S3Location> ledger = url ? parse_s3_url(*url) : std::nullopt;
  const auto region = in.text("region", kRegion);
  const bool is_local = !ledger && (url || !table.contains("url"));
  if (region && is_local)
    in.reject("region", "region in [ledger] is given for a ledger that is not in S3",
              "region beside url = \"s3://...\"");
  if (region && ledger) ledger->region = model::Region(*region);
  return ledger;
}

std::string to_text(const S3Location& ledger) {
  return "s3://" + ledger.bucket + (ledger.prefix.empty() ? "" : "/") + ledger.prefix;
}

// An entry's own as it stands; of the file's a folder, so that no two sites share a record.
std::optional<S3Location> ledger_of_entry(TableReader& in, const std::string& name,
                                          const std::optional<S3Location>& shared, Taken& taken) {
  if (const auto url = in.text("ledger", kLedgerUrl)) {
    auto own = parse_s3_url(*url);
    if (own)
      note_again(in, "ledger", *url, to_text(*own), taken.ledgers, "a bucket or folder of its own");
    return own;
  }
  auto ledger = shared;
  if (ledger) ledger->prefix += (ledger->prefix.empty() ? "" : "/") + name;
  return ledger;
}

SiteConfig read_entry(const toml::table& table, const std::optional<S3Location>& shared,
                      Taken& taken, const Defaults& defaults, Problems& problems) {
  TableReader in(table, "[[aws]]",
                 {"name", "region", "account", "profile", "role_arn", "external_id", "endpoint_url",
                  "ca_bundle", "queue_url", "ledger"},
                 problems);
  SiteConfig site;
  site.name = in.required_text("name", kSiteName).value_or("");
  if (!site.name.empty())
    note_again(in, "name", site.name, site.name, taken.names, "a name that no other entry has");
  site.aws = read_aws(in, table, "[[aws]]", site.name, defaults);
  site.queue_url = read_queue(in, "[[aws]]", "its entry", site.aws.region);
  if (!site.queue_url.empty())
    note_again(in, "queue_url", site.queue_url, queue_identity(site.queue_url), taken.queues,
               "a queue of its own");
  site.ledger = ledger_of_entry(in, site.name, shared, taken);
  return site;
}

// A bucket is in one region; who signs for another one is refused there.
void check_ledger_region(TableReader& root, const std::optional<S3Location>& shared,
                         const std::vector<SiteConfig>& sites) {
  if (!shared || !shared->region.empty()) return;
  const SiteConfig* first = nullptr;
  for (const SiteConfig& site : sites) {
    const bool uses_it = site.ledger && site.ledger->bucket == shared->bucket;
    if (!uses_it || site.aws.region.empty()) continue;
    if (!first) first = &site;
    if (site.aws.region == first->aws.region) continue;
    return root.reject("ledger",
                       "region is missing from [ledger], whose bucket serves entries of " +
                           first->aws.region.str() + " and " + site.aws.region.str(),
                       "the bucket's region; or a ledger in each [[aws]]");
  }
}

std::vector<SiteConfig> read_entries(TableReader& root, const toml::table& document,
                                     const std::optional<S3Location>& shared,
                                     const Defaults& defaults, Problems& problems) {
  std::vector<SiteConfig> sites;
  Taken taken;
  const auto tables = root.tables("aws", kHowWritten);
  for (const toml::table* table : tables)
    sites.push_back(read_entry(*table, shared, taken, defaults, problems));
  if (document["aws"].as_array()->empty())
    root.reject("aws", "aws in the file is empty", kHowWritten);
  if (sites.size() > kMostSites)
    root.reject("aws", std::to_string(sites.size()) + " tables [[aws]]",
                "at most " + std::to_string(kMostSites));
  if (document.contains("events"))
    root.reject("events", "[events] stands beside [[aws]]", "queue_url in each [[aws]]");
  check_ledger_region(root, shared, sites);
  if (sites.empty()) sites.emplace_back();  // For whoever reads on.
  return sites;
}

// As it is now: whoever renews the file says so with a reload.
void read_market(const toml::table& table, std::vector<SiteConfig>& sites, Problems& problems) {
  constexpr char kAllowed[] = "a file in the form of AWS's spot-advisor-data.json";
  constexpr size_t kMostMebibytes = 16;  // AWS's own has one.
  TableReader in(table, "[market]", {"advisor"}, problems);
  const auto path = in.text("advisor", kPath);
  if (!path) return;
  const std::string subject = "advisor in [market]: " + quote(*path) + " cannot be ";
  const auto text = read_whole_file(*path, kMostMebibytes);
  Lack lack{{}, {}, "advisor", "the bands that are built in count"};
  if (!text)
    return in.go_without("advisor", lack, subject + "read: " + text.error().message, kAllowed);
  for (SiteConfig& site : sites) {
    if (site.aws.region.empty()) continue;
    auto advisor = market::Advisor::parse(*text, site.aws.region);
    lack.site = site.name;
    if (!advisor)
      in.go_without("advisor", lack, subject + "used: " + base::printable(advisor.error().message),
                    kAllowed);
    else
      site.market.advisor = *std::move(advisor);
  }
}

std::string names_of(const std::vector<SiteConfig>& sites) {
  std::string names;
  for (const SiteConfig& site : sites)
    if (!site.name.empty()) names += (names.empty() ? "" : ", ") + site.name;
  return names;
}

}  // namespace

std::vector<SiteConfig> read_sites(TableReader& root, const toml::table& document,
                                   const Defaults& defaults, Problems& problems) {
  std::optional<S3Location> shared;
  if (const auto* table = root.table("ledger")) shared = read_ledger(*table, problems);
  std::vector<SiteConfig> sites;
  if (document["aws"].is_array()) {
    sites = read_entries(root, document, shared, defaults, problems);
  } else {
    sites.push_back(read_only_site(root, defaults, problems));
    sites.front().ledger = shared;
  }
  if (const auto* table = root.table("market")) read_market(*table, sites, problems);
  return sites;
}

std::optional<size_t> read_site_of_group(TableReader& in, const toml::table& group,
                                         const std::vector<SiteConfig>& sites, Problems& problems) {
  const std::string names = names_of(sites);
  const auto name = in.text("aws", kSiteName);
  if (!name) {
    if (group.contains("aws")) return std::nullopt;  // Noted.
    if (sites.size() == 1) return 0;
    problems.add(group.source().begin, "aws is missing from [[group]]", names);
    return std::nullopt;
  }
  const auto found = std::find_if(sites.begin(), sites.end(),
                                  [&](const SiteConfig& site) { return site.name == *name; });
  if (found != sites.end()) return static_cast<size_t>(found - sites.begin());
  if (names.empty())
    in.reject("aws", "aws in [[group]] is " + quote(*name) + ", but the file has no [[aws]]",
              "[[aws]] with a name instead of [aws]; or no aws");
  else
    in.reject("aws", "aws in [[group]] is " + quote(*name) + ", which is no [[aws]]", names);
  return std::nullopt;
}

}  // namespace app
