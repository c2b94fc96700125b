#include "control/departure.h"

#include <algorithm>
#include <set>
#include <string>

#include "control/adoption.h"
#include "control/troubles.h"
#include "model/adoption.h"
#include "model/aws_error.h"

namespace control {
namespace {

using model::InstanceId;
using Membership = LaunchProgress::Membership;

std::optional<model::Adoption> departure_of(const model::OpenLaunch& entry) {
  auto adoption = model::parse_adoption(entry.request);
  if (!adoption || adoption->scaling_group.empty()) return std::nullopt;
  return adoption;
}

// The open entry by which that machine is adopted; null when it was closed meanwhile.
const model::OpenLaunch* adoption_entry(const GroupState& group, const InstanceId& id) {
  if (!group.ledger.record) return nullptr;
  for (const model::OpenLaunch& entry : group.ledger.record->open)
    if (const auto adoption = model::parse_adoption(entry.request);
        adoption && adoption->instances.front() == id)
      return &entry;
  return nullptr;
}

void left(GroupState& group, const InstanceId& id, LaunchProgress& progress,
          const AnswerContext& context) {
  progress.membership = Membership::kLeft;
  remark(context, base::LogLevel::kInfo, "detached",
         {{"group", group.spec.name.str()}, {"instance", id.str()}});
}

void detach_answered(GroupState& group, const Flight& flight, const InstanceId& id,
                     LaunchProgress& progress, const model::CallCompleted& completed,
                     const AnswerContext& context) {
  if (reply_of<model::Done>(group, flight, completed, context))
    return left(group, id, progress, context);
  const base::Error& error = completed.result.error();
  // A right that is missing is shown as a trouble, and tried again once somebody has given it.
  if (error.retry == base::Retry::kBackoff || model::is_auth(error.code)) return;
  progress.membership = Membership::kUnknown;
  if (error.retry == base::Retry::kNever) progress.refusal = error;
}

// What AWS showed is believed so long.
constexpr base::Duration kVetLasts = base::Duration::minutes(1);

void vetted(GroupState& group, const Flight& flight, const InstanceId& id, LaunchProgress& progress,
            const model::OpenLaunch& entry, const model::CallCompleted& completed,
            const AnswerContext& context) {
  const auto* reply = reply_of<model::InstancesReply>(group, flight, completed, context);
  if (!reply) return;
  const auto machine = std::find_if(reply->instances.begin(), reply->instances.end(),
                                    [&](const model::Instance& one) { return one.id == id; });
  // One that is not shown, or has ended, AWS itself will not let us have.
  if (machine == reply->instances.end() || !model::is_live(machine->state)) {
    progress.vetted_at = context.now;
    return;
  }
  const bool has_left = progress.membership == Membership::kLeft;
  // The tag may lag behind, or somebody has put it back: its Auto Scaling group tells.
  if (has_left && machine->tag(model::kAutoScalingGroupTag)) {
    progress.membership = Membership::kUnknown;
    return context.board.not_before(flight.key, context.now + context.timing.poll);
  }
  std::string why = hindrance_since(group, entry, *machine, has_left);
  if (why.empty())
    progress.vetted_at = context.now;
  else
    refuse_launch(group, progress, entry.n,
                  {"AdoptionRefused", std::move(why), {}, base::Retry::kNever}, context);
}

model::Call question_about(const InstanceId& id) {
  model::DescribeInstances call;
  call.filters = {{"instance-id", {id.str()}}};
  return call;
}

// It stays where it is, and the slot is free for others.
void stays(GroupState& group, LaunchProgress& progress, const model::OpenLaunch& entry,
           const model::AutoScalingMember& member, const base::Error& why,
           const AnswerContext& context) {
  refuse_launch(group, progress, entry.n,
                {why.code,
                 member.id.str() + " stays in the Auto Scaling group " + member.group.str() +
                     ", which keeps it: " + why.message +
                     "; mend that (lower its MinSize, wait for its activity) and adopt it again",
                 {},
                 base::Retry::kNever},
                context);
}

void membership_answered(GroupState& group, const Flight& flight, const InstanceId& id,
                         LaunchProgress& progress, const model::OpenLaunch& entry,
                         const model::CallCompleted& completed, const AnswerContext& context) {
  const auto* reply = reply_of<model::AutoScalingInstancesReply>(group, flight, completed, context);
  if (!reply) return;
  const auto member = std::find_if(reply->members.begin(), reply->members.end(),
                                   [&](const auto& one) { return one.id == id; });
  if (member == reply->members.end() || model::is_detached(*member))
    return left(group, id, progress, context);
  // Its group ends it, and AWS will say so: then the entry is closed as one that died.
  if (model::is_being_ended(*member))
    return context.board.not_before(flight.key, context.now + context.timing.poll);
  if (member->group != departure_of(entry)->scaling_group)
    return stays(group, progress, entry, *member,
                 {"OtherGroup", "it has been attached there since", {}, base::Retry::kNever},
                 context);
  if (progress.refusal) return stays(group, progress, entry, *member, *progress.refusal, context);
  progress.membership = Membership::kToLeave;
}

// Holders that do not serve, or may be about not to, and machines that left and hold nothing yet.
// Who held the entry's own slot does not count: it is what the entry is for.
int out_of_service(const GroupState& group, const model::OpenLaunch& entry,
                   const WantContext& context) {
  int count = 0;
  for (const auto& [slot, holder] : group.record()->holders) {
    if (slot == entry.slots.front()) continue;
    const base::Instant settled_at = holder.since + context.ledger.timing.after_detach;
    if (context.now < settled_at) context.out.wake_at = std::min(context.out.wake_at, settled_at);
    count += context.now < settled_at || !serves(group, holder.instance);
  }
  for (const model::OpenLaunch& other : group.record()->open) {
    const auto progress = group.launches.find(other.n);
    count += progress != group.launches.end() && progress->second.membership == Membership::kLeft;
  }
  return count;
}

// Whom a question or a detachment is about.
InstanceId machine_of(const model::Call& call) {
  if (const auto* detach = std::get_if<model::DetachInstances>(&call)) return detach->ids.front();
  if (const auto* question = std::get_if<model::DescribeInstances>(&call))
    return InstanceId(question->filters.front().values.front());
  return std::get<model::DescribeAutoScalingInstances>(call).ids.front();
}

bool is_any_on_hold(const GroupState& group, const model::OpenLaunch& entry) {
  return std::any_of(entry.slots.begin(), entry.slots.end(),
                     [&](const model::SlotName& slot) { return is_on_hold(group, slot); });
}

}  // namespace

bool want_departure(const GroupState& group, const model::OpenLaunch& entry,
                    const LaunchProgress& progress, const WantContext& context) {
  const auto adoption = model::parse_adoption(entry.request);
  if (!adoption) return true;
  const bool has_left = progress.membership == Membership::kLeft;
  if (!has_left && is_any_on_hold(group, entry)) return false;
  const auto ask = [&](WorkKind kind, uint64_t n, model::Call call) {
    context.board.start({kind, group.spec.name.str(), n}, group.spec.name, std::move(call),
                        context.now, context.out);
    return false;
  };
  const bool is_member = !adoption->scaling_group.empty();
  if (is_member && progress.membership == Membership::kUnknown)
    return ask(WorkKind::kReadMembership, entry.n,
               model::DescribeAutoScalingInstances{adoption->instances, {}});
  // Who leaves is out of service itself.
  if (is_member && !has_left &&
      out_of_service(group, entry, context) >= std::max(1, group.spec.max_unavailable))
    return false;
  if (context.now >= progress.vetted_at + kVetLasts)
    return ask(WorkKind::kVetAdopted, entry.n, question_about(adoption->instances.front()));
  if (!is_member || has_left) return true;
  // One call at a time: changes of one Auto Scaling group get into each other's way.
  return ask(WorkKind::kDetach, 0,
             model::DetachInstances{adoption->scaling_group, adoption->instances});
}

void tell_stranded(GroupState& group, const Flight& flight, const base::Error& error,
                   const AnswerContext& context) {
  const auto* tagging = std::get_if<model::CreateTags>(&flight.call);
  if (!tagging) return;
  const std::string& id = tagging->resources.front();
  if (!begin_trouble(group, kStrandedTrouble + id,
                     base::to_string(error) +
                         "; it has left its Auto Scaling group, cannot be tagged as ours, and is "
                         "kept by nobody: mend that, it is tried again"))
    return;
  remark(context, base::LogLevel::kError, "adoption-stranded",
         {{"group", group.spec.name.str()}, {"instance", id}, {"error", base::to_string(error)}});
}

void forget_stranded(GroupState& group, const model::KeeperName& keeper) {
  std::set<std::string> waited_for;
  for (const model::OpenLaunch& entry : group.ledger.record->open)
    if (const auto adoption = departure_of(entry); adoption && entry.submitter == keeper)
      waited_for.insert(kStrandedTrouble + adoption->instances.front().str());
  std::erase_if(group.troubles, [&](const auto& trouble) {
    return trouble.first.starts_with(kStrandedTrouble) && !waited_for.contains(trouble.first);
  });
}

void departure_answered(GroupState& group, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context) {
  const InstanceId id = machine_of(flight.call);
  const model::OpenLaunch* entry = adoption_entry(group, id);
  LaunchProgress* progress = entry ? progress_of(group, entry->n) : nullptr;
  // Closed, or taken over: who has it begins anew.
  if (!progress || progress->phase != LaunchProgress::Phase::kToSubmit)
    return context.board.succeeded(flight.key);
  switch (flight.key.kind) {
    case WorkKind::kDetach:
      return detach_answered(group, flight, id, *progress, completed, context);
    case WorkKind::kVetAdopted:
      return vetted(group, flight, id, *progress, *entry, completed, context);
    default: return membership_answered(group, flight, id, *progress, *entry, completed, context);
  }
}

}  // namespace control
