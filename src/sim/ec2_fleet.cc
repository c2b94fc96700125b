// Fleets of type instant: one request, several pools, and an answer that may hold both instances
// and errors.
#include <algorithm>
#include <set>

#include "base/check.h"
#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/ec2_tags.h"
#include "sim/fleet_order.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

using model::Lifecycle;

void write_as_elements(Xml& xml, const base::Form& form) {
  for (const auto& [name, value] : form.pairs()) {
    std::string element = name;
    element.front() = static_cast<char>(element.front() - 'A' + 'a');
    xml.text(element, value);
  }
}

// What the parts of CreateFleet's and DescribeFleets' answers begin with.
void write_source(Xml& xml, const FleetPart& part) {
  xml.element("launchTemplateAndOverrides", [&] {
    xml.element("launchTemplateSpecification",
                [&] { write_as_elements(xml, part.source.specification); });
    xml.element("overrides", [&] { write_as_elements(xml, part.source.overrides); });
  });
  xml.text("lifecycle", model::to_string(part.lifecycle));
}

void write_instances(Xml& xml, const FleetPart& part) {
  xml.element("item", [&] {
    write_source(xml, part);
    xml.element("instanceIds", [&] {
      for (const model::InstanceId& id : part.ids) xml.text("item", id.str());
    });
    xml.text("instanceType", part.type.str());
  });
}

void write_error(Xml& xml, const FleetPart& part) {
  xml.element("item", [&] {
    write_source(xml, part);
    xml.text("errorCode", part.failure.code);
    xml.text("errorMessage", part.failure.message);
  });
}

void write_parts(Xml& xml, const Fleet& fleet) {
  xml.element("errorSet", [&] {
    for (const FleetPart& part : fleet.parts)
      if (part.ids.empty()) write_error(xml, part);
  });
  xml.element("fleetInstanceSet", [&] {
    for (const FleetPart& part : fleet.parts)
      if (!part.ids.empty()) write_instances(xml, part);
  });
}

std::string fleet_xml(const Fleet& fleet) {
  Xml xml;
  xml.text("fleetId", fleet.id.str());
  write_parts(xml, fleet);
  return xml.str();
}

std::vector<std::string> fleet_values(std::string_view filter) {
  if (filter == "fleet-state") return {"active"};
  return {"instant"};  // type
}

void write_fleet(Xml& xml, const Fleet& fleet) {
  xml.element("item", [&] {
    xml.text("fleetId", fleet.id.str());
    xml.text("fleetState", "active");
    xml.text("createTime", base::to_iso8601(fleet.created_at));
    xml.text("clientToken", fleet.client_token);
    xml.text("type", "instant");
    xml.element("targetCapacitySpecification", [&] {
      xml.number("totalTargetCapacity", fleet.spot_target + fleet.on_demand_target);
      xml.number("onDemandTargetCapacity", fleet.on_demand_target);
      xml.number("spotTargetCapacity", fleet.spot_target);
    });
    write_parts(xml, fleet);
    write_tags(xml, fleet.tags);
  });
}

FleetPart failed_part(const FleetSource& source, Lifecycle lifecycle, const Refusal& refusal) {
  return {source, lifecycle, {}, {}, {refusal.code, refusal.message}};
}

Refusal unfulfillable() {
  return {400, "UnfulfillableCapacity",
          "Unable to fulfill capacity due to your request configuration. Please adjust your "
          "request and try again."};
}

}  // namespace

Answer<std::string> Ec2::create_fleet(const base::Form& form) {
  ASSIGN_OR_RETURN(const FleetOrder order, read_fleet_order(form));
  const std::string parameters = parameters_of(form);
  if (const auto known = fleet_tokens_.find(order.client_token); known != fleet_tokens_.end()) {
    if (known->second.parameters != parameters) return token_mismatch();
    const Fleet& fleet = context_.world.fleets.at(known->second.fleet);
    if (!fleet.has_failed() || context_.quirks.replays_failed_fleets) return fleet_xml(fleet);
  }
  RETURN_IF_ERROR(check_pools(order));
  const Fleet& fleet = make_fleet(order);
  if (!order.client_token.empty())
    fleet_tokens_.insert_or_assign(order.client_token, FleetTokenRecord{parameters, fleet.id});
  return fleet_xml(fleet);
}

// An instant fleet is shown to those who name it, and in no list.
Answer<std::string> Ec2::describe_fleets(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, {"fleet-state", "type"}));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "no-ids", {1, 1000}, context_.now));
  const auto ids = list_of(form, "FleetId");
  for (const std::string& id : ids)
    if (!context_.world.fleets.contains(model::FleetId(id)))
      return refuse("InvalidFleetId.NotFound", "The fleet ID '" + id + "' does not exist");
  Xml xml;
  xml.element("fleetSet", [&] {
    for (const auto& [id, fleet] : context_.world.fleets) {
      if (ids.empty() || !allows(ids, id.str()) || id.str() <= page.after()) continue;
      if (!passes(filters, fleet_values)) continue;
      if (!page.admit(id.str())) break;
      write_fleet(xml, fleet);
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

Fleet& Ec2::make_fleet(const FleetOrder& order) {
  Fleet fleet;
  fleet.id = model::FleetId("fleet-" + make_uuid(dice_));
  fleet.created_at = base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000);
  fleet.client_token = order.client_token;
  fleet.spot_target = order.spot.wanted;
  fleet.on_demand_target = order.on_demand.wanted;
  fleet.tags = order.fleet_tags;
  for (const Lifecycle lifecycle : {Lifecycle::kOnDemand, Lifecycle::kSpot})
    if (order.wish(lifecycle).wanted > 0) fill_fleet(order, lifecycle, fleet);
  const model::FleetId id = fleet.id;
  return context_.world.fleets.emplace(id, std::move(fleet)).first->second;
}

// AWS takes no pool twice, not even by two subnets of one zone.
Answer<void> Ec2::check_pools(const FleetOrder& order) {
  std::set<model::Pool> seen;
  for (const FleetCandidate& candidate : fleet_candidates(order, Lifecycle::kOnDemand)) {
    const bool is_known = !candidate.pool.key.type.empty();
    if (is_known && !seen.insert(candidate.pool.key).second)
      return refuse("InvalidFleetConfig",
                    "The fleet configuration contains duplicate instance pools.");
  }
  return {};
}

// Each override as the launch that it would be, and what its pool has at the moment.
std::vector<Ec2::FleetCandidate> Ec2::fleet_candidates(const FleetOrder& order,
                                                       Lifecycle lifecycle) {
  std::vector<FleetCandidate> candidates;
  for (const FleetSource& source : order.sources) {
    FleetCandidate candidate;
    candidate.source = source;
    if (auto obstacle = resolve(order, lifecycle, candidate); !obstacle)
      candidate.obstacle = obstacle.error();
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

Answer<void> Ec2::resolve(const FleetOrder& order, Lifecycle lifecycle, FleetCandidate& candidate) {
  ASSIGN_OR_RETURN(candidate.order, read_order(launch_form(order, candidate.source, lifecycle)));
  candidate.source.specification = resolved(candidate.source.specification);
  const Subnet& subnet = context_.world.subnets.at(candidate.order.subnet);
  candidate.pool.key = {candidate.order.type, subnet.zone, model::kLinux};
  if (candidate.order.lifecycle != lifecycle)
    return refuse("InvalidParameterCombination",
                  "A fleet's launch template must not have InstanceMarketOptions.");
  if (const std::string* priority = candidate.source.overrides.find("Priority"))
    candidate.pool.priority = parse_priority(*priority);
  if (const auto pool = context_.world.pools.find(candidate.pool.key);
      pool != context_.world.pools.end())
    candidate.pool.price =
        lifecycle == Lifecycle::kSpot ? pool->second.price() : pool->second.on_demand_price;
  RETURN_IF_ERROR(check_zone_up(candidate.order.subnet));
  ASSIGN_OR_RETURN(candidate.pool.free, instances_.room_for(candidate.order));
  return {};
}

// The answer names the template by its id, and "$Latest" by its number. There are both.
base::Form Ec2::resolved(const base::Form& specification) const {
  const LaunchTemplate& found = **template_of(specification);
  base::Form named;
  named.add("LaunchTemplateId", found.id.str());
  if (const std::string* name = specification.find("LaunchTemplateName"))
    named.add("LaunchTemplateName", *name);
  const auto version = version_of(found, specification.get("Version"));
  named.add("Version", std::to_string((*version)->number));
  return named;
}

void Ec2::fill_fleet(const FleetOrder& order, Lifecycle lifecycle, Fleet& fleet) {
  const FleetWish& wish = order.wish(lifecycle);
  const std::vector<FleetCandidate> candidates = fleet_candidates(order, lifecycle);
  std::vector<FleetPool> pools;
  for (const FleetCandidate& candidate : candidates) pools.push_back(candidate.pool);
  FleetPlan plan = plan_fleet(wish, pools);
  const auto fail = [&](size_t index, const Refusal& refusal) {
    fleet.parts.push_back(failed_part(candidates[index].source, lifecycle, refusal));
  };
  if (plan.is_below_least)
    for (size_t i = 0; i < candidates.size(); ++i)
      fail(i, candidates[i].obstacle.value_or(unfulfillable()));
  for (const FleetShare& share : withhold(plan, wish.least))
    fail(share.pool, {503, "RequestLimitExceeded", "Request limit exceeded."});
  for (const FleetShare& share : plan.shares) launch_share(candidates[share.pool], share, fleet);
  if (plan.is_below_least) return;
  for (const size_t index : plan.dry) fail(index, lack_of(candidates[index]));
  for (const size_t index : plan.over_budget) fail(index, unfulfillable());
}

// Takes out of the plan what RunInstances' limits do not let through; all of it when that leaves
// less than `least`.
std::vector<FleetShare> Ec2::withhold(FleetPlan& plan, int least) {
  std::vector<FleetShare> admitted, withheld;
  for (const FleetShare& share : plan.shares)
    (admits_share(share.count) ? admitted : withheld).push_back(share);
  plan.shares = std::move(admitted);
  if (plan.total() < least) {
    withheld.insert(withheld.end(), plan.shares.begin(), plan.shares.end());
    plan.shares.clear();
  }
  return withheld;
}

bool Ec2::admits_share(int count) {
  if (happens(dice_, context_.faults.throttle_per_mille)) return false;
  if (!context_.quirks.fleets_draw_on_run_limits) return true;
  return limits_.admit_ec2({"RunInstances", true, false, count}, context_.now);
}

void Ec2::launch_share(const FleetCandidate& candidate, const FleetShare& share, Fleet& fleet) {
  LaunchOrder order = candidate.order;
  order.least = order.most = share.count;
  order.client_token = fleet.id.str() + "-" + std::to_string(fleet.parts.size());
  order.tags.push_back({"aws:ec2:fleet-id", fleet.id.str()});
  // Other shares may have taken the subnet's last addresses.
  const auto launched = instances_.launch(order);
  if (launched)
    fleet.parts.push_back({candidate.source, order.lifecycle, *launched, order.type, {}});
  else
    fleet.parts.push_back(failed_part(candidate.source, order.lifecycle, launched.error()));
}

// Why the pool gave nothing, or less than it was asked for.
Refusal Ec2::lack_of(const FleetCandidate& candidate) const {
  if (candidate.obstacle) return *candidate.obstacle;
  LaunchOrder more = candidate.order;
  more.least = more.most = candidate.pool.free + 1;
  const auto room = instances_.room_for(more);
  CHECK(!room.has_value());
  return room.error();
}

}  // namespace sim
