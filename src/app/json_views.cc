#include "app/json_views.h"

#include "base/json.h"
#include "base/quote.h"
#include "sim/instance_types.h"

namespace app {
namespace {

using base::json::array;
using base::json::object;
using base::json::value;

// The start of a message tells what it was; a whole one can have 256 KiB, and a page a hundred.
constexpr size_t kMostBody = 2048;

value time_or_null(const std::optional<base::Instant>& time) {
  return time ? value(base::to_iso8601(*time)) : value(nullptr);
}

template <class Tag>
value id_or_null(const base::Id<Tag>& id) {
  return id.empty() ? value(nullptr) : value(id.str());
}

object to_json(const SlotView& slot) {
  return {{"slot", slot.name.str()},
          {"state", to_string(slot.state)},
          {"instance_id", id_or_null(slot.holder)},
          {"instance_type", id_or_null(slot.pool.type)},
          {"zone", id_or_null(slot.pool.zone)},
          {"lifecycle",
           slot.state == SlotState::kEmpty ? value(nullptr) : value(to_string(slot.lifecycle))},
          {"private_ip", slot.private_ip.empty() ? value(nullptr) : value(slot.private_ip)},
          {"since", time_or_null(slot.since)},
          {"order", slot.order.empty() ? value(nullptr) : value(slot.order)},
          {"leaves_auto_scaling_group", id_or_null(slot.leaves)}};
}

object to_json(const model::Retiring& retiring) {
  return {{"instance_id", retiring.instance.str()},
          {"slot", retiring.slot.str()},
          {"reason", retiring.reason},
          {"replacement", id_or_null(retiring.replacement)},
          {"since", base::to_iso8601(retiring.since)},
          {"deadline", time_or_null(retiring.deadline)}};
}

array timeline_json(const std::vector<model::TimelineEntry>& timeline) {
  array entries;
  for (const model::TimelineEntry& entry : timeline)
    entries.push_back(object{{"at", base::to_iso8601(entry.at)},
                             {"what", entry.what},
                             {"detail", base::printable(entry.detail)}});
  return entries;
}

// The built-in list is that of the simulated region: some types, us-east-2, Linux.
std::optional<base::Money> on_demand_price_of(const model::Pool& pool) {
  constexpr std::string_view kRegion = "us-east-2";
  const bool is_listed = pool.product == model::kLinux && pool.zone.str().starts_with(kRegion) &&
                         pool.zone.str().size() == kRegion.size() + 1;
  const sim::TypeFacts* facts = is_listed ? sim::facts_of(pool.type) : nullptr;
  if (!facts) return std::nullopt;
  return base::Money::usd_micros(facts->on_demand_usd_micros);
}

}  // namespace

object labelled(object it, const std::string& site) {
  if (!site.empty()) it["site"] = site;
  return it;
}

object summary_json(const GroupView& group) {
  return {{"name", group.name.str()},
          {"capacity", group.capacity},
          {"min_healthy", group.min_healthy},
          {"healthy", group.healthy},
          {"open_launches", group.open_launches},
          {"retiring", group.retiring.size()},
          {"open_incidents", group.incidents.size()},
          {"has_seen_all", group.has_seen_all},
          {"hindrance", group.hindrance.empty() ? value(nullptr) : value(group.hindrance)}};
}

object detail_json(const GroupView& group) {
  object detail = summary_json(group);
  detail["ledger_revision"] = group.ledger_revision;
  array slots, retiring, incidents, cautions;
  for (const SlotView& slot : group.slots) slots.push_back(to_json(slot));
  for (const model::Retiring& leaver : group.retiring) retiring.push_back(to_json(leaver));
  for (const model::Incident& incident : group.incidents)
    incidents.push_back(value(incident.id.str()));
  for (const std::string& caution : group.cautions) cautions.push_back(value(caution));
  detail["cautions"] = std::move(cautions);
  detail["slots"] = std::move(slots);
  detail["retiring"] = std::move(retiring);
  detail["open_incidents"] = std::move(incidents);
  return detail;
}

array pools_json(const GroupView& group) {
  array pools;
  if (!group.pools) return pools;
  for (const auto& [rank, pool] : *group.pools)
    pools.push_back(object{
        {"zone", pool.pool.zone.str()},
        {"rank", rank},
        {"instance_type", pool.pool.type.str()},
        {"price_usd", pool.price ? value(base::to_string(*pool.price)) : value(nullptr)},
        {"interruptions", pool.band ? value(market::band_label(*pool.band)) : value(nullptr)},
        {"placement_score", pool.score ? value(*pool.score) : value(nullptr)},
        {"in_use", pool.in_use},
        {"avoided_until", time_or_null(pool.cools_until)},
        {"is_too_dear", pool.too_dear}});
  return pools;
}

object to_json(const engine::JournaledIncident& journaled) {
  const model::Incident& incident = journaled.incident;
  return {{"seq", journaled.seq},
          {"id", incident.id.str()},
          {"kind", model::to_string(incident.kind)},
          {"group", incident.group.str()},
          {"slot", incident.slot.str()},
          {"instance_id", incident.instance.str()},
          {"instance_type", id_or_null(incident.pool.type)},
          {"zone", id_or_null(incident.pool.zone)},
          {"opened_at", base::to_iso8601(incident.opened_at)},
          {"deadline", time_or_null(incident.deadline)},
          {"replacement", id_or_null(incident.replacement)},
          {"closed_at", time_or_null(incident.closed_at)},
          {"outcome", incident.outcome.empty() ? value(nullptr) : value(incident.outcome)},
          {"timeline", timeline_json(incident.timeline)}};
}

object to_json(const engine::JournaledEvent& event) {
  array instances;
  for (const model::InstanceId& id : event.notice.instances) instances.push_back(value(id.str()));
  return {{"seq", event.seq},
          {"id", base::printable(event.notice.id.str())},
          {"kind", model::to_string(event.notice.kind)},
          {"instance_ids", std::move(instances)},
          {"time", base::to_iso8601(event.notice.time)},
          {"received_at", base::to_iso8601(event.received_at)},
          {"door", event.source},
          {"source", base::printable(event.notice.source)},
          {"detail_type", base::printable(event.notice.detail_type)},
          {"duplicates", event.duplicates}};
}

object to_json(const engine::Quarantined& item) {
  return {{"seq", item.seq},
          {"kind", engine::to_string(item.kind)},
          {"reason", base::printable(item.reason)},
          {"door", item.source},
          {"first_seen", base::to_iso8601(item.first_seen)},
          {"last_seen", base::to_iso8601(item.last_seen)},
          {"attempts", item.attempts},
          {"body_bytes", item.body.size()},
          {"body_start", base::printable(std::string_view(item.body).substr(0, kMostBody))}};
}

object to_json(const market::PriceSummary& price) {
  const auto on_demand = on_demand_price_of(price.pool);
  return object{{"instance_type", price.pool.type.str()},
                {"zone", price.pool.zone.str()},
                {"product", price.pool.product},
                {"price_usd", base::to_string(price.now)},
                {"since", base::to_iso8601(price.since)},
                {"on_demand_usd", on_demand ? value(base::to_string(*on_demand)) : value(nullptr)},
                {"lowest_usd", base::to_string(price.lowest)},
                {"mean_usd", base::to_string(price.mean)},
                {"highest_usd", base::to_string(price.highest)},
                {"changes", price.changes}};
}

}  // namespace app
