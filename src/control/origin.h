// Origin: where a machine came from, by the tags that it carries.
#pragma once

#include <cstdint>

#include "control/group_state.h"
#include "model/instance.h"
#include "model/ledger_record.h"

namespace control {

// Empty when it carries no launch's name.
model::LaunchId launch_of(const model::Instance& instance);

// Which version of the group's template it was launched from, as EC2 notes on it; kAdoptedVersion
// when from none of them, and `otherwise` when EC2 notes nothing.
int64_t version_of(const GroupState& group, const model::Instance& instance, int64_t otherwise);

}  // namespace control
