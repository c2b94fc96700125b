// Ledger: one record per group, read whole and replaced under compare-and-set.
//
// Completes like ports::Cloud, with a LedgerVersion. Both methods are one attempt. A write whose
// expected version is no longer the stored one completes with code "LedgerConflict" (Retry::kNever:
// read again and plan again). A write that may have happened completes with kUnknownOutcome.
// A completed write is durable and is seen by every later read, from any keeper.
#pragma once

#include "model/call.h"

namespace ports {

using model::kLedgerConflict;

class Ledger {
 public:
  virtual ~Ledger() = default;
  virtual void read(model::CallId id, model::LedgerRead read) = 0;
  virtual void compare_and_set(model::CallId id, model::LedgerWrite write) = 0;
};

}  // namespace ports
