// SharedCapacity: how many slots a group has while the files of its keepers differ.
//
// A keeper acts by its own file, and two that differ would launch and end each other's machines
// without end. So each notes in the ledger what its file says, and says so again while there is
// somebody else. Each launches by its own file; nobody ends a slot that another's wants, until both
// say the same or that one has long been silent.
#pragma once

#include "base/time.h"
#include "control/event.h"
#include "control/ledger_draft.h"

namespace control {

// At least what the keeper's own file says.
int shared_capacity(const GroupState& group, const model::LedgerRecord& record);

// Notes what the own file says, and forgets who has long been silent.
void say_capacity(LedgerDraft& draft);

// A file is edited in one place after the other: only a difference that lasts is a trouble.
void watch_for_difference(GroupState& group, const Timing& timing, Decisions& out,
                          base::Instant now);

}  // namespace control
