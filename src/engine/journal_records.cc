#include "engine/journal_records.h"

#include <array>

namespace engine {
namespace {

constexpr std::array<std::string_view, 2> kQuarantineKinds{"message", "notification"};

}  // namespace

std::string_view to_string(QuarantineKind kind) {
  return kQuarantineKinds[static_cast<size_t>(kind)];
}

std::optional<QuarantineKind> parse_quarantine_kind(std::string_view text) {
  for (size_t i = 0; i < kQuarantineKinds.size(); ++i)
    if (kQuarantineKinds[i] == text) return static_cast<QuarantineKind>(i);
  return std::nullopt;
}

}  // namespace engine
