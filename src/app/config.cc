#include "app/config.h"

#include <algorithm>
#include <map>

#include "app/config_document.h"
#include "app/config_machine.h"
#include "app/config_notify.h"
#include "app/config_reader.h"
#include "app/config_rules.h"
#include "app/config_sites.h"
#include "base/quote.h"

namespace app {
namespace {

using base::quote;

// The ledger's record of a group is written whole: some 3 MB of 10,000 slots.
constexpr Range kCapacity{1, 10'000};
constexpr Range kPort{1, 65535};
constexpr Range kLaunchesPerHour{1, 100'000};
// AWS allows 50; ours, the name and the mark of a doomed machine need room.
constexpr size_t kMostTags = 40;

KeeperConfig read_keeper(const toml::table& table, const Defaults& defaults, Problems& problems) {
  TableReader in(table, "[keeper]", {"name", "deployment", "state_dir", "listen"}, problems);
  KeeperConfig keeper;
  if (!table.contains("name") && !kKeeperName.accepts(defaults.host_name))
    problems.add(table.source().begin,
                 "name is missing from [keeper], and the host's name " + quote(defaults.host_name) +
                     " cannot stand in",
                 kKeeperName.allowed);
  keeper.name = model::KeeperName(in.text("name", kKeeperName).value_or(defaults.host_name));
  keeper.deployment = in.text("deployment", kDeployment).value_or(keeper.deployment);
  keeper.state_dir = in.text("state_dir", kPath).value_or(defaults.state_dir);
  if (const auto listen = in.text("listen", kListen)) keeper.listen = *parse_listen(*listen);
  return keeper;
}

LogConfig read_log(const toml::table& table, Problems& problems) {
  TableReader in(table, "[log]", {"level", "format"}, problems);
  LogConfig log;
  if (const auto level = in.text("level", kLogLevel)) log.level = *parse_log_level(*level);
  if (const auto format = in.text("format", kLogFormat)) log.format = *parse_log_format(*format);
  return log;
}

template <class Id>
std::vector<Id> as_ids(const std::vector<std::string>& texts) {
  return std::vector<Id>(texts.begin(), texts.end());
}

// What the values of a group are held against.
struct Surroundings {
  const std::vector<SiteConfig>& sites;
  const Defaults& defaults;
  std::map<std::string, int> names;  // Of the groups before, each with the line that names it.
  std::map<model::TargetGroupArn, base::Duration> drains = {};  // That were named before.
};

// The balancer's health is asked per machine, so one port is all that a group can have there.
void refuse_again(TableReader& in, const std::string& arn, std::map<std::string, int>& lines) {
  const auto [other, is_new] = lines.emplace(arn, in.line_of("arn"));
  if (!is_new)
    in.reject("arn",
              "arn in target_groups is the same again, as in line " + std::to_string(other->second),
              "each target group once");
}

// `lines`: of the group's target groups before, each with the line that names it.
model::TargetGroupRef read_target_group(const toml::table& table, const model::Region& region,
                                        std::map<std::string, int>& lines, Surroundings& around,
                                        Problems& problems) {
  TableReader in(table, "target_groups", {"arn", "port", "drain"}, problems);
  model::TargetGroupRef target;
  const auto arn = in.required_text("arn", kTargetGroupArn);
  if (arn) refuse_again(in, *arn, lines);
  if (arn && !region.empty() && region_of_arn(*arn) != region.str())
    in.reject("arn",
              "arn in target_groups is in " + std::string(region_of_arn(*arn)) +
                  ", not in the group's region",
              "a target group in " + region.str());
  target.arn = model::TargetGroupArn(arn.value_or(""));
  target.port = in.integer("port", kPort).value_or(target.port);
  if (const auto drain = in.text("drain", kDrain)) {
    target.drain = base::parse_duration(*drain);
    const auto known = around.drains.emplace(target.arn, *target.drain).first;
    if (arn && known->second != *target.drain)
      in.reject("drain",
                "drain in target_groups is " + quote(*drain) +
                    ", and the same target group has another one above",
                base::to_string(known->second));
  }
  return target;
}

model::GroupName read_group_name(TableReader& in, Surroundings& around) {
  const auto name = in.required_text("name", kGroupName);
  if (!name) return {};
  const auto [other, is_new] = around.names.emplace(*name, in.line_of("name"));
  if (!is_new)
    in.reject("name",
              "name in [[group]] is " + quote(*name) + " again, as in line " +
                  std::to_string(other->second),
              "a name that no other group has");
  return model::GroupName(*name);
}

// A group, and which site is to keep it: the first one where the file does not say.
struct PlacedGroup {
  model::GroupSpec spec;
  size_t site = 0;
};

void read_return_window(TableReader& in, const base::WindowText& window, const Surroundings& around,
                        PlacedGroup& group) {
  model::OnDemandPolicy& policy = group.spec.on_demand;
  const auto zone = find_time_zone(around.defaults.zones, window.zone);
  if (!zone) {
    policy.return_to_spot = model::ReturnToSpot::kNever;
    return in.go_without("return_to_spot",
                         {around.sites[group.site].name, group.spec.name, "return_to_spot",
                          "nothing goes back to Spot"},
                         "return_to_spot in on_demand: the time zone " + quote(window.zone) + " " +
                             zone.error().what,
                         zone.error().allowed);
  }
  policy.return_to_spot = model::ReturnToSpot::kInWindow;
  policy.return_window = base::WeekWindow(window, *zone);
}

void read_on_demand(const toml::table& table, const Surroundings& around, PlacedGroup& group,
                    Problems& problems) {
  TableReader in(table, "on_demand", {"base", "fallback_after", "return_to_spot"}, problems);
  model::OnDemandPolicy& policy = group.spec.on_demand;
  const int most = group.spec.capacity > 0 ? group.spec.capacity : kCapacity.most;
  policy.base_slots = in.integer("base", {0, most}).value_or(0);
  if (const auto after = in.text("fallback_after", kDurationOrNever))
    policy.fallback_after = base::parse_duration(*after);  // Nothing for "never".
  const auto when = in.text("return_to_spot", kReturnToSpot);
  if (when == "never") policy.return_to_spot = model::ReturnToSpot::kNever;
  if (const auto window = base::parse_window(when.value_or("")))
    read_return_window(in, *window, around, group);
}

model::HealthPolicy read_health(const toml::table& table, bool has_targets, Problems& problems) {
  TableReader in(table, "health", {"source", "grace"}, problems);
  model::HealthPolicy health;
  const auto source = in.text("source", kHealthSource);
  if (source == "instance" || !has_targets) health.source = model::HealthSource::kInstance;
  if (source == "target-group" && !has_targets)
    in.reject("source", "source in health is \"target-group\", but the group has no target_groups",
              "instance");
  if (const auto grace = in.text("grace", kDuration)) health.grace = *base::parse_duration(*grace);
  return health;
}

// More than all of them is a slip: of the group's size, or of the number.
void read_brakes(const toml::table& table, model::GroupSpec& group, Problems& problems) {
  TableReader in(table, "brakes", {"launches_per_hour", "max_surge", "max_unavailable"}, problems);
  const int most = group.capacity > 0 ? group.capacity : kCapacity.most;
  group.launches_per_hour = in.integer("launches_per_hour", kLaunchesPerHour);
  group.max_surge = in.integer("max_surge", {1, most}).value_or(group.max_surge);
  group.max_unavailable = in.integer("max_unavailable", {0, most}).value_or(group.max_unavailable);
}

// By key, as they go into the request.
std::vector<model::Tag> read_tags(const toml::table& table, Problems& problems) {
  std::map<std::string, std::string> tags;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (!kTagKey.accepts(name))
      problems.add(key.source().begin, "the tag " + quote(name) + " cannot be set",
                   kTagKey.allowed);
    const auto value = node.value<std::string>();
    if (!node.is_string() || !kTagValue.accepts(*value))
      problems.add(node.source().begin, "the value of the tag " + quote(name) + " cannot be used",
                   kTagValue.allowed);
    else
      tags.emplace(name, *value);
  }
  if (tags.size() > kMostTags)
    problems.add(table.source().begin, std::to_string(tags.size()) + " tags",
                 "at most " + std::to_string(kMostTags));
  std::vector<model::Tag> sorted;
  for (const auto& [key, value] : tags) sorted.push_back({key, value});
  return sorted;
}

// What its machines are: a launch template, or the machine itself.
void read_machines(TableReader& in, const toml::table& table, const Defaults& defaults,
                   model::GroupSpec& group, Problems& problems) {
  if (const auto word = in.text("launch", kLaunchBy)) group.launch_by = *parse_launch_by(*word);
  if (table.contains("image")) {
    group.machine = read_machine(in, table, defaults, problems);
    if (table.contains("launch_template"))
      in.reject("launch_template", "launch_template stands beside image", "one of the two");
    return;
  }
  for (const std::string_view key : kMachineKeys)
    if (table.contains(key))
      in.reject(key, std::string(key) + " in [[group]] is given without image",
                std::string(key) + " beside image; with launch_template it stands there");
  if (group.launch_by == model::LaunchBy::kSpotRequest)
    in.reject("launch", "a Spot request names no launch template",
              "image and its keys beside launch = \"spot-request\"");
  if (const auto text = in.required_text("launch_template", kLaunchTemplate))
    group.launch_template = *parse_launch_template(*text);
}

// Which instance types will do: a list of them, or what they must offer.
void read_types(TableReader& in, const toml::table& table, model::GroupSpec& group,
                Problems& problems) {
  if (!table.contains("requirements")) {
    group.types = as_ids<model::InstanceType>(in.required_texts("instance_types", kInstanceType));
    return;
  }
  if (const auto* table_of = in.table("requirements"))
    group.requirements = read_requirements(*table_of, problems);
  if (table.contains("instance_types"))
    in.reject("instance_types", "instance_types stands beside requirements", "one of the two");
}

PlacedGroup read_group(const toml::table& table, Surroundings& around, Problems& problems) {
  TableReader in(table, "[[group]]",
                 {"name",
                  "aws",
                  "capacity",
                  "min_healthy",
                  "subnets",
                  "launch_template",
                  "instance_types",
                  "launch",
                  "strategy",
                  "target_groups",
                  "max_price",
                  "on_demand",
                  "on_rebalance",
                  "brakes",
                  "avoid_interrupted_pool_for",
                  "health",
                  "tags",
                  "image",
                  "key",
                  "security_groups",
                  "user_data",
                  "user_data_file",
                  "profile",
                  "monitoring",
                  "block_devices",
                  "requirements",
                  "begin"},
                 problems);
  PlacedGroup placed;
  model::GroupSpec& group = placed.spec;
  group.name = read_group_name(in, around);
  const auto site = read_site_of_group(in, table, around.sites, problems);
  placed.site = site.value_or(0);
  const model::Region region = site ? around.sites[*site].aws.region : model::Region();
  const auto capacity = in.required_integer("capacity", kCapacity);
  group.capacity = capacity.value_or(0);
  group.min_healthy = in.integer("min_healthy", {0, capacity.value_or(kCapacity.most)})
                          .value_or(std::max(1, group.capacity - 1));
  group.subnets = as_ids<model::SubnetId>(in.required_texts("subnets", kSubnet));
  read_machines(in, table, around.defaults, group, problems);
  read_types(in, table, group, problems);
  if (const auto word = in.text("strategy", kStrategy)) group.strategy = *parse_strategy(*word);
  std::map<std::string, int> targets;
  for (const toml::table* target : in.tables("target_groups",
                                             "tables, as { arn = \"arn:...\", "
                                             "port = 80 }"))
    group.target_groups.push_back(read_target_group(*target, region, targets, around, problems));
  if (const auto price = in.text("max_price", kMaxPrice); price && *price != "on-demand")
    group.max_price = base::parse_money(*price);
  if (const auto time = in.text("avoid_interrupted_pool_for", kDuration))
    group.avoid_interrupted_pool_for = *base::parse_duration(*time);
  if (const auto* table_of = in.table("on_demand"))
    read_on_demand(*table_of, around, placed, problems);
  if (const auto word = in.text("on_rebalance", kOnRebalance))
    group.on_rebalance = *parse_on_rebalance(*word);
  if (const auto* table_of = in.table("health"))
    group.health = read_health(*table_of, !group.target_groups.empty(), problems);
  group.max_unavailable = std::max(0, group.capacity - group.min_healthy);
  if (const auto* table_of = in.table("brakes")) read_brakes(*table_of, group, problems);
  group.begins_paused = in.text("begin", kBegin) == "paused";
  if (const auto* table_of = in.table("tags")) group.tags = read_tags(*table_of, problems);
  return placed;
}

Config read_config(const toml::table& root, const Defaults& defaults, Problems& problems) {
  TableReader in(root, "the file",
                 {"aws", "events", "ledger", "keeper", "market", "log", "group", "notify"},
                 problems);
  Config config;
  config.sites = read_sites(in, root, defaults, problems);
  if (const auto* table = in.table("keeper"))
    config.keeper = read_keeper(*table, defaults, problems);
  if (const auto* table = in.table("log")) config.log = read_log(*table, problems);
  Surroundings around{config.sites, defaults, {}};
  std::vector<model::GroupSpec> groups;  // Of all sites.
  for (const toml::table* table : in.tables("group", "tables, each written [[group]]")) {
    const PlacedGroup group = read_group(*table, around, problems);
    groups.push_back(group.spec);
    config.sites[group.site].groups.push_back(group.spec);
  }
  config.notify = read_notify(in, groups, defaults, problems);
  return config;
}

}  // namespace

model::KeeperName keeper_of(const Config& config, const SiteConfig& site) {
  const std::string suffix = site.name.empty() ? "" : "/" + site.name;
  return model::KeeperName(config.keeper.name.str() + suffix);
}

std::string of_site(const std::string& site, std::string_view text) {
  return (site.empty() ? "" : site + ": ") + std::string(text);
}

std::vector<notify::Trouble> lacks_of(const Config& config, const SiteConfig& site) {
  std::vector<notify::Trouble> lacks;
  for (const SiteTrouble& lack : config.lacks)
    if (lack.site.empty() || lack.site == site.name) lacks.push_back(lack.trouble);
  return lacks;
}

market::Advisor advisor_of(const SiteConfig& site) {
  return site.market.advisor.value_or(market::Advisor::built_in(site.aws.region));
}

std::string to_string(const Problem& problem) {
  return problem.file + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column) +
         ": " + problem.message;
}

ConfigResult load_config(std::string_view text, std::string_view file_name,
                         const Defaults& defaults) {
  Problems problems(file_name, defaults.unreadable);
  const std::optional<toml::table> document = parse_document(text, problems);
  Config config;
  if (document) config = read_config(*document, defaults, problems);
  if (!problems.empty()) return tl::unexpected(std::move(problems).in_order());
  config.lacks = problems.lacks();
  return config;
}

}  // namespace app
