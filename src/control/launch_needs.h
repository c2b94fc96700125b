// Which slots need a machine now: those that are empty or about to be, and as many exchanges and as
// many attempts in all as the brakes allow.
#pragma once

#include <optional>
#include <vector>

#include "control/ledger_draft.h"

namespace control {

struct LaunchNeed {
  model::SlotName slot;
  int index = 0;
  bool is_base = false;  // On-demand, whatever Spot has.
};

struct LaunchNeeds {
  std::vector<LaunchNeed> wanted;
  bool is_braked = false;   // More is wanted than launches_per_hour allows.
  bool is_looping = false;  // Machines of the template's version do not last.
};

// What to launch must be known.
LaunchNeeds launch_needs(LedgerDraft& draft);

// Launched as a precaution or by choice: the holder runs, and nobody has said that it will be taken
// soon.
bool is_early(const LedgerDraft& draft, const model::SlotName& slot);

// When an announced end of the slot's machine is so near that it is no precaution any more to have
// another; nothing while none is announced with its date.
std::optional<base::Instant> presses_from(const LedgerDraft& draft, const model::SlotName& slot);

}  // namespace control
