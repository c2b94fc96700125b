#include "control/endings.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "control/evidence.h"
#include "control/rival.h"
#include "control/targets.h"

namespace control {
namespace {

using base::Instant;

// True when the ledger speaks of it: a holder, a leaver, or one with the tag of an open launch.
bool is_accounted_for(const GroupState& group, const model::Instance& instance) {
  if (group.ledger_ids.contains(instance.id)) return true;
  const model::LedgerRecord& record = *group.record();
  const auto launch = model::parse_launch_id(*instance.tag(model::kLaunchTag));
  if (!launch || launch->incarnation != record.incarnation) return false;
  return std::any_of(record.open.begin(), record.open.end(),
                     [&](const model::OpenLaunch& entry) { return entry.n == launch->n; });
}

class EndingPlanner {
 public:
  EndingPlanner(const GroupState& group, const Timing& timing, Instant now)
      : group_(group), timing_(timing), now_(now) {}

  EndingPlan run() {
    for (const model::Retiring& entry : group_.record()->retiring) consider(entry);
    reap_surplus();
    return std::move(plan_);
  }

 private:
  // While a lost ledger is rebuilt, what no entry names may still be adopted.
  void reap_surplus() {
    plan_.rivals = group_.rivals;
    const std::optional<Instant> rebuilt_at = group_.record()->no_launch_before;
    if (rebuilt_at && now_ < *rebuilt_at) {
      plan_.look_again = std::min(plan_.look_again, *rebuilt_at);
      return;
    }
    std::vector<const Seen*> from_elsewhere;
    for (const auto& [id, seen] : group_.seen) {
      if (!model::is_live(seen.instance.state) || is_accounted_for(group_, seen.instance)) continue;
      if (came_from_elsewhere(group_, seen.instance, timing_))
        from_elsewhere.push_back(&seen);
      else
        reap(seen);
    }
    plan_.rivals = rivals_by(group_, from_elsewhere);
    for (const Seen* seen : from_elsewhere)
      if (!is_rivals(plan_.rivals, seen->instance)) reap(*seen);
  }

  void consider(const model::Retiring& entry) {
    const model::Instance* instance = group_.find(entry.instance);
    if (!instance || is_final(instance->state) || is_on_hold(group_, entry.slot)) return;
    // Its tags may have been taken off since: the next sweep shows it, or asks for it by id.
    if (!group_.is_shown(entry.instance)) return;
    if (const auto deadline = deadline_of(group_, entry);
        deadline && now_ < *deadline + timing_.overdue) {
      plan_.look_again = std::min(plan_.look_again, *deadline + timing_.overdue);
      return;
    }
    if (const auto until = stays_until(group_, entry, now_)) {
      plan_.look_again = std::min(plan_.look_again, *until);
      return;
    }
    if (!entry.replacement.empty() && !is_relieved(group_, entry) && !is_superseded(group_, entry))
      return;
    // Without a named replacement the rule is the balancer's: enough others serve.
    if (entry.replacement.empty() && !enough_serve()) return;
    if (out_of_balancer(group_, entry.instance))
      plan_.endings.push_back({entry.instance, entry.reason});
  }

  // Asked for every leaver of a group that shrinks, and the same for all of them.
  bool enough_serve() {
    if (!enough_serve_) enough_serve_ = healthy_holders(group_) >= least_healthy(group_);
    return *enough_serve_;
  }

  // Older than the horizon by AWS's word and by ours, and absent from a ledger read after that: an
  // entry that another keeper opened meanwhile would have been in it. And shown with our tags after
  // that too: it may have been given away, which is how the ledger came to forget it.
  void reap(const Seen& seen) {
    const Instant due = std::max(seen.first, seen.instance.launch_time) + timing_.horizon;
    // It served once, if the balancer knows it; while too few others do it may stay.
    const bool is_idle = out_of_balancer(group_, seen.instance.id);
    const bool is_proved =
        group_.ledger.read_began > due && seen.shown_at >= due && group_.is_shown(seen.instance.id);
    if (is_proved && (is_idle || enough_serve()))
      plan_.endings.push_back({seen.instance.id, "surplus"});
    else
      plan_.look_again = std::min(plan_.look_again, std::max(due, now_ + timing_.poll));
  }

  const GroupState& group_;
  const Timing& timing_;
  Instant now_;
  std::optional<bool> enough_serve_;
  EndingPlan plan_;
};

}  // namespace

EndingPlan plan_endings(const GroupState& group, const Timing& timing, Instant now) {
  if (!group.record() || group.swept_at == Instant()) return {};
  return EndingPlanner(group, timing, now).run();
}

}  // namespace control
