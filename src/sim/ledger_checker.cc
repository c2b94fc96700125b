#include "sim/ledger_checker.h"

#include <algorithm>

#include "model/adoption.h"

namespace sim {
namespace {

using model::InstanceId;
using model::LedgerRecord;
using model::SlotName;

const model::OpenLaunch* entry_covering(const LedgerRecord& record, uint64_t n,
                                        const SlotName& slot) {
  for (const model::OpenLaunch& entry : record.open)
    if (entry.n == n &&
        std::find(entry.slots.begin(), entry.slots.end(), slot) != entry.slots.end())
      return &entry;
  return nullptr;
}

bool names(const LedgerRecord& record, const InstanceId& id) {
  const auto holds = [&](const auto& item) { return item.second.instance == id; };
  const auto leaves = [&](const auto& item) { return item.instance == id; };
  return std::any_of(record.holders.begin(), record.holders.end(), holds) ||
         std::any_of(record.retiring.begin(), record.retiring.end(), leaves);
}

std::string in(const LedgerRecord& record) {
  return " (" + record.group.str() + " revision " + std::to_string(record.revision) + ")";
}

bool is_rebuilding(const LedgerRecord& record) {
  return record.no_launch_before && record.written_at < *record.no_launch_before;
}

}  // namespace

void LedgerChecker::stored(const LedgerRecord& record,
                           const std::function<bool(const InstanceId&)>& is_ours) {
  const auto last = last_.find(record.group);
  if (last != last_.end() && last->second == record) return;
  ++records_;
  check_alone(record);
  if (last != last_.end()) check_step(last->second, record, is_ours);
  if (last != last_.end()) check_orders(last->second, record);
  check_returns(last == last_.end() ? nullptr : &last->second, record);
  for (const auto& [slot, holder] : record.holders)
    ever_held_.insert_or_assign(holder.instance, slot);
  last_.insert_or_assign(record.group, record);
}

void LedgerChecker::check_alone(const LedgerRecord& record) {
  std::set<InstanceId> holding;
  for (const auto& [slot, holder] : record.holders)
    if (!holding.insert(holder.instance).second)
      violate_(holder.instance.str() + " holds two slots" + in(record));
  for (const model::Retiring& entry : record.retiring)
    if (holding.contains(entry.instance))
      violate_(entry.instance.str() + " holds a slot and leaves one" + in(record));
  std::set<SlotName> launching;
  std::set<uint64_t> numbers;
  for (const model::OpenLaunch& entry : record.open) {
    for (const SlotName& slot : entry.slots)
      if (!launching.insert(slot).second)
        violate_(slot.str() + " is launched for twice" + in(record));
    if (!numbers.insert(entry.n).second || entry.n > record.counter)
      violate_("launch " + std::to_string(entry.n) + " is numbered wrongly" + in(record));
  }
}

// By the clock of the keeper that decided it, which the record tells.
void LedgerChecker::check_returns(const LedgerRecord* before, const LedgerRecord& after) {
  const auto window = windows_.find(after.group);
  if (window == windows_.end()) return;
  for (const auto& [slot, at] : after.returned) {
    const auto old = before ? before->returned.find(slot) : after.returned.end();
    const bool is_new = !before || old == before->returned.end() || old->second != at;
    if (is_new && !window->second.is_open(at))
      violate_(slot.str() + " returns to Spot at " + base::to_iso8601(at) +
               ", when its window is closed" + in(after));
  }
}

// While a group is paused or retired, or a slot on hold, nothing is launched for it any more. An
// adoption launches nothing; a paused group is filled by it.
void LedgerChecker::check_orders(const LedgerRecord& before, const LedgerRecord& after) {
  const bool is_paused = before.paused_since && after.paused_since;
  const bool is_retired = before.retired_at && after.retired_at;
  for (const model::OpenLaunch& entry : after.open) {
    if (entry.n <= before.counter) continue;
    if (is_retired || (is_paused && !model::parse_adoption(entry.request)))
      violate_("launch " + std::to_string(entry.n) + " was opened against an order" + in(after));
    for (const SlotName& slot : entry.slots)
      if (before.holds.contains(slot) && after.holds.contains(slot))
        violate_(slot.str() + " is on hold and was launched for" + in(after));
  }
}

void LedgerChecker::check_step(const LedgerRecord& before, const LedgerRecord& after,
                               const std::function<bool(const InstanceId&)>& is_ours) {
  if (after.incarnation != before.incarnation)
    return violate_("a new incarnation although the ledger was not lost" + in(after));
  if (after.revision != before.revision + 1)
    violate_("a write was overwritten: revision " + std::to_string(before.revision) +
             " is followed by " + std::to_string(after.revision) + in(after));
  if (after.counter < before.counter) violate_("the counter went back" + in(after));
  for (const model::OpenLaunch& entry : after.open) {
    const bool known = std::any_of(before.open.begin(), before.open.end(),
                                   [&](const auto& old) { return old.n == entry.n; });
    if (!known && entry.n <= before.counter)
      violate_("launch number " + std::to_string(entry.n) + " was used again" + in(after));
  }
  for (const auto& [slot, holder] : after.holders) {
    const auto old = before.holders.find(slot);
    if (old != before.holders.end() && old->second.instance == holder.instance) continue;
    if (!entry_covering(before, holder.n, slot) && !is_rebuilding(after))
      violate_(holder.instance.str() + " holds " + slot.str() + " without a launch for it" +
               in(after));
  }
  for (const auto& [slot, holder] : before.holders)
    if (!names(after, holder.instance) && is_ours(holder.instance))
      violate_(holder.instance.str() + " lives and was forgotten" + in(after));
}

}  // namespace sim
