#include "control/incidents.h"

#include <algorithm>
#include <set>

#include "control/retirements.h"

namespace control {
namespace {

using base::Instant;
using model::Incident;

bool already_told(const Incident& incident, std::string_view what, const std::string& detail) {
  return std::any_of(
      incident.timeline.begin(), incident.timeline.end(),
      [&](const model::TimelineEntry& line) { return line.what == what && line.detail == detail; });
}

void tell(GroupState& group, Incident& incident, std::string_view what, std::string detail,
          Instant now) {
  if (already_told(incident, what, detail)) return;
  incident.timeline.push_back({now, std::string(what), std::move(detail)});
  group.changed_incidents.insert(incident.id);
}

void follow(GroupState& group, Incident& incident, const Doom& doom) {
  if (incident.deadline == doom.deadline) return;
  incident.deadline = doom.deadline;
  group.changed_incidents.insert(incident.id);
}

void open(GroupState& group, const model::SlotName& slot, const model::Holder& holder,
          const Doom& doom, Instant now) {
  Incident incident;
  incident.id = model::incident_id(holder.instance, doom.kind);
  if (const auto known = group.incidents.find(incident.id); known != group.incidents.end())
    return follow(group, known->second, doom);
  incident.kind = doom.kind;
  incident.group = group.spec.name;
  incident.slot = slot;
  incident.instance = holder.instance;
  incident.pool = holder.pool;
  incident.opened_at = doom.since;
  incident.deadline = doom.deadline;
  const auto id = incident.id;
  Incident& placed = group.incidents.emplace(id, std::move(incident)).first->second;
  tell(group, placed, "noticed", doom.how, now);
}

// What became of the slot that the incident is about.
struct Outlook {
  bool wanted = false;
  bool replaced = false;
  model::InstanceId replacement;
};

Outlook outlook(const GroupState& group, const Incident& incident) {
  const model::LedgerRecord& record = *group.record();
  Outlook result;
  const auto holder = record.holders.find(incident.slot);
  const bool held = holder != record.holders.end();
  result.replaced = held && holder->second.instance != incident.instance;
  if (result.replaced) result.replacement = holder->second.instance;
  const auto opens_it = [&](const model::OpenLaunch& launch) {
    return std::find(launch.slots.begin(), launch.slots.end(), incident.slot) != launch.slots.end();
  };
  result.wanted = held || is_wanted_slot(group, incident.slot) ||
                  std::any_of(record.open.begin(), record.open.end(), opens_it);
  return result;
}

void close(GroupState& group, Incident& incident, std::string outcome, Instant now) {
  incident.outcome = std::move(outcome);
  incident.closed_at = now;
  tell(group, incident, "closed", incident.outcome, now);
}

using Ids = std::set<model::InstanceId>;

Ids leavers(const model::LedgerRecord& record) {
  Ids ids;
  for (const model::Retiring& entry : record.retiring) ids.insert(entry.instance);
  return ids;
}

void advance(GroupState& group, Incident& incident, const Ids& leaving, Instant now) {
  const Outlook slot = outlook(group, incident);
  if (!slot.wanted) return close(group, incident, "slot-gone", now);
  if (!slot.replaced) {
    const bool fails =
        group.is_doomed(incident.instance) || group.ailing.contains(incident.instance);
    // A loss was none when AWS shows the machine again.
    const bool can_recover = incident.kind == model::IncidentKind::kUnhealthy ||
                             incident.kind == model::IncidentKind::kLoss;
    if (can_recover && !fails) close(group, incident, "recovered", now);
    if (incident.kind == model::IncidentKind::kRetirement && !fails &&
        !is_announced(group, incident.instance))
      close(group, incident, "called-off", now);
    return;
  }
  if (incident.replacement != slot.replacement) {
    incident.replacement = slot.replacement;
    group.changed_incidents.insert(incident.id);
  }
  if (!serves(group, slot.replacement)) return;
  tell(group, incident, "healthy", slot.replacement.str(), now);
  if (!leaving.contains(incident.instance)) close(group, incident, "replaced", now);
}

// Which one it is, for the log.
decltype(Remark::fields) fields_of(const Incident& incident) {
  return {{"group", incident.group.str()},
          {"slot", incident.slot.str()},
          {"instance", incident.instance.str()},
          {"kind", std::string(to_string(incident.kind))}};
}

}  // namespace

void doom(GroupState& group, const model::InstanceId& id, const Doom& said) {
  Doom word = said;
  // What ends as it was announced is no loss.
  if (word.kind == model::IncidentKind::kLoss && is_announced(group, id))
    word.kind = model::IncidentKind::kRetirement;
  const auto [found, fresh] = group.doomed.try_emplace(id, word);
  Doom& known = found->second;
  // A recommendation was only the first hint of it; that it fails matters less than that AWS takes
  // it.
  using Kind = model::IncidentKind;
  const bool is_graver = known.kind == Kind::kRebalance ||
                         (known.kind == Kind::kUnhealthy && word.kind == Kind::kInterruption);
  if (is_graver && word.kind != known.kind) known = word;
  if (!fresh && word.deadline && (!known.deadline || *word.deadline < *known.deadline))
    known.deadline = word.deadline;
}

void open_incidents(GroupState& group, Instant now) {
  const model::LedgerRecord* record = group.record();
  if (!record) return;
  for (const auto& [slot, holder] : record->holders) {
    const auto word = group.doomed.find(holder.instance);
    if (word != group.doomed.end() && word->second.kind != model::IncidentKind::kRetirement)
      open(group, slot, holder, word->second, now);
    if (!is_announced(group, holder.instance)) continue;
    const Retirement& retirement = group.retirements.at(holder.instance);
    open(group, slot, holder,
         {model::IncidentKind::kRetirement, retirement.since, retirement.date, retirement.how},
         now);
  }
}

void tell_slots(GroupState& group, const SlotDetails& details, std::string_view what, Instant now) {
  if (details.empty()) return;
  for (auto& [id, incident] : group.incidents)
    if (const auto detail = details.find(incident.slot); detail != details.end())
      tell(group, incident, what, detail->second, now);
}

void tell_replaced(GroupState& group, const std::map<model::SlotName, model::InstanceId>& holders,
                   Instant now) {
  if (holders.empty()) return;
  for (auto& [id, incident] : group.incidents)
    if (const auto holder = holders.find(incident.slot);
        holder != holders.end() && holder->second != incident.instance)
      tell(group, incident, "committed", holder->second.str(), now);
}

void tell_instance(GroupState& group, const model::InstanceId& id, std::string_view what,
                   std::string detail, Instant now) {
  for (auto& [incident_id, incident] : group.incidents)
    if (incident.instance == id || incident.replacement == id)
      tell(group, incident, what, detail, now);
}

void tell_instances(GroupState& group, const std::set<model::InstanceId>& ids,
                    std::string_view what, Instant now) {
  for (auto& [id, incident] : group.incidents)
    for (const model::InstanceId& told : {incident.instance, incident.replacement})
      if (ids.contains(told)) tell(group, incident, what, told.str(), now);
}

Remark opening_of(const Incident& incident) {
  Remark remark{base::LogLevel::kInfo, "incident-opened", fields_of(incident)};
  remark.fields.emplace_back("pool", to_string(incident.pool));
  if (!incident.timeline.empty())
    remark.fields.emplace_back("how", incident.timeline.front().detail);
  if (incident.deadline)
    remark.fields.emplace_back("deadline", base::to_iso8601(*incident.deadline));
  return remark;
}

Remark closing_of(const Incident& incident) {
  Remark remark{base::LogLevel::kInfo, "incident-closed", fields_of(incident)};
  remark.fields.emplace_back("outcome", incident.outcome);
  if (!incident.replacement.empty())
    remark.fields.emplace_back("replacement", incident.replacement.str());
  remark.fields.emplace_back("after_ms",
                             std::to_string((*incident.closed_at - incident.opened_at).ms()));
  return remark;
}

void close_incidents(GroupState& group, Instant now) {
  if (!group.record() || group.incidents.empty()) return;
  const Ids leaving = leavers(*group.record());
  for (auto& [id, incident] : group.incidents)
    if (!incident.closed_at) advance(group, incident, leaving, now);
}

}  // namespace control
