// Health: which holders fail their checks, since when, and whether they are replaced for it.
//
// A machine that fails without pause for the group's grace is doomed like one that AWS takes, but
// stays where it is until its replacement serves. One that recovers before that is left alone. When
// a third of a group fails at once it is the application's or the balancer's fault, and new
// machines would not mend it: nothing is replaced for its health then, and people are told.
#pragma once

#include "base/time.h"
#include "control/event.h"
#include "control/group_state.h"

namespace control {

// Only what was seen to fail counts: where looks fail, nothing is known and nothing is done.
void judge_health(GroupState& group, Decisions& out, base::Instant now);

}  // namespace control
