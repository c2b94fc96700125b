// Which instances we end ourselves: former holders that nobody needs any more, and surplus.
//
// Pure, and the only place that chooses what is terminated. What AWS said it will take is left to
// AWS until it is overdue. A holder is never ended here.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "control/group_state.h"
#include "control/timing.h"

namespace control {

struct Ending {
  model::InstanceId instance;
  std::string reason;  // "interruption", "scaled-down", …, or "surplus"
};

struct EndingPlan {
  std::vector<Ending> endings;
  Rivals rivals;  // As far as this look can tell.
  base::Instant look_again = base::Instant::never();
};

EndingPlan plan_endings(const GroupState& group, const Timing& timing, base::Instant now);

}  // namespace control
