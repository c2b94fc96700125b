// Departure: a machine that is adopted is looked at once more, and leaves its Auto Scaling group,
// before it becomes ours.
//
// The order may be days old: its slot was on hold, or others of its group left first. Whoever has
// taken the machine meanwhile keeps it.
//
// The intent is the open ledger entry, whose bytes name that group. AWS is asked whether the
// machine is a member; if so it is detached, the desired capacity with it; and only once AWS has
// said that it is none any more is it tagged: it is never owned by both. Whoever takes the entry
// over begins with the question. Detaching takes a machine out of the balancer, so the next one
// waits until those before it serve.
#pragma once

#include "control/answers.h"
#include "control/group_state.h"
#include "control/wants.h"

namespace control {

// True when nobody else keeps the entry's machine. Otherwise asks for what brings that about.
bool want_departure(const GroupState& group, const model::OpenLaunch& entry,
                    const LaunchProgress& progress, const WantContext& context);

void departure_answered(GroupState& group, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context);

// The trouble of a machine that has left and cannot be tagged, with its name behind it.
inline constexpr char kStrandedTrouble[] = "adoption of ";
void tell_stranded(GroupState& group, const Flight& flight, const base::Error& error,
                   const AnswerContext& context);
// Of entries that are closed, or another keeper's, somebody else tells.
void forget_stranded(GroupState& group, const model::KeeperName& keeper);

}  // namespace control
