// Inheritance: what a keeper that is told anew what to keep goes on knowing of a group.
//
// What was seen and read, and how long it fails already. The calls that were under way are
// nobody's.
#pragma once

#include "control/group_state.h"

namespace control {

// `heir` is new, and of the group of the same name.
void inherit(GroupState& heir, const GroupState& old);

}  // namespace control
