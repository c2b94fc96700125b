// The contract of ports::Ledger as tests: every implementation runs the same cases. For tests only.
//
// `make()` answers a new, empty store behind two writers, as two keepers see it:
//   ports::Ledger& writer(int index);                  // 0 or 1
//   model::CallCompleted completion(model::CallId id);  // Waits for it; each call completes once.
// A suite calls expect_ledger_contract(make) in one TEST.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ports/ledger.h"

namespace ports::contract {

// One store and short words for its calls.
template <class Store>
class LedgerCase {
 public:
  explicit LedgerCase(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  base::Result<model::LedgerVersion> read(const std::string& group, int writer = 0) {
    const model::CallId id{++last_call_};
    store_->writer(writer).read(id, {model::GroupName(group)});
    return version_of(id);
  }
  base::Result<model::LedgerVersion> write(const std::string& group,
                                           std::optional<std::string> expected,
                                           const std::string& record, int writer = 0) {
    const model::CallId id{++last_call_};
    store_->writer(writer).compare_and_set(id,
                                           {model::GroupName(group), std::move(expected), record});
    return version_of(id);
  }

 private:
  base::Result<model::LedgerVersion> version_of(model::CallId id) {
    model::CallCompleted completed = store_->completion(id);
    EXPECT_EQ(completed.id, id);
    EXPECT_LE(completed.began, completed.ended);
    if (!completed.result) return tl::unexpected(completed.result.error());
    return std::get<model::LedgerVersion>(*std::move(completed.result));
  }

  std::unique_ptr<Store> store_;
  uint64_t last_call_ = 0;
};

inline void expect_conflict(const base::Result<model::LedgerVersion>& written) {
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, kLedgerConflict);
  EXPECT_EQ(written.error().retry, base::Retry::kNever);
}

template <class Case>
void a_group_without_a_record_reads_as_absent(Case ledger) {
  const auto version = ledger.read("web");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->etag, std::nullopt);
  EXPECT_EQ(version->record, "");
}

template <class Case>
void what_was_written_is_read_back(Case ledger) {
  const std::string record = "{\"text\":\"\xc3\xa9 \\\" \\n\"}";
  const auto written = ledger.write("web", std::nullopt, record);
  ASSERT_TRUE(written);
  ASSERT_TRUE(written->etag);
  EXPECT_EQ(written->record, "");
  const auto version = ledger.read("web", 1);
  ASSERT_TRUE(version);
  EXPECT_EQ(version->etag, written->etag);
  EXPECT_EQ(version->record, record);
}

template <class Case>
void a_record_is_created_once(Case ledger) {
  ASSERT_TRUE(ledger.write("web", std::nullopt, "first"));
  expect_conflict(ledger.write("web", std::nullopt, "second", 1));
  EXPECT_EQ(ledger.read("web")->record, "first");
}

template <class Case>
void a_stale_version_does_not_write(Case ledger) {
  const auto first = ledger.write("web", std::nullopt, "first");
  const auto second = ledger.write("web", first->etag, "second");
  ASSERT_TRUE(second);
  EXPECT_NE(second->etag, first->etag);
  expect_conflict(ledger.write("web", first->etag, "third"));
  EXPECT_EQ(ledger.read("web")->record, "second");
}

template <class Case>
void a_version_of_nothing_does_not_write(Case ledger) {
  const auto other = ledger.write("db", std::nullopt, "other");
  expect_conflict(ledger.write("web", other->etag, "first"));
  EXPECT_EQ(ledger.read("web")->etag, std::nullopt);
}

template <class Case>
void a_group_does_not_touch_another(Case ledger) {
  ASSERT_TRUE(ledger.write("web", std::nullopt, "web's"));
  ASSERT_TRUE(ledger.write("web-2", std::nullopt, "web-2's"));
  EXPECT_EQ(ledger.read("web")->record, "web's");
  EXPECT_EQ(ledger.read("web-2")->record, "web-2's");
}

template <class Case>
void of_two_writers_exactly_one_wins(Case ledger) {
  auto etag = ledger.write("web", std::nullopt, "start")->etag;
  for (int round = 0; round < 10; ++round) {
    const int winner = round % 2;
    const auto won = ledger.write("web", etag, "of " + std::to_string(winner), winner);
    expect_conflict(ledger.write("web", etag, "too late", 1 - winner));
    ASSERT_TRUE(won);
    EXPECT_EQ(ledger.read("web")->record, "of " + std::to_string(winner));
    etag = won->etag;
  }
}

template <class Make>
void expect_ledger_contract(Make make) {
  const auto fresh = [&] { return LedgerCase(make()); };
  a_group_without_a_record_reads_as_absent(fresh());
  what_was_written_is_read_back(fresh());
  a_record_is_created_once(fresh());
  a_stale_version_does_not_write(fresh());
  a_version_of_nothing_does_not_write(fresh());
  a_group_does_not_touch_another(fresh());
  of_two_writers_exactly_one_wins(fresh());
}

}  // namespace ports::contract
