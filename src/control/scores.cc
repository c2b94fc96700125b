#include "control/scores.h"

#include <algorithm>
#include <utility>

namespace control {
namespace {

constexpr size_t kLeastTypes = 3;

// A score is of one zone, which need not hold more than its share of the slots.
int target_of(const model::GroupSpec& spec) {
  const auto subnets = static_cast<int>(spec.subnets.size());
  return (spec.capacity + subnets - 1) / subnets;
}

void refused(GroupState& group, const Flight& flight, const base::Error& error,
             const AnswerContext& context) {
  if (error.retry != base::Retry::kNever) return context.board.retry_later(flight.key, context.now);
  // A missing right, or the day's combinations are used up: tomorrow is soon enough to say so
  // again.
  group.scores.clear();
  context.board.not_before(flight.key, context.now + context.timing.refresh_scores);
  const bool is_news = !std::exchange(group.scores_refused, true);
  remark(context, is_news ? base::LogLevel::kInfo : base::LogLevel::kDebug, "scores-refused",
         {{"group", group.spec.name.str()}, {"error", base::to_string(error)}});
}

}  // namespace

bool uses_scores(const model::GroupSpec& spec) {
  return spec.strategy != model::Strategy::kLowestPrice &&
         (spec.requirements || spec.types.size() >= kLeastTypes);
}

void want_scores(GroupState& group, const WantContext& context) {
  if (!group.asks_scores || group.zone_ids.empty() || group.spec.types.size() < kLeastTypes) return;
  const base::Instant due = group.scores_read_at + context.ledger.timing.refresh_scores;
  if (context.now < due) {
    context.out.wake_at = std::min(context.out.wake_at, due);
    return;
  }
  model::GetSpotPlacementScores call;
  call.types = group.spec.types;
  std::sort(call.types.begin(), call.types.end());  // The same combination from every keeper.
  call.target_capacity = target_of(group.spec);
  call.regions = {context.ledger.scope.region};
  context.board.start({WorkKind::kReadScores, group.spec.name.str()}, group.spec.name,
                      std::move(call), context.now, context.out);
}

void scores_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context) {
  if (!completed.result) return refused(group, flight, completed.result.error(), context);
  const auto* reply = std::get_if<model::SpotPlacementScoresReply>(&*completed.result);
  CHECK(reply);
  context.board.succeeded(flight.key);
  group.scores.clear();
  for (const model::SpotPlacementScore& one : reply->scores)
    if (const auto zone = group.zone_ids.find(one.zone); zone != group.zone_ids.end())
      group.scores[zone->second] = one.score;
  group.scores_read_at = completed.ended;
  group.scores_refused = false;
}

}  // namespace control
