// The next ledger record: everything the brain wants to decide for a group, in one write.
//
// Pure. Given what is known, answers the record that should replace the current one, or nothing
// when it is right as it is. The protocol of a launch (docs/architecture.md, "Exactly one per
// slot") lives here: entries are opened, taken over, settled and closed only by replacing the
// record.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/money.h"
#include "base/prng.h"
#include "base/time.h"
#include "control/group_state.h"
#include "control/timing.h"
#include "market/advisor.h"
#include "model/launch_request.h"

namespace control {

struct LedgerContext {
  Timing timing;
  model::KeeperName keeper;
  model::TokenScope scope;
  std::map<model::Pool, base::Money> prices;
  market::Advisor advisor;
};

struct LedgerPlan {
  std::optional<model::LedgerRecord> next;
  std::vector<model::CommandId> applied;  // Orders that `next` has.
  base::Instant look_again = base::Instant::never();
  bool is_braked = false;   // More is wanted than launches_per_hour allows.
  bool is_looping = false;  // Machines of the template's version do not last.
};

// Only with a known, usable ledger. `prng` names new incarnations and marks writes.
LedgerPlan plan_ledger(const GroupState& group, const LedgerContext& context, base::Prng& prng,
                       base::Instant now);

}  // namespace control
