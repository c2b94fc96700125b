// The contract of ports::Ledger as one suite, for every implementation. For tests only.
//
// expect_ledger_contract opens two keepers' ledgers on one store that is empty at first, and checks
// what ports/ledger.h promises: whole records, exactly one winner, conflicts that are never silent.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/cloud.h"
#include "ports/ledger.h"

namespace ports {

struct OpenedLedger {
  std::unique_ptr<Ledger> ledger;
  std::function<void()> settle;  // Returns when everything submitted so far has completed.
};

// Opens one more ledger on the same store.
using OpenLedger = std::function<OpenedLedger(CompletionSink)>;

// A ledger whose calls answer like functions.
class LedgerDriver {
 public:
  using Outcome = base::Result<model::LedgerVersion>;

  LedgerDriver(const LedgerDriver&) = delete;
  explicit LedgerDriver(const OpenLedger& open)
      : opened_(
            open([this](model::CallCompleted call) { completed_.push_back(std::move(call)); })) {}

  Outcome read(const model::GroupName& group) {
    opened_.ledger->read({++last_id_}, {group});
    return outcome();
  }

  Outcome write(const model::GroupName& group, std::optional<std::string> expected,
                std::string record) {
    opened_.ledger->compare_and_set({++last_id_}, {group, std::move(expected), std::move(record)});
    return outcome();
  }

 private:
  Outcome outcome() {
    opened_.settle();
    const std::vector<model::CallCompleted> completed = std::exchange(completed_, {});
    if (completed.size() != 1)
      return base::fail("Contract", "a call completed " + std::to_string(completed.size()) +
                                        " times instead of once");
    const model::CallCompleted& call = completed.front();
    EXPECT_EQ(call.id.value, last_id_);
    EXPECT_LE(call.began, call.ended);
    if (!call.result) return tl::unexpected(call.result.error());
    return std::get<model::LedgerVersion>(*call.result);
  }

  std::vector<model::CallCompleted> completed_;
  uint64_t last_id_ = 0;
  OpenedLedger opened_;  // Last: its sink writes to what stands above.
};

inline void expect_record(const LedgerDriver::Outcome& read, const std::string& record) {
  ASSERT_TRUE(read) << base::to_string(read.error());
  EXPECT_TRUE(read->etag);
  EXPECT_EQ(read->record, record);
}

inline void expect_conflict(const LedgerDriver::Outcome& write) {
  ASSERT_FALSE(write) << "the write should have lost";
  EXPECT_EQ(write.error().code, kLedgerConflict);
  EXPECT_EQ(write.error().retry, base::Retry::kNever);
}

inline void expect_no_record_at_first(LedgerDriver& ledger) {
  const auto read = ledger.read(model::GroupName("never-written"));
  ASSERT_TRUE(read) << base::to_string(read.error());
  EXPECT_FALSE(read->etag);
  EXPECT_EQ(read->record, "");
}

inline void expect_one_first_writer(LedgerDriver& one, LedgerDriver& other) {
  const model::GroupName group("one-first-writer");
  const auto first = one.write(group, std::nullopt, "first");
  ASSERT_TRUE(first) << base::to_string(first.error());
  EXPECT_TRUE(first->etag);
  EXPECT_EQ(first->record, "");
  expect_conflict(other.write(group, std::nullopt, "second"));
  expect_record(other.read(group), "first");
}

inline void expect_a_chain_of_versions(LedgerDriver& one, LedgerDriver& other) {
  const model::GroupName group("a-chain");
  const auto first = one.write(group, std::nullopt, "a");
  ASSERT_TRUE(first) << base::to_string(first.error());
  const auto second = other.write(group, first->etag, "b");
  ASSERT_TRUE(second) << base::to_string(second.error());
  EXPECT_NE(first->etag, second->etag);
  expect_conflict(one.write(group, first->etag, "c"));
  EXPECT_EQ(one.read(group)->etag, second->etag);
  expect_record(one.read(group), "b");
}

inline void expect_no_write_to_a_missing_record(LedgerDriver& ledger) {
  const model::GroupName group("missing");
  const auto other = ledger.write(model::GroupName("lends-its-version"), std::nullopt, "x");
  ASSERT_TRUE(other) << base::to_string(other.error());
  expect_conflict(ledger.write(group, other->etag, "y"));
  EXPECT_FALSE(ledger.read(group)->etag);
}

inline void expect_groups_apart(LedgerDriver& ledger) {
  const model::GroupName one("group-1"), other("group-2");
  ASSERT_TRUE(ledger.write(one, std::nullopt, "1"));
  ASSERT_TRUE(ledger.write(other, std::nullopt, "2"));
  expect_record(ledger.read(one), "1");
  expect_record(ledger.read(other), "2");
}

inline void expect_bytes_kept(LedgerDriver& ledger) {
  const model::GroupName group("bytes");
  const std::string record =
      "{\"request\":\"a=%20&b=\\u00e9\"}\n\xc3\xa9 " + std::string(100'000, 'x');
  ASSERT_TRUE(ledger.write(group, std::nullopt, record));
  expect_record(ledger.read(group), record);
}

inline void expect_ledger_contract(const OpenLedger& open) {
  LedgerDriver one(open), other(open);
  expect_no_record_at_first(one);
  expect_one_first_writer(one, other);
  expect_a_chain_of_versions(one, other);
  expect_no_write_to_a_missing_record(one);
  expect_groups_apart(one);
  expect_bytes_kept(one);
}

}  // namespace ports
