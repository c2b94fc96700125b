// Evidence: what an answer, a notice or a silence changes in what we know of a group's instances.
//
// Every function only adds knowledge. That an instance ended is final, whatever an older or lagging
// read shows later; that it is absent is a suspicion until a read by id confirms it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "control/group_state.h"
#include "control/timing.h"

namespace control {

// Shutting down or terminated: it never runs again.
bool is_final(model::InstanceState state);

// True for instances that carry our three tags, with this deployment and this group in them;
// anything else is foreign and never touched.
bool is_owned(const GroupState& group, const model::Instance& instance);

// A read begun at `began` showed the instance so. Foreign ones are ignored; one that the ledger
// names and that has not carried our tags for a horizon has been given away.
void observe(GroupState& group, const model::Instance& instance, base::Instant began,
             base::Instant now);

// Takes out of the record who was given away. Their slots are free; nothing is done to the
// machines.
void strike_given_away(const GroupState& group, model::LedgerRecord& record);

// How one ended that AWS does not find any more, as people are told it.
inline constexpr char kAbsent[] = "absent";

// It ended, for certain. Without an earlier warning that is a loss.
void ended(GroupState& group, const model::InstanceId& id, std::string how, base::Instant now);

// Somebody said that it ended. AWS is asked; only what it shows counts.
void rumour(GroupState& group, const model::InstanceId& id, base::Instant now,
            const Timing& timing);

// It ended or failed unasked. A machine that does so soon after it was committed will do so again:
// a broken image, a bad start script. Its slot waits, longer each time, instead of launching
// without end.
void note_failure(GroupState& group, const model::InstanceId& id, base::Instant now);

// A complete sweep begun at `began` showed these instances of the group, and no others.
void sweep_ended(GroupState& group, const std::set<model::InstanceId>& present, base::Instant began,
                 const Timing& timing);

}  // namespace control
