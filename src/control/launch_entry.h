// LaunchEntry: the ledger entry of one launch, with the very bytes that will be sent.
//
// Pure. RunInstances and a Spot request name one pool; an instant fleet names all that may be drawn
// on, and AWS chooses among those that have capacity. What is decided here is never changed
// afterwards.
#pragma once

#include <vector>

#include "base/time.h"
#include "control/group_state.h"
#include "control/ledger_plan.h"
#include "model/ledger_record.h"

namespace control {

struct LaunchOrder {
  model::SubnetId subnet;
  model::Lifecycle lifecycle = model::Lifecycle::kSpot;
  std::vector<model::Pool> pools;  // The best first, at least one.
  std::vector<model::SlotName> slots;
};

// The group's template version must be known.
model::OpenLaunch launch_entry(const GroupState& group, const LedgerContext& context,
                               const model::LaunchId& launch, LaunchOrder order, base::Instant now);

}  // namespace control
