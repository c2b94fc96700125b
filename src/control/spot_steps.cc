#include "control/spot_steps.h"

#include <algorithm>

#include "model/launch_form.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
using model::SpotRequest;
using model::SpotRequestId;

// A list may lag behind what an earlier answer has shown.
void take(SpotRequests& spot, const SpotRequest& request) {
  SpotRequest& known = spot.shown[request.id];
  if (known.id.empty() || !is_decided(known) || !request.instance.empty()) known = request;
  if (!is_decided(request) && request.status_code != "fulfilled")
    spot.waits_for = request.status_code;
}

// A request that no list shows any more after so long has ended; AWS does not keep those for ever.
void note_forgotten(SpotRequests& spot, const std::vector<SpotRequest>& listed) {
  for (auto& [id, request] : spot.shown)
    if (!is_decided(request) &&
        std::none_of(listed.begin(), listed.end(),
                     [&, wanted = id](const SpotRequest& one) { return one.id == wanted; }))
      request.state = "closed";
}

bool is_over(const SpotRequests& spot) {
  return !spot.shown.empty() &&
         std::all_of(spot.shown.begin(), spot.shown.end(), [&](const auto& entry) {
           const SpotRequest& request = entry.second;
           return is_decided(request) &&
                  (request.instance.empty() || spot.tagged.contains(request.instance));
         });
}

std::vector<InstanceId> untagged(const SpotRequests& spot) {
  std::vector<InstanceId> ids;
  for (const auto& [id, request] : spot.shown)
    if (!request.instance.empty() && !spot.tagged.contains(request.instance))
      ids.push_back(request.instance);
  return ids;
}

std::vector<SpotRequestId> waiting_in_vain(const SpotRequests& spot, bool is_late) {
  std::vector<SpotRequestId> ids;
  for (const auto& [id, request] : spot.shown)
    if (!is_decided(request) && !spot.cancelled.contains(id) &&
        (is_late || model::says_no_capacity(request.status_code)))
      ids.push_back(id);
  return ids;
}

model::CreateTags tagging(const std::vector<InstanceId>& ids, std::vector<model::Tag> tags) {
  model::CreateTags call;
  for (const InstanceId& id : ids) call.resources.push_back(id.str());
  call.tags = std::move(tags);
  return call;
}

void start(const GroupState& group, const WantContext& context, WorkKind kind, std::string subject,
           uint64_t n, model::Call call) {
  context.board.start({kind, std::move(subject), n}, group.spec.name, std::move(call), context.now,
                      context.out);
}

void look(const GroupState& group, const model::OpenLaunch& entry, const SpotRequests& spot,
          const WantContext& context) {
  const Instant due = spot.looked_at + context.ledger.timing.spot_look;
  if (context.now < due) {
    context.out.wake_at = std::min(context.out.wake_at, due);
    return;
  }
  model::DescribeSpotInstanceRequests call;
  model::Filter ids{"spot-instance-request-id", {}};
  for (const auto& [id, request] : spot.shown) ids.values.push_back(id.str());
  call.filters = {std::move(ids)};
  start(group, context, WorkKind::kReadSpotRequests, group.spec.name.str(), entry.n,
        std::move(call));
}

// Named by the request's tags; AWS may have given it to an instance that bears none yet.
bool is_awaited(const GroupState& group, const SpotRequest& request) {
  const model::LedgerRecord* record = group.record();
  const std::string* text = model::find_tag(request.tags, model::kLaunchTag);
  const auto launch = text ? model::parse_launch_id(*text) : std::nullopt;
  if (!record || !launch) return true;  // Nothing to judge it by.
  if (launch->incarnation != record->incarnation) return false;
  return launch->n > record->counter ||
         std::any_of(record->open.begin(), record->open.end(),
                     [&](const model::OpenLaunch& entry) { return entry.n == launch->n; });
}

}  // namespace

void want_spot_steps(GroupState& group, const model::OpenLaunch& entry, LaunchProgress& progress,
                     const WantContext& context) {
  SpotRequests& spot = progress.spot;
  const Timing& timing = context.ledger.timing;
  // The second for two keepers that keep taking it from each other; each begins to count anew.
  const Instant patient_until =
      std::min(spot.requested_at + timing.spot_patience, entry.opened_at + timing.horizon);
  const bool is_late = context.now >= patient_until;
  if (!is_late) context.out.wake_at = std::min(context.out.wake_at, patient_until);
  const model::LaunchId launch{group.record()->incarnation, entry.n};
  const std::string& name = group.spec.name.str();
  if (const auto ids = untagged(spot); !ids.empty())
    start(group, context, WorkKind::kTagLaunched, name, entry.n,
          tagging(ids,
                  model::launch_tags(group.spec.name, launch, group.deployment, group.spec.tags)));
  if (auto ids = waiting_in_vain(spot, is_late); !ids.empty())
    start(group, context, WorkKind::kCancelSpotRequests, name, entry.n,
          model::CancelSpotInstanceRequests{std::move(ids)});
  if (std::any_of(spot.shown.begin(), spot.shown.end(),
                  [](const auto& shown) { return !is_decided(shown.second); }))
    look(group, entry, spot, context);
}

void want_strays(GroupState& group, const WantContext& context) {
  for (const auto& [id, stray] : group.stray_requests) {
    const Instant due = stray.since + context.ledger.timing.horizon;
    if (context.now < due) {
      context.out.wake_at = std::min(context.out.wake_at, due);
      continue;
    }
    if (stray.instance.empty())
      start(group, context, WorkKind::kCancelSpotRequests, id.str(), 0,
            model::CancelSpotInstanceRequests{{id}});
    else
      start(group, context, WorkKind::kTagLaunched, id.str(), 0,
            tagging({stray.instance}, stray.tags));
  }
}

bool spot_requested(LaunchProgress& progress, const model::SpotRequestsReply& reply, Instant now) {
  progress.phase = LaunchProgress::Phase::kRequested;
  for (const SpotRequest& request : reply.requests) take(progress.spot, request);
  progress.spot.requested_at = progress.spot.looked_at = now;
  return is_over(progress.spot);
}

bool spot_step_answered(GroupState& group, LaunchProgress* progress, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context) {
  const bool is_ours = progress && progress->phase == LaunchProgress::Phase::kRequested;
  if (const auto* cancel = std::get_if<model::CancelSpotInstanceRequests>(&flight.call)) {
    if (!reply_of<model::CancelledSpotRequestsReply>(group, flight, completed, context))
      return false;
    for (const SpotRequestId& id : cancel->ids) group.stray_requests.erase(id);
    if (!is_ours) return false;
    progress->spot.cancelled.insert(cancel->ids.begin(), cancel->ids.end());
    progress->spot.looked_at = Instant();  // One may have come in between.
    return false;
  }
  if (const auto* tags = std::get_if<model::CreateTags>(&flight.call)) {
    if (!reply_of<model::Done>(group, flight, completed, context)) return false;
    group.stray_requests.erase(SpotRequestId(flight.key.subject));
    if (!is_ours) return false;
    for (const std::string& id : tags->resources) progress->spot.tagged.emplace(id);
    return is_over(progress->spot);
  }
  const auto* reply = reply_of<model::SpotRequestsReply>(group, flight, completed, context);
  if (!is_ours || !reply) return false;
  for (const SpotRequest& request : reply->requests) take(progress->spot, request);
  if (completed.began >= progress->spot.requested_at + context.timing.horizon)
    note_forgotten(progress->spot, reply->requests);
  progress->spot.looked_at = completed.ended;
  return is_over(progress->spot);
}

std::vector<model::Instance> machines_of(const SpotRequests& spot, const model::OpenLaunch& entry,
                                         Instant now) {
  std::vector<model::Instance> machines;
  for (const auto& [id, request] : spot.shown) {
    if (request.instance.empty()) continue;
    model::Instance machine;
    machine.id = request.instance;
    machine.type = entry.pool.type;
    machine.zone = entry.pool.zone;
    machine.subnet = entry.subnet;
    machine.lifecycle = model::Lifecycle::kSpot;
    machine.spot_request = id;
    machine.launch_time = now;
    machines.push_back(std::move(machine));
  }
  return machines;
}

base::Error why_nothing_came(const SpotRequests& spot) {
  const std::string& last = spot.shown.begin()->second.status_code;
  // Cancelled by a keeper that waited in vain: this one in an earlier life, or the other.
  const bool is_cancelled = last == "canceled-before-fulfillment" || last == "schedule-expired";
  if (spot.waits_for.empty() && !is_cancelled)
    return {last, "the Spot request has failed", {}, base::Retry::kNever};
  return {"InsufficientInstanceCapacity",
          "the Spot request waited with " + (spot.waits_for.empty() ? last : spot.waits_for),
          {},
          base::Retry::kNever};
}

void spot_request_seen(GroupState& group, const SpotRequest& request, Instant now) {
  const bool is_settled = !request.instance.empty() && group.seen.contains(request.instance);
  if (is_settled || is_awaited(group, request)) {
    group.stray_requests.erase(request.id);
    return;
  }
  StrayRequest& stray =
      group.stray_requests.try_emplace(request.id, StrayRequest{now, {}, request.tags})
          .first->second;
  stray.instance = request.instance;
}

}  // namespace control
