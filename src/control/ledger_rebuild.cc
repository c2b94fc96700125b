#include "control/ledger_rebuild.h"

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "control/adoption.h"
#include "control/origin.h"
#include "model/adoption.h"
#include "model/launch_request.h"

namespace control {
namespace {

using model::Instance;
using model::InstanceId;
using model::OpenLaunch;
using model::Retiring;
using model::SlotName;

// What an open entry waits for is settled with it: a machine may be adopted meanwhile.
bool is_awaited(const model::LedgerRecord& record, const Instance& instance) {
  const model::LaunchId launch = launch_of(instance);
  return launch.incarnation == record.incarnation &&
         std::any_of(record.open.begin(), record.open.end(),
                     [&](const OpenLaunch& entry) { return entry.n == launch.n; });
}

std::set<InstanceId> named_in(const model::LedgerRecord& record) {
  std::set<InstanceId> ids;
  for (const auto& [slot, holder] : record.holders) ids.insert(holder.instance);
  for (const Retiring& entry : record.retiring) ids.insert(entry.instance);
  return ids;
}

// In the order in which they are given slots.
std::vector<const Instance*> strays_of(const LedgerDraft& draft) {
  std::vector<const Instance*> strays;
  const std::set<InstanceId> placed = named_in(draft.next);
  for (const auto& [id, seen] : draft.group.seen)
    if (model::is_live(seen.instance.state) && !placed.contains(id) &&
        !is_awaited(draft.next, seen.instance))
      strays.push_back(&seen.instance);
  const auto rank = [](const Instance* instance) {
    return std::tuple(launch_of(*instance).n, instance->launch_time, instance->id);
  };
  std::sort(strays.begin(), strays.end(),
            [&](const auto* a, const auto* b) { return rank(a) > rank(b); });
  return strays;
}

// By subnet, in the order of the slots.
std::map<model::SubnetId, std::deque<SlotName>> free_slots(const LedgerDraft& draft) {
  std::map<model::SubnetId, std::deque<SlotName>> free;
  const std::set<SlotName> covered = draft.covered_slots();
  const model::GroupSpec& spec = draft.group.spec;
  for (int i = 0; i < spec.capacity; ++i) {
    SlotName slot = model::slot_name(spec.name, i);
    if (!draft.next.holders.contains(slot) && !covered.contains(slot))
      free[model::slot_subnet(spec, i)].push_back(std::move(slot));
  }
  return free;
}

void place(LedgerDraft& draft, const Instance& stray, std::deque<SlotName>& free) {
  const GroupState& group = draft.group;
  const auto doom = group.doomed.find(stray.id);
  if (doom != group.doomed.end())
    // It serves until AWS takes it, or somebody else does.
    return draft.add_retiring({stray.id, SlotName(), InstanceId(),
                               std::string(model::to_string(doom->second.kind)), draft.now,
                               doom->second.deadline});
  // No slot is left for it: it serves on until the others do, then it goes.
  if (free.empty())
    return draft.add_retiring(
        {stray.id, SlotName(), InstanceId(), "unplaced", draft.now, std::nullopt});
  const int64_t version =
      version_of(group, stray, group.template_version.value_or(kUnknownVersion));
  draft.next.holders[free.front()] = {stray.id, launch_of(stray).n, stray.pool(), draft.now,
                                      version,  stray.lifecycle};
  free.pop_front();
}

}  // namespace

void adopt_while_rebuilding(LedgerDraft& draft) {
  if (!draft.next.no_launch_before || draft.now >= *draft.next.no_launch_before) return;
  const std::vector<const Instance*> strays = strays_of(draft);
  if (strays.empty()) return;
  auto free = free_slots(draft);
  for (const Instance* stray : strays) place(draft, *stray, free[stray->subnet]);
}

}  // namespace control
