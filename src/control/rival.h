// Rival: another ledger that keeps a group of the same name and deployment.
//
// Its machines carry our tags and stand nowhere in our ledger, so each of the two would end the
// other's as surplus, and launch its own again, for ever. Machines of a launch that is not this
// ledger's, of which more come long after it began, are a rival's: they are left alone, and people
// are told.
#pragma once

#include "base/time.h"
#include "control/event.h"
#include "control/group_state.h"
#include "control/timing.h"

namespace control {

// True when a machine that the ledger does not name cannot be a leftover of an earlier ledger.
bool came_from_elsewhere(const GroupState& group, const model::Instance& instance,
                         const Timing& timing);

// True once it is proved that its ledger launches machines.
bool is_rivals(const GroupState& group, const model::Instance& instance);

// Takes those in that came from elsewhere; nobody in them ends the trouble.
void watch_for_rival(GroupState& group, const std::vector<const model::Instance*>& from_elsewhere,
                     Decisions& out);

}  // namespace control
