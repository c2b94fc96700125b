// How a launch ends in the ledger: who came holds a slot, who held it leaves, and what Spot could
// not give is remembered.
#pragma once

#include "control/ledger_draft.h"

namespace control {

// Closes entries whose outcome is known. A failure is only the current submitter's to declare: a
// later submitter's attempt may have succeeded. That instances came is true whoever learnt it.
void settle_launches(LedgerDraft& draft);

}  // namespace control
