#include "engine/local_ledger.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/journal_schema.h"
#include "ports/ledger_contract.h"
#include "store/lossy_vfs.h"

namespace engine {
namespace {

using model::CallCompleted;
using model::CallId;
using model::GroupName;
using model::LedgerVersion;

struct StoppedClock : ports::Clock {
  base::Instant now() const override { return base::Instant::from_unix_seconds(1000); }
};

// Two ledgers over one file on a disk in memory, as one keeper before and after a restart has them.
class LocalStore {
 public:
  LocalStore() { restart(); }

  ports::Ledger& writer(int index) { return index == 0 ? *first_ : *second_; }
  std::unique_ptr<ports::Ledger> another(ports::CompletionSink sink) {
    return std::make_unique<LocalLedger>(*database_, clock_, std::move(sink));
  }
  CallCompleted completion(CallId id) {
    const auto found = completed_.find(id);
    EXPECT_NE(found, completed_.end());
    return found->second;
  }

  void restart() {
    first_.reset();
    second_.reset();
    database_.reset();
    database_ = store::Database::open("journal", {.vfs = disk_.name()}).value();
    EXPECT_TRUE(migrate_journal(*database_));
    first_ = std::make_unique<LocalLedger>(*database_, clock_, sink());
    second_ = std::make_unique<LocalLedger>(*database_, clock_, sink());
  }
  void lose_power(uint64_t seed) {
    base::Prng prng(seed);
    disk_.power_loss(prng);
    restart();
  }
  store::LossyVfs& disk() { return disk_; }

 private:
  ports::CompletionSink sink() {
    return [this](CallCompleted call) {
      EXPECT_TRUE(completed_.emplace(call.id, call).second) << "completed twice";
    };
  }

  store::LossyVfs disk_;
  StoppedClock clock_;
  std::unique_ptr<store::Database> database_;
  std::map<CallId, CallCompleted> completed_;
  std::unique_ptr<LocalLedger> first_, second_;
};

TEST(LocalLedger, KeepsTheContractOfALedger) {
  LocalStore store;
  ports::expect_ledger_contract([&](ports::CompletionSink sink) {
    return ports::OpenedLedger{store.another(std::move(sink)), [] {}};
  });
}

TEST(LocalLedger, ACompletedWriteSurvivesTheLossOfPower) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    LocalStore store;
    store.writer(0).compare_and_set(CallId{1}, {GroupName("web"), std::nullopt, "record"});
    const CallCompleted written = store.completion(CallId{1});
    store.lose_power(seed);
    store.writer(0).read(CallId{2}, {GroupName("web")});
    const CallCompleted read = store.completion(CallId{2});
    ASSERT_TRUE(written.result && read.result) << "seed " << seed;
    EXPECT_EQ(std::get<LedgerVersion>(*read.result).etag,
              std::get<LedgerVersion>(*written.result).etag);
    EXPECT_EQ(std::get<LedgerVersion>(*read.result).record, "record");
  }
}

TEST(LocalLedger, AWriteOnAFullDiskMayHaveHappenedAndIsFoundOutByReading) {
  LocalStore store;
  store.disk().fail_after(1, store::Fault::kFull);
  store.writer(0).compare_and_set(CallId{1}, {GroupName("web"), std::nullopt, "record"});
  store.disk().recover();
  const CallCompleted written = store.completion(CallId{1});
  ASSERT_FALSE(written.result);
  EXPECT_EQ(written.result.error().code, store::kStoreFull);
  EXPECT_EQ(written.result.error().retry, base::Retry::kUnknownOutcome);
  store.writer(0).read(CallId{2}, {GroupName("web")});
  EXPECT_EQ(std::get<LedgerVersion>(*store.completion(CallId{2}).result).etag, std::nullopt);
}

}  // namespace
}  // namespace engine
