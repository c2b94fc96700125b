// A call as one line for people, and the ledger write as the journal keeps it.
#pragma once

#include <string>

#include "base/time.h"
#include "engine/journal_records.h"
#include "model/call.h"

namespace engine {

// What the call is about: instances, targets, the launch body. Never a credential: calls have none.
std::string text_of(const model::Call& call);

LedgerWritten ledger_written(const model::LedgerWrite& write, base::Instant at);

}  // namespace engine
