// What EC2 shows of instances and prices: the world, seen late.
#include <algorithm>
#include <optional>
#include <set>

#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/ec2_tags.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

using model::CheckStatus;
using model::InstanceState;

// For so long after its launch an instance may be shown late.
const base::Duration kSettling = base::Duration::minutes(1);

const std::vector<std::string_view>& instance_filters() {
  static const std::vector<std::string_view> kNames = {"instance-id",
                                                       "instance-state-name",
                                                       "instance-state-code",
                                                       "instance-type",
                                                       "availability-zone",
                                                       "subnet-id",
                                                       "vpc-id",
                                                       "image-id",
                                                       "instance-lifecycle",
                                                       "client-token",
                                                       "reservation-id",
                                                       "spot-instance-request-id",
                                                       "private-ip-address",
                                                       "ip-address",
                                                       "tag-key",
                                                       "tag:"};
  return kNames;
}

CheckStatus check_of(const Instance& instance, InstanceState shown, base::Instant now) {
  if (shown != InstanceState::kRunning) return CheckStatus::kNotApplicable;
  if (now < instance.checked_at) return CheckStatus::kInitializing;
  return instance.is_impaired ? CheckStatus::kImpaired : CheckStatus::kOk;
}

void write_check(Xml& xml, std::string_view element, CheckStatus status) {
  xml.element(element, [&] {
    xml.text("status", model::to_string(status));
    if (status == CheckStatus::kNotApplicable) return;
    xml.element("details", [&] {
      xml.element("item", [&] {
        xml.text("name", "reachability");
        xml.text("status", status == CheckStatus::kOk         ? "passed"
                           : status == CheckStatus::kImpaired ? "failed"
                                                              : "initializing");
      });
    });
  });
}

struct PriceRange {
  base::Instant start, end;
};

Answer<PriceRange> read_range(const base::Form& form, base::Instant now) {
  PriceRange range{now - base::Duration::hours(24 * 90), now};
  for (auto [name, bound] : {std::pair{"StartTime", &range.start}, {"EndTime", &range.end}}) {
    const std::string* text = form.find(name);
    if (!text) continue;
    const auto at = base::parse_iso8601(*text);
    if (!at)
      return refuse("InvalidParameterValue", "Invalid value '" + *text + "' for " + name + ".");
    *bound = *at;
  }
  return range;
}

// What was in effect at some time in the range: also the last change before it.
bool was_in_effect(const Pool& pool, size_t index, const PriceRange& range) {
  const bool ended_before =
      index + 1 < pool.prices.size() && pool.prices[index + 1].at <= range.start;
  return pool.prices[index].at <= range.end && !ended_before;
}

struct PriceLine {
  const Pool* pool;
  PricePoint point;
};

// The ids that the filters allow at most; nothing when that may be any.
std::optional<std::set<model::InstanceId>> ids_named(const std::vector<FilterClause>& filters) {
  for (const FilterClause& filter : filters) {
    const bool is_exact = std::none_of(
        filter.values.begin(), filter.values.end(),
        [](const std::string& value) { return value.find_first_of("*?") != std::string::npos; });
    if (filter.name != "instance-id" || !is_exact) continue;
    std::set<model::InstanceId> ids;
    for (const std::string& value : filter.values) ids.emplace(value);
    return ids;
  }
  return std::nullopt;
}

// Ascending keys are newest first, then by pool.
std::string page_key(const Pool& pool, const PricePoint& point) {
  constexpr int64_t kFarFutureMs = 9'000'000'000'000;  // Keeps the width at 13 digits until 2223.
  return std::to_string(kFarFutureMs - point.at.unix_ms()) + " " + model::to_string(pool.key);
}

}  // namespace

void write_state(Xml& xml, std::string_view element, InstanceState state) {
  xml.element(element, [&] {
    xml.number("code", model::code_of(state));
    xml.text("name", model::to_string(state));
  });
}

void write_instance(Xml& xml, const Instance& instance, InstanceState shown,
                    const std::string& vpc) {
  const bool is_gone = shown == InstanceState::kTerminated;
  xml.element("item", [&] {
    xml.text("instanceId", instance.id.str());
    xml.text("imageId", instance.image.str());
    write_state(xml, "instanceState", shown);
    xml.text("reason", is_gone ? instance.state_reason : "");
    xml.number("amiLaunchIndex", instance.launch_index);
    xml.text("instanceType", instance.type.str());
    xml.text("launchTime", base::to_iso8601(instance.launch_time));
    xml.element("placement", [&] {
      xml.text("availabilityZone", instance.zone.str());
      xml.text("tenancy", "default");
    });
    if (!is_gone) {
      xml.text("subnetId", instance.subnet.str());
      xml.text("vpcId", vpc);
      xml.text("privateIpAddress", instance.private_ip);
    }
    if (shown == InstanceState::kRunning && !instance.public_ip.empty()) {
      xml.text("ipAddress", instance.public_ip);
      std::string host = instance.public_ip;
      std::replace(host.begin(), host.end(), '.', '-');
      xml.text("dnsName", "ec2-" + host + ".compute.amazonaws.com");
    }
    if (!model::is_live(shown) && !instance.state_reason_code.empty())
      xml.element("stateReason", [&] {
        xml.text("code", instance.state_reason_code);
        xml.text("message", instance.state_reason);
      });
    xml.text("architecture", "x86_64");
    xml.text("rootDeviceType", "ebs");
    xml.text("rootDeviceName", "/dev/xvda");
    if (instance.lifecycle == model::Lifecycle::kSpot) {
      xml.text("instanceLifecycle", "spot");
      xml.text("spotInstanceRequestId", instance.spot_request.str());
    }
    xml.text("clientToken", instance.client_token);
    write_tags(xml, instance.tags);
  });
}

bool Ec2::is_listed(const Instance& instance) const {
  return instance.listed_from <= context_.now &&
         instance.history.front().at + context_.faults.stale_reads <= context_.now;
}

InstanceState Ec2::shown_state(const Instance& instance) const {
  const bool is_settling = context_.now < instance.history.front().at + kSettling;
  const base::Duration own = is_settling ? instance.lag : base::Duration();
  return instance.state_at(context_.now - std::max(own, context_.faults.stale_reads));
}

// While a zone is down, a describe that is not by id fails as a whole.
Answer<void> Ec2::check_zones_up() const {
  if (context_.faults.zones_down.empty()) return {};
  return refuse("Unavailable", "The server is overloaded and can't handle the request.", 503);
}

std::vector<std::string> Ec2::filter_values(const Instance& instance,
                                            std::string_view filter) const {
  const InstanceState shown = shown_state(instance);
  if (filter == "instance-id") return {instance.id.str()};
  if (filter == "instance-state-name") return {std::string(model::to_string(shown))};
  if (filter == "instance-state-code") return {std::to_string(model::code_of(shown))};
  if (filter == "instance-type") return {instance.type.str()};
  if (filter == "availability-zone") return {instance.zone.str()};
  if (filter == "subnet-id") return {instance.subnet.str()};
  if (filter == "vpc-id") return {context_.world.vpc};
  if (filter == "image-id") return {instance.image.str()};
  if (filter == "client-token") return {instance.client_token};
  if (filter == "reservation-id") return {instance.reservation};
  if (filter == "spot-instance-request-id") return {instance.spot_request.str()};
  if (filter == "private-ip-address") return {instance.private_ip};
  if (filter == "ip-address") return {instance.public_ip};
  if (filter == "instance-lifecycle" && instance.lifecycle == model::Lifecycle::kSpot)
    return {"spot"};
  return tag_values(instance.tags, filter);
}

// By id, in the order asked for; one that is not found fails the whole.
Answer<std::vector<const Instance*>> Ec2::chosen_instances(
    const base::Form& form, const std::vector<FilterClause>& filters) {
  std::vector<const Instance*> chosen;
  const auto ids = list_of(form, "InstanceId");
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(const Instance* instance, instance_by_id(id));
    if (context_.faults.zones_down.contains(instance->zone))
      if (auto ok = check_zones_up(); !ok) return tl::unexpected(ok.error());
    chosen.push_back(instance);
  }
  if (!ids.empty()) return chosen;
  if (auto ok = check_zones_up(); !ok) return tl::unexpected(ok.error());
  const auto named = ids_named(filters);
  const auto& all = context_.world.instances;
  for (const model::InstanceId& id : named.value_or(std::set<model::InstanceId>()))
    if (const auto found = all.find(id); found != all.end() && is_listed(found->second))
      chosen.push_back(&found->second);
  if (named) return chosen;
  for (const auto& [id, instance] : all)
    if (is_listed(instance)) chosen.push_back(&instance);
  return chosen;
}

Answer<std::string> Ec2::describe_instances(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, instance_filters()));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "InstanceId", {}, context_.now));
  ASSIGN_OR_RETURN(const auto candidates, chosen_instances(form, filters));
  std::map<std::string, std::vector<const Instance*>> reservations;
  for (const Instance* instance : candidates) {
    if (instance->id.str() <= page.after()) continue;
    if (!passes(filters, [&](auto filter) { return filter_values(*instance, filter); })) continue;
    if (!page.admit(instance->id.str())) break;
    reservations[instance->reservation].push_back(instance);
  }
  Xml xml;
  xml.element("reservationSet", [&] {
    for (const auto& [reservation, members] : reservations)
      xml.element("item", [&] {
        xml.text("reservationId", reservation);
        xml.text("ownerId", context_.options.account);
        xml.element("groupSet", [] {});
        xml.element("instancesSet", [&] {
          for (const Instance* instance : members)
            write_instance(xml, *instance, shown_state(*instance), context_.world.vpc);
        });
      });
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

Answer<std::string> Ec2::describe_instance_status(const base::Form& form) {
  static const std::vector<std::string_view> kFilters = {
      "instance-state-name", "instance-state-code", "availability-zone", "instance-status.status",
      "system-status.status"};
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, kFilters));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "InstanceId", {}, context_.now));
  ASSIGN_OR_RETURN(const auto candidates, chosen_instances(form, filters));
  const bool is_all = form.get("IncludeAllInstances") == "true";
  Xml xml;
  xml.element("instanceStatusSet", [&] {
    for (const Instance* instance : candidates) {
      const InstanceState shown = shown_state(*instance);
      const CheckStatus check = check_of(*instance, shown, context_.now);
      if (instance->id.str() <= page.after()) continue;
      if (!is_all && shown != InstanceState::kRunning) continue;
      const auto values = [&](std::string_view filter) -> std::vector<std::string> {
        if (filter.ends_with("-status.status")) return {std::string(model::to_string(check))};
        return filter_values(*instance, filter);
      };
      if (!passes(filters, values)) continue;
      if (!page.admit(instance->id.str())) break;
      xml.element("item", [&] {
        xml.text("instanceId", instance->id.str());
        xml.text("availabilityZone", instance->zone.str());
        write_state(xml, "instanceState", shown);
        write_check(xml, "systemStatus", check);
        write_check(xml, "instanceStatus", check);
      });
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

Answer<std::string> Ec2::describe_spot_price_history(const base::Form& form) {
  static const std::vector<std::string_view> kFilters = {"availability-zone", "instance-type",
                                                         "product-description", "spot-price"};
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, kFilters));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "no-ids", {1, 1000}, context_.now));
  ASSIGN_OR_RETURN(const PriceRange range, read_range(form, context_.now));
  auto zones = list_of(form, "AvailabilityZone");
  if (const std::string* zone = form.find("AvailabilityZone")) zones.push_back(*zone);
  const auto types = list_of(form, "InstanceType");
  const auto products = list_of(form, "ProductDescription");
  std::map<std::string, PriceLine> lines;
  for (const auto& [key, pool] : context_.world.pools) {
    if (!allows(zones, key.zone.str()) || !allows(types, key.type.str())) continue;
    if (!allows(products, key.product) && !allows(products, key.product + " (Amazon VPC)"))
      continue;
    for (size_t i = 0; i < pool.prices.size(); ++i) {
      const auto values = [&](std::string_view filter) -> std::vector<std::string> {
        if (filter == "availability-zone") return {key.zone.str()};
        if (filter == "instance-type") return {key.type.str()};
        if (filter == "product-description") return {key.product};
        return {decimal_price(pool.prices[i].price)};
      };
      if (was_in_effect(pool, i, range) && passes(filters, values))
        lines.insert_or_assign(page_key(pool, pool.prices[i]), PriceLine{&pool, pool.prices[i]});
    }
  }
  Xml xml;
  xml.element("spotPriceHistorySet", [&] {
    for (auto at = lines.upper_bound(page.after()); at != lines.end(); ++at) {
      if (!page.admit(at->first)) break;
      const auto& [pool, point] = at->second;
      xml.element("item", [&] {
        xml.text("instanceType", pool->key.type.str());
        xml.text("productDescription", pool->key.product);
        xml.text("spotPrice", decimal_price(point.price));
        xml.text("timestamp", base::to_iso8601(point.at));
        xml.text("availabilityZone", pool->key.zone.str());
      });
    }
  });
  // Unlike the others, this call always has the element.
  xml.text("nextToken", page.next_token());
  return xml.str();
}

}  // namespace sim
