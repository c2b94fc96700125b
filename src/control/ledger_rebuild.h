// A ledger that was lost is rebuilt from the machines that bear our tags.
#pragma once

#include "control/ledger_draft.h"

namespace control {

// Until launches are allowed, instances with our tags fill the slots of their subnets: the highest
// launch first, then the youngest.
void adopt_while_rebuilding(LedgerDraft& draft);

}  // namespace control
