#include "control/targets.h"

#include <algorithm>
#include <optional>

namespace control {
namespace {

using base::Instant;
using model::InstanceId;

enum class Standing { kUnknown, kAbsent, kListed, kLeaving };

// Where the instance stands, unless the last read is older than our last write.
Standing standing(const TargetView& view, const InstanceId& id) {
  if (!view.known) return Standing::kUnknown;
  const auto touched = view.touched.find(id);
  if (touched != view.touched.end() && view.read_began <= touched->second)
    return Standing::kUnknown;
  const auto health = view.health.find(id);
  if (health == view.health.end()) return Standing::kAbsent;
  return health->second.state == "draining" ? Standing::kLeaving : Standing::kListed;
}

class TargetPlanner {
 public:
  TargetPlanner(const GroupState& group, const TargetView& view, const Timing& timing, Instant now)
      : group_(group), view_(view), timing_(timing), now_(now) {}

  TargetPlan run() {
    for (const auto& [slot, holder] : group_.record()->holders)
      if (!is_on_hold(group_, slot)) consider_holder(holder.instance);
    for (const model::Retiring& entry : group_.record()->retiring)
      if (!is_on_hold(group_, entry.slot)) consider_leaving(entry);
    return std::move(plan_);
  }

 private:
  void consider_holder(const InstanceId& id) {
    const Standing where = standing(view_, id);
    if (group_.is_gone(id)) {
      if (where == Standing::kListed) plan_.to_deregister.push_back(id);
      return;
    }
    const auto doom = group_.doomed.find(id);
    if (doom != group_.doomed.end() && !is_replaced_by_choice(doom->second)) {
      if (where == Standing::kListed && may_leave(doom->second.deadline))
        plan_.to_deregister.push_back(id);
      return;
    }
    const model::Instance* instance = group_.find(id);
    // One that somebody else took out (Auto Scaling does, when a machine is detached) need not
    // drain to the end: being registered again calls that off.
    const bool is_out = where == Standing::kAbsent || where == Standing::kLeaving;
    if (is_out && instance && instance->state == model::InstanceState::kRunning)
      plan_.to_register.push_back(id);
  }

  void consider_leaving(const model::Retiring& entry) {
    if (standing(view_, entry.instance) != Standing::kListed) return;
    if (const auto until = stays_until(group_, entry, now_)) {
      plan_.look_again = std::min(plan_.look_again, *until);
      return;
    }
    // Who is exchanged without need is not spared while others serve: there is no hurry.
    const std::optional<Instant> deadline = deadline_of(group_, entry);
    // Its tags may have been taken off since. Where AWS takes it soon there is no time to ask.
    if (!deadline && !group_.is_shown(entry.instance)) return;
    const bool can_wait = !deadline && !entry.replacement.empty();
    const bool is_retired = group_.record()->retired_at.has_value();
    // One that recovers meanwhile is not taken out for an older one that may not serve.
    const bool is_useless = is_superseded(group_, entry) && is_failing(entry.instance);
    if (is_relieved(group_, entry) || is_retired || is_useless ||
        (!can_wait && may_leave(deadline)))
      plan_.to_deregister.push_back(entry.instance);
  }

  // By the balancer's word, or EC2's. One that was registered just now has not been tried yet.
  bool is_failing(const InstanceId& id) const {
    const auto health = view_.health.find(id);
    return group_.impaired.contains(id) ||
           (health != view_.health.end() && health->second.state == "unhealthy");
  }

  // Counted when somebody is to leave, and once for all of them.
  int serving() {
    if (!serving_) serving_ = healthy_holders(group_);
    return *serving_;
  }

  bool may_leave(const std::optional<Instant>& deadline) {
    if (serving() >= group_.spec.min_healthy) return true;
    if (!deadline) return false;
    const base::Duration drain =
        std::min(view_.drain.value_or(timing_.most_drain), timing_.most_drain);
    const Instant leave_at = *deadline - drain;
    if (now_ >= leave_at) return true;
    plan_.look_again = std::min(plan_.look_again, leave_at);
    return false;
  }

  const GroupState& group_;
  const TargetView& view_;
  const Timing& timing_;
  Instant now_;
  std::optional<int> serving_;
  TargetPlan plan_;
};

}  // namespace

TargetPlan plan_targets(const GroupState& group, const model::TargetGroupRef& ref,
                        const Timing& timing, Instant now) {
  const auto view = group.targets.find(ref.arn);
  if (!group.record() || view == group.targets.end()) return {};
  return TargetPlanner(group, view->second, timing, now).run();
}

bool out_of_balancer(const GroupState& group, const InstanceId& id) {
  return std::all_of(group.spec.target_groups.begin(), group.spec.target_groups.end(),
                     [&](const model::TargetGroupRef& ref) {
                       const auto view = group.targets.find(ref.arn);
                       return view != group.targets.end() &&
                              standing(view->second, id) == Standing::kAbsent;
                     });
}

}  // namespace control
