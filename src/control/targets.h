// Who belongs in the load balancer now, and who must leave it.
//
// Pure. A holder that runs is registered. One that is going to be taken leaves at the earliest of:
// its replacement serves; the deadline less the drain time; at once while `min_healthy` others
// serve.
#pragma once

#include <vector>

#include "base/time.h"
#include "control/group_state.h"
#include "control/timing.h"

namespace control {

struct TargetPlan {
  std::vector<model::InstanceId> to_register;
  std::vector<model::InstanceId> to_deregister;
  base::Instant look_again = base::Instant::never();
};

TargetPlan plan_targets(const GroupState& group, const model::TargetGroupRef& ref,
                        const Timing& timing, base::Instant now);

// True when no target group of the group sends the instance anything, by a read that is younger
// than whatever we last did to it.
bool out_of_balancer(const GroupState& group, const model::InstanceId& id);

}  // namespace control
