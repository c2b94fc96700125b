// Whether a ledger record that was read can be meant for this group and this time.
//
// The ledger may lie where others can write, and a copy of a file is quickly made. A record that no
// keeper would have written is not acted on: what it says of holders would end machines that serve.
#pragma once

#include <string>

#include "base/time.h"
#include "model/ledger_record.h"

namespace control {

// Empty when the record is plausible; else what is wrong with it.
std::string implausible(const model::LedgerRecord& record, const model::GroupName& group,
                        base::Instant now);

}  // namespace control
