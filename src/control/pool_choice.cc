#include "control/pool_choice.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "control/adoption.h"

namespace control {
namespace {

using base::Instant;
using model::OpenLaunch;
using model::SlotName;

enum class Choice { kWait, kSpot, kOnDemand };

void cool_interrupted_pools(LedgerDraft& draft) {
  for (const auto& [slot, holder] : draft.next.holders) {
    const auto doom = draft.group.doomed.find(holder.instance);
    if (doom == draft.group.doomed.end() ||
        (doom->second.kind != model::IncidentKind::kInterruption &&
         doom->second.kind != model::IncidentKind::kRebalance))
      continue;
    draft.cool(holder.pool, doom->second.since + draft.group.spec.avoid_interrupted_pool_for);
  }
}

std::map<model::Pool, int> pools_in_use(const LedgerDraft& draft) {
  std::map<model::Pool, int> in_use;
  for (const auto& [slot, holder] : draft.next.holders)
    if (draft.is_held(slot)) ++in_use[holder.pool];
  for (const OpenLaunch& entry : draft.next.open)
    in_use[entry.pool] += static_cast<int>(entry.slots.size());
  return in_use;
}

market::Knowledge known_in(const LedgerDraft& draft) {
  return {draft.context.prices, draft.next.cooling, draft.context.advisor, pools_in_use(draft),
          draft.group.scores};
}

// ---- what goes now, and what gathers ----

// What AWS takes within ten seconds: more would wait, decided on what is known now.
size_t room_for_launches(const LedgerDraft& draft, const model::SubnetId& subnet) {
  const size_t most =
      std::max<size_t>(1, Timing::kMostOpenLaunches / draft.group.spec.subnets.size());
  const auto open = static_cast<size_t>(std::count_if(
      draft.next.open.begin(), draft.next.open.end(),
      [&](const OpenLaunch& entry) { return entry.subnet == subnet && !is_adoption(entry); }));
  return open < most ? most - open : 0;
}

// Until when the subnet's next launch gathers what is needed: one of ours for it was opened just
// now, and is under way or brought all that it asked for. After one that failed nobody waits.
Instant gathers_until(const LedgerDraft& draft, const model::SubnetId& subnet) {
  const auto filled = draft.group.filled.find(subnet);
  Instant last = filled == draft.group.filled.end() ? Instant() : filled->second;
  for (const OpenLaunch& entry : draft.next.open)
    if (entry.subnet == subnet && entry.submitter == draft.context.keeper && !is_adoption(entry))
      last = std::max(last, entry.opened_at);
  return last == Instant() ? last : last + draft.context.timing.gather;
}

// What need not wait for others: all of it, or while the subnet gathers, as many as fill launches.
void keep_ready(LedgerDraft& draft, const model::SubnetId& subnet, std::vector<LaunchNeed>& needs) {
  const size_t most = draft.context.timing.most_slots_per_launch;
  needs.resize(std::min(needs.size(), room_for_launches(draft, subnet) * most));
  const Instant until = gathers_until(draft, subnet);
  if (until <= draft.now || until > draft.now + draft.context.timing.gather) return;
  if (needs.size() % most != 0) draft.look_again_at(until);
  needs.resize(needs.size() / most * most);
}

// ---- Spot or on-demand ----

// Since when the slot has been in want of what Spot does not have. One whose machine runs is not,
// until an announced end presses.
std::optional<Instant> lacks_since(const LedgerDraft& draft, const SlotName& slot) {
  const auto lack = draft.next.lacking.find(slot);
  return lack == draft.next.lacking.end() ? presses_from(draft, slot) : std::optional(lack->second);
}

bool falls_back(LedgerDraft& draft, const SlotName& slot) {
  const auto& after = draft.group.spec.on_demand.fallback_after;
  const auto lack = lacks_since(draft, slot);
  if (!after || !lack) return false;
  const Instant due = *lack + *after;
  if (draft.now >= due) return true;
  draft.look_again_at(due);
  return false;
}

// After failures: a slot that met a dry pool may try another at once, but not one that cools.
// When all of them cool, on-demand is next, once Spot has had its time.
Choice choose(LedgerDraft& draft, const LaunchNeed& need, const market::RankedPool& best) {
  // A precaution is not worth a pool that is no better.
  if (is_early(draft, need.slot) && best.cools_until && !need.is_base) {
    draft.look_again_at(*best.cools_until);
    if (const auto from = presses_from(draft, need.slot)) draft.look_again_at(*from);
    return Choice::kWait;
  }
  const auto wait = draft.group.slot_waits.find(need.slot);
  const bool waits = wait != draft.group.slot_waits.end() && wait->second.until > draft.now;
  const bool met_dry_spot = waits && wait->second.trouble == LaunchTrouble::kDry;
  const bool is_dry = best.cools_until.has_value();
  if (met_dry_spot && !is_dry && !need.is_base) return Choice::kSpot;
  if (need.is_base || (is_dry && falls_back(draft, need.slot)))
    if (!waits || met_dry_spot) return Choice::kOnDemand;
  if (!waits) return Choice::kSpot;
  draft.look_again_at(wait->second.until);
  return Choice::kWait;
}

// The types in their order; beginning with another one after each failure.
std::vector<model::Pool> on_demand_pools(const GroupState& group, const model::Zone& zone,
                                         const SlotName& slot) {
  const auto wait = group.slot_waits.find(slot);
  const bool met_dry =
      wait != group.slot_waits.end() && wait->second.trouble == LaunchTrouble::kDryOnDemand;
  const auto turn = static_cast<size_t>(met_dry ? wait->second.failures : 0);
  const std::vector<model::InstanceType>& types = group.spec.types;
  std::vector<model::Pool> pools;
  for (size_t i = 0; i < types.size(); ++i)
    pools.push_back({types[(turn + i) % types.size()], zone, model::kLinux});
  return pools;
}

// ---- the launches ----

bool is_fleet(const model::GroupSpec& spec) { return spec.launch_by == model::LaunchBy::kFleet; }

// Those that neither cool nor cost too much, in order; or the best, when there is none. AWS
// advises a fleet to name ten pools: it knows which ones have capacity. Where it chooses by that,
// pools that cool fill up what is missing.
std::vector<model::Pool> worth_asking(const model::GroupSpec& spec,
                                      const std::vector<market::RankedPool>& ranked) {
  constexpr size_t kChoice = 10;
  const bool is_by_capacity = spec.strategy == model::Strategy::kPriceCapacity ||
                              spec.strategy == model::Strategy::kLowestRisk;
  const size_t least = is_fleet(spec) && is_by_capacity ? kChoice : 0;
  std::vector<model::Pool> pools;
  for (const market::RankedPool& pool : ranked)
    if (!pool.too_dear && (!pool.cools_until || pools.size() < least)) pools.push_back(pool.pool);
  if (pools.empty()) pools.push_back(ranked.front().pool);
  return pools;
}

void open_all(LedgerDraft& draft, LaunchOrder order) {
  std::vector<SlotName> slots = std::exchange(order.slots, {});
  std::sort(slots.begin(), slots.end());
  const size_t most = draft.context.timing.most_slots_per_launch;
  for (size_t from = 0; from < slots.size(); from += most) {
    const size_t to = std::min(slots.size(), from + most);
    LaunchOrder part = order;
    part.slots.assign(slots.begin() + static_cast<ptrdiff_t>(from),
                      slots.begin() + static_cast<ptrdiff_t>(to));
    draft.open(std::move(part));
  }
}

// Each to the pool that has the fewest by then.
void open_spread(LedgerDraft& draft, const model::SubnetId& subnet, const model::Zone& zone,
                 std::vector<SlotName> slots) {
  market::Knowledge known = known_in(draft);
  std::map<model::Pool, std::vector<SlotName>> by_pool;
  for (SlotName& slot : slots) {
    const model::Pool pool = market::rank(draft.group.spec, zone, known, draft.now).front().pool;
    ++known.in_use[pool];
    by_pool[pool].push_back(std::move(slot));
  }
  for (auto& [pool, some] : by_pool)
    open_all(draft, {subnet, model::Lifecycle::kSpot, {pool}, std::move(some)});
}

void open_in(LedgerDraft& draft, const model::SubnetId& subnet, std::vector<LaunchNeed> needs) {
  const GroupState& group = draft.group;
  const auto zone = group.zones.find(subnet);
  if (zone == group.zones.end()) return;
  keep_ready(draft, subnet, needs);
  if (needs.empty()) return;
  const auto ranked = ranked_in(draft, zone->second);
  std::vector<SlotName> spot, on_demand;
  for (LaunchNeed& need : needs) {
    const Choice choice = choose(draft, need, ranked.front());
    if (choice == Choice::kSpot) spot.push_back(std::move(need.slot));
    if (choice == Choice::kOnDemand) on_demand.push_back(std::move(need.slot));
  }
  if (group.spec.strategy == model::Strategy::kDiversified && !is_fleet(group.spec))
    open_spread(draft, subnet, zone->second, std::move(spot));
  else
    open_all(draft,
             {subnet, model::Lifecycle::kSpot, worth_asking(group.spec, ranked), std::move(spot)});
  if (on_demand.empty()) return;
  auto pools = on_demand_pools(group, zone->second, on_demand.front());
  open_all(draft, {subnet, model::Lifecycle::kOnDemand, std::move(pools), std::move(on_demand)});
}

}  // namespace

void open_launches(LedgerDraft& draft, std::vector<LaunchNeed> needs) {
  if (needs.empty()) return;
  std::map<model::SubnetId, std::vector<LaunchNeed>> by_subnet;
  for (LaunchNeed& need : needs)
    by_subnet[model::slot_subnet(draft.group.spec, need.index)].push_back(std::move(need));
  const uint64_t counter = draft.next.counter;
  const auto cooling = draft.next.cooling;
  cool_interrupted_pools(draft);
  for (auto& [subnet, some] : by_subnet) open_in(draft, subnet, std::move(some));
  // Who is doomed is seen again at the next look: alone it is not worth a write.
  if (draft.next.counter == counter) draft.next.cooling = cooling;
}

std::vector<market::RankedPool> ranked_in(const LedgerDraft& draft, const model::Zone& zone) {
  auto ranked = market::rank(draft.group.spec, zone, known_in(draft), draft.now);
  CHECK(!ranked.empty());
  return ranked;
}

}  // namespace control
