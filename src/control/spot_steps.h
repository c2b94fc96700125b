// Spot requests, step by step: asked for, looked at until AWS has decided about each, cancelled
// when that takes too long and looked at again, tagged once an instance has come.
//
// Only then the launch counts as answered: from here on it goes as any other. A request that no
// open launch waits for (a ledger was lost, an answer came after its entry was closed) is a stray:
// its instance gets our tags, so that it is seen and reaped, and an open one is cancelled.
#pragma once

#include "base/time.h"
#include "control/answers.h"
#include "control/group_state.h"
#include "control/wants.h"
#include "model/call.h"

namespace control {

// What the requests of an open launch of ours need now.
void want_spot_steps(GroupState& group, const model::OpenLaunch& entry, LaunchProgress& progress,
                     const WantContext& context);
void want_strays(GroupState& group, const WantContext& context);

// The requests stand. True when AWS has decided about all of them: a repetition shows old ones.
bool spot_requested(LaunchProgress& progress, const model::SpotRequestsReply& reply,
                    base::Instant now);
// An answer about the requests of the launch that the flight's number names; of a stray without
// one. True when the launch has been decided.
bool spot_step_answered(GroupState& group, LaunchProgress* progress, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context);

// What came of a launch that has been decided, and if nothing: why.
std::vector<model::Instance> machines_of(const SpotRequests& spot, const model::OpenLaunch& entry,
                                         base::Instant now);
base::Error why_nothing_came(const SpotRequests& spot);

// A sweep showed this request of the group's.
void spot_request_seen(GroupState& group, const model::SpotRequest& request, base::Instant now);

}  // namespace control
