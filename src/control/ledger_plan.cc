#include "control/ledger_plan.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "control/commands.h"
#include "control/evidence.h"
#include "control/launch_needs.h"
#include "control/launch_settling.h"
#include "control/ledger_draft.h"
#include "control/ledger_rebuild.h"
#include "control/pool_choice.h"
#include "control/shared_capacity.h"
#include "control/spot_return.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
using model::OpenLaunch;
using model::Retiring;

// 32 letters that survive being read aloud; 13 of them carry 64 bits.
std::string random_name(base::Prng& prng) {
  constexpr char kLetters[] = "abcdefghjkmnpqrstuvwxyz023456789";
  std::string name;
  for (int i = 0; i < 13; ++i) name += kLetters[prng.below(32)];
  return name;
}

// No record: the ledger is new, or was lost. Nothing may be launched until every instance of an
// earlier life has had time to show. False while AWS has not been asked for them.
bool begin_record(LedgerDraft& draft, base::Prng& prng) {
  const GroupState& group = draft.group;
  if (group.swept_at < group.ledger.read_began) return false;
  draft.next.group = group.spec.name;
  draft.next.incarnation = random_name(prng);
  draft.next.begun_at = draft.now;
  draft.next.no_launch_before = draft.now + draft.context.timing.horizon;
  // With machines of ours it is not new: its ledger was lost.
  if (group.spec.begins_paused && group.seen.empty()) draft.next.paused_since = draft.now;
  say_capacity(draft);
  adopt_while_rebuilding(draft);
  return true;
}

void forget_what_is_over(LedgerDraft& draft) {
  const Timing& timing = draft.context.timing;
  model::LedgerRecord& next = draft.next;
  const auto is_past = [&](Instant until) { return until <= draft.now; };
  std::erase_if(next.retiring,
                [&](const Retiring& entry) { return draft.group.is_gone(entry.instance); });
  std::erase_if(next.held, [&](const auto& held) { return is_past(held.second); });
  std::erase_if(next.cooling,
                [&](const auto& cooling) { return is_past(cooling.second + timing.steady_pool); });
  std::erase_if(next.returned, [&](const auto& returned) {
    return is_past(returned.second + timing.between_returns);
  });
  std::erase_if(next.exchanging, [&](const auto& exchange) {
    const auto holder = next.holders.find(exchange.first);
    return holder == next.holders.end() || holder->second.instance != exchange.second ||
           draft.group.is_gone(exchange.second);
  });
  std::erase_if(next.launched,
                [&](const auto& launched) { return is_past(launched.first + kBrakePeriod); });
}

void retire_unwanted(LedgerDraft& draft) {
  model::LedgerRecord& next = draft.next;
  std::erase_if(next.lacking, [&](const auto& lack) { return !draft.is_wanted(lack.first); });
  for (auto it = next.holders.begin(); it != next.holders.end();) {
    if (draft.is_wanted(it->first) || next.holds.contains(it->first)) {
      ++it;
      continue;
    }
    for (Retiring& leaving : next.retiring)
      if (leaving.slot == it->first) leaving.replacement = InstanceId();
    draft.retire(it->first, it->second.instance, InstanceId(),
                 next.retired_at ? "retired" : "scaled-down");
    it = next.holders.erase(it);
  }
}

// A search takes longer than the other keeper's patience, and who takes over begins a new one.
void keep_while_searching(const Timing& timing, const LaunchProgress& progress, OpenLaunch& entry) {
  if (progress.phase != LaunchProgress::Phase::kSearching) return;
  const Instant until =
      progress.search_began + Timing::search_delay(Timing::kSearches - 1) + timing.submit_window;
  entry.submit_before = std::max(entry.submit_before, until);
}

// An entry that was not submitted in its window needs a new one, by CAS, before anybody sends it.
void take_over(LedgerDraft& draft) {
  const LedgerContext& context = draft.context;
  for (OpenLaunch& entry : draft.next.open) {
    const bool ours = entry.submitter == context.keeper;
    const auto progress = draft.group.launches.find(entry.n);
    if (ours && progress != draft.group.launches.end() &&
        progress->second.phase != LaunchProgress::Phase::kToSubmit) {
      keep_while_searching(context.timing, progress->second, entry);
      continue;
    }
    const Instant over =
        ours ? entry.submit_before : entry.submit_before + context.timing.takeover_margin;
    if (draft.now <= over) {
      draft.look_again_at(over + base::Duration::millis(1));
      continue;
    }
    entry.submitter = context.keeper;
    entry.submit_before = draft.now + context.timing.submit_window;
  }
}

bool knows_what_to_launch(const GroupState& group) {
  return group.template_version && !group.spec.types.empty();
}

void launch(LedgerDraft& draft, LedgerPlan& plan) {
  if (draft.next.no_launch_before && draft.now < *draft.next.no_launch_before)
    return draft.look_again_at(*draft.next.no_launch_before);
  draft.next.no_launch_before.reset();
  if (!knows_what_to_launch(draft.group)) return;
  LaunchNeeds needs = launch_needs(draft);
  plan.is_braked = needs.is_braked;
  plan.is_looping = needs.is_looping;
  open_launches(draft, std::move(needs.wanted));
  return_to_spot(draft);
}

void change_course(LedgerDraft& draft, LedgerPlan& plan) {
  retire_unwanted(draft);
  take_over(draft);
  if (!draft.next.retired_at) launch(draft, plan);
}

void stamp(LedgerDraft& draft, base::Prng& prng) {
  ++draft.next.revision;
  draft.next.writer = draft.context.keeper;
  draft.next.nonce = random_name(prng);
  draft.next.written_at = draft.now;
}

void go_on(LedgerDraft& draft, LedgerPlan& plan) {
  draft.next = *draft.group.ledger.record;
  strike_given_away(draft.group, draft.next);
  say_capacity(draft);
  plan.applied = apply_waiting(draft.group, draft.context, draft.next, draft.now);
  adopt_while_rebuilding(draft);
  settle_launches(draft);
  forget_what_is_over(draft);
  if (!draft.next.paused_since) change_course(draft, plan);
}

}  // namespace

LedgerPlan plan_ledger(const GroupState& group, const LedgerContext& context, base::Prng& prng,
                       Instant now) {
  CHECK(group.ledger.known && !group.ledger.unusable);
  LedgerDraft draft{group, context, now};
  LedgerPlan plan;
  const bool is_new = !group.ledger.record;
  if (is_new) {
    if (!begin_record(draft, prng)) return plan;
  } else {
    go_on(draft, plan);
  }
  plan.look_again = draft.look_again;
  if (is_new || draft.next != *group.ledger.record) {
    stamp(draft, prng);
    plan.next = std::move(draft.next);
  }
  return plan;
}

}  // namespace control
