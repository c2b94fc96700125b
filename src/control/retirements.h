// Retirements: machines that AWS said, hours or days ahead, it will end or stop.
//
// There is no hurry: such a machine is exchanged like one that a person wants exchanged, make
// before break, a few at a time, and serves until the new one does. What is called off before its
// exchange has begun stays.
#pragma once

#include "base/time.h"
#include "control/group_state.h"
#include "model/notice.h"

namespace control {

// AWS Health's word about one of the instances that it names.
void take_scheduled_change(GroupState& group, const model::Notice& notice,
                           const model::InstanceId& id, base::Instant now);
// The instance goes at that time.
void announce(GroupState& group, const model::InstanceId& id, Retirement retirement);

// True when it was announced, and not called off.
bool is_announced(const GroupState& group, const model::InstanceId& id);

// Takes up an incident that was open before a restart.
void resume_incident(GroupState& group, model::Incident incident);

}  // namespace control
