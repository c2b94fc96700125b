// Back to Spot from on-demand: one slot at a time, and make before break.
#pragma once

#include "control/ledger_draft.h"

namespace control {

// What to launch must be known.
void return_to_spot(LedgerDraft& draft);

}  // namespace control
