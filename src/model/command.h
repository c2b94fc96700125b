// Command: what a person tells a running keeper to do with a group or a slot.
//
// It takes effect by being written into the group's ledger, and is answered only then: what was
// answered survives every crash, and binds the other keeper too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.h"

namespace model {

enum class CommandKind {
  kHold,           // A slot: nothing is launched, moved or ended for it until release.
  kRelease,        // A slot: the end of a hold.
  kReplace,        // A slot: its machine is exchanged, the new one first.
  kReplaceAll,     // A group: every machine, a few at a time.
  kReplaceOld,     // A group: every machine that was not launched from the template's version now.
  kStopReplacing,  // A group: what was not exchanged yet stays.
  kPause,          // A group: it is watched, and nothing is changed.
  kResume,         // A group: the end of a pause, or of a retirement.
  kRetire,         // A group: every machine is taken out of service and ended.
  kAdopt,          // A group: machines that run already take free slots.
};

std::string_view to_string(CommandKind kind);  // "hold", "replace-all", …
std::optional<CommandKind> parse_command_kind(std::string_view text);
// True for those whose subject is a slot; the others' is a group.
bool is_about_slot(CommandKind kind);

struct CommandId {
  uint64_t value = 0;
  friend auto operator<=>(const CommandId&, const CommandId&) = default;
};

struct Command {
  CommandId id;
  CommandKind kind = CommandKind::kHold;
  std::string subject;                     // The name of a slot or of a group.
  std::vector<InstanceId> instances = {};  // To be adopted.
  // Whose members they are, and stop to be; with no instances named, all its members.
  AutoScalingGroupName scaling_group = {};

  friend bool operator==(const Command&, const Command&) = default;
};

}  // namespace model
