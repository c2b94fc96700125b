#include "control/health.h"

#include <algorithm>
#include <string>

#include "control/evidence.h"
#include "control/incidents.h"
#include "control/timing.h"
#include "control/troubles.h"

namespace control {
namespace {

using base::Instant;
using model::IncidentKind;
using model::InstanceId;

enum class Verdict { kUnknown, kFine, kFails };

struct Finding {
  Verdict verdict = Verdict::kUnknown;
  std::string how;
  Instant at;  // When it was found to fail.
};

// "Elb.InternalError" is the balancer's own.
bool is_failing(const model::TargetHealth& health) {
  return health.state == "unhealthy" && !health.reason.starts_with("Elb.");
}

Finding ask_balancer(const GroupState& group, const InstanceId& id) {
  Verdict verdict = Verdict::kFine;
  for (const model::TargetGroupRef& ref : group.spec.target_groups) {
    const auto view = group.targets.find(ref.arn);
    if (view == group.targets.end() || !view->second.known) return {};
    const auto health = view->second.health.find(id);
    if (health == view->second.health.end() || health->second.state != "healthy")
      verdict = Verdict::kUnknown;
    if (health != view->second.health.end() && is_failing(health->second))
      return {Verdict::kFails, health->second.reason, view->second.read_ended};
  }
  return {verdict, {}, {}};
}

Finding examine(const GroupState& group, const InstanceId& id) {
  const model::Instance* instance = group.find(id);
  if (!instance || instance->state != model::InstanceState::kRunning) return {};
  if (group.impaired.contains(id))
    return {Verdict::kFails, "status-checks", group.statuses_swept_at};
  if (group.statuses_swept_at == Instant()) return {};
  if (group.spec.health.source == model::HealthSource::kInstance) return {Verdict::kFine, {}, {}};
  return ask_balancer(group, id);
}

bool is_doomed_for_health(const GroupState& group, const InstanceId& id) {
  const auto doom = group.doomed.find(id);
  return doom != group.doomed.end() && doom->second.kind == IncidentKind::kUnhealthy;
}

// True when something fails its checks, or did: only then every holder is worth examining.
bool is_anything_wrong(const GroupState& group) {
  if (!group.impaired.empty() || !group.ailing.empty()) return true;
  const auto fails = [](const auto& target) { return is_failing(target.second); };
  const auto is_unhealthy = [](const auto& doom) {
    return doom.second.kind == IncidentKind::kUnhealthy;
  };
  return std::any_of(group.targets.begin(), group.targets.end(),
                     [&](const auto& view) {
                       return std::any_of(view.second.health.begin(), view.second.health.end(),
                                          fails);
                     }) ||
         std::any_of(group.doomed.begin(), group.doomed.end(), is_unhealthy);
}

void note_findings(GroupState& group) {
  std::map<InstanceId, Ailment> ailing;
  for (const auto& [slot, holder] : group.record()->holders) {
    const InstanceId& id = holder.instance;
    if (group.is_gone(id)) continue;
    Finding finding = examine(group, id);
    if (finding.verdict == Verdict::kFine) {
      if (is_doomed_for_health(group, id)) group.doomed.erase(id);
      continue;
    }
    const auto known = group.ailing.find(id);
    if (known != group.ailing.end()) ailing.insert(*known);
    if (finding.verdict != Verdict::kFails) continue;
    Ailment& ailment =
        ailing.try_emplace(id, Ailment{finding.at, finding.at, std::move(finding.how)})
            .first->second;
    ailment.last = std::max(ailment.last, finding.at);
  }
  group.ailing = std::move(ailing);
}

// Those whom AWS takes anyway say nothing about the application.
int count_failing(const GroupState& group) {
  return static_cast<int>(
      std::count_if(group.ailing.begin(), group.ailing.end(), [&](const auto& ailment) {
        return !group.is_doomed(ailment.first) || is_doomed_for_health(group, ailment.first);
      }));
}

void tell_common_failure(GroupState& group, int failing, Decisions& out) {
  if (!begin_trouble(group, kHealthTrouble,
                     "a third of the group or more fails its checks; new machines would not mend "
                     "that, so none is replaced for it: look at the application and the balancer"))
    return;
  out.remarks.push_back({base::LogLevel::kError,
                         "too-many-unhealthy",
                         {{"group", group.spec.name.str()}, {"failing", std::to_string(failing)}}});
}

void replace_for_health(GroupState& group, const InstanceId& id, const Ailment& ailment,
                        Decisions& out, Instant now) {
  if (group.is_doomed(id) && group.doomed.at(id).kind != IncidentKind::kRebalance) return;
  note_failure(group, id, now);
  doom(group, id, {IncidentKind::kUnhealthy, ailment.since, std::nullopt, ailment.how});
  out.remarks.push_back(
      {base::LogLevel::kWarn,
       "unhealthy",
       {{"group", group.spec.name.str()}, {"instance", id.str()}, {"why", ailment.how}}});
}

// One that came before says nothing of what fails now: what a start script fetches may have
// changed. The ledger's times are another keeper's clock, which may be a minute off.
bool has_lasted(const GroupState& group, const model::Holder& holder, Instant now) {
  return holder.since + Timing().horizon > group.crash_loop.since &&
         holder.since + Timing::kYoung <= now && !group.is_gone(holder.instance) &&
         !is_doomed_for_health(group, holder.instance);
}

// One machine that lasts proves that its version can.
void forget_crash_loop(GroupState& group, Instant now) {
  const auto& holders = group.record()->holders;
  if (std::any_of(holders.begin(), holders.end(), [&](const auto& entry) {
        return entry.second.template_version == group.crash_loop.version &&
               has_lasted(group, entry.second, now);
      }))
    group.crash_loop = {};
}

}  // namespace

void judge_health(GroupState& group, Decisions& out, Instant now) {
  if (!group.record()) return;
  if (is_anything_wrong(group)) note_findings(group);
  if (group.crash_loop.failures > 0) forget_crash_loop(group, now);
  const int failing = count_failing(group);
  const bool is_common = failing >= 2 && failing * 3 >= group.spec.capacity;
  bool is_any_due = false;
  for (const auto& [id, ailment] : group.ailing) {
    if (ailment.last < ailment.since + group.spec.health.grace) continue;
    is_any_due = true;
    if (!is_common)
      replace_for_health(group, id, ailment, out, now);
    else if (is_doomed_for_health(group, id))
      group.doomed.erase(id);
  }
  if (is_common && is_any_due)
    tell_common_failure(group, failing, out);
  else
    end_trouble(group, kHealthTrouble);
}

}  // namespace control
