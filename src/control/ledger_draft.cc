#include "control/ledger_draft.h"

#include <algorithm>
#include <utility>

#include "control/shared_capacity.h"

namespace control {

using base::Instant;
using model::InstanceId;
using model::Retiring;
using model::SlotName;

void LedgerDraft::look_again_at(Instant at) { look_again = std::min(look_again, at); }

bool LedgerDraft::is_held(const SlotName& slot) const {
  const auto holder = next.holders.find(slot);
  return holder != next.holders.end() && !group.is_doomed(holder->second.instance) &&
         !group.is_gone(holder->second.instance);
}

bool LedgerDraft::is_wanted(const SlotName& slot) const {
  if (next.retired_at) return false;
  const std::optional<int> index = model::slot_index(group.spec.name, slot);
  return index && *index < shared_capacity(group, next);
}

std::set<SlotName> LedgerDraft::covered_slots() const {
  std::set<SlotName> covered;
  for (const model::OpenLaunch& entry : next.open)
    covered.insert(entry.slots.begin(), entry.slots.end());
  return covered;
}

void LedgerDraft::retire(const SlotName& slot, const InstanceId& id, const InstanceId& replacement,
                         std::string reason) {
  if (group.is_gone(id)) return;
  const auto doom = group.doomed.find(id);
  const auto deadline = doom == group.doomed.end() ? std::nullopt : doom->second.deadline;
  add_retiring({id, slot, replacement, std::move(reason), now, deadline});
}

void LedgerDraft::add_retiring(Retiring entry) {
  const auto place = std::lower_bound(
      next.retiring.begin(), next.retiring.end(), entry,
      [](const Retiring& a, const Retiring& b) { return a.instance < b.instance; });
  next.retiring.insert(place, std::move(entry));
}

void LedgerDraft::cool(const model::Pool& pool, Instant until) {
  if (until <= now) return;
  Instant& known = next.cooling[pool];
  known = std::max(known, until);
}

void LedgerDraft::open(LaunchOrder order) {
  const model::LaunchId launch{next.incarnation, ++next.counter};
  next.open.push_back(launch_entry(group, context, launch, std::move(order), now));
}

bool is_return(const model::Holder& old, const model::OpenLaunch& entry) {
  return old.lifecycle == model::Lifecycle::kOnDemand && entry.lifecycle == model::Lifecycle::kSpot;
}

}  // namespace control
