#include "sim/fleet_order.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/money.h"
#include "base/result.h"
#include "model/fleet_request.h"
#include "sim/ec2_query.h"
#include "sim/ec2_tags.h"

namespace sim {
namespace {

constexpr size_t kMostConfigs = 50;
constexpr int kMostInstances = 10'000;

const std::vector<std::string_view>& known_names() {
  static const std::vector<std::string_view> kNames = {
      "Action",
      "Version",
      "DryRun",
      "ClientToken",
      "Type",
      "LaunchTemplateConfigs.#.LaunchTemplateSpecification.LaunchTemplateId",
      "LaunchTemplateConfigs.#.LaunchTemplateSpecification.LaunchTemplateName",
      "LaunchTemplateConfigs.#.LaunchTemplateSpecification.Version",
      "LaunchTemplateConfigs.#.Overrides.#.InstanceType",
      "LaunchTemplateConfigs.#.Overrides.#.SubnetId",
      "LaunchTemplateConfigs.#.Overrides.#.AvailabilityZone",
      "LaunchTemplateConfigs.#.Overrides.#.MaxPrice",
      "LaunchTemplateConfigs.#.Overrides.#.Priority",
      "LaunchTemplateConfigs.#.Overrides.#.ImageId",
      "TargetCapacitySpecification.TotalTargetCapacity",
      "TargetCapacitySpecification.SpotTargetCapacity",
      "TargetCapacitySpecification.OnDemandTargetCapacity",
      "TargetCapacitySpecification.DefaultTargetCapacityType",
      "SpotOptions.AllocationStrategy",
      "SpotOptions.InstanceInterruptionBehavior",
      "SpotOptions.InstancePoolsToUseCount",
      "SpotOptions.SingleInstanceType",
      "SpotOptions.SingleAvailabilityZone",
      "SpotOptions.MinTargetCapacity",
      "SpotOptions.MaxTotalPrice",
      "OnDemandOptions.AllocationStrategy",
      "OnDemandOptions.SingleInstanceType",
      "OnDemandOptions.SingleAvailabilityZone",
      "OnDemandOptions.MinTargetCapacity",
      "OnDemandOptions.MaxTotalPrice",
      "TagSpecification.#.ResourceType",
      "TagSpecification.#.Tag.#.Key",
      "TagSpecification.#.Tag.#.Value"};
  return kNames;
}

constexpr std::array<std::pair<std::string_view, FleetStrategy>, 5> kSpotStrategies{{
    {"price-capacity-optimized", FleetStrategy::kPriceCapacityOptimized},
    {"capacity-optimized", FleetStrategy::kCapacityOptimized},
    {"capacity-optimized-prioritized", FleetStrategy::kCapacityOptimizedPrioritized},
    {"lowest-price", FleetStrategy::kLowestPrice},
    {"diversified", FleetStrategy::kDiversified},
}};

constexpr std::array<std::pair<std::string_view, FleetStrategy>, 2> kOnDemandStrategies{{
    {"lowest-price", FleetStrategy::kLowestPrice},
    {"prioritized", FleetStrategy::kPrioritized},
}};

tl::unexpected<Refusal> bad_value(const std::string& value, const std::string& name) {
  return refuse("InvalidParameterValue", "Value (" + value + ") for " + name + " is invalid.");
}

Answer<FleetStrategy> read_strategy(const base::Form& options, const auto& known) {
  const std::string text = options.get("AllocationStrategy", "lowest-price");
  for (const auto& [name, strategy] : known)
    if (name == text) return strategy;
  return bad_value(text, "AllocationStrategy");
}

Answer<void> check_type(const base::Form& form) {
  if (form.get("Type") == "instant") return {};
  // "maintain" is AWS's default.
  return refuse("UnsupportedOperation", "The region simulates fleets of type instant only.");
}

// SpotOptions or OnDemandOptions: what both have.
Answer<FleetWish> read_options(const base::Form& options) {
  FleetWish wish;
  wish.is_single_type = options.get("SingleInstanceType") == "true";
  wish.is_single_zone = options.get("SingleAvailabilityZone") == "true";
  ASSIGN_OR_RETURN(wish.least, number_of(options, "MinTargetCapacity", 0));
  if (options.find("MinTargetCapacity") && !wish.is_single_type && !wish.is_single_zone)
    return refuse("InvalidParameterCombination",
                  "MinTargetCapacity needs SingleInstanceType or SingleAvailabilityZone.");
  if (const std::string* price = options.find("MaxTotalPrice")) {
    wish.budget = base::parse_money(*price);
    if (!wish.budget) return bad_value(*price, "MaxTotalPrice");
  }
  return wish;
}

Answer<FleetWish> read_spot(const base::Form& form) {
  const base::Form options = below(form, "SpotOptions");
  ASSIGN_OR_RETURN(FleetWish wish, read_options(options));
  ASSIGN_OR_RETURN(wish.strategy, read_strategy(options, kSpotStrategies));
  ASSIGN_OR_RETURN(wish.pools_to_use, number_of(options, "InstancePoolsToUseCount", 1));
  if (options.find("InstancePoolsToUseCount") && wish.strategy != FleetStrategy::kLowestPrice)
    return refuse("InvalidParameterCombination",
                  "InstancePoolsToUseCount goes with the allocation strategy lowest-price only.");
  if (options.get("InstanceInterruptionBehavior", "terminate") != "terminate")
    return refuse("UnsupportedOperation",
                  "The region simulates interruption behavior terminate only.");
  return wish;
}

Answer<FleetWish> read_on_demand(const base::Form& form) {
  const base::Form options = below(form, "OnDemandOptions");
  ASSIGN_OR_RETURN(FleetWish wish, read_options(options));
  ASSIGN_OR_RETURN(wish.strategy, read_strategy(options, kOnDemandStrategies));
  return wish;
}

// The default type fills what the two counts leave of the total.
Answer<void> read_target(const base::Form& form, FleetOrder& order) {
  const base::Form target = below(form, "TargetCapacitySpecification");
  if (!target.find("TotalTargetCapacity"))
    return refuse("MissingParameter", "The request must contain the parameter TotalTargetCapacity");
  ASSIGN_OR_RETURN(const int total, number_of(target, "TotalTargetCapacity", 0));
  ASSIGN_OR_RETURN(order.spot.wanted, number_of(target, "SpotTargetCapacity", 0));
  ASSIGN_OR_RETURN(order.on_demand.wanted, number_of(target, "OnDemandTargetCapacity", 0));
  const int rest = total - order.spot.wanted - order.on_demand.wanted;
  if (total < 1 || total > kMostInstances || rest < 0 || order.spot.wanted < 0 ||
      order.on_demand.wanted < 0)
    return refuse("InvalidTargetCapacitySpecification",
                  "The target capacities are out of range or exceed the total.");
  const std::string type = target.get("DefaultTargetCapacityType");
  if (!type.empty() && type != "spot" && type != "on-demand")
    return bad_value(type, "DefaultTargetCapacityType");
  if (rest > 0 && type.empty())
    return refuse("MissingParameter",
                  "The request must contain the parameter DefaultTargetCapacityType");
  (type == "spot" ? order.spot : order.on_demand).wanted += rest;
  return {};
}

Answer<void> check_override(const base::Form& override_) {
  const std::string subnet = override_.get("SubnetId");
  if (subnet.find(',') != std::string::npos)
    return refuse("InvalidParameterValue", "A fleet of type instant can have one subnet ID only.");
  if (const std::string* price = override_.find("MaxPrice"); price && !base::parse_money(*price))
    return bad_value(*price, "MaxPrice");
  if (const std::string* priority = override_.find("Priority");
      priority && !parse_priority(*priority))
    return bad_value(*priority, "Priority");
  return {};
}

Answer<void> read_config(const base::Form& config, std::vector<FleetSource>& sources) {
  const base::Form named = below(config, "LaunchTemplateSpecification");
  if (named.get("Version").empty())
    return refuse("MissingParameter",
                  "The request must contain the parameter LaunchTemplateSpecification.Version");
  const auto overrides = groups_of(config, "Overrides");
  if (overrides.empty()) sources.push_back({named, {}});
  for (const base::Form& one : overrides) {
    RETURN_IF_ERROR(check_override(one));
    sources.push_back({named, one});
  }
  return {};
}

Answer<std::vector<FleetSource>> read_sources(const base::Form& form) {
  const auto configs = groups_of(form, "LaunchTemplateConfigs");
  if (configs.empty())
    return refuse("MissingParameter",
                  "The request must contain the parameter LaunchTemplateConfigs");
  std::vector<FleetSource> sources;
  for (const base::Form& config : configs) RETURN_IF_ERROR(read_config(config, sources));
  if (configs.size() > kMostConfigs || sources.size() > model::kMostFleetOverrides)
    return refuse("InvalidParameterValue",
                  "A fleet has at most 50 launch template configs and 300 overrides.");
  return sources;
}

void copy(const base::Form& from, std::string_view name, base::Form& to, std::string as) {
  if (const std::string* value = from.find(name)) to.add(std::move(as), *value);
}

}  // namespace

std::optional<int> parse_priority(const std::string& text) {
  const auto value = base::parse_money(text);
  constexpr int64_t kOne = 1'000'000;
  if (!value || value->micros() % kOne != 0 || value->micros() / kOne > 1'000'000)
    return std::nullopt;
  return static_cast<int>(value->micros() / kOne);
}

Answer<FleetOrder> read_fleet_order(const base::Form& form) {
  RETURN_IF_ERROR(check_type(form));
  RETURN_IF_ERROR(check_names(form, known_names()));
  FleetOrder order;
  ASSIGN_OR_RETURN(order.sources, read_sources(form));
  ASSIGN_OR_RETURN(order.spot, read_spot(form));
  ASSIGN_OR_RETURN(order.on_demand, read_on_demand(form));
  RETURN_IF_ERROR(read_target(form, order));
  RETURN_IF_ERROR(check_tagged_types(form, {"fleet", "instance"}));
  RETURN_IF_ERROR(add_tags(form, "fleet", order.fleet_tags));
  for (const auto& [name, value] : form.pairs())
    if (name.starts_with("TagSpecification.")) order.instance_tags.add(name, value);
  ASSIGN_OR_RETURN(order.client_token, read_client_token(form));
  return order;
}

base::Form launch_form(const FleetOrder& order, const FleetSource& source,
                       model::Lifecycle lifecycle) {
  base::Form form = order.instance_tags;
  for (const auto& [name, value] : source.specification.pairs())
    form.add("LaunchTemplate." + name, value);
  copy(source.overrides, "InstanceType", form, "InstanceType");
  copy(source.overrides, "SubnetId", form, "SubnetId");
  copy(source.overrides, "ImageId", form, "ImageId");
  copy(source.overrides, "AvailabilityZone", form, "Placement.AvailabilityZone");
  if (lifecycle == model::Lifecycle::kSpot) {
    form.add("InstanceMarketOptions.MarketType", "spot");
    copy(source.overrides, "MaxPrice", form, "InstanceMarketOptions.SpotOptions.MaxPrice");
  }
  form.add("MinCount", "1");
  form.add("MaxCount", "1");
  return form;
}

}  // namespace sim
