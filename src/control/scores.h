// Placement scores: AWS's word on how likely Spot capacity is, from 1 to 10, zone by zone.
//
// AWS scores all types of a group together, and with fewer than three it says nothing. It takes ten
// new combinations of types and count a day; so a few groups ask, once an hour and always the same.
// A refusal is remarked once and hinders nothing.
#pragma once

#include "control/answers.h"
#include "control/group_state.h"
#include "control/wants.h"

namespace control {

// True when the group would make something of scores.
bool uses_scores(const model::GroupSpec& spec);

void want_scores(GroupState& group, const WantContext& context);
void scores_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);

}  // namespace control
