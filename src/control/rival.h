// Rival: another ledger that keeps a group of the same name and deployment.
//
// Its machines carry our tags and stand nowhere in our ledger, so each of the two would end the
// other's as surplus, and launch its own again, for ever. Machines of a launch that is not this
// ledger's, of which more come long after it began, are a rival's: they are left alone, and people
// are told.
#pragma once

#include <vector>

#include "base/time.h"
#include "control/event.h"
#include "control/group_state.h"
#include "control/timing.h"

namespace control {

// True when a machine that the ledger does not name cannot be a leftover of an earlier ledger.
bool came_from_elsewhere(const GroupState& group, const model::Instance& instance,
                         const Timing& timing);

// What is known of other ledgers once those that came from elsewhere are all of them.
Rivals rivals_by(const GroupState& group, const std::vector<const Seen*>& from_elsewhere);

// True once it is proved that the ledger of the machine's launch goes on launching.
bool is_rivals(const Rivals& rivals, const model::Instance& instance);

// Takes over what is known of them now.
void tell_rivals(GroupState& group, Rivals rivals, Decisions& out);

}  // namespace control
