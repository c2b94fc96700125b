#include "control/answers.h"

#include <algorithm>

#include "control/evidence.h"
#include "control/incidents.h"
#include "control/own_template.h"
#include "control/target_attributes.h"
#include "control/troubles.h"
#include "model/aws_error.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
void health_read(TargetView& view, const model::TargetHealthReply& reply,
                 const model::CallCompleted& completed) {
  view.known = true;
  view.read_began = completed.began;
  view.read_ended = completed.ended;
  view.health.clear();
  for (const model::TargetHealth& target : reply.targets)
    view.health[target.target.instance] = target;
  std::erase_if(view.touched,
                [&](const auto& touched) { return touched.second < completed.began; });
}

void touched(GroupState& group, TargetView& view, const std::vector<model::Target>& targets,
             std::string_view what, const model::CallCompleted& completed, Instant now) {
  view.one_by_one = false;
  std::set<InstanceId> ids;
  for (const model::Target& target : targets) {
    view.touched[target.instance] = completed.ended;
    ids.insert(target.instance);
  }
  tell_instances(group, ids, what, now);
}

}  // namespace

void remark(const AnswerContext& context, base::LogLevel level, std::string what,
            std::vector<std::pair<std::string, std::string>> fields) {
  context.out.remarks.push_back({level, std::move(what), std::move(fields)});
}

void note_failed_call(GroupState& group, const Flight& flight, const base::Error& error,
                      const AnswerContext& context) {
  context.board.retry_later(flight.key, context.now);
  const bool is_news = is_lasting(flight.key.kind, error)
                           ? begin_trouble(group, trouble_of(flight), base::to_string(error))
                           : error.retry == base::Retry::kNever;
  remark(context, is_news ? base::LogLevel::kWarn : base::LogLevel::kDebug, "call-failed",
         {{"action", std::string(action_of(flight.call))},
          {"subject", flight.key.subject},
          {"error", base::to_string(error)}});
}

void instances_answered(GroupState& group, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context) {
  if (flight.key.kind == WorkKind::kPollStatus) {
    const auto* reply = reply_of<model::InstanceStatusReply>(group, flight, completed, context);
    if (!reply) return;
    group.status_polled_at = completed.ended;
    for (const model::InstanceStatus& status : reply->statuses)
      if (status.system == model::CheckStatus::kOk && status.instance == model::CheckStatus::kOk)
        group.checks_passed.insert(status.id);
    return;
  }
  const bool by_id = flight.key.kind == WorkKind::kConfirmInstance;
  if (by_id && !completed.result && model::is_not_found(completed.result.error().code)) {
    remark(context, base::LogLevel::kInfo, "absence-confirmed", {{"instance", flight.key.subject}});
    return ended(group, InstanceId(flight.key.subject), kAbsent, context.now);
  }
  const auto* reply = reply_of<model::InstancesReply>(group, flight, completed, context);
  if (!reply) return;
  // Asked and answered, whatever it showed: the next sweep may raise the suspicion again.
  if (by_id) group.suspects.erase(InstanceId(flight.key.subject));
  if (!by_id) {
    group.poll_began = completed.began;
    group.polled_at = completed.ended;
  }
  for (const model::Instance& instance : reply->instances)
    observe(group, instance, completed.began, context.now);
}

void take_health(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                 const AnswerContext& context) {
  TargetView& view = group.targets[model::TargetGroupArn(flight.key.subject)];
  if (completed.result) {
    health_read(view, std::get<model::TargetHealthReply>(*completed.result), completed);
    end_trouble(group, trouble_of(flight));
    return;
  }
  if (view.read_ended == Instant()) view.read_ended = completed.began;
  if (context.now <= view.read_ended + context.timing.horizon) return;
  // Old health is no reason to let anybody leave: after a while without an answer nothing is known.
  view.known = false;
  view.health.clear();
  if (!group.troubles.contains(trouble_of(flight)))
    begin_trouble(group, trouble_of(flight),
                  "nobody knows who serves: the health was not read since " +
                      base::to_iso8601(view.read_ended) + ": " +
                      base::to_string(completed.result.error()));
}

void targets_answered(GroupState& group, const Flight& flight,
                      const model::CallCompleted& completed, const AnswerContext& context) {
  TargetView& view = group.targets[model::TargetGroupArn(flight.key.subject)];
  if (const auto* call = std::get_if<model::RegisterTargets>(&flight.call)) {
    if (reply_of<model::Done>(group, flight, completed, context))
      return touched(group, view, call->targets, "registered", completed, context.now);
    view.one_by_one = completed.result.error().retry == base::Retry::kNever;
  } else if (const auto* drop = std::get_if<model::DeregisterTargets>(&flight.call)) {
    if (reply_of<model::Done>(group, flight, completed, context))
      touched(group, view, drop->targets, "deregistered", completed, context.now);
  } else if (std::holds_alternative<model::DescribeTargetHealth>(flight.call)) {
    (void)reply_of<model::TargetHealthReply>(group, flight, completed, context);
    take_health(group, flight, completed, context);
  } else {
    attributes_answered(group, flight, completed, context);
  }
}

namespace {

std::optional<int64_t> version_read(GroupState& group, const Flight& flight,
                                    const model::CallCompleted& completed,
                                    const AnswerContext& context) {
  const auto* reply =
      reply_of<model::LaunchTemplateVersionsReply>(group, flight, completed, context);
  if (!reply) return std::nullopt;
  if (!reply->versions.empty()) return reply->versions.front().number;
  context.board.retry_later(flight.key, context.now);
  begin_trouble(group, trouble_of(flight),
                group.spec.launch_template.id.str() + " has no version " +
                    group.spec.launch_template.version);
  return std::nullopt;
}

void take_version(GroupState& group, int64_t version) {
  // Somebody mended it: what the old version did is no reason to wait.
  if (group.template_version && *group.template_version != version)
    std::erase_if(group.slot_waits, [](const auto& wait) {
      return wait.second.trouble == LaunchTrouble::kEnds ||
             wait.second.trouble == LaunchTrouble::kRefused;
    });
  group.template_version = version;
}

void forget_offer(GroupState& group) {
  group.offered.clear();
  group.offer_page.clear();
}

// With the last page it is known which types meet the requirements. Those that were known stay when
// none does any more: a machine of yesterday's type is better than none.
void take_offer(GroupState& group, const model::InstanceTypesReply& page,
                const model::CallCompleted& completed, const AnswerContext& context) {
  group.offered.insert(group.offered.end(), page.types.begin(), page.types.end());
  group.offer_page = page.next;
  if (!group.offer_page.empty()) return;
  std::vector<model::InstanceType> types =
      model::types_that_meet(*group.spec.requirements, group.offered);
  forget_offer(group);
  group.offer_read_at = completed.ended;
  if (types.empty()) {
    if (begin_trouble(group, kRequirementsTrouble,
                      "no instance type of this region meets them; widen them"))
      remark(context, base::LogLevel::kError, "requirements-unmet",
             {{"group", group.spec.name.str()}});
    return;
  }
  end_trouble(group, kRequirementsTrouble);
  if (types != group.spec.types) group.prices_read_at = base::Instant();
  group.spec.types = std::move(types);
}

}  // namespace

void facts_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                    const AnswerContext& context) {
  if (flight.key.kind == WorkKind::kReadSubnets) {
    const auto* reply = reply_of<model::SubnetsReply>(group, flight, completed, context);
    if (!reply) return;
    for (const model::Subnet& subnet : reply->subnets) {
      group.zones[subnet.id] = subnet.zone;
      if (!subnet.zone_id.empty()) group.zone_ids[subnet.zone_id] = subnet.zone;
    }
    group.zones_read_at = completed.ended;
    return;
  }
  if (flight.key.kind == WorkKind::kReadTypes) {
    if (const auto* page = reply_of<model::InstanceTypesReply>(group, flight, completed, context))
      take_offer(group, *page, completed, context);
    else
      forget_offer(group);
    return;
  }
  const std::optional<int64_t> version =
      group.spec.machine ? take_template_answer(group, flight, completed, context)
                         : version_read(group, flight, completed, context);
  if (!version) return;
  take_version(group, *version);
  group.template_read_at = completed.ended;
  // A clock that stepped back does not keep the doubt.
  const auto& doubted = group.template_doubted_at;
  if (doubted && (completed.began >= *doubted || *doubted > context.now))
    group.template_doubted_at.reset();
}

void ending_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context) {
  const InstanceId id(flight.key.subject);
  if (!completed.result && model::is_not_found(completed.result.error().code))
    return ended(group, id, kAbsent, context.now);
  if (!reply_of<model::Done>(group, flight, completed, context)) return;
  group.poll_asked_at = context.now;
  ended(group, id, "terminated by us", context.now);
}

void tags_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                   const AnswerContext& context) {
  if (!reply_of<model::Done>(group, flight, completed, context)) return;
  const InstanceId id(flight.key.subject);
  if (flight.key.kind == WorkKind::kMarkDoomed) {
    group.marked_doomed.insert(id);
    return;
  }
  const auto seen = group.seen.find(id);
  if (seen == group.seen.end()) return;
  std::vector<model::Tag>& tags = seen->second.instance.tags;
  std::erase_if(tags, [](const model::Tag& tag) { return tag.key == "Name"; });
  tags.push_back(std::get<model::CreateTags>(flight.call).tags.front());
  // A lagging read may still show it nameless; once more is harmless, more often is not needed.
  context.board.not_before(flight.key, context.now + context.timing.horizon);
}

}  // namespace control
