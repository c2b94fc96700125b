// Where a needed machine comes from: which pools of the slot's zone are asked, Spot or on-demand,
// and what may wait for others to go with.
#pragma once

#include <vector>

#include "control/launch_needs.h"
#include "control/ledger_draft.h"
#include "market/ranking.h"

namespace control {

// Opens launches for what is needed and need not wait.
void open_launches(LedgerDraft& draft, std::vector<LaunchNeed> needs);

// The zone's pools, the best first; at least one.
std::vector<market::RankedPool> ranked_in(const LedgerDraft& draft, const model::Zone& zone);

}  // namespace control
