#include <algorithm>
#include <variant>

#include "control/answers.h"
#include "control/departure.h"
#include "control/evidence.h"
#include "control/incidents.h"
#include "control/spot_steps.h"
#include "control/troubles.h"
#include "model/aws_error.h"
#include "model/launch_form.h"
#include "model/launch_request.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
using Phase = LaunchProgress::Phase;

const model::OpenLaunch* entry_of(const GroupState& group, uint64_t n) {
  if (!group.ledger.record) return nullptr;
  for (const model::OpenLaunch& entry : group.ledger.record->open)
    if (entry.n == n) return &entry;
  return nullptr;
}

void settle(LaunchProgress& progress, std::string outcome, Instant now) {
  progress.phase = Phase::kSettled;
  progress.outcome = std::move(outcome);
  progress.settled_at = now;
}

bool carry_tag(const std::vector<model::Instance>& instances, const std::string& launch) {
  return std::all_of(instances.begin(), instances.end(), [&](const model::Instance& instance) {
    const std::string* tag = instance.tag(model::kLaunchTag);
    return tag && *tag == launch;
  });
}

// That it launches now ends a drought; that it stays is another matter.
void forgive(GroupState& group, const model::SlotName& slot) {
  const auto wait = group.slot_waits.find(slot);
  if (wait != group.slot_waits.end() && wait->second.trouble != LaunchTrouble::kEnds)
    group.slot_waits.erase(wait);
}

void came(GroupState& group, LaunchProgress& progress, uint64_t n,
          const std::vector<model::Instance>& instances, const model::CallCompleted& completed,
          Instant now) {
  for (const model::Instance& instance : instances) {
    observe(group, instance, completed.began, now);
    progress.came.push_back(instance.id);
  }
  std::sort(progress.came.begin(), progress.came.end());
  settle(progress, "launched", now);
  end_trouble(group, kLaunchTrouble);
  const model::OpenLaunch* entry = entry_of(group, n);
  if (!entry) return;
  SlotDetails details;
  for (size_t i = 0; i < entry->slots.size(); ++i) {
    if (i < progress.came.size()) forgive(group, entry->slots[i]);
    details[entry->slots[i]] =
        i < progress.came.size() ? progress.came[i].str() : "fewer came than asked for";
  }
  tell_slots(group, details, "launched", now);
  if (progress.came.size() >= entry->slots.size()) group.filled[entry->subnet] = entry->opened_at;
}

void start_search(LaunchProgress& progress, const AnswerContext& context, uint64_t n) {
  remark(context, base::LogLevel::kWarn, "launch-searched-for", {{"launch", std::to_string(n)}});
  const Instant now = context.now;
  progress.phase = Phase::kSearching;
  progress.searches = 0;
  progress.search_began = now;
}

void make_slots_wait(GroupState& group, uint64_t n, LaunchTrouble trouble,
                     const AnswerContext& context) {
  if (const model::OpenLaunch* entry = entry_of(group, n))
    for (const model::SlotName& slot : entry->slots)
      group.slot_waits[slot].fail(context.now, context.timing.poll, context.timing.cool_dry,
                                  trouble);
}

LaunchTrouble trouble_from(const GroupState& group, uint64_t n, bool dry) {
  if (!dry) return LaunchTrouble::kRefused;
  const model::OpenLaunch* entry = entry_of(group, n);
  const bool on_demand = entry && entry->lifecycle == model::Lifecycle::kOnDemand;
  return on_demand ? LaunchTrouble::kDryOnDemand : LaunchTrouble::kDry;
}

}  // namespace

LaunchProgress* progress_of(GroupState& group, uint64_t n) {
  const auto found = group.launches.find(n);
  return found == group.launches.end() ? nullptr : &found->second;
}

void refuse_launch(GroupState& group, LaunchProgress& progress, uint64_t n,
                   const base::Error& error, const AnswerContext& context) {
  const model::OpenLaunch* entry = entry_of(group, n);
  const bool is_dry = model::is_no_capacity(error.code);
  if (is_dry)
    end_trouble(group, kLaunchTrouble);
  else if (!model::is_throttled(error.code))
    begin_trouble(group, kLaunchTrouble, base::to_string(error));
  make_slots_wait(group, n, trouble_from(group, n, is_dry), context);
  settle(progress, "failed", context.now);
  if (!entry) return;
  if (is_dry && progress.dry.empty()) progress.dry = {entry->pool};
  SlotDetails details;
  for (const model::SlotName& slot : entry->slots)
    details[slot] = error.code + " in " + to_string(entry->pool);
  tell_slots(group, details, "launch-failed", context.now);
  remark(context, is_dry ? base::LogLevel::kInfo : base::LogLevel::kError, "launch-failed",
         {{"group", group.spec.name.str()},
          {"pool", to_string(entry->pool)},
          {"error", base::to_string(error)}});
}

namespace {

// What has left its Auto Scaling group is kept by nobody until it is ours: only that it is gone
// closes its entry.
bool must_become_ours(const LaunchProgress& progress, const base::Error& error) {
  return progress.membership == LaunchProgress::Membership::kLeft &&
         !model::is_not_found(error.code);
}

void launch_failed(GroupState& group, LaunchProgress& progress, const Flight& flight,
                   const base::Error& error, const AnswerContext& context) {
  if (model::is_token_mismatch(error.code)) return start_search(progress, context, flight.key.n);
  if (model::is_token_terminated(error.code)) {
    make_slots_wait(group, flight.key.n, LaunchTrouble::kEnds, context);
    remark(context, base::LogLevel::kInfo, "launch-died",
           {{"launch", std::to_string(flight.key.n)}});
    return settle(progress, "died", context.now);
  }
  if (error.retry == base::Retry::kNever) {
    if (!must_become_ours(progress, error))
      return refuse_launch(group, progress, flight.key.n, error, context);
    tell_stranded(group, flight, error, context);
  }
  // What is adopted is looked at before each attempt: the last one may be long ago.
  progress.vetted_at = Instant();
  // Nothing happened, or nobody knows: the same bytes with the same token may be sent again.
  context.board.retry_later(flight.key, context.now);
}

// ---- fleets ----

// What a fleet's answer says of its machines: who they are, and what we asked them to be.
std::vector<model::Instance> machines_of(const GroupState& group, const model::FleetReply& reply,
                                         const model::LaunchId& launch, Instant now) {
  std::vector<model::Instance> machines;
  for (const model::FleetInstances& some : reply.launched)
    for (const InstanceId& id : some.ids) {
      model::Instance machine;
      machine.id = id;
      machine.type = some.type;
      machine.lifecycle = some.lifecycle;
      machine.subnet = some.from.subnet;
      if (const auto zone = group.zones.find(some.from.subnet); zone != group.zones.end())
        machine.zone = zone->second;
      machine.launch_time = now;
      machine.tags = model::launch_tags(group.spec.name, launch, group.deployment, {});
      machines.push_back(std::move(machine));
    }
  return machines;
}

std::set<model::Pool> dry_pools(const GroupState& group, const model::FleetReply& reply) {
  std::set<model::Pool> dry;
  for (const model::FleetError& error : reply.errors) {
    const auto zone = group.zones.find(error.from.subnet);
    if (model::is_no_capacity(error.code) && zone != group.zones.end())
      dry.insert({error.from.type, zone->second, model::kLinux});
  }
  return dry;
}

// The error that says most: one that a person must mend, else a lack of capacity, else throttling.
const model::FleetError& gravest(const model::FleetReply& reply) {
  const auto rank = [](const model::FleetError& error) {
    return model::is_throttled(error.code) ? 2 : model::is_no_capacity(error.code) ? 1 : 0;
  };
  return *std::min_element(reply.errors.begin(), reply.errors.end(),
                           [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

// Instances may come together with errors; only what came counts as launched.
void take_fleet_answer(GroupState& group, LaunchProgress& progress, const Flight& flight,
                       const model::FleetReply& reply, const model::CallCompleted& completed,
                       const AnswerContext& context) {
  const uint64_t n = flight.key.n;
  const model::LaunchId launch{group.ledger.record->incarnation, n};
  progress.dry = dry_pools(group, reply);
  for (const model::FleetError& error : reply.errors)
    if (model::is_throttled(error.code)) context.board.pacer().throttled(flight.call, context.now);
  const auto machines = machines_of(group, reply, launch, context.now);
  if (!machines.empty()) return came(group, progress, n, machines, completed, context.now);
  if (reply.errors.empty()) return start_search(progress, context, n);
  const model::FleetError& why = gravest(reply);
  refuse_launch(group, progress, n, {why.code, why.message, {}, base::Retry::kNever}, context);
}

// ---- Spot requests ----

void tell_late(const GroupState& group, uint64_t n, const AnswerContext& context) {
  remark(context, base::LogLevel::kWarn, "launch-answered-late",
         {{"group", group.spec.name.str()}, {"launch", std::to_string(n)}});
}

// AWS has decided about every request of the launch.
void spot_decided(GroupState& group, LaunchProgress& progress, const model::OpenLaunch& entry,
                  const model::CallCompleted& completed, const AnswerContext& context) {
  std::vector<model::Instance> machines = machines_of(progress.spot, entry, context.now);
  const model::LaunchId launch{group.ledger.record->incarnation, entry.n};
  for (model::Instance& machine : machines)
    machine.tags = model::launch_tags(group.spec.name, launch, group.deployment, {});
  if (!machines.empty()) return came(group, progress, entry.n, machines, completed, context.now);
  refuse_launch(group, progress, entry.n, why_nothing_came(progress.spot), context);
}

void take_requests(GroupState& group, LaunchProgress* progress, const Flight& flight,
                   const model::SpotRequestsReply& reply, const model::CallCompleted& completed,
                   const AnswerContext& context) {
  const uint64_t n = flight.key.n;
  // Of an entry that was closed meanwhile they are strays, to be swept up.
  if (!progress || progress->phase == Phase::kSettled) return tell_late(group, n, context);
  // AWS remembers the token, and has forgotten what came of it.
  if (reply.requests.empty()) return start_search(*progress, context, n);
  const bool is_decided = spot_requested(*progress, reply, context.now);
  if (const model::OpenLaunch* entry = entry_of(group, n); entry && is_decided)
    spot_decided(group, *progress, *entry, completed, context);
}

void take_launch_answer(GroupState& group, LaunchProgress* progress, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context) {
  if (!completed.result) {
    if (model::is_throttled(completed.result.error().code))
      context.board.pacer().throttled(flight.call, context.now);
    if (progress && progress->phase == Phase::kToSubmit)
      launch_failed(group, *progress, flight, completed.result.error(), context);
    return;
  }
  if (const auto* requested = std::get_if<model::SpotRequestsReply>(&*completed.result))
    return take_requests(group, progress, flight, *requested, completed, context);
  if (std::holds_alternative<model::Done>(*completed.result)) {
    // Adopted: what they are is still to be seen.
    if (progress && progress->phase == Phase::kToSubmit)
      start_search(*progress, context, flight.key.n);
    return;
  }
  const auto* fleet = std::get_if<model::FleetReply>(&*completed.result);
  if (fleet && progress && progress->phase != Phase::kSettled)
    return take_fleet_answer(group, *progress, flight, *fleet, completed, context);
  const model::InstancesReply none;
  const auto& reply = fleet ? none : std::get<model::InstancesReply>(*completed.result);
  if (!progress || progress->phase == Phase::kSettled) {
    // The entry was closed meanwhile: what came now is surplus, to be seen and reaped.
    tell_late(group, flight.key.n, context);
    for (const model::Instance& instance : reply.instances)
      observe(group, instance, completed.began, context.now);
    return;
  }
  const std::string launch =
      to_string(model::LaunchId{group.ledger.record->incarnation, flight.key.n});
  if (reply.instances.empty() || !carry_tag(reply.instances, launch))
    return start_search(*progress, context, flight.key.n);
  came(group, *progress, flight.key.n, reply.instances, completed, context.now);
}

}  // namespace

void launch_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context) {
  LaunchProgress* progress = progress_of(group, flight.key.n);
  take_launch_answer(group, progress, flight, completed, context);
  // Only what must be sent again has something to wait for.
  if (!progress || progress->phase != Phase::kToSubmit) context.board.succeeded(flight.key);
}

void search_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context) {
  LaunchProgress* progress = progress_of(group, flight.key.n);
  const auto* reply = reply_of<model::InstancesReply>(group, flight, completed, context);
  if (!progress || progress->phase != Phase::kSearching || !reply) return;
  std::vector<model::Instance> live;
  for (const model::Instance& instance : reply->instances)
    if (model::is_live(instance.state)) live.push_back(instance);
  if (!live.empty()) return came(group, *progress, flight.key.n, live, completed, context.now);
  if (!reply->instances.empty()) return settle(*progress, "died", context.now);
  if (++progress->searches < Timing::kSearches) return;
  const model::OpenLaunch* entry = entry_of(group, flight.key.n);
  // Machines that run already are not lost: AWS is told again whose they are, or says that they
  // ended.
  if (entry && model::kind_of_launch(entry->request) == model::LaunchKind::kAdoption)
    progress->phase = Phase::kToSubmit;
  else
    settle(*progress, "lost", context.now);
}

void spot_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                   const AnswerContext& context) {
  LaunchProgress* progress = progress_of(group, flight.key.n);
  const model::OpenLaunch* entry = entry_of(group, flight.key.n);
  if (spot_step_answered(group, progress, flight, completed, context) && entry)
    spot_decided(group, *progress, *entry, completed, context);
}

}  // namespace control
