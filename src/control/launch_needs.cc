#include "control/launch_needs.h"

#include <algorithm>
#include <utility>

#include "control/adoption.h"
#include "control/retirements.h"

namespace control {
namespace {

using model::OpenLaunch;
using model::Retiring;
using model::SlotName;

using Needs = std::vector<LaunchNeed>;

bool needs_launch(LedgerDraft& draft, const SlotName& slot, const std::set<SlotName>& covered) {
  if (draft.is_held(slot) || covered.contains(slot) || draft.next.holds.contains(slot))
    return false;
  const auto held = draft.next.held.find(slot);
  if (held == draft.next.held.end()) return true;
  draft.look_again_at(held->second);
  return false;
}

LaunchNeed need_of(const LedgerDraft& draft, SlotName slot, int index) {
  return {std::move(slot), index, index < draft.group.spec.on_demand.base_slots};
}

// Slots that machines are asked for. An adoption asks AWS for none, and may wait for long.
int launches_under_way(const LedgerDraft& draft) {
  int count = 0;
  for (const OpenLaunch& entry : draft.next.open)
    if (!is_adoption(entry)) count += static_cast<int>(entry.slots.size());
  return count;
}

// ---- exchanges that people or AWS asked for ----

// Machines beyond the capacity, or about to be, because a slot's machine is exchanged by choice.
int exchanges_under_way(const LedgerDraft& draft) {
  int count = 0;
  const auto is_held = [&](const SlotName& slot) { return draft.is_held(slot); };
  for (const OpenLaunch& entry : draft.next.open)
    count += static_cast<int>(std::count_if(entry.slots.begin(), entry.slots.end(), is_held));
  const auto leaves_by_choice = [](const Retiring& entry) {
    return entry.reason == kExchanged || entry.reason == kReturned ||
           entry.reason == to_string(model::IncidentKind::kRetirement);
  };
  return count + static_cast<int>(std::count_if(draft.next.retiring.begin(),
                                                draft.next.retiring.end(), leaves_by_choice));
}

bool is_slot_served(const LedgerDraft& draft, const SlotName& slot) {
  const auto holder = draft.next.holders.find(slot);
  if (holder != draft.next.holders.end() && serves(draft.group, holder->second.instance))
    return true;
  return std::any_of(draft.next.retiring.begin(), draft.next.retiring.end(),
                     [&](const Retiring& entry) {
                       return entry.slot == slot && serves(draft.group, entry.instance);
                     });
}

int slots_unserved(const LedgerDraft& draft) {
  int count = 0;
  for (int i = 0; i < draft.group.spec.capacity; ++i)
    count += !is_slot_served(draft, model::slot_name(draft.group.spec.name, i));
  return count;
}

// A person wants it exchanged, or AWS has said that it will end.
bool is_to_be_exchanged(const LedgerDraft& draft, const SlotName& slot) {
  if (draft.next.exchanging.contains(slot)) return true;
  const auto holder = draft.next.holders.find(slot);
  return holder != draft.next.holders.end() && is_announced(draft.group, holder->second.instance);
}

// A person's exchange waits until the version is known that it is for.
bool is_exchanged_now(const LedgerDraft& draft, const SlotName& slot) {
  return !(draft.next.exchanging.contains(slot) && draft.group.template_doubted_at) &&
         is_to_be_exchanged(draft, slot);
}

// As many as the surge allows, and none while more slots than allowed are not served: a new
// version that does not work stops its own spread.
void exchange_some(const LedgerDraft& draft, const std::set<SlotName>& covered, Needs& wanted) {
  const model::GroupSpec& spec = draft.group.spec;
  if (draft.next.exchanging.empty() && draft.group.retirements.empty()) return;
  if (slots_unserved(draft) > spec.max_unavailable) return;
  int room = spec.max_surge - exchanges_under_way(draft);
  for (int i = 0; i < spec.capacity && room > 0; ++i) {
    SlotName slot = model::slot_name(spec.name, i);
    if (!is_exchanged_now(draft, slot) || !draft.is_held(slot) || covered.contains(slot) ||
        draft.next.holds.contains(slot))
      continue;
    wanted.push_back(need_of(draft, std::move(slot), i));
    --room;
  }
}

// ---- a version that does not work ----

// True while a machine of the version is on its way or has not served yet.
bool is_trial_under_way(const LedgerDraft& draft) {
  const auto is_trial = [&](const auto& entry) {
    return entry.second.template_version == *draft.group.template_version &&
           draft.is_held(entry.first) && !serves(draft.group, entry.second.instance);
  };
  return launches_under_way(draft) > 0 ||
         std::any_of(draft.next.holders.begin(), draft.next.holders.end(), is_trial);
}

// One at a time, less and less often, until one of them lasts.
void try_carefully(LedgerDraft& draft, Needs& wanted) {
  if (wanted.empty()) return;
  const base::Instant until = draft.group.crash_loop.wait.until;
  const bool must_wait = until > draft.now;
  if (must_wait) draft.look_again_at(until);
  wanted.resize(must_wait || is_trial_under_way(draft) ? 0 : 1);
}

// ---- the brake ----

// Empty slots first, precautions last.
int rank_of(const LedgerDraft& draft, const LaunchNeed& need) {
  const auto holder = draft.next.holders.find(need.slot);
  const bool is_empty =
      holder == draft.next.holders.end() || draft.group.is_gone(holder->second.instance);
  return is_empty ? 0 : is_early(draft, need.slot) ? 2 : 1;
}

// Keeps what may still come within this hour; false when that is not all.
bool keep_allowed(LedgerDraft& draft, Needs& wanted) {
  const model::GroupSpec& spec = draft.group.spec;
  int left = spec.launches_per_hour.value_or(std::max(30, 3 * spec.capacity));
  for (const auto& [minute, count] : draft.next.launched) left -= count;
  left -= launches_under_way(draft);
  if (static_cast<int>(wanted.size()) <= left) return true;
  if (!draft.next.launched.empty())
    draft.look_again_at(draft.next.launched.begin()->first + kBrakePeriod);
  std::stable_sort(wanted.begin(), wanted.end(), [&](const LaunchNeed& a, const LaunchNeed& b) {
    return rank_of(draft, a) < rank_of(draft, b);
  });
  wanted.resize(static_cast<size_t>(std::max(0, left)));
  return false;
}

}  // namespace

LaunchNeeds launch_needs(LedgerDraft& draft) {
  const GroupState& group = draft.group;
  const std::set<SlotName> covered = draft.covered_slots();
  LaunchNeeds needs;
  for (int i = 0; i < group.spec.capacity; ++i) {
    SlotName slot = model::slot_name(group.spec.name, i);
    if (needs_launch(draft, slot, covered))
      needs.wanted.push_back(need_of(draft, std::move(slot), i));
  }
  const CrashLoop& loop = group.crash_loop;
  needs.is_looping = loop.version == *group.template_version && loop.failures >= CrashLoop::kProof;
  exchange_some(draft, covered, needs.wanted);
  if (needs.is_looping) try_carefully(draft, needs.wanted);
  needs.is_braked = !keep_allowed(draft, needs.wanted);
  return needs;
}

bool is_early(const LedgerDraft& draft, const SlotName& slot) {
  const auto holder = draft.next.holders.find(slot);
  if (holder == draft.next.holders.end() || draft.group.is_gone(holder->second.instance))
    return false;
  if (const auto from = presses_from(draft, slot); from && *from <= draft.now) return false;
  if (draft.is_held(slot)) return true;
  const auto doom = draft.group.doomed.find(holder->second.instance);
  return doom != draft.group.doomed.end() && doom->second.kind == model::IncidentKind::kRebalance;
}

std::optional<base::Instant> presses_from(const LedgerDraft& draft, const SlotName& slot) {
  const auto holder = draft.next.holders.find(slot);
  if (holder == draft.next.holders.end() || !is_announced(draft.group, holder->second.instance))
    return std::nullopt;
  const Retirement& announced = draft.group.retirements.at(holder->second.instance);
  if (!announced.date) return std::nullopt;
  return std::max(announced.since, *announced.date - draft.context.timing.before_retirement);
}

}  // namespace control
