// Which slots of a group are in service at this moment, whatever is about to happen to them.
#pragma once

#include "control/group_state.h"

namespace control {

// Slots that a machine serves: who holds it, or who held it and has not left yet. One that AWS is
// about to take counts as long as it serves, so this is what the group's users see.
int slots_in_service(const GroupState& group);

}  // namespace control
