#include "control/spot_return.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "control/adoption.h"
#include "control/pool_choice.h"

namespace control {
namespace {

using base::Instant;
using model::Holder;
using model::OpenLaunch;
using model::Retiring;
using model::SlotName;

bool has_on_demand(const model::LedgerRecord& record) {
  return std::any_of(record.holders.begin(), record.holders.end(), [](const auto& entry) {
    return entry.second.lifecycle == model::Lifecycle::kOnDemand;
  });
}

// A return that is under way: its launch is open, or the machine it replaces has not left.
bool is_returning(const LedgerDraft& draft) {
  const model::LedgerRecord& next = draft.next;
  for (const OpenLaunch& entry : next.open)
    for (const SlotName& slot : entry.slots)
      if (const auto old = next.holders.find(slot); old != next.holders.end() &&
                                                    is_return(old->second, entry) &&
                                                    !draft.group.is_doomed(old->second.instance))
        return true;
  return std::any_of(next.retiring.begin(), next.retiring.end(),
                     [](const Retiring& entry) { return entry.reason == kReturned; });
}

bool is_time_to_return(LedgerDraft& draft) {
  const model::OnDemandPolicy& policy = draft.group.spec.on_demand;
  if (policy.return_to_spot != model::ReturnToSpot::kInWindow) return true;
  const Instant opening = policy.return_window.next_opening(draft.now);
  if (opening > draft.now) draft.look_again_at(opening);
  return opening <= draft.now;
}

bool may_return(LedgerDraft& draft, const SlotName& slot, const Holder& holder) {
  // One that was adopted stays until somebody says otherwise, or AWS does.
  if (draft.next.holds.contains(slot) || holder.template_version == kAdoptedVersion) return false;
  if (holder.lifecycle == model::Lifecycle::kSpot || draft.group.is_doomed(holder.instance) ||
      !serves(draft.group, holder.instance) || !is_time_to_return(draft))
    return false;
  const auto returned = draft.next.returned.find(slot);
  if (returned == draft.next.returned.end()) return true;
  draft.look_again_at(returned->second + draft.context.timing.between_returns);
  return false;
}

// Those that may be on Spot, where capacity is likeliest first.
std::vector<int> slots_by_score(const GroupState& group) {
  constexpr int kMiddle = 5;
  const auto score_of = [&](int index) {
    const auto zone = group.zones.find(model::slot_subnet(group.spec, index));
    if (zone == group.zones.end()) return kMiddle;
    const auto score = group.scores.find(zone->second);
    return score == group.scores.end() ? kMiddle : score->second;
  };
  std::vector<int> slots;
  for (int i = group.spec.on_demand.base_slots; i < group.spec.capacity; ++i) slots.push_back(i);
  if (!group.scores.empty())
    std::stable_sort(slots.begin(), slots.end(),
                     [&](int a, int b) { return score_of(a) > score_of(b); });
  return slots;
}

bool is_steady(LedgerDraft& draft, const market::RankedPool& ranked) {
  if (ranked.too_dear) return false;
  const auto cooling = draft.next.cooling.find(ranked.pool);
  if (cooling == draft.next.cooling.end()) return true;
  draft.look_again_at(cooling->second + draft.context.timing.steady_pool);
  return false;
}

// Pools of the zone that have been launchable for long.
std::vector<model::Pool> steady_pools(LedgerDraft& draft, const model::Zone& zone) {
  std::vector<model::Pool> steady;
  for (const market::RankedPool& pool : ranked_in(draft, zone))
    if (is_steady(draft, pool)) steady.push_back(pool.pool);
  return steady;
}

}  // namespace

void return_to_spot(LedgerDraft& draft) {
  const GroupState& group = draft.group;
  if (group.spec.on_demand.return_to_spot == model::ReturnToSpot::kNever) return;
  if (!has_on_demand(draft.next) || is_returning(draft)) return;
  const std::set<SlotName> covered = draft.covered_slots();
  for (const int i : slots_by_score(group)) {
    const SlotName slot = model::slot_name(group.spec.name, i);
    const auto holder = draft.next.holders.find(slot);
    if (holder == draft.next.holders.end() || covered.contains(slot) ||
        !may_return(draft, slot, holder->second))
      continue;
    const model::SubnetId& subnet = model::slot_subnet(group.spec, i);
    const auto zone = group.zones.find(subnet);
    if (zone == group.zones.end()) continue;
    std::vector<model::Pool> steady = steady_pools(draft, zone->second);
    if (steady.empty()) continue;
    draft.next.returned[slot] = draft.now;
    return draft.open({subnet, model::Lifecycle::kSpot, std::move(steady), {slot}});
  }
}

}  // namespace control
