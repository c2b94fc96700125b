// Whether the store of a shared ledger does what two keepers rely on, asked of the store itself.
//
// AWS's S3 honours the conditions of a write; not everything that speaks like S3 does, and a store
// that takes every write lets two keepers commit two machines to one slot without either noticing.
// The probe writes one small object of its own, checks/NAME.json beside the groups' records.
// Whoever probes under the same name at the same moment (`check` beside a keeper that starts) only
// makes it begin again.
#pragma once

#include <cstdint>

#include "app/asked_ledger.h"
#include "base/result.h"
#include "model/ids.h"

namespace app {

inline constexpr char kUnsafeLedger[] = "UnsafeLedger";

// Fails with kUnsafeLedger when a write was taken that its condition forbids; with another error
// when the store could not be asked. `nonce` is never the same twice.
base::Status probe_conditions(const AskedLedger& ledger, const model::KeeperName& keeper,
                              uint64_t nonce);

}  // namespace app
