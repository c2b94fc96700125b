#include "control/evidence.h"

#include <algorithm>

#include "control/incidents.h"
#include "control/retirements.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
using model::InstanceState;

constexpr char kReclaimed[] = "Server.SpotInstanceTermination";

bool is_stopped(InstanceState state) {
  return state == InstanceState::kStopping || state == InstanceState::kStopped;
}

void brake(SlotWait& wait, Instant now) {
  wait.fail(now, Timing::kFirstBrake, Timing::kLongestBrake, LaunchTrouble::kEnds);
}

// Since when this keeper has known of the instance, by its own clock: lists may lag behind that.
// The ledger's times are another keeper's clock, which may be a minute off.
Instant known_since(const GroupState& group, const InstanceId& id) {
  const auto seen = group.seen.find(id);
  if (seen != group.seen.end()) return std::max(seen->second.first, seen->second.shown_at);
  const auto named = group.named_at.find(id);
  return named == group.named_at.end() ? Instant::never() : named->second;
}

bool is_overdue(const GroupState& group, const InstanceId& id, Instant began,
                const Timing& timing) {
  const Instant since = known_since(group, id);
  return since != Instant::never() && began >= since + timing.horizon;
}

// That one was not found is proof by time, and a clock that jumped ahead had not waited. It lives
// when AWS shows it once whatever was old then has been forgotten.
bool comes_back(const GroupState& group, const InstanceId& id, Instant began) {
  return group.missed.contains(id) && began >= group.gone.at(id) + Timing().horizon;
}

void take_back(GroupState& group, const InstanceId& id) {
  group.gone.erase(id);
  group.missed.erase(id);
  const auto doom = group.doomed.find(id);
  if (doom != group.doomed.end() && doom->second.how == kAbsent) group.doomed.erase(doom);
}

// Somebody took our tags off it, or put another keeper's on: it is theirs. A list may lag behind
// what it showed before, so only a read that began a horizon later says so.
void give_away(GroupState& group, const InstanceId& id, Instant began, Instant now) {
  if (group.is_gone(id) || !is_overdue(group, id, began, Timing())) return;
  if (group.ledger_ids.contains(id)) group.given_away.insert_or_assign(id, began);
  group.seen.erase(id);
  group.suspects.erase(id);
  group.rumoured.erase(id);
  group.checks_passed.erase(id);
  tell_instance(group, id, "given-away", "it does not carry our tags any more", now);
}

// Of what was never ours nothing is noted.
void observe_foreign(GroupState& group, const model::Instance& instance, Instant began,
                     Instant now) {
  if (!group.is_ours(instance.id)) return;
  // AWS takes the tags off what has ended, by and by.
  if (is_final(instance.state)) return ended(group, instance.id, "described", now);
  give_away(group, instance.id, began, now);
}

// What was given away comes back only by a read that cannot show the old tags any more.
bool is_still_given_away(GroupState& group, const InstanceId& id, Instant began) {
  const auto given = group.given_away.find(id);
  if (given == group.given_away.end()) return false;
  if (began < given->second + Timing().horizon) return true;
  group.given_away.erase(given);
  return false;
}

}  // namespace

bool is_final(InstanceState state) {
  return state == InstanceState::kShuttingDown || state == InstanceState::kTerminated;
}

bool is_owned(const GroupState& group, const model::Instance& instance) {
  const std::string* launch = instance.tag(model::kLaunchTag);
  const std::string* owner = instance.tag(model::kDeploymentTag);
  const std::string* name = instance.tag(model::kGroupTag);
  return name && *name == group.spec.name.str() && owner && *owner == group.deployment && launch &&
         model::parse_launch_id(*launch);
}

void note_failure(GroupState& group, const InstanceId& id, Instant now) {
  if (!group.ledger.record) return;
  for (const auto& [slot, holder] : group.ledger.record->holders) {
    if (holder.instance != id) continue;
    if (now >= holder.since + Timing::kYoung) {
      group.slot_waits.erase(slot);
      continue;
    }
    brake(group.slot_waits[slot], now);
    CrashLoop& loop = group.crash_loop;
    if (loop.failures == 0 || loop.version != holder.template_version)
      loop = {holder.template_version, 0, now, {}};
    ++loop.failures;
    if (now >= loop.wait.until) brake(loop.wait, now);
  }
}

void rumour(GroupState& group, const InstanceId& id, Instant now, const Timing& timing) {
  if (group.is_gone(id)) return;
  // As long as what AWS shows may lag behind what it told.
  group.rumoured[id] = now + timing.horizon;
  group.poll_asked_at = now;
}

void observe(GroupState& group, const model::Instance& instance, Instant began, Instant now) {
  if (!is_owned(group, instance)) return observe_foreign(group, instance, began, now);
  if (is_still_given_away(group, instance.id, began)) return;
  const auto [found, fresh] = group.seen.try_emplace(instance.id, Seen{instance, now, began});
  Seen& seen = found->second;
  if (!fresh) {
    const bool older = began < seen.shown_at;
    const bool resurrects = is_final(seen.instance.state) && !is_final(instance.state);
    if (older || (resurrects && !comes_back(group, instance.id, began))) return;
    seen.instance = instance;
    seen.shown_at = began;
  }
  group.suspects.erase(instance.id);
  if (!is_final(instance.state) && comes_back(group, instance.id, began))
    take_back(group, instance.id);
  if (is_final(instance.state)) {
    // Taken without a warning: that is no crash, and its pool is no place for the next one.
    if (instance.state_reason == kReclaimed)
      doom(group, instance.id, {model::IncidentKind::kInterruption, now, now, "reclaimed"});
    return ended(group, instance.id, "described", now);
  }
  if (is_stopped(instance.state) && !group.is_doomed(instance.id))
    doom(group, instance.id, {model::IncidentKind::kLoss, now, std::nullopt, "stopped"});
}

void ended(GroupState& group, const InstanceId& id, std::string how, Instant now) {
  if (!group.gone.try_emplace(id, now).second) return;
  if (how == kAbsent) group.missed.insert(id);
  if (const auto seen = group.seen.find(id); seen != group.seen.end())
    seen->second.instance.state = InstanceState::kTerminated;
  group.suspects.erase(id);
  group.rumoured.erase(id);
  group.checks_passed.erase(id);
  if (!group.is_doomed(id) && !is_announced(group, id)) note_failure(group, id, now);
  tell_instance(group, id, "ended", how, now);
  doom(group, id, {model::IncidentKind::kLoss, now, std::nullopt, std::move(how)});
}

void sweep_ended(GroupState& group, const std::set<InstanceId>& present, Instant began,
                 const Timing& timing) {
  group.swept_at = began;
  for (const InstanceId& id : group.ledger_ids)
    if (!present.contains(id) && !group.is_gone(id) && is_overdue(group, id, began, timing))
      group.suspects.insert(id);
  // What no list shows any more and no ledger names has been forgotten by AWS too.
  std::erase_if(group.seen, [&](const auto& entry) {
    return !present.contains(entry.first) && !group.ledger_ids.contains(entry.first) &&
           began >= entry.second.shown_at + timing.horizon;
  });
  std::erase_if(group.marked_doomed, [&](const auto& id) { return !group.seen.contains(id); });
  std::erase_if(group.gone, [&](const auto& entry) {
    return !group.seen.contains(entry.first) && !group.ledger_ids.contains(entry.first);
  });
  std::erase_if(group.retirements, [&](const auto& entry) {
    return !group.seen.contains(entry.first) && !group.ledger_ids.contains(entry.first);
  });
  std::erase_if(group.missed, [&](const auto& id) { return !group.gone.contains(id); });
  std::erase_if(group.doomed, [&](const auto& entry) {
    return !group.seen.contains(entry.first) && !group.ledger_ids.contains(entry.first) &&
           began >= entry.second.since + timing.horizon;
  });
}

void strike_given_away(const GroupState& group, model::LedgerRecord& record) {
  const auto is_given = [&](const InstanceId& id) { return group.is_given_away(id); };
  std::erase_if(record.holders, [&](const auto& held) { return is_given(held.second.instance); });
  std::erase_if(record.retiring, [&](const auto& entry) { return is_given(entry.instance); });
  std::erase_if(record.exchanging, [&](const auto& exchange) { return is_given(exchange.second); });
  for (model::Retiring& entry : record.retiring)
    if (is_given(entry.replacement)) entry.replacement = InstanceId();
}

}  // namespace control
