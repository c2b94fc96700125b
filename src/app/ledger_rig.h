// A ledger's store for tests: SQLite's, which honours conditions, with the failings of others.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/asked_ledger.h"
#include "base/check.h"
#include "engine/journal_schema.h"
#include "engine/local_ledger.h"

namespace app {

enum class Failing {
  kNone,
  kIgnoresIfNoneMatch,
  kIgnoresIfMatch,
  kRefusesChecks,  // Of its conditions; all else is as it should be.
  kRefusesEverything,
};

class FailingLedger : public ports::Ledger {
 public:
  FailingLedger(std::unique_ptr<ports::Ledger> inner, ports::CompletionSink sink, Failing failing,
                std::function<void()> before_write)
      : inner_(std::move(inner)),
        sink_(std::move(sink)),
        failing_(failing),
        before_write_(std::move(before_write)) {}

  void read(model::CallId id, model::LedgerRead read) override {
    const bool is_check = read.group.str().starts_with("checks/");
    if (failing_ == Failing::kRefusesEverything ||
        (failing_ == Failing::kRefusesChecks && is_check))
      return sink_({id, {}, {}, base::fail("AccessDenied", "Access Denied")});
    inner_->read(id, std::move(read));
  }

  void compare_and_set(model::CallId id, model::LedgerWrite write) override {
    if (before_write_) before_write_();
    const bool is_ignored = write.expected ? failing_ == Failing::kIgnoresIfMatch
                                           : failing_ == Failing::kIgnoresIfNoneMatch;
    if (is_ignored) return sink_({id, {}, {}, model::Reply(model::LedgerVersion{"\"any\"", {}})});
    inner_->compare_and_set(id, std::move(write));
  }

 private:
  const std::unique_ptr<ports::Ledger> inner_;
  const ports::CompletionSink sink_;
  const Failing failing_;
  const std::function<void()> before_write_;
};

class LedgerRig {
 public:
  LedgerRig() { CHECK(engine::migrate_journal(*database_).has_value()); }
  LedgerRig(const LedgerRig&) = delete;

  AskedLedger ledger() {
    return AskedLedger([this](const ports::CompletionSink& sink) {
      return std::make_unique<FailingLedger>(
          std::make_unique<engine::LocalLedger>(*database_, clock_, sink), sink, failing,
          before_write);
    });
  }

  void forget() { CHECK(database_->run("delete from ledger").has_value()); }

  Failing failing = Failing::kNone;
  std::function<void()> before_write;  // What somebody else does in between.

 private:
  SystemClock clock_;
  std::unique_ptr<store::Database> database_ = *store::Database::open(":memory:");
};

}  // namespace app
