#include "control/group_state.h"

namespace control {

bool serves(const GroupState& group, const model::InstanceId& id) {
  if (group.is_gone(id)) return false;
  const model::Instance* instance = group.find(id);
  if (!instance || instance->state != model::InstanceState::kRunning) return false;
  if (group.spec.target_groups.empty()) return group.checks_passed.contains(id);
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

std::set<model::SlotName> wanted_slots(const model::GroupSpec& spec) {
  std::set<model::SlotName> slots;
  for (int i = 0; i < spec.capacity; ++i) slots.insert(model::slot_name(spec.name, i));
  return slots;
}

}  // namespace control
