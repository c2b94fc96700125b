#include "control/launch_entry.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "model/fleet_request.h"
#include "model/launch_form.h"
#include "model/launch_request.h"
#include "model/spot_request.h"

namespace control {
namespace {

using model::LaunchId;
using model::SpotAllocation;

SpotAllocation allocation_of(model::Strategy strategy) {
  switch (strategy) {
    case model::Strategy::kPriceCapacity: return SpotAllocation::kPriceCapacityOptimized;
    case model::Strategy::kLowestPrice: return SpotAllocation::kLowestPrice;
    case model::Strategy::kLowestRisk: return SpotAllocation::kCapacityOptimizedPrioritized;
    case model::Strategy::kDiversified: return SpotAllocation::kDiversified;
  }
  return SpotAllocation::kPriceCapacityOptimized;
}

std::string request_spot(const GroupState& group, const LedgerContext& context,
                         const LaunchId& launch, const LaunchOrder& order, base::Instant now) {
  model::SpotRequestParameters p;
  p.launch = *group.spec.machine;
  p.launch.type = order.pools.front().type;
  p.launch.subnet = order.subnet;
  p.count = static_cast<int>(order.slots.size());
  p.max_price = group.spec.max_price;
  p.valid_until = now + context.timing.spot_validity;
  p.tags = model::launch_tags(group.spec.name, launch, context.scope.deployment, group.spec.tags);
  p.client_token = model::client_token(context.scope, group.spec.name, launch);
  return model::spot_request_body(p);
}

std::string run_instances(const GroupState& group, const LedgerContext& context,
                          const LaunchId& launch, const LaunchOrder& order) {
  model::LaunchParameters p;
  p.deployment = context.scope.deployment;
  p.group = group.spec.name;
  p.launch = launch;
  p.launch_template = group.template_id;
  p.template_version = *group.template_version;
  p.type = order.pools.front().type;
  p.subnet = order.subnet;
  p.lifecycle = order.lifecycle;
  p.max_price = group.spec.max_price;
  p.tags = group.spec.tags;
  p.count = static_cast<int>(order.slots.size());
  p.client_token = model::client_token(context.scope, p.group, launch);
  return model::launch_request_body(p);
}

std::string create_fleet(const GroupState& group, const LedgerContext& context,
                         const LaunchId& launch, const LaunchOrder& order) {
  const bool is_spot = order.lifecycle == model::Lifecycle::kSpot;
  model::FleetParameters p;
  p.deployment = context.scope.deployment;
  p.group = group.spec.name;
  p.launch = launch;
  p.launch_template = group.template_id;
  p.template_version = *group.template_version;
  const size_t most = std::min(order.pools.size(), model::kMostFleetOverrides);
  for (size_t i = 0; i < most; ++i)
    p.overrides.push_back({order.pools[i].type, order.subnet,
                           is_spot ? group.spec.max_price : std::nullopt, static_cast<int>(i)});
  (is_spot ? p.spot_count : p.on_demand_count) = static_cast<int>(order.slots.size());
  p.spot_allocation = allocation_of(group.spec.strategy);
  p.on_demand_allocation = model::OnDemandAllocation::kPrioritized;
  p.tags = group.spec.tags;
  p.client_token = model::client_token(context.scope, p.group, launch);
  return model::fleet_request_body(p);
}

std::string request_for(const GroupState& group, const LedgerContext& context,
                        const LaunchId& launch, const LaunchOrder& order, base::Instant now) {
  const bool is_spot = order.lifecycle == model::Lifecycle::kSpot;
  if (group.spec.launch_by == model::LaunchBy::kFleet)
    return create_fleet(group, context, launch, order);
  if (group.spec.launch_by == model::LaunchBy::kSpotRequest && is_spot)
    return request_spot(group, context, launch, order, now);
  return run_instances(group, context, launch, order);
}

}  // namespace

model::OpenLaunch launch_entry(const GroupState& group, const LedgerContext& context,
                               const LaunchId& launch, LaunchOrder order, base::Instant now) {
  CHECK(!order.pools.empty() && !order.slots.empty() && group.template_version);
  std::string request = request_for(group, context, launch, order, now);
  return {launch.n,
          order.pools.front(),
          order.lifecycle,
          std::move(order.subnet),
          std::move(order.slots),
          *group.template_version,
          std::move(request),
          context.keeper,
          now,
          now + context.timing.submit_window};
}

}  // namespace control
