// Target attributes: how long a target group lets a leaver's connections last, by the file and by
// AWS; and what of its settings fits badly what a warning leaves.
//
// Read every five minutes. What the file names is set when AWS shows another value, once for each
// read. Where somebody changes it back, another keeper's file or a person, this one waits a quarter
// of an hour and tells it instead of fighting.
#pragma once

#include <map>
#include <string>

#include "control/answers.h"
#include "control/group_state.h"
#include "control/wants.h"

namespace control {

// Takes an answer to such a read, or to a change of the drain time.
void attributes_answered(GroupState& group, const Flight& flight,
                         const model::CallCompleted& completed, const AnswerContext& context);

// Changes the drain time where the file names another one than AWS shows.
void want_drain(GroupState& group, const model::TargetGroupRef& ref, const WantContext& context);

// What a person could set better, by name, in a sentence each.
std::map<std::string, std::string> cautions_about(
    const model::TargetGroupRef& ref, const model::TargetGroupAttributesReply& attributes,
    const Timing& timing);

}  // namespace control
