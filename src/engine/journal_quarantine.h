// How something unusable goes into the quarantine table: for whoever has a transaction open.
#pragma once

#include "base/result.h"
#include "engine/journal_records.h"
#include "store/database.h"

namespace engine {

// The same thing again is counted, and its latest reason kept.
base::Status insert_unusable(store::Database& database, const Unusable& item);

}  // namespace engine
