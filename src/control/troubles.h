// Troubles: what fails until a person acts, shown as long as it does.
//
// A passing failure is retried and forgotten; one that AWS will answer the same way tomorrow (a
// template that does not exist, a right that is missing) is kept with AWS's own words until the
// same thing works again. Names are few: calls, not instances. A caution is less: everything works,
// and a person could make it work better.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "control/group_state.h"
#include "control/work.h"

namespace control {

inline constexpr char kLaunchTrouble[] = "launch";
inline constexpr char kLedgerTrouble[] = "ledger";
inline constexpr char kBrakeTrouble[] = "brake";
inline constexpr char kHealthTrouble[] = "health";
inline constexpr char kCrashLoopTrouble[] = "crash-loop";
inline constexpr char kRequirementsTrouble[] = "requirements";
inline constexpr char kNamesakeTrouble[] = "keeper";
inline constexpr char kFilesTrouble[] = "files";
inline constexpr char kRivalTrouble[] = "rival";
inline constexpr char kForgedTrouble[] = "launch-template";

// "DescribeSubnets", "DescribeTargetHealth of arn:aws:…".
std::string trouble_of(const Flight& flight);
// Failures of instances pass with the instances; those of what the configuration names do not, nor
// does the lack of a right.
bool is_lasting(WorkKind kind, const base::Error& error);

// True when it is news.
bool begin_trouble(GroupState& group, const std::string& name, std::string why);
// True when there was one.
bool end_trouble(GroupState& group, const std::string& name);

// Puts these cautions in the place of all whose name ends in `subject`; answers those that are
// news.
std::map<std::string, std::string> set_cautions(GroupState& group, const std::string& subject,
                                                std::map<std::string, std::string> cautions);

}  // namespace control
