#include "engine/journal_text.h"

#include <optional>

#include "base/json.h"

namespace engine {
namespace {

namespace json = base::json;
using base::fail;
using base::Instant;
using base::Result;
using json::text_or_empty;
using model::Incident;
using model::Notice;

json::value optional_ms(const std::optional<Instant>& t) {
  return t ? json::value(t->unix_ms()) : json::value(nullptr);
}

std::optional<Instant> find_instant(const json::object& object, std::string_view key) {
  const auto ms = json::find_int(object, key);
  if (!ms) return std::nullopt;
  return Instant::from_unix_ms(*ms);
}

template <class Value>
json::value optional_text(const std::optional<Value>& value) {
  return value ? json::value(to_string(*value)) : json::value(nullptr);
}

tl::unexpected<base::Error> malformed(std::string_view what, std::string_view text) {
  return fail("JournalMalformed", "not the journal's text of " + std::string(what) + ": " +
                                      std::string(text.substr(0, 200)));
}

std::vector<model::InstanceId> read_instances(const json::object& object) {
  std::vector<model::InstanceId> ids;
  if (const json::array* array = json::find_array(object, "instances"))
    for (const json::value& id : *array)
      if (id.is_string()) ids.emplace_back(std::string_view(id.get_string()));
  return ids;
}

json::value change_json(const std::optional<model::ScheduledChange>& change) {
  if (!change) return nullptr;
  return {
      {"code", change->code}, {"event_arn", change->event_arn}, {"is_closed", change->is_closed}};
}

std::optional<model::ScheduledChange> find_change(const json::object& object) {
  const json::object* change = json::find_object(object, "change");
  if (!change) return std::nullopt;
  return model::ScheduledChange{text_or_empty(*change, "code"), text_or_empty(*change, "event_arn"),
                                json::find_bool(*change, "is_closed").value_or(false)};
}

json::value scaling_json(const std::optional<model::ScalingAction>& scaling) {
  if (!scaling) return nullptr;
  return {{"transition", to_string(scaling->transition)},
          {"group", scaling->group},
          {"hook", scaling->hook},
          {"token", scaling->token}};
}

std::optional<model::ScalingAction> find_scaling(const json::object& object) {
  const json::object* scaling = json::find_object(object, "scaling");
  if (!scaling) return std::nullopt;
  const auto transition = model::parse_lifecycle_transition(text_or_empty(*scaling, "transition"));
  return model::ScalingAction{transition.value_or(model::LifecycleTransition::kTerminating),
                              text_or_empty(*scaling, "group"), text_or_empty(*scaling, "hook"),
                              text_or_empty(*scaling, "token")};
}

json::value fleet_json(const std::optional<model::FleetChange>& fleet) {
  if (!fleet) return nullptr;
  return {{"fleet", fleet->fleet.str()}, {"sub_type", fleet->sub_type}};
}

std::optional<model::FleetChange> find_fleet(const json::object& object) {
  const json::object* fleet = json::find_object(object, "fleet");
  if (!fleet) return std::nullopt;
  return model::FleetChange{model::FleetId(text_or_empty(*fleet, "fleet")),
                            text_or_empty(*fleet, "sub_type")};
}

model::Pool read_pool(const json::object& object) {
  const json::object* pool = json::find_object(object, "pool");
  if (!pool) return {};
  return {model::InstanceType(text_or_empty(*pool, "type")),
          model::Zone(text_or_empty(*pool, "zone")), text_or_empty(*pool, "product")};
}

}  // namespace

std::string to_text(const Notice& notice) {
  json::array instances;
  for (const model::InstanceId& id : notice.instances) instances.emplace_back(id.str());
  return json::serialize(json::object{{"id", notice.id.str()},
                                      {"kind", to_string(notice.kind)},
                                      {"instances", std::move(instances)},
                                      {"time_ms", notice.time.unix_ms()},
                                      {"account", notice.account.str()},
                                      {"region", notice.region.str()},
                                      {"source", notice.source},
                                      {"detail_type", notice.detail_type},
                                      {"action", optional_text(notice.action)},
                                      {"deadline_ms", optional_ms(notice.deadline)},
                                      {"state", optional_text(notice.state)},
                                      {"spot_request", notice.spot_request.str()},
                                      {"change", change_json(notice.change)},
                                      {"scaling", scaling_json(notice.scaling)},
                                      {"fleet", fleet_json(notice.fleet)}});
}

Result<Notice> parse_notice(std::string_view text) {
  ASSIGN_OR_RETURN(const json::object object, json::parse_object(text));
  const auto kind = model::parse_notice_kind(text_or_empty(object, "kind"));
  const auto time = find_instant(object, "time_ms");
  if (!kind || !time) return malformed("a notice", text);
  Notice notice;
  notice.id = model::EventId(text_or_empty(object, "id"));
  notice.kind = *kind;
  notice.instances = read_instances(object);
  notice.time = *time;
  notice.account = model::AccountId(text_or_empty(object, "account"));
  notice.region = model::Region(text_or_empty(object, "region"));
  notice.source = text_or_empty(object, "source");
  notice.detail_type = text_or_empty(object, "detail_type");
  notice.action = model::parse_interruption_action(text_or_empty(object, "action"));
  notice.deadline = find_instant(object, "deadline_ms");
  notice.state = model::parse_instance_state(text_or_empty(object, "state"));
  notice.spot_request = model::SpotRequestId(text_or_empty(object, "spot_request"));
  notice.change = find_change(object);
  notice.scaling = find_scaling(object);
  notice.fleet = find_fleet(object);
  return notice;
}

std::string to_text(const Incident& incident) {
  return json::serialize(json::object{{"id", incident.id.str()},
                                      {"kind", to_string(incident.kind)},
                                      {"group", incident.group.str()},
                                      {"slot", incident.slot.str()},
                                      {"instance", incident.instance.str()},
                                      {"pool",
                                       {{"type", incident.pool.type.str()},
                                        {"zone", incident.pool.zone.str()},
                                        {"product", incident.pool.product}}},
                                      {"opened_at_ms", incident.opened_at.unix_ms()},
                                      {"deadline_ms", optional_ms(incident.deadline)},
                                      {"replacement", incident.replacement.str()},
                                      {"closed_at_ms", optional_ms(incident.closed_at)},
                                      {"outcome", incident.outcome}});
}

Result<Incident> parse_incident(std::string_view text) {
  ASSIGN_OR_RETURN(const json::object object, json::parse_object(text));
  const auto kind = model::parse_incident_kind(text_or_empty(object, "kind"));
  const auto opened_at = find_instant(object, "opened_at_ms");
  if (!kind || !opened_at) return malformed("an incident", text);
  Incident incident;
  incident.id = model::IncidentId(text_or_empty(object, "id"));
  incident.kind = *kind;
  incident.group = model::GroupName(text_or_empty(object, "group"));
  incident.slot = model::SlotName(text_or_empty(object, "slot"));
  incident.instance = model::InstanceId(text_or_empty(object, "instance"));
  incident.pool = read_pool(object);
  incident.opened_at = *opened_at;
  incident.deadline = find_instant(object, "deadline_ms");
  incident.replacement = model::InstanceId(text_or_empty(object, "replacement"));
  incident.closed_at = find_instant(object, "closed_at_ms");
  incident.outcome = text_or_empty(object, "outcome");
  return incident;
}

}  // namespace engine
