// The launch template that the keeper makes for a group whose machine stands in the configuration.
//
// One template per group, with a name of its own and our tags; one version per machine it was ever
// told of, known again by the mark in its description and by its data: whoever may make versions
// can write a mark, and a version that is not made of the group's machine is nobody's to launch.
// Two keepers whose files differ use a version each and never undo each other's. Nothing is ever
// deleted: machines remember their version.
#pragma once

#include <optional>
#include <string>

#include "control/answers.h"
#include "control/group_state.h"
#include "control/wants.h"
#include "model/call.h"

namespace control {

// "spotkeeper/<deployment>/<group>"
std::string own_template_name(const std::string& deployment, const model::GroupName& group);

// Whether a template of that name bears our tags.
bool is_own_template(const model::LaunchTemplate& found, const std::string& deployment,
                     const model::GroupName& group);

// The call that brings the group nearer to its template's version.
model::Call next_template_call(const GroupState& group);

// Takes an answer to such a call. The version, once it is known.
std::optional<int64_t> take_template_answer(GroupState& group, const Flight& flight,
                                            const model::CallCompleted& completed,
                                            const AnswerContext& context);

}  // namespace control
