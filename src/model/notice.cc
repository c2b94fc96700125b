#include "model/notice.h"

#include <array>
#include <utility>

namespace model {
namespace {

constexpr std::array<std::pair<NoticeKind, std::string_view>, 17> kKinds{{
    {NoticeKind::kInterruptionWarning, "interruption-warning"},
    {NoticeKind::kRebalance, "rebalance"},
    {NoticeKind::kStateChange, "state-change"},
    {NoticeKind::kBidEvicted, "bid-evicted"},
    {NoticeKind::kFulfilment, "fulfilment"},
    {NoticeKind::kCapacityReservationInterruption, "capacity-reservation-interruption"},
    {NoticeKind::kScheduledChange, "scheduled-change"},
    {NoticeKind::kLifecycleAction, "lifecycle-action"},
    {NoticeKind::kScalingActivity, "scaling-activity"},
    {NoticeKind::kScalingFailure, "scaling-failure"},
    {NoticeKind::kFleetStateChange, "fleet-state-change"},
    {NoticeKind::kFleetInstanceChange, "fleet-instance-change"},
    {NoticeKind::kFleetRequestChange, "fleet-request-change"},
    {NoticeKind::kFleetInformation, "fleet-information"},
    {NoticeKind::kFleetError, "fleet-error"},
    {NoticeKind::kTest, "test"},
    {NoticeKind::kUnknown, "unknown"},
}};

}  // namespace

std::string_view to_string(NoticeKind kind) { return kKinds[static_cast<size_t>(kind)].second; }

std::optional<NoticeKind> parse_notice_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds)
    if (name == text) return kind;
  return std::nullopt;
}

std::string_view to_string(InterruptionAction action) {
  switch (action) {
    case InterruptionAction::kTerminate: return "terminate";
    case InterruptionAction::kStop: return "stop";
    case InterruptionAction::kHibernate: return "hibernate";
  }
  return "terminate";
}

std::optional<InterruptionAction> parse_interruption_action(std::string_view text) {
  using enum InterruptionAction;
  for (InterruptionAction action : {kTerminate, kStop, kHibernate})
    if (to_string(action) == text) return action;
  return std::nullopt;
}

std::string_view to_string(LifecycleTransition transition) {
  return transition == LifecycleTransition::kLaunching ? "launching" : "terminating";
}

std::optional<LifecycleTransition> parse_lifecycle_transition(std::string_view text) {
  using enum LifecycleTransition;
  for (LifecycleTransition transition : {kLaunching, kTerminating})
    if (to_string(transition) == text) return transition;
  return std::nullopt;
}

}  // namespace model
