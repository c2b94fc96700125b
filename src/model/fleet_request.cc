#include "model/fleet_request.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "base/form.h"
#include "model/launch_form.h"

namespace model {
namespace {

constexpr std::array<std::pair<SpotAllocation, std::string_view>, 5> kSpotAllocations{{
    {SpotAllocation::kPriceCapacityOptimized, "price-capacity-optimized"},
    {SpotAllocation::kCapacityOptimized, "capacity-optimized"},
    {SpotAllocation::kCapacityOptimizedPrioritized, "capacity-optimized-prioritized"},
    {SpotAllocation::kLowestPrice, "lowest-price"},
    {SpotAllocation::kDiversified, "diversified"},
}};

constexpr std::array<std::pair<OnDemandAllocation, std::string_view>, 2> kOnDemandAllocations{{
    {OnDemandAllocation::kLowestPrice, "lowest-price"},
    {OnDemandAllocation::kPrioritized, "prioritized"},
}};

void add_overrides(base::Form& form, const FleetParameters& p) {
  const std::string config = "LaunchTemplateConfigs.1.";
  form.add(config + "LaunchTemplateSpecification.LaunchTemplateId", p.launch_template.str());
  form.add(config + "LaunchTemplateSpecification.Version", std::to_string(p.template_version));
  for (size_t i = 0; i < p.overrides.size(); ++i) {
    const FleetOverride& one = p.overrides[i];
    const std::string prefix = config + "Overrides." + std::to_string(i + 1) + ".";
    form.add(prefix + "InstanceType", one.type.str());
    form.add(prefix + "SubnetId", one.subnet.str());
    if (one.max_price) form.add(prefix + "MaxPrice", base::to_string(*one.max_price));
    if (one.priority) form.add(prefix + "Priority", std::to_string(*one.priority));
  }
}

void add_spot_options(base::Form& form, const FleetParameters& p) {
  const std::string options = "SpotOptions.";
  form.add(options + "AllocationStrategy", std::string(to_string(p.spot_allocation)));
  form.add(options + "InstanceInterruptionBehavior", "terminate");
  if (p.spot_unity == FleetUnity::kInstanceType || p.spot_unity == FleetUnity::kBoth)
    form.add(options + "SingleInstanceType", "true");
  if (p.spot_unity == FleetUnity::kZone || p.spot_unity == FleetUnity::kBoth)
    form.add(options + "SingleAvailabilityZone", "true");
  if (p.least_spot) form.add(options + "MinTargetCapacity", std::to_string(*p.least_spot));
  if (p.max_total_price) form.add(options + "MaxTotalPrice", base::to_string(*p.max_total_price));
}

void add_target(base::Form& form, const FleetParameters& p) {
  const std::string target = "TargetCapacitySpecification.";
  form.add(target + "TotalTargetCapacity", std::to_string(p.spot_count + p.on_demand_count));
  form.add(target + "OnDemandTargetCapacity", std::to_string(p.on_demand_count));
  form.add(target + "SpotTargetCapacity", std::to_string(p.spot_count));
  form.add(target + "DefaultTargetCapacityType", p.spot_count > 0 ? "spot" : "on-demand");
}

}  // namespace

std::string_view to_string(SpotAllocation allocation) {
  return kSpotAllocations[static_cast<size_t>(allocation)].second;
}

std::string_view to_string(OnDemandAllocation allocation) {
  return kOnDemandAllocations[static_cast<size_t>(allocation)].second;
}

std::optional<SpotAllocation> parse_spot_allocation(std::string_view text) {
  for (const auto& [allocation, name] : kSpotAllocations)
    if (name == text) return allocation;
  return std::nullopt;
}

std::optional<OnDemandAllocation> parse_on_demand_allocation(std::string_view text) {
  for (const auto& [allocation, name] : kOnDemandAllocations)
    if (name == text) return allocation;
  return std::nullopt;
}

std::string fleet_request_body(const FleetParameters& p) {
  CHECK(p.spot_count >= 0 && p.on_demand_count >= 0 && p.spot_count + p.on_demand_count >= 1);
  CHECK(!p.overrides.empty() && p.overrides.size() <= kMostFleetOverrides);
  CHECK(p.template_version >= 1 && !p.client_token.empty());
  CHECK(!p.least_spot || p.spot_unity != FleetUnity::kNone);
  base::Form form;
  form.add("Action", "CreateFleet");
  form.add("Version", "2016-11-15");
  form.add("ClientToken", p.client_token);
  form.add("Type", "instant");
  add_overrides(form, p);
  if (p.spot_count > 0) add_spot_options(form, p);
  if (p.on_demand_count > 0)
    form.add("OnDemandOptions.AllocationStrategy", std::string(to_string(p.on_demand_allocation)));
  add_target(form, p);
  const std::vector<Tag> tags = launch_tags(p.group, p.launch, p.deployment, p.tags);
  add_tag_specification(form, 1, "instance", tags);
  add_tag_specification(form, 2, "fleet", tags);
  return form.encode();
}

}  // namespace model
