// EventBridge's patterns and input transformers, as functions of JSON. Pure.
//
// Simulated matchers: exact values (texts, numbers, true, false, null), prefix, suffix, exists,
// anything-but (values or a prefix), numeric (whole numbers), equals-ignore-case. Others are
// refused when a rule is made, never ignored.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "base/result.h"
#include "sim/world.h"

namespace sim {

// Fails with InvalidEventPatternException for what AWS refuses and for what is not simulated.
base::Status check_pattern(const std::string& pattern);

// `pattern` has passed check_pattern.
bool matches(const boost::json::object& pattern, const boost::json::object& event);

// What the target is sent: the event, a constant, a part of it, or a template filled from it.
std::string target_input(const RuleTarget& target, const boost::json::object& event);

}  // namespace sim
