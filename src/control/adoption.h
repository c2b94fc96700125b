// Adoption: machines that run already take free slots of a group.
//
// In the ledger an adoption is a launch, one per machine, whose request is the tags that make the
// machine ours. So it survives every crash and conflict as a launch does, and the machine is named,
// registered and looked after only once the ledger says that it holds its slot. Members of an Auto
// Scaling group leave that first (departure.h).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "control/answers.h"
#include "control/group_state.h"
#include "control/ledger_plan.h"
#include "control/wants.h"

namespace control {

// Versions of a holder that are none of its group's template.
inline constexpr int64_t kAdoptedVersion = 0;   // `replace --outdated` exchanges it.
inline constexpr int64_t kUnknownVersion = -1;  // The ledger was rebuilt before it was read.

bool is_adoption(const model::OpenLaunch& entry);

// Asks AWS about the machines that a command names, and whose members they are.
void want_adoptions(GroupState& group, const WantContext& context);
void adoption_answered(GroupState& group, const Flight& flight,
                       const model::CallCompleted& completed, const AnswerContext& context);

// Why the machine that the entry adopts is no more to be adopted; empty when it still is. Days may
// have passed since the order. One that has left its Auto Scaling group need not fit any more: only
// whoever else keeps it by now goes before us.
std::string hindrance_since(const GroupState& group, const model::OpenLaunch& entry,
                            const model::Instance& machine, bool has_left);

// True when the group has the machine, or an order that it is to have it.
bool has_or_adopts(const GroupState& group, const model::InstanceId& id);

// Opens an entry for each machine of the command, in a free slot of its subnet; all of them or
// none, and none that its Auto Scaling group could not spare. AWS must have told of them.
base::Status adopt(const PendingCommand& pending, const GroupState& group,
                   const LedgerContext& context, model::LedgerRecord& record, base::Instant now);

}  // namespace control
