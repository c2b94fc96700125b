#include "model/notice.h"

#include <array>
#include <utility>

namespace model {
namespace {

constexpr std::array<std::pair<NoticeKind, std::string_view>, 7> kKinds{{
    {NoticeKind::kInterruptionWarning, "interruption-warning"},
    {NoticeKind::kRebalance, "rebalance"},
    {NoticeKind::kStateChange, "state-change"},
    {NoticeKind::kBidEvicted, "bid-evicted"},
    {NoticeKind::kFulfilment, "fulfilment"},
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

}  // namespace model
