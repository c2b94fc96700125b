#include "control/group_state.h"

#include <algorithm>

#include "control/shared_capacity.h"

namespace control {

void SlotWait::fail(base::Instant now, base::Duration first, base::Duration longest,
                    LaunchTrouble what) {
  constexpr int kMostDoublings = 20;
  const int doublings = std::min(failures++, kMostDoublings);
  trouble = what;
  until = now + std::min(first * (int64_t{1} << doublings), longest);
}

bool is_replaced_by_choice(const Doom& doom) {
  return doom.kind == model::IncidentKind::kRebalance ||
         doom.kind == model::IncidentKind::kUnhealthy;
}

bool is_relieved(const GroupState& group, const model::Retiring& entry) {
  if (entry.replacement.empty() || !serves(group, entry.replacement)) return false;
  const auto doom = group.doomed.find(entry.replacement);
  return doom == group.doomed.end() || is_replaced_by_choice(doom->second);
}

bool is_superseded(const GroupState& group, const model::Retiring& entry) {
  if (entry.reason != to_string(model::IncidentKind::kUnhealthy)) return false;
  const auto came_before = [&](const model::Retiring& other) {
    return other.slot == entry.slot && other.reason == entry.reason &&
           !group.is_gone(other.instance) && other.since < entry.since;
  };
  const auto& retiring = group.record()->retiring;
  return std::any_of(retiring.begin(), retiring.end(), came_before);
}

std::optional<base::Instant> deadline_of(const GroupState& group, const model::Retiring& entry) {
  const auto doom = group.doomed.find(entry.instance);
  return doom != group.doomed.end() && doom->second.deadline ? doom->second.deadline
                                                             : entry.deadline;
}

std::optional<base::Instant> stays_until(const GroupState& group, const model::Retiring& entry,
                                         base::Instant now) {
  // AWS warns within minutes of most recommendations, or not at all; two machines are paid for.
  constexpr base::Duration kLongest = base::Duration::hours(1);
  const bool is_ahead = entry.reason == to_string(model::IncidentKind::kRebalance) &&
                        group.spec.on_rebalance == model::OnRebalance::kLaunchAhead;
  if (!is_ahead || deadline_of(group, entry) || now >= entry.since + kLongest) return std::nullopt;
  return entry.since + kLongest;
}

bool serves(const GroupState& group, const model::InstanceId& id) {
  if (group.is_gone(id)) return false;
  const model::Instance* instance = group.find(id);
  if (!instance || instance->state != model::InstanceState::kRunning) return false;
  if (group.spec.target_groups.empty())
    return group.checks_passed.contains(id) && !group.impaired.contains(id);
  for (const model::TargetGroupRef& ref : group.spec.target_groups) {
    const auto view = group.targets.find(ref.arn);
    if (view == group.targets.end()) return false;
    const auto health = view->second.health.find(id);
    if (health == view->second.health.end() || health->second.state != "healthy") return false;
  }
  return true;
}

int healthy_holders(const GroupState& group) {
  const model::LedgerRecord* record = group.record();
  if (!record) return 0;
  int count = 0;
  for (const auto& [slot, holder] : record->holders)
    if (!group.is_doomed(holder.instance) && serves(group, holder.instance)) ++count;
  return count;
}

bool is_wanted_slot(const GroupState& group, const model::SlotName& slot) {
  const model::LedgerRecord* record = group.record();
  if (record && record->retired_at) return false;
  const std::optional<int> index = model::slot_index(group.spec.name, slot);
  return index && *index < (record ? shared_capacity(group, *record) : group.spec.capacity);
}

bool is_paused(const GroupState& group) {
  const model::LedgerRecord* record = group.record();
  return record && record->paused_since.has_value();
}

bool is_on_hold(const GroupState& group, const model::SlotName& slot) {
  const model::LedgerRecord* record = group.record();
  return record && record->holds.contains(slot);
}

int least_healthy(const GroupState& group) {
  const model::LedgerRecord* record = group.record();
  const int holders = record ? static_cast<int>(record->holders.size()) : group.spec.capacity;
  return std::min(group.spec.min_healthy, holders);
}

}  // namespace control
