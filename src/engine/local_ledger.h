// LocalLedger: the ledger of a keeper that is alone, beside its journal in the same file.
//
// A completed write is durable; its etag counts the writes to the group, so no version ever comes
// again. Completes inside the call, on the caller's thread: the sink must only enqueue. The
// database was opened by Journal::open before, is used on one thread, and outlives this. It cannot
// serve two keepers: each has a file of its own. They share an S3 object instead.
#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "ports/cloud.h"
#include "ports/ledger.h"
#include "store/database.h"

namespace engine {

class LocalLedger : public ports::Ledger {
 public:
  LocalLedger(store::Database& database, const ports::Clock& clock, ports::CompletionSink sink);

  void read(model::CallId id, model::LedgerRead read) override;
  void compare_and_set(model::CallId id, model::LedgerWrite write) override;

 private:
  base::Result<model::LedgerVersion> stored(const model::GroupName& group);
  base::Result<model::LedgerVersion> write_if_expected(const model::LedgerWrite& write);
  void complete(model::CallId id, base::Instant began, base::Result<model::LedgerVersion> version);

  store::Database& database_;
  const ports::Clock& clock_;
  ports::CompletionSink sink_;
};

}  // namespace engine
