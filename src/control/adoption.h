// Adoption: machines that run already take free slots of a group.
//
// In the ledger an adoption is a launch, one per machine, whose request is the tags that make the
// machine ours. So it survives every crash and conflict as a launch does, and the machine is named,
// registered and looked after only once the ledger says that it holds its slot.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "control/answers.h"
#include "control/group_state.h"
#include "control/ledger_plan.h"
#include "control/wants.h"

namespace control {

// Asks AWS about the machines that a command names.
void want_adoptions(GroupState& group, const WantContext& context);
void adoption_answered(GroupState& group, const Flight& flight,
                       const model::CallCompleted& completed, const AnswerContext& context);

// Opens an entry for each machine of the command, in a free slot of its subnet; all of them or
// none. AWS must have told of them.
base::Status adopt(const PendingCommand& pending, const GroupState& group,
                   const LedgerContext& context, model::LedgerRecord& record, base::Instant now);

}  // namespace control
