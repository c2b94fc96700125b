#include "model/command.h"

#include <array>

namespace model {
namespace {

constexpr std::array<std::string_view, 10> kNames{
    "hold",           "release", "replace", "replace-all", "replace-old",
    "stop-replacing", "pause",   "resume",  "retire",      "adopt"};

}  // namespace

std::string_view to_string(CommandKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<CommandKind> parse_command_kind(std::string_view text) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<CommandKind>(i);
  return std::nullopt;
}

bool is_about_slot(CommandKind kind) {
  return kind == CommandKind::kHold || kind == CommandKind::kRelease ||
         kind == CommandKind::kReplace;
}

}  // namespace model
