#include "control/wants.h"

#include <algorithm>

#include "control/commands.h"
#include "control/departure.h"
#include "control/endings.h"
#include "control/own_template.h"
#include "control/rival.h"
#include "control/scores.h"
#include "control/spot_steps.h"
#include "control/target_attributes.h"
#include "control/targets.h"
#include "control/troubles.h"
#include "model/adoption.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
using Phase = LaunchProgress::Phase;

void start(const GroupState& group, const WantContext& context, WorkKind kind, std::string subject,
           model::Call call, uint64_t n = 0) {
  context.board.start({kind, std::move(subject), n}, group.spec.name, std::move(call), context.now,
                      context.out);
}

// A write whose answer was lost may land as long as nobody has written since; many in a row are
// never lost and landed.
constexpr size_t kMostNonces = 32;

// True when the time has come; otherwise the brain is woken then.
bool is_due(Instant at, const WantContext& context) {
  if (context.now >= at) return true;
  context.out.wake_at = std::min(context.out.wake_at, at);
  return false;
}

const std::string& name_of(const GroupState& group) { return group.spec.name.str(); }

// Not what this deployment would have written: closed as failed, and never sent.
void disown(GroupState& group, const model::OpenLaunch& entry, const WantContext& context) {
  LaunchProgress& progress = group.launches[entry.n];
  progress.phase = Phase::kSettled;
  progress.outcome = "failed";
  progress.settled_at = context.now;
  context.out.wake_at = context.now;
  context.out.remarks.push_back({base::LogLevel::kError,
                                 "launch-not-ours",
                                 {{"group", name_of(group)}, {"launch", std::to_string(entry.n)}}});
}

model::Call launch_call(const std::string& request) {
  switch (*model::kind_of_launch(request)) {
    case model::LaunchKind::kFleet: return model::CreateFleet{request};
    case model::LaunchKind::kSpotRequest: return model::RequestSpotInstances{request};
    case model::LaunchKind::kAdoption: {
      const model::Adoption adoption = *model::parse_adoption(request);
      model::CreateTags call{{}, adoption.tags};
      for (const InstanceId& id : adoption.instances) call.resources.push_back(id.str());
      return call;
    }
    case model::LaunchKind::kRunInstances: break;
  }
  return model::RunInstances{request};
}

void submit(GroupState& group, const model::OpenLaunch& entry, const LaunchProgress& progress,
            const WantContext& context) {
  if (context.now > entry.submit_before) return;  // plan_ledger renews the window first.
  const model::LaunchId launch{group.record()->incarnation, entry.n};
  if (!model::is_launch_request(entry.request, context.ledger.scope, group.spec.name, launch))
    return disown(group, entry, context);
  if (!want_departure(group, entry, progress, context)) return;
  start(group, context, WorkKind::kLaunch, name_of(group), launch_call(entry.request), entry.n);
}

void search(GroupState& group, const model::OpenLaunch& entry, const LaunchProgress& progress,
            const WantContext& context) {
  if (!is_due(progress.search_began + Timing::search_delay(progress.searches), context)) return;
  model::DescribeInstances call;
  const model::LaunchId launch{group.record()->incarnation, entry.n};
  call.filters.push_back({std::string("tag:") + model::kLaunchTag, {to_string(launch)}});
  start(group, context, WorkKind::kSearchLaunch, name_of(group), std::move(call), entry.n);
}

std::vector<model::Target> as_targets(const std::vector<InstanceId>& ids, int port, size_t most) {
  std::vector<model::Target> targets;
  for (size_t i = 0; i < std::min(ids.size(), most); ++i) targets.push_back({ids[i], port});
  return targets;
}

// Something in the target group is expected to change soon.
bool in_motion(const GroupState& group, const TargetView& view) {
  for (const auto& [id, when] : view.touched)
    if (view.read_began <= when) return true;
  for (const auto& [slot, holder] : group.record()->holders) {
    if (group.is_gone(holder.instance)) continue;
    const auto health = view.health.find(holder.instance);
    if (health == view.health.end() || health->second.state != "healthy") return true;
  }
  return std::any_of(group.record()->retiring.begin(), group.record()->retiring.end(),
                     [&](const auto& entry) { return view.health.contains(entry.instance); });
}

void want_target_group(GroupState& group, const model::TargetGroupRef& ref,
                       const WantContext& context) {
  const Timing& timing = context.ledger.timing;
  const std::string& arn = ref.arn.str();
  TargetView& view = group.targets[ref.arn];
  TargetPlan plan = plan_targets(group, ref, timing, context.now);
  context.out.wake_at = std::min(context.out.wake_at, plan.look_again);
  if (!plan.to_deregister.empty() && !is_paused(group))
    start(group, context, WorkKind::kDeregister, arn,
          model::DeregisterTargets{
              ref.arn, as_targets(plan.to_deregister, ref.port, timing.most_ids_per_call)});
  if (!plan.to_register.empty() && !is_paused(group)) {
    // Rotated, so that one bad target does not stand in the way of the others for ever.
    if (view.one_by_one)
      std::rotate(plan.to_register.begin(),
                  plan.to_register.begin() + context.prng.below(plan.to_register.size()),
                  plan.to_register.end());
    const size_t most = view.one_by_one ? 1 : timing.most_ids_per_call;
    start(group, context, WorkKind::kRegister, arn,
          model::RegisterTargets{ref.arn, as_targets(plan.to_register, ref.port, most)});
  }
  const base::Duration period = in_motion(group, view) ? timing.poll : timing.resync;
  if (!view.known || is_due(view.read_ended + period, context))
    start(group, context, WorkKind::kReadTargetHealth, arn, model::DescribeTargetHealth{ref.arn});
}

// Committed or just launched instances that do not run yet, and those whose end is due.
std::vector<std::string> ids_to_poll(GroupState& group, Instant now) {
  std::erase_if(group.rumoured, [&](const auto& entry) { return entry.second <= now; });
  std::vector<std::string> ids;
  const auto consider = [&](const InstanceId& id) {
    const model::Instance* instance = group.find(id);
    const auto doom = group.doomed.find(id);
    const bool end_due =
        doom != group.doomed.end() && doom->second.deadline && now >= *doom->second.deadline;
    if (instance && instance->state == model::InstanceState::kRunning && !end_due) return;
    if (!group.is_gone(id) && !group.rumoured.contains(id)) ids.push_back(id.str());
  };
  for (const InstanceId& id : group.ledger_ids) consider(id);
  for (const auto& [id, until] : group.rumoured) ids.push_back(id.str());
  for (const auto& [n, progress] : group.launches)
    for (const InstanceId& id : progress.came) consider(id);
  return ids;
}

std::vector<InstanceId> ids_to_check(const GroupState& group) {
  std::vector<InstanceId> ids;
  if (!group.spec.target_groups.empty()) return ids;
  for (const auto& [slot, holder] : group.record()->holders) {
    const model::Instance* instance = group.find(holder.instance);
    if (instance && instance->state == model::InstanceState::kRunning &&
        !group.checks_passed.contains(holder.instance))
      ids.push_back(holder.instance);
  }
  return ids;
}

// In portions of at most that many, each under a number of its own: all of them are asked for, so
// that nobody waits behind a hundred others.
template <class T, class Use>
void in_portions(const std::vector<T>& items, size_t most, Use use) {
  for (size_t from = 0; from < items.size(); from += most) {
    const size_t to = std::min(items.size(), from + most);
    use(from / most, std::vector<T>(items.begin() + static_cast<ptrdiff_t>(from),
                                    items.begin() + static_cast<ptrdiff_t>(to)));
  }
}

struct Brake {
  const char* trouble;
  const char* remark;
  const char* why;
};
constexpr Brake kTooMany{
    kBrakeTrouble, "launches-braked",
    "more instances are wanted within an hour than launches_per_hour allows; who or what takes "
    "them?"};
constexpr Brake kLooping{
    kCrashLoopTrouble, "crash-loop",
    "machines of the launch template's present version end or fail within minutes; one is tried "
    "at a time, less and less often: mend the image or its start script"};

void tell_brake(GroupState& group, const Brake& brake, bool is_on, const WantContext& context) {
  if (!is_on) {
    end_trouble(group, brake.trouble);
  } else if (begin_trouble(group, brake.trouble, brake.why)) {
    context.out.remarks.push_back(
        {base::LogLevel::kError, brake.remark, {{"group", name_of(group)}}});
  }
}

}  // namespace

void want_ledger(GroupState& group, const WantContext& context) {
  LedgerView& ledger = group.ledger;
  const bool writing = context.board.under_way({WorkKind::kWriteLedger, name_of(group)});
  const Timing& timing = context.ledger.timing;
  const bool is_old =
      is_due(ledger.read_began + timing.resync, context) || must_read_for_commands(group, timing);
  if (!ledger.known || (!writing && is_old))
    start(group, context, WorkKind::kReadLedger, name_of(group),
          model::LedgerRead{group.spec.name});
  if (!ledger.known || ledger.unusable || writing || context.board.writes_blocked()) return;
  LedgerPlan plan = plan_ledger(group, context.ledger, context.prng, context.now);
  context.out.wake_at = std::min(context.out.wake_at, plan.look_again);
  tell_brake(group, kTooMany, plan.is_braked, context);
  tell_brake(group, kLooping, plan.is_looping, context);
  if (!plan.next) return;
  const WorkKey key{WorkKind::kWriteLedger, name_of(group), 0};
  model::LedgerWrite write{group.spec.name, ledger.etag, to_text(*plan.next)};
  if (!context.board.start(key, group.spec.name, std::move(write), context.now, context.out))
    return;
  for (PendingCommand& pending : group.commands)
    if (std::find(plan.applied.begin(), plan.applied.end(), pending.command.id) !=
        plan.applied.end())
      pending.nonces.push_back(plan.next->nonce);
  ledger.nonces.push_back(plan.next->nonce);
  if (ledger.nonces.size() > kMostNonces) ledger.nonces.pop_front();
}

void want_launches(GroupState& group, const WantContext& context) {
  const model::LedgerRecord* record = group.record();
  if (!record || is_paused(group)) return;
  for (const model::OpenLaunch& entry : record->open) {
    if (entry.submitter != context.ledger.keeper) continue;
    LaunchProgress& progress = group.launches[entry.n];
    if (progress.phase == Phase::kToSubmit) submit(group, entry, progress, context);
    if (progress.phase == Phase::kRequested) want_spot_steps(group, entry, progress, context);
    if (progress.phase == Phase::kSearching) search(group, entry, progress, context);
  }
  want_strays(group, context);
}

void want_targets(GroupState& group, const WantContext& context) {
  if (!group.record()) return;
  for (const model::TargetGroupRef& ref : group.spec.target_groups)
    want_target_group(group, ref, context);
}

void want_endings(GroupState& group, const WantContext& context) {
  if (!group.record() || group.swept_at == Instant() || is_paused(group)) return;
  const Timing& timing = context.ledger.timing;
  EndingPlan plan = plan_endings(group, timing, context.now);
  tell_rivals(group, std::move(plan.rivals), context.out);
  context.out.wake_at = std::min(context.out.wake_at, plan.look_again);
  // One request per instance: a single unknown id would fail a whole batch.
  for (const Ending& ending : plan.endings)
    if (context.board.start({WorkKind::kTerminate, ending.instance.str()}, group.spec.name,
                            model::TerminateInstances{{ending.instance}}, context.now, context.out))
      context.out.remarks.push_back(
          {base::LogLevel::kInfo,
           ending.reason == "surplus" ? "terminating-surplus" : "terminating",
           {{"group", name_of(group)},
            {"instance", ending.instance.str()},
            {"reason", ending.reason}}});
}

void want_confirmations(GroupState& group, const WantContext& context) {
  for (const InstanceId& id : group.suspects) {
    model::DescribeInstances call;
    call.ids = {id};
    start(group, context, WorkKind::kConfirmInstance, id.str(), std::move(call));
  }
}

void want_polls(GroupState& group, const WantContext& context) {
  if (!group.record()) return;
  const Timing& timing = context.ledger.timing;
  const bool is_asked = group.poll_asked_at > group.poll_began;
  const base::Duration gap = is_asked ? timing.least_poll_gap : timing.poll;
  const std::vector<std::string> ids = ids_to_poll(group, context.now);
  if (!ids.empty() && is_due(group.polled_at + gap, context))
    in_portions(ids, timing.most_filter_values, [&](size_t n, std::vector<std::string> some) {
      model::DescribeInstances call;
      call.filters.push_back({"instance-id", std::move(some)});
      start(group, context, WorkKind::kPollInstances, name_of(group), std::move(call), n);
    });
  const std::vector<InstanceId> unchecked = ids_to_check(group);
  if (!unchecked.empty() && is_due(group.status_polled_at + timing.poll, context))
    in_portions(unchecked, timing.most_ids_per_call, [&](size_t n, std::vector<InstanceId> some) {
      model::DescribeInstanceStatus call;
      call.ids = std::move(some);
      start(group, context, WorkKind::kPollStatus, name_of(group), std::move(call), n);
    });
}

namespace {

void want_template(GroupState& group, const WantContext& context) {
  const model::LaunchTemplateRef& ref = group.spec.launch_template;
  model::Call call = model::DescribeLaunchTemplateVersions{ref.id, ref.version, {}};
  if (group.spec.machine) call = next_template_call(group);
  const bool makes = model::is_mutating(call);
  if (makes && (!group.record() || is_paused(group))) return;
  start(group, context, makes ? WorkKind::kMakeTemplate : WorkKind::kReadTemplate, name_of(group),
        std::move(call));
}

void want_types(GroupState& group, const WantContext& context) {
  model::DescribeInstanceTypes call;
  call.filters = {
      {"current-generation", {"true"}},
      {"processor-info.supported-architecture", {group.spec.requirements->architecture}},
      {"supported-usage-class", {"spot"}}};
  call.max_results = 100;  // AWS's own maximum.
  call.next = group.offer_page;
  start(group, context, WorkKind::kReadTypes, name_of(group), std::move(call));
}

}  // namespace

void want_facts(GroupState& group, const WantContext& context) {
  const base::Duration period = context.ledger.timing.refresh_facts;
  if (is_due(group.zones_read_at + period, context))
    start(group, context, WorkKind::kReadSubnets, name_of(group),
          model::DescribeSubnets{group.spec.subnets, {}});
  if (group.template_doubted_at || is_due(group.template_read_at + period, context))
    want_template(group, context);
  if (group.spec.requirements &&
      is_due(group.offer_read_at + context.ledger.timing.refresh_types, context))
    want_types(group, context);
  for (const model::TargetGroupRef& ref : group.spec.target_groups)
    if (is_due(group.targets[ref.arn].attributes_read_at + period, context))
      start(group, context, WorkKind::kReadTargetAttributes, ref.arn.str(),
            model::DescribeTargetGroupAttributes{ref.arn});
  for (const model::TargetGroupRef& ref : group.spec.target_groups) want_drain(group, ref, context);
  want_scores(group, context);
  if (!group.zones.empty() && !group.spec.types.empty() &&
      is_due(group.prices_read_at + period, context)) {
    model::DescribeSpotPriceHistory call;
    call.types = group.spec.types;
    model::Filter zones{"availability-zone", {}};
    for (const auto& [subnet, zone] : group.zones) zones.values.push_back(zone.str());
    call.filters.push_back(std::move(zones));
    call.start = call.end = context.now;  // Both now: the price in force, one per pool.
    call.max_results = static_cast<int>(context.ledger.timing.page_size);
    call.next = group.price_page;
    start(group, context, WorkKind::kReadPrices, name_of(group), std::move(call));
  }
}

namespace {

// People read them, and nothing waits for them.
constexpr base::Duration kBetweenTags = base::Duration::seconds(1);

// False when there is no token: then all that is left waits together, rather than that every token
// is worth a look at the group.
bool may_tag(const WantContext& context) {
  if (context.board.pacer().next_chance(model::CreateTags{}, context.now) <= context.now)
    return true;
  context.out.wake_at = std::min(context.out.wake_at, context.now + kBetweenTags);
  return false;
}

}  // namespace

void want_tags(GroupState& group, const WantContext& context) {
  if (!group.record() || is_paused(group)) return;
  for (const auto& [slot, holder] : group.record()->holders) {
    const model::Instance* instance = group.find(holder.instance);
    // Not while it boots: EC2 may not know a new id everywhere yet, and nobody reads its name so
    // soon.
    if (!instance || instance->state != model::InstanceState::kRunning) continue;
    const std::string* name = instance->tag("Name");
    const bool is_named = name && *name == slot.str();
    const auto doom = group.doomed.find(holder.instance);
    const bool is_taken =
        doom != group.doomed.end() && doom->second.kind != model::IncidentKind::kUnhealthy;
    const bool is_marked = !is_taken || group.marked_doomed.contains(holder.instance);
    if (is_named && is_marked) continue;
    if (!may_tag(context)) return;
    if (!is_named)
      start(group, context, WorkKind::kNameInstance, holder.instance.str(),
            model::CreateTags{{holder.instance.str()}, {{"Name", slot.str()}}});
    if (!is_marked)
      start(group, context, WorkKind::kMarkDoomed, holder.instance.str(),
            model::CreateTags{{holder.instance.str()},
                              {{model::kDoomedTag, base::to_iso8601(doom->second.since)}}});
  }
}

}  // namespace control
