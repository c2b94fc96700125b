#include "control/launch_settling.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "control/adoption.h"
#include "control/retirements.h"

namespace control {
namespace {

using base::Instant;
using model::Holder;
using model::InstanceId;
using model::OpenLaunch;
using model::Retiring;
using model::SlotName;

// When all pools of a zone cool, the one that just had nothing is the last to be asked again: or a
// pool that is dry for three minutes would always go before one that is avoided for ten.
void cool_behind_others(LedgerDraft& draft, const model::Pool& pool, Instant dry_at) {
  Instant until = dry_at + draft.context.timing.cool_dry;
  for (const model::InstanceType& type : draft.group.spec.types) {
    const auto other = draft.next.cooling.find({type, pool.zone, pool.product});
    if (type == pool.type || other == draft.next.cooling.end() || other->second <= draft.now)
      continue;
    until = std::max(until, other->second + base::Duration::seconds(1));
  }
  draft.cool(pool, until);
}

// Spot gave nothing, or less than it was asked for.
void note_lack(LedgerDraft& draft, const OpenLaunch& entry, const LaunchProgress& progress) {
  for (const model::Pool& pool : progress.dry) cool_behind_others(draft, pool, progress.settled_at);
  if (progress.dry.empty() && progress.came.empty()) return;
  for (size_t i = progress.came.size(); i < entry.slots.size(); ++i)
    if (!draft.is_held(entry.slots[i]))
      draft.next.lacking.try_emplace(entry.slots[i], entry.opened_at);
}

std::string reason_for(const LedgerDraft& draft, const SlotName& slot, const Holder& old,
                       const OpenLaunch& entry) {
  const auto doom = draft.group.doomed.find(old.instance);
  if (doom != draft.group.doomed.end()) return std::string(model::to_string(doom->second.kind));
  if (is_announced(draft.group, old.instance))
    return std::string(model::to_string(model::IncidentKind::kRetirement));
  return is_return(old, entry) && !draft.next.exchanging.contains(slot) ? kReturned : kExchanged;
}

void assign(LedgerDraft& draft, const OpenLaunch& entry, const SlotName& slot,
            const InstanceId& id) {
  model::LedgerRecord& next = draft.next;
  if (const auto old = next.holders.find(slot); old != next.holders.end())
    draft.retire(slot, old->second.instance, id, reason_for(draft, slot, old->second, entry));
  for (Retiring& leaving : next.retiring)
    if (leaving.slot == slot) leaving.replacement = id;
  // A fleet's machines come from any of its pools.
  const model::Instance* instance = draft.group.find(id);
  next.holders[slot] = {id,
                        entry.n,
                        instance ? instance->pool() : entry.pool,
                        draft.now,
                        entry.template_version,
                        entry.lifecycle};
  next.lacking.erase(slot);
}

// Launches are counted by the minute, for the brake.
Instant minute_of(Instant time) { return Instant::from_unix_ms(time.unix_ms() / 60'000 * 60'000); }

void settle(LedgerDraft& draft, const OpenLaunch& entry, const LaunchProgress& progress) {
  if (!progress.came.empty() && !is_adoption(entry))
    draft.next.launched[minute_of(draft.now)] += static_cast<int>(progress.came.size());
  for (size_t i = 0; i < std::min(entry.slots.size(), progress.came.size()); ++i)
    assign(draft, entry, entry.slots[i], progress.came[i]);
  if (entry.lifecycle == model::Lifecycle::kSpot) note_lack(draft, entry, progress);
  if (progress.outcome == "lost")
    for (const SlotName& slot : entry.slots)
      draft.next.held[slot] = progress.settled_at + draft.context.timing.horizon;
}

}  // namespace

void settle_launches(LedgerDraft& draft) {
  std::vector<OpenLaunch> open;
  for (OpenLaunch& entry : draft.next.open) {
    const auto progress = draft.group.launches.find(entry.n);
    const bool settled = progress != draft.group.launches.end() &&
                         progress->second.phase == LaunchProgress::Phase::kSettled;
    const bool ours = entry.submitter == draft.context.keeper;
    if (settled && (ours || !progress->second.came.empty()))
      settle(draft, entry, progress->second);
    else
      open.push_back(std::move(entry));
  }
  draft.next.open = std::move(open);
}

}  // namespace control
