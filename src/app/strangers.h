// Machines that a ledger does not know although they carry its group's tags: another keeper, with
// another ledger, keeps them, or this ledger was lost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/instance.h"
#include "model/ledger_record.h"

namespace app {

// Those of `machines` that live, stand nowhere in `record`, and come from no launch of its
// incarnation. Without a record all that live.
std::vector<model::InstanceId> strangers(const std::optional<model::LedgerRecord>& record,
                                         const std::vector<model::Instance>& machines);

// What is unsafe about them, and the cure; `strangers` must not be empty.
std::string describe_strangers(const std::vector<model::InstanceId>& strangers, bool has_record);

}  // namespace app
