// The tables of the keeper's one file. Journal and LocalLedger both live in them.
#pragma once

#include "base/result.h"
#include "store/database.h"

namespace engine {

base::Status migrate_journal(store::Database& database);

}  // namespace engine
