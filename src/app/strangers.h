// Machines that a ledger does not know although they carry its group's tags: another keeper, with
// another ledger, keeps them, or this ledger was lost.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/group.h"
#include "model/instance.h"
#include "model/ledger_record.h"

namespace app {

// Those of `machines` that live, stand nowhere in `record`, and come from no launch of its
// incarnation. Without a record all that live.
std::vector<model::InstanceId> strangers(const std::optional<model::LedgerRecord>& record,
                                         const std::vector<model::Instance>& machines);

// What is unsafe about them, and the cure; `strangers` must not be empty.
std::string describe_strangers(const std::vector<model::InstanceId>& strangers, bool has_record);

// The live ones of `machines` whose group is none of these, by that group's name. Taking a group
// out of the file ends nothing.
std::map<std::string, std::vector<model::InstanceId>> unlisted(
    const std::vector<model::Instance>& machines, const std::vector<model::GroupSpec>& groups);

// "old: i-1, i-2; older: i-3", and what to do about them.
std::string describe_unlisted(const std::map<std::string, std::vector<model::InstanceId>>& found);

}  // namespace app
