#include "control/target_attributes.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace control {
namespace {

using base::Duration;
using model::TargetGroupRef;

constexpr char kDrain[] = "deregistration_delay.timeout_seconds";
constexpr char kSlowStart[] = "slow_start.duration_seconds";

std::optional<Duration> duration_in(const model::TargetGroupAttributesReply& reply,
                                    const char* name) {
  const auto text = reply.attributes.find(name);
  if (text == reply.attributes.end()) return std::nullopt;
  int64_t seconds = 0;
  const char* end = text->second.data() + text->second.size();
  const auto [rest, error] = std::from_chars(text->second.data(), end, seconds);
  if (error != std::errc{} || rest != end || seconds < 0) return std::nullopt;
  return Duration::seconds(seconds);
}

std::string in_seconds(Duration duration) {
  return std::to_string(duration.whole_seconds()) + " s";
}

std::string drain_of(const TargetGroupRef& ref) { return "drain of " + ref.arn.str(); }

// With one ARN twice, under two ports, the first that names a time speaks for both; the file may
// not name two.
const TargetGroupRef* find_ref(const GroupState& group, const std::string& arn) {
  const TargetGroupRef* found = nullptr;
  for (const TargetGroupRef& ref : group.spec.target_groups)
    if (ref.arn.str() == arn && (!found || !found->drain)) found = &ref;
  return found;
}

// It was set, and is another one again.
void watch_for_undoing(GroupState& group, const TargetGroupRef& ref, const TargetView& view,
                       const AnswerContext& context) {
  if (!ref.drain || !view.drain) return;
  if (*view.drain == *ref.drain) {
    end_trouble(group, drain_of(ref));
    end_trouble(group, "ModifyTargetGroupAttributes of " + ref.arn.str());
    return;
  }
  if (view.drain_set_at == base::Instant()) return;
  if (begin_trouble(group, drain_of(ref),
                    "this keeper set " + in_seconds(*ref.drain) + ", and somebody set " +
                        in_seconds(*view.drain) +
                        " after it; give every keeper's file the same drain, or none"))
    remark(context, base::LogLevel::kWarn, "drain-changed-back",
           {{"group", group.spec.name.str()}, {"target_group", ref.arn.str()}});
}

void tell_cautions(GroupState& group, const TargetGroupRef& ref,
                   const model::TargetGroupAttributesReply& reply, const AnswerContext& context) {
  auto cautions = cautions_about(ref, reply, context.timing);
  for (const auto& [what, why] : set_cautions(group, ref.arn.str(), std::move(cautions)))
    remark(context, base::LogLevel::kWarn, "caution",
           {{"group", group.spec.name.str()}, {"what", what}, {"why", why}});
}

}  // namespace

std::map<std::string, std::string> cautions_about(
    const TargetGroupRef& ref, const model::TargetGroupAttributesReply& attributes,
    const Timing& timing) {
  std::map<std::string, std::string> cautions;
  const auto drain = duration_in(attributes, kDrain);
  if (!ref.drain && drain && *drain > timing.most_drain)
    cautions[drain_of(ref)] =
        "a leaver drains for " + in_seconds(*drain) + ", and a warning leaves " +
        in_seconds(timing.most_drain) +
        ": connections that last longer are cut off then, and each exchange of a machine waits for "
        "all of it; name a drain in target_groups, as \"" +
        base::to_string(timing.most_drain) + "\", or set it at AWS";
  const auto slow_start = duration_in(attributes, kSlowStart);
  if (slow_start && *slow_start > timing.most_drain)
    cautions["slow start of " + ref.arn.str()] =
        "a new machine gets its full share of the requests only after " + in_seconds(*slow_start) +
        "; a warning leaves " + in_seconds(timing.warning) +
        " to boot and to take over from the old one";
  return cautions;
}

void attributes_answered(GroupState& group, const Flight& flight,
                         const model::CallCompleted& completed, const AnswerContext& context) {
  TargetView& view = group.targets[model::TargetGroupArn(flight.key.subject)];
  const TargetGroupRef* ref = find_ref(group, flight.key.subject);
  if (flight.key.kind == WorkKind::kSetDrain) {
    if (!reply_of<model::Done>(group, flight, completed, context) || !ref) return;
    view.drain = ref->drain;
    view.drain_set_at = completed.ended;
    return remark(context, base::LogLevel::kInfo, "drain-set",
                  {{"group", group.spec.name.str()}, {"target_group", flight.key.subject}});
  }
  const auto* reply =
      reply_of<model::TargetGroupAttributesReply>(group, flight, completed, context);
  // One that began before our own change was done says nothing, and is asked for again.
  if (!reply || completed.began < view.drain_set_at) return;
  view.drain = duration_in(*reply, kDrain);
  view.attributes_read_at = completed.ended;
  if (!ref) return;
  watch_for_undoing(group, *ref, view, context);
  tell_cautions(group, *ref, *reply, context);
}

void want_drain(GroupState& group, const TargetGroupRef& ref, const WantContext& context) {
  TargetView& view = group.targets[ref.arn];
  if (!ref.drain || !view.drain || *view.drain == *ref.drain) return;
  if (!group.record() || is_paused(group)) return;
  // The next read wakes us, when it is too soon.
  const base::Instant due = view.drain_set_at + context.ledger.timing.between_drains;
  if (view.drain_asked_at >= view.attributes_read_at || context.now < due) return;
  const std::string seconds = std::to_string(ref.drain->whole_seconds());
  if (context.board.start({WorkKind::kSetDrain, ref.arn.str()}, group.spec.name,
                          model::ModifyTargetGroupAttributes{ref.arn, {{kDrain, seconds}}},
                          context.now, context.out))
    view.drain_asked_at = context.now;
}

}  // namespace control
