#include "control/retirements.h"

#include <utility>

#include "control/incidents.h"

namespace control {

void take_scheduled_change(GroupState& group, const model::Notice& notice,
                           const model::InstanceId& id, base::Instant now) {
  if (!notice.change || group.is_gone(id)) return;
  const model::ScheduledChange& change = *notice.change;
  const auto known = group.retirements.find(id);
  if (!change.is_closed) {
    // What an instance survives, a reboot or a repair, is no reason to replace it.
    if (notice.action)
      announce(group, id, {notice.time, now, notice.deadline, change.event_arn, change.code});
    return;
  }
  // The word that ends one change says nothing of another.
  const bool is_another = known != group.retirements.end() && !known->second.event_arn.empty() &&
                          known->second.event_arn != change.event_arn;
  if (is_another) return;
  Retirement& retirement = group.retirements[id];
  if (notice.time < retirement.said_at) return;
  retirement.said_at = notice.time;
  retirement.event_arn = change.event_arn;
  retirement.is_called_off = true;
}

void announce(GroupState& group, const model::InstanceId& id, Retirement retirement) {
  const auto [known, is_new] = group.retirements.try_emplace(id, retirement);
  if (is_new) return;
  // Words come late and out of order.
  const bool is_older = retirement.said_at < known->second.said_at;
  if (is_older && retirement.event_arn == known->second.event_arn) return;
  if (!known->second.is_called_off) retirement.since = known->second.since;
  known->second = std::move(retirement);
}

bool is_announced(const GroupState& group, const model::InstanceId& id) {
  const auto known = group.retirements.find(id);
  return known != group.retirements.end() && !known->second.is_called_off;
}

void resume_incident(GroupState& group, model::Incident incident) {
  if (incident.kind == model::IncidentKind::kRetirement)
    announce(group, incident.instance,
             {incident.opened_at, incident.opened_at, incident.deadline, {}, "journal"});
  else
    doom(group, incident.instance,
         {incident.kind, incident.opened_at, incident.deadline, "journal"});
  const model::IncidentId id = incident.id;
  group.logged_incidents.insert(id);
  group.incidents.emplace(id, std::move(incident));
}

}  // namespace control
