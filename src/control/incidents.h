// Incidents: opened when a holder is doomed, told along the way, closed when the slot serves again.
//
// Every function marks what it changed, and the brain hands the changed incidents out with its
// decisions; the journal keeps them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "control/event.h"
#include "control/group_state.h"

namespace control {

// The instance will be taken, or is gone. The first word counts, unless it was a
// recommendation; a deadline may only move earlier.
void doom(GroupState& group, const model::InstanceId& id, const Doom& word);

// Opens an incident for every doomed holder that has none. Apart from doom, because a holder may
// have been doomed before it was known to be one.
void open_incidents(GroupState& group, base::Instant now);

// What there is to say of some slots. Told of all at once, because every telling looks at every
// open incident.
using SlotDetails = std::map<model::SlotName, std::string>;

// Adds a line to the open incidents of those slots.
void tell_slots(GroupState& group, const SlotDetails& details, std::string_view what,
                base::Instant now);
// The slots have new holders: told to their open incidents, but not to one about that very machine.
void tell_replaced(GroupState& group, const std::map<model::SlotName, model::InstanceId>& holders,
                   base::Instant now);
// Adds a line to the open incidents in which the instance is the lost one or the replacement. The
// same line is told once.
void tell_instance(GroupState& group, const model::InstanceId& id, std::string_view what,
                   std::string detail, base::Instant now);
// As above, each with its own name.
void tell_instances(GroupState& group, const std::set<model::InstanceId>& ids,
                    std::string_view what, base::Instant now);

// What operators read of it in the log, when it opens and when it closes.
Remark opening_of(const model::Incident& incident);
Remark closing_of(const model::Incident& incident);

// Notes replacements that serve, and closes what is over.
void close_incidents(GroupState& group, base::Instant now);

}  // namespace control
