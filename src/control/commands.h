// Commands: what people told the keeper, on the way into the ledger.
//
// A command waits in its group until a ledger record that contains it is stored, and is answered
// then. It is applied to whatever record is current at the time, so it survives conflicts with the
// other keeper; applying it twice changes nothing.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "control/event.h"
#include "control/group_state.h"
#include "control/ledger_plan.h"
#include "control/timing.h"
#include "model/command.h"

namespace control {

// The code of the answer to a command that had nothing to do: what it wants is so already. The
// message says what is.
inline constexpr char kAlreadySo[] = "AlreadySo";
// True when what was ordered is so, since now or already.
bool is_so(const base::Status& answer);

// Writes the command into the record. An error says why it cannot be carried out. Adoptions have a
// way of their own (adoption.h).
base::Status apply(const model::Command& command, const GroupState& group,
                   model::LedgerRecord& record, base::Instant now);

// Takes the command in, to be answered by `Timing::command_time` from now at the latest.
void take_command(GroupState& group, model::Command command, const Timing& timing,
                  base::Instant now);

// True when an order came that the known record may be too old to answer: the other keeper may have
// been told the opposite since.
bool must_read_for_commands(const GroupState& group, const Timing& timing);

// Applies all that wait, and names those that the record has now: one that cannot be carried out
// changes nothing, and answer_commands says so to its sender.
std::vector<model::CommandId> apply_waiting(const GroupState& group, const LedgerContext& context,
                                            model::LedgerRecord& record, base::Instant now);

// Answers those that the known record has, that cannot be carried out, or that waited too long.
void answer_commands(GroupState& group, const LedgerContext& context, Decisions& out,
                     base::Instant now);

}  // namespace control
