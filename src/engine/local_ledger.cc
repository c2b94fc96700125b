#include "engine/local_ledger.h"

#include <utility>

namespace engine {

using base::Result;
using model::LedgerVersion;
using store::Row;

LocalLedger::LocalLedger(store::Database& database, const ports::Clock& clock,
                         ports::CompletionSink sink)
    : database_(database), clock_(clock), sink_(std::move(sink)) {}

void LocalLedger::read(model::CallId id, model::LedgerRead read) {
  const base::Instant began = clock_.now();
  complete(id, began, stored(read.group));
}

void LocalLedger::compare_and_set(model::CallId id, model::LedgerWrite write) {
  const base::Instant began = clock_.now();
  complete(id, began, database_.transaction([&] { return write_if_expected(write); }));
}

Result<LedgerVersion> LocalLedger::stored(const model::GroupName& group) {
  ASSIGN_OR_RETURN(std::optional<LedgerVersion> version,
                   database_.find("select revision, record from ledger where group_name = ?",
                                  {group}, [](const Row& row) -> Result<LedgerVersion> {
                                    return LedgerVersion{row.text(0), row.text(1)};
                                  }));
  return std::move(version).value_or(LedgerVersion{});
}

Result<LedgerVersion> LocalLedger::write_if_expected(const model::LedgerWrite& write) {
  ASSIGN_OR_RETURN(const LedgerVersion now, stored(write.group));
  if (now.etag != write.expected)
    return base::fail(ports::kLedgerConflict, "group " + write.group.str() + " is at version " +
                                                  now.etag.value_or("none") + ", not " +
                                                  write.expected.value_or("none"));
  RETURN_IF_ERROR(database_.run(
      "insert into ledger(group_name, revision, record) values(?, 1, ?) on conflict(group_name) do "
      "update set revision = revision + 1, record = excluded.record",
      {write.group, write.record}));
  ASSIGN_OR_RETURN(LedgerVersion written, stored(write.group));
  written.record.clear();
  return written;
}

void LocalLedger::complete(model::CallId id, base::Instant began, Result<LedgerVersion> version) {
  sink_({id, began, clock_.now(), std::move(version)});
}

}  // namespace engine
