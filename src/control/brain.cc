#include "control/brain.h"

#include <algorithm>

#include "base/quote.h"
#include "control/adoption.h"
#include "control/answers.h"
#include "control/commands.h"
#include "control/departure.h"
#include "control/evidence.h"
#include "control/health.h"
#include "control/incidents.h"
#include "control/inheritance.h"
#include "control/retirements.h"
#include "control/scores.h"
#include "control/shared_capacity.h"
#include "control/spot_steps.h"
#include "control/troubles.h"
#include "control/wants.h"
#include "model/aws_error.h"

namespace control {
namespace {

using base::Duration;
using base::Instant;
using model::IncidentKind;
using model::InstanceId;
using model::NoticeKind;

Doom doom_from(const model::Notice& notice, Duration warning, Instant now) {
  const bool at_once = notice.action == model::InterruptionAction::kHibernate;
  const Instant since = std::min(notice.time, now);
  const Instant deadline = notice.deadline.value_or(since + warning);
  return {IncidentKind::kInterruption, since, at_once ? since : deadline, "warning"};
}

// A warning is minutes ahead. What names a day is no warning, and nothing to hurry for.
constexpr Duration kFarAhead = Duration::minutes(30);

// A reservation's end is known long before; nobody tells of a Spot interruption so early.
void take_far_word(GroupState& group, const InstanceId& id, const model::Notice& notice,
                   Instant now) {
  if (notice.kind == NoticeKind::kCapacityReservationInterruption && !group.is_gone(id))
    announce(group, id, {notice.time, now, notice.deadline, {}, "end of its capacity reservation"});
}

// Auto Scaling or a fleet speaks of one of ours: only what AWS shows of it counts.
bool says_ended(const model::Notice& notice) {
  if (notice.kind == NoticeKind::kFleetInstanceChange)
    return notice.fleet && notice.fleet->sub_type == "terminated";
  return notice.kind == NoticeKind::kScalingActivity && notice.scaling &&
         notice.scaling->transition == model::LifecycleTransition::kTerminating;
}

bool is_about_all(WorkKind kind) {
  return kind == WorkKind::kSweepInstances || kind == WorkKind::kSweepSpotRequests ||
         kind == WorkKind::kSweepOwnRequests || kind == WorkKind::kSweepStatuses ||
         kind == WorkKind::kReadPrices;
}

using Groups = std::map<model::GroupName, GroupState>;

// The retired group that would have a slot of that name; null when there is none.
const GroupState* retired_group_with(const Groups& groups, const model::SlotName& slot) {
  for (const auto& [name, group] : groups) {
    const model::LedgerRecord* record = group.record();
    const auto index = model::slot_index(name, slot);
    if (record && record->retired_at && index && *index < group.spec.capacity) return &group;
  }
  return nullptr;
}

// Why a command is about nothing that is kept here.
base::Error no_subject(const Groups& groups, const model::Command& command) {
  const std::string subject = base::quote(command.subject);
  if (!model::is_about_slot(command.kind)) {
    std::string why = "there is no group " + subject;
    if (command.kind == model::CommandKind::kRetire)
      why +=
          " in the file; to retire one that was taken out of it, put its [[group]] back, reload "
          "the file (SIGHUP), and say so again";
    return {"NotFound", std::move(why), {}, base::Retry::kNever};
  }
  if (const auto* group = retired_group_with(groups, model::SlotName(command.subject))) {
    const std::string& name = group->spec.name.str();
    return {"CommandRefused",
            subject + " would be a slot of " + name +
                ", which is retired and has none; `group resume " + name + "` begins it anew",
            {},
            base::Retry::kNever};
  }
  return {"NotFound", "there is no slot " + subject, {}, base::Retry::kNever};
}

}  // namespace

Brain::Brain(BrainOptions options, std::vector<model::GroupSpec> groups,
             std::vector<model::Incident> open_incidents)
    : options_(std::move(options)),
      prng_(options_.seed),
      board_(options_.timing, prng_.fork()),
      context_{options_.timing, options_.keeper, options_.scope, {}, options_.advisor} {
  int scored = 0;
  for (model::GroupSpec& spec : groups) {
    names_.push_back(spec.name);
    GroupState& group = groups_[spec.name];
    group.deployment = options_.scope.deployment;
    group.keeper = options_.keeper;
    group.template_id = spec.launch_template.id;
    makes_requests_ |= spec.launch_by == model::LaunchBy::kSpotRequest;
    group.asks_scores = uses_scores(spec) && scored++ < Timing::kMostScored;
    group.spec = std::move(spec);
  }
  for (model::Incident& incident : open_incidents) {
    const auto group = groups_.find(incident.group);
    if (group == groups_.end()) continue;
    resume_incident(group->second, std::move(incident));
  }
  touch_all();
}

void Brain::inherit(const Brain& before) {
  for (auto& [name, group] : groups_)
    if (const auto old = before.groups_.find(name); old != before.groups_.end())
      control::inherit(group, old->second);
  unplaced_ = before.unplaced_;
  context_.prices = before.context_.prices;
  foreign_notices_ = before.foreign_notices_;
}

Decisions Brain::step(std::span<const Event> events, Instant now) {
  turn_ = {};
  for (const Event& event : events) std::visit([&](const auto& what) { on(what, now); }, event);
  for (const auto& [name, at] : wakes_)
    if (at <= now) touch(name);
  look_at_touched(now);
  turn_.wake_at = Instant::never();
  want_sweeps(now);
  for (const auto& [name, at] : wakes_) turn_.wake_at = std::min(turn_.wake_at, at);
  return std::move(turn_);
}

bool Brain::has_seen_all() const {
  return std::all_of(groups_.begin(), groups_.end(), [](const auto& entry) {
    return entry.second.record() && entry.second.swept_at != Instant();
  });
}

void Brain::touch_all() { dirty_.insert(names_.begin(), names_.end()); }

void Brain::remark(base::LogLevel level, std::string what,
                   std::vector<std::pair<std::string, std::string>> fields) {
  turn_.remarks.push_back({level, std::move(what), std::move(fields)});
}

// ---- events ----

GroupState* Brain::group_of(const InstanceId& id) {
  for (auto& [name, group] : groups_)
    if (group.is_ours(id)) return &group;
  return nullptr;
}

// A queue may carry the events of other accounts and regions; ids mean nothing there.
bool Brain::is_from_here(const model::Notice& notice) const {
  const model::TokenScope& scope = options_.scope;
  return (notice.account.empty() || notice.account == scope.account) &&
         (notice.region.empty() || notice.region == scope.region);
}

void Brain::on(const NoticeReceived& event, Instant now) {
  if (!is_from_here(event.notice)) {
    ++foreign_notices_;
    return;
  }
  model::Notice about_one = event.notice;
  for (const InstanceId& id : event.notice.instances) {
    if (GroupState* group = group_of(id)) {
      place(event.notice, id, *group, now);
      continue;
    }
    ++foreign_notices_;
    if (unplaced_.size() >= Timing::kMostUnplaced) continue;
    about_one.instances = {id};  // Not each with the names of all.
    unplaced_.emplace(id, Unplaced{about_one, now + options_.timing.unplaced_notice});
  }
}

void Brain::place(const model::Notice& notice, const InstanceId& id, GroupState& group,
                  Instant now) {
  touch(group.spec.name);
  switch (notice.kind) {
    case NoticeKind::kInterruptionWarning:
    case NoticeKind::kCapacityReservationInterruption: {
      const Doom word = doom_from(notice, options_.timing.warning, now);
      if (*word.deadline > now + kFarAhead) return take_far_word(group, id, notice, now);
      // Its time is over: the machine is gone, or will not go. Either way AWS knows.
      if (now >= notice.deadline.value_or(word.since + options_.timing.warning))
        return rumour(group, id, now, options_.timing);
      return doom_by_notice(group, id, word);
    }
    case NoticeKind::kBidEvicted: return rumour(group, id, now, options_.timing);
    case NoticeKind::kStateChange:
      if (notice.state && is_final(*notice.state)) return rumour(group, id, now, options_.timing);
      if ((notice.state == model::InstanceState::kStopping ||
           notice.state == model::InstanceState::kStopped) &&
          !group.is_doomed(id))
        doom_by_notice(group, id, {IncidentKind::kLoss, now, std::nullopt, "stopped"});
      group.poll_asked_at = now;  // Something moved: look soon, not at the next poll.
      return;
    case NoticeKind::kRebalance:
      if (group.spec.on_rebalance != model::OnRebalance::kIgnore && !group.is_gone(id))
        doom_by_notice(group, id, {IncidentKind::kRebalance, now, std::nullopt, "rebalance"});
      return;
    case NoticeKind::kScheduledChange: return take_scheduled_change(group, notice, id, now);
    case NoticeKind::kLifecycleAction: group.poll_asked_at = now; return;
    case NoticeKind::kScalingActivity:
    case NoticeKind::kFleetInstanceChange:
      if (says_ended(notice)) rumour(group, id, now, options_.timing);
      return;
    case NoticeKind::kFulfilment:
    case NoticeKind::kScalingFailure:
    case NoticeKind::kFleetStateChange:
    case NoticeKind::kFleetRequestChange:
    case NoticeKind::kFleetInformation:
    case NoticeKind::kFleetError:
    case NoticeKind::kTest:
    case NoticeKind::kUnknown: return;
  }
}

void Brain::doom_by_notice(GroupState& group, const InstanceId& id, const Doom& word) {
  doom(group, id, word);
  warned_.insert(group.spec.name);
}

// A warning may come before the launch's own answer.
void Brain::place_waiting(GroupState& group, Instant now) {
  for (auto it = unplaced_.begin(); it != unplaced_.end();) {
    if (group.is_ours(it->first)) {
      place(it->second.notice, it->first, group, now);
      it = unplaced_.erase(it);
    } else if (it->second.until <= now) {
      it = unplaced_.erase(it);
    } else {
      ++it;
    }
  }
}

void Brain::on(const WritesBlocked& event, Instant) {
  board_.block_writes(true);
  remark(base::LogLevel::kError, "writes-blocked", {{"why", event.reason}});
}

void Brain::on(const WritesAllowed&, Instant) {
  board_.block_writes(false);
  touch_all();
  remark(base::LogLevel::kInfo, "writes-allowed", {});
}

// The group that the command names, or whose slot it names.
GroupState* Brain::subject_of(const model::Command& command) {
  for (auto& [name, group] : groups_) {
    if (!model::is_about_slot(command.kind)) {
      if (name.str() == command.subject) return &group;
      continue;
    }
    const model::SlotName slot(command.subject);
    const model::LedgerRecord* record = group.record();
    if (is_wanted_slot(group, slot) || (record && record->holders.contains(slot))) return &group;
  }
  return nullptr;
}

void Brain::on(const Commanded& event, Instant now) {
  const model::Command& command = event.command;
  GroupState* group = subject_of(command);
  if (!group) {
    turn_.answers.push_back({command.id, tl::unexpected(no_subject(groups_, command))});
    return;
  }
  if (group->commands.size() >= Timing::kMostCommands) {
    turn_.answers.push_back(
        {command.id, base::fail("TooManyCommands", "too many commands wait for the ledger already",
                                base::Retry::kBackoff)});
    return;
  }
  remark(base::LogLevel::kInfo, "commanded",
         {{"command", std::string(model::to_string(command.kind))}, {"subject", command.subject}});
  take_command(*group, command, options_.timing, now);
  touch(group->spec.name);
}

void Brain::on(const model::CallCompleted& completed, Instant now) {
  const std::optional<Flight> flight = board_.finish(completed);
  if (!flight) return;
  if (!completed.result) failed(*flight, completed.result.error(), now);
  if (is_about_orphans(flight->key.kind))
    return orphans_.answered(*flight, completed,
                             {options_.timing, options_.keeper, board_, turn_, now});
  if (is_about_all(flight->key.kind)) return answered_for_all(*flight, completed, now);
  const auto group = groups_.find(flight->group);
  if (group == groups_.end()) return;
  answered(*flight, completed, now);
  place_waiting(group->second, now);
  touch(flight->group);
}

// ---- completions ----

void Brain::failed(const Flight& flight, const base::Error& error, Instant now) {
  if (model::is_throttled(error.code)) board_.pacer().throttled(flight.call, now);
  if (!is_about_all(flight.key.kind)) return;
  board_.retry_later(flight.key, now);
  if (!is_lasting(flight.key.kind, error)) return;
  for (auto& [name, group] : groups_) {
    if (!begin_trouble(group, trouble_of(flight), base::to_string(error))) continue;
    touch(name);
    remark(base::LogLevel::kWarn, "call-failed",
           {{"action", std::string(model::action_of(flight.call))},
            {"group", name.str()},
            {"error", base::to_string(error)}});
  }
}

void Brain::answered(const Flight& flight, const model::CallCompleted& completed, Instant now) {
  GroupState& group = groups_.at(flight.group);
  const AnswerContext context{options_.timing, options_.keeper, board_, turn_, now};
  switch (flight.key.kind) {
    case WorkKind::kReadLedger:
    case WorkKind::kWriteLedger: return ledger_answered(group, flight, completed, context);
    case WorkKind::kLaunch: return launch_answered(group, flight, completed, context);
    case WorkKind::kSearchLaunch: return search_answered(group, flight, completed, context);
    case WorkKind::kReadSpotRequests:
    case WorkKind::kCancelSpotRequests:
    case WorkKind::kTagLaunched: return spot_answered(group, flight, completed, context);
    case WorkKind::kFindAdopted:
      adoption_answered(group, flight, completed, context);
      return refuse_taken(group);
    case WorkKind::kVetAdopted:
    case WorkKind::kDetach:
    case WorkKind::kReadMembership: return departure_answered(group, flight, completed, context);
    case WorkKind::kConfirmInstance:
    case WorkKind::kPollInstances:
    case WorkKind::kPollStatus: return instances_answered(group, flight, completed, context);
    case WorkKind::kReadTargetHealth: return health_answered(flight, completed, context);
    case WorkKind::kReadTargetAttributes:
    case WorkKind::kSetDrain:
    case WorkKind::kRegister:
    case WorkKind::kDeregister: return targets_answered(group, flight, completed, context);
    case WorkKind::kReadSubnets:
    case WorkKind::kReadTemplate:
    case WorkKind::kMakeTemplate:
    case WorkKind::kReadTypes: return facts_answered(group, flight, completed, context);
    case WorkKind::kReadScores: return scores_answered(group, flight, completed, context);
    case WorkKind::kTerminate: return ending_answered(group, flight, completed, context);
    case WorkKind::kNameInstance:
    case WorkKind::kMarkDoomed: return tags_answered(group, flight, completed, context);
    case WorkKind::kSweepInstances:
    case WorkKind::kSweepSpotRequests:
    case WorkKind::kSweepOwnRequests:
    case WorkKind::kSweepStatuses:
    case WorkKind::kReadOrphanLedger:
    case WorkKind::kReadOrphans:
    case WorkKind::kCancelOrphan:
    case WorkKind::kTagOrphan:
    case WorkKind::kReadPrices: return;  // answered_for_all, or the orphans'.
  }
}

// Groups that share a target group share the read of it.
void Brain::health_answered(const Flight& flight, const model::CallCompleted& completed,
                            const AnswerContext& context) {
  targets_answered(groups_.at(flight.group), flight, completed, context);
  for (auto& [name, other] : groups_)
    if (name != flight.group && other.targets.contains(model::TargetGroupArn(flight.key.subject)))
      take_health(other, flight, completed, context);
}

void Brain::refuse_taken(GroupState& group) {
  for (PendingCommand& pending : group.commands) {
    if (!pending.found) continue;
    for (const model::Instance& machine : *pending.found)
      for (const auto& [name, other] : groups_)
        if (name != group.spec.name && has_or_adopts(other, machine.id))
          pending.hindrance = machine.id.str() + " is in the group " + name.str();
  }
}

void Brain::answered_for_all(const Flight& flight, const model::CallCompleted& completed,
                             Instant now) {
  if (!completed.result) {
    if (flight.key.kind == WorkKind::kSweepInstances) instance_sweep_.abandon();
    if (flight.key.kind == WorkKind::kSweepSpotRequests) spot_page_.clear();
    if (flight.key.kind == WorkKind::kSweepOwnRequests) {
      own_request_page_.clear();
      orphans_.sweep_failed();
    }
    if (flight.key.kind == WorkKind::kSweepStatuses) status_sweep_.abandon(flight.key.n);
    if (flight.key.kind == WorkKind::kReadPrices) groups_.at(flight.group).price_page.clear();
    return;
  }
  board_.succeeded(flight.key);
  for (auto& [name, group] : groups_)
    if (end_trouble(group, trouble_of(flight))) touch(name);
  if (const auto* page = std::get_if<model::InstancesReply>(&*completed.result))
    return swept_instances(*page, completed, now);
  if (const auto* statuses = std::get_if<model::InstanceStatusReply>(&*completed.result))
    return swept_statuses(flight.key.n, *statuses, now);
  if (const auto* requests = std::get_if<model::SpotRequestsReply>(&*completed.result))
    return flight.key.kind == WorkKind::kSweepOwnRequests ? swept_own_requests(*requests, now)
                                                          : swept_spot_requests(*requests, now);
  if (const auto* prices = std::get_if<model::SpotPricesReply>(&*completed.result)) {
    learn_prices(prices->prices);
    GroupState& group = groups_.at(flight.group);
    group.price_page = prices->next;
    if (group.price_page.empty()) group.prices_read_at = completed.ended;
    touch(flight.group);
  }
}

void Brain::learn_prices(const std::vector<model::SpotPrice>& prices) {
  for (const model::SpotPrice& price : prices) {
    const auto known = context_.prices.find(price.pool);
    if (known != context_.prices.end() && known->second == price.price) continue;
    context_.prices[price.pool] = price.price;
    turn_.prices.push_back(price);
  }
}

void Brain::swept_instances(const model::InstancesReply& page,
                            const model::CallCompleted& completed, Instant now) {
  for (const model::Instance& instance : page.instances) {
    const std::string* name = instance.tag(model::kGroupTag);
    const auto group = name ? groups_.find(model::GroupName(*name)) : groups_.end();
    if (group != groups_.end()) observe(group->second, instance, completed.began, now);
  }
  if (!instance_sweep_.take(page, completed.began)) return;
  for (auto& [name, group] : groups_) {
    const auto present = instance_sweep_.present().find(name);
    sweep_ended(
        group,
        present == instance_sweep_.present().end() ? std::set<InstanceId>() : present->second,
        instance_sweep_.began(), options_.timing);
    place_waiting(group, now);
  }
  board_.not_before({WorkKind::kSweepInstances, {}}, now + options_.timing.resync);
  touch_all();
}

void Brain::swept_statuses(uint64_t list, const model::InstanceStatusReply& page, Instant now) {
  const bool is_whole = status_sweep_.take(list, page);
  if (!page.next.empty()) return;
  board_.not_before({WorkKind::kSweepStatuses, {}, list}, now + options_.timing.resync);
  if (!is_whole) return;
  const std::set<InstanceId> impaired = status_sweep_.impaired();
  for (auto& [name, group] : groups_) {
    std::set<InstanceId> ours;
    for (const InstanceId& id : impaired)
      if (group.is_ours(id)) ours.insert(id);
    const bool is_news =
        !ours.empty() || !group.impaired.empty() || group.statuses_swept_at == Instant();
    group.impaired = std::move(ours);
    group.statuses_swept_at = now;
    if (is_news) touch(name);
  }
}

void Brain::swept_spot_requests(const model::SpotRequestsReply& page, Instant now) {
  for (const model::SpotRequest& request : page.requests) {
    GroupState* group = group_of(request.instance);
    if (!group || group->is_gone(request.instance) || !model::says_doomed(request.status_code))
      continue;
    doom(*group, request.instance,
         {IncidentKind::kInterruption, std::min(request.status_time, now),
          request.status_time + options_.timing.warning, "spot-status"});
    touch(group->spec.name);
  }
  spot_page_ = page.next;
  if (spot_page_.empty())
    board_.not_before({WorkKind::kSweepSpotRequests, {}}, now + options_.timing.resync);
}

void Brain::swept_own_requests(const model::SpotRequestsReply& page, Instant now) {
  for (const model::SpotRequest& request : page.requests) {
    const std::string* name = model::find_tag(request.tags, model::kGroupTag);
    const std::string* owner = model::find_tag(request.tags, model::kDeploymentTag);
    const auto group = name ? groups_.find(model::GroupName(*name)) : groups_.end();
    if (!owner || *owner != options_.scope.deployment) continue;
    if (group == groups_.end()) {
      orphans_.seen(request, now);
      continue;
    }
    spot_request_seen(group->second, request, now);
    if (!group->second.stray_requests.empty()) touch(group->first);
  }
  own_request_page_ = page.next;
  if (!own_request_page_.empty()) return;
  orphans_.sweep_ended();
  // Where nobody makes requests, what an earlier file's groups left behind is looked for now and
  // then.
  const bool is_often = makes_requests_ || orphans_.is_busy();
  own_requests_due_ = now + (is_often ? options_.timing.resync : options_.timing.refresh_facts);
}

// ---- decisions ----

// A clock that steps back keeps nobody waiting.
Instant Brain::next_look(const GroupState& group, Instant now) const {
  const Duration gap = options_.timing.between_looks(group.spec.capacity);
  return now < group.looked_at ? now : group.looked_at + gap;
}

void Brain::look_at_touched(Instant now) {
  for (auto it = dirty_.begin(); it != dirty_.end();) {
    GroupState& group = groups_.at(*it);
    if (const Instant due = next_look(group, now); now < due) {
      // The journal forgets the notices of this turn: who they doomed must stand in it now.
      if (warned_.contains(*it)) open_incidents(group, now);
      hand_out_incidents(group);
      wakes_[*it] = due;
      ++it;
      continue;
    }
    reconcile(group, now);
    it = dirty_.erase(it);
  }
  warned_.clear();
}

void Brain::reconcile(GroupState& group, Instant now) {
  ++group.looks;
  group.looked_at = now;
  turn_.wake_at = Instant::never();
  judge_health(group, turn_, now);
  watch_for_difference(group, options_.timing, turn_, now);
  open_incidents(group, now);
  answer_commands(group, context_, turn_, now);
  const WantContext context{context_, board_, prng_, turn_, now};
  want_ledger(group, context);
  want_adoptions(group, context);
  want_launches(group, context);
  want_targets(group, context);
  want_endings(group, context);
  want_confirmations(group, context);
  want_polls(group, context);
  want_facts(group, context);
  want_tags(group, context);
  close_incidents(group, now);
  hand_out_incidents(group);
  wakes_[group.spec.name] = turn_.wake_at;
}

void Brain::want_sweeps(Instant now) {
  want_own_requests(now);
  orphans_.want({context_, board_, prng_, turn_, now});
  if (groups_.empty()) return;
  board_.start(
      {WorkKind::kSweepInstances, {}}, {},
      instance_sweep_.next_page(options_.scope.deployment, names_, options_.timing.page_size), now,
      turn_);
  for (uint64_t list = 0; list < StatusSweep::kLists; ++list)
    board_.start({WorkKind::kSweepStatuses, {}, list}, {},
                 status_sweep_.next_page(list, options_.timing.page_size), now, turn_);
  // Only requests whose instance is being taken: a handful, however large the fleet.
  model::DescribeSpotInstanceRequests doomed;
  doomed.filters.push_back(
      {"status-code",
       {"marked-for-termination", "marked-for-stop", "instance-terminated-no-capacity"}});
  doomed.max_results = static_cast<int>(options_.timing.page_size);
  doomed.next = spot_page_;
  board_.start({WorkKind::kSweepSpotRequests, {}}, {}, std::move(doomed), now, turn_);
}

void Brain::want_own_requests(Instant now) {
  if (now < own_requests_due_) {
    turn_.wake_at = std::min(turn_.wake_at, own_requests_due_);
    return;
  }
  model::DescribeSpotInstanceRequests ours;
  ours.filters.push_back(
      {std::string("tag:") + model::kDeploymentTag, {options_.scope.deployment}});
  // Also of those that were cancelled while AWS was launching: an instance came all the same.
  ours.filters.push_back(
      {"status-code",
       {"pending-evaluation", "pending-fulfillment", "not-scheduled-yet", "capacity-not-available",
        "capacity-oversubscribed", "price-too-low", "az-group-constraint",
        "placement-group-constraint", "launch-group-constraint", "fulfilled",
        "request-canceled-and-instance-running"}});
  ours.max_results = static_cast<int>(options_.timing.page_size);
  ours.next = own_request_page_;
  board_.start({WorkKind::kSweepOwnRequests, {}}, {}, std::move(ours), now, turn_);
}

void Brain::hand_out_incidents(GroupState& group) {
  for (const model::IncidentId& id : std::exchange(group.changed_incidents, {})) {
    const auto found = group.incidents.find(id);
    if (found == group.incidents.end()) continue;
    turn_.incidents.push_back(found->second);
    if (group.logged_incidents.insert(id).second)
      turn_.remarks.push_back(opening_of(found->second));
    if (!found->second.closed_at) continue;
    turn_.remarks.push_back(closing_of(found->second));
    group.logged_incidents.erase(id);
    group.incidents.erase(found);
  }
}

}  // namespace control
