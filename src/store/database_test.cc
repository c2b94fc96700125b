#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/lossy_vfs.h"

namespace store {
namespace {

using base::Result;
using base::Status;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kSteps[] = {
    "create table word(id integer primary key, text text) strict",
    "alter table word add column seen_ms integer",
};

Result<int64_t> read_integer(const Row& row) { return row.integer(0); }
Result<std::string> read_text(const Row& row) { return row.text(0); }

std::unique_ptr<Database> in_memory() {
  auto database = Database::open(":memory:");
  EXPECT_TRUE(database);
  EXPECT_TRUE((*database)->migrate(kSteps));
  return *std::move(database);
}

int64_t count_words(Database& database) {
  return database.find("select count(*) from word", {}, read_integer).value().value();
}

// A folder of its own, gone with the test.
class OnDisk : public testing::Test {
 protected:
  OnDisk() {
    std::string pattern = testing::TempDir() + "storeXXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OnDisk() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ / name; }

  std::filesystem::path folder_;
};

TEST(Database, WhatIsBoundIsReadBack) {
  const auto database = in_memory();
  const std::string bytes("\0\xff", 2);
  const std::optional<base::Instant> unset, set = base::Instant::from_unix_ms(-5);
  int visits = 0;
  const Status status = database->each(
      "select ?, ?, ?, ?, ?, ?",
      {int64_t{1} << 40, "", Blob{bytes}, unset, set, base::Id<int>("i-1")}, [&](const Row& row) {
        ++visits;
        EXPECT_EQ(row.integer(0), int64_t{1} << 40);
        EXPECT_FALSE(row.is_null(1));
        EXPECT_EQ(row.text(1), "");
        EXPECT_EQ(row.text(2), bytes);
        EXPECT_TRUE(row.is_null(3));
        EXPECT_EQ(row.optional_instant(3), unset);
        EXPECT_EQ(row.optional_instant(4), set);
        EXPECT_EQ(row.text(5), "i-1");
        return Status();
      });
  EXPECT_TRUE(status);
  EXPECT_EQ(visits, 1);
}

TEST(Database, OneStatementMayBeUsedInsideItself) {
  const auto database = in_memory();
  constexpr char kInsert[] = "insert into word(text) values(?)";
  ASSERT_TRUE(database->run(kInsert, {"a"}));
  ASSERT_TRUE(database->run(kInsert, {"b"}));
  constexpr char kAll[] = "select text from word order by id";
  std::string pairs;
  const Status status = database->each(kAll, {}, [&](const Row& outer) {
    return database->each(kAll, {}, [&](const Row& inner) {
      pairs += outer.text(0) + inner.text(0) + " ";
      return Status();
    });
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(pairs, "aa ab ba bb ");
}

TEST(Database, AVisitThatFailsEndsTheAnswer) {
  const auto database = in_memory();
  int visits = 0;
  const Status status = database->each("select 1 union select 2", {}, [&](const Row&) -> Status {
    ++visits;
    return base::fail("Enough", "");
  });
  EXPECT_EQ(status.error().code, "Enough");
  EXPECT_EQ(visits, 1);
}

TEST(Database, FindAnswersTheFirstRowOrNothing) {
  const auto database = in_memory();
  EXPECT_EQ(database->find("select 1 union select 2 order by 1", {}, read_integer).value(), 1);
  EXPECT_EQ(database->find("select id from word", {}, read_integer).value(), std::nullopt);
}

TEST(Database, ABrokenStatementIsAnErrorThatShowsIt) {
  const auto database = in_memory();
  const Status status = database->run("selec 1");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, kStoreFailed);
  EXPECT_THAT(base::to_string(status.error()), HasSubstr("selec 1"));
}

TEST(Database, ATransactionThatFailsLeavesNothing) {
  const auto database = in_memory();
  const Status status = database->transaction([&]() -> Status {
    RETURN_IF_ERROR(database->run("insert into word(text) values('a')"));
    return base::fail("Changed", "my mind");
  });
  EXPECT_EQ(status.error().code, "Changed");
  EXPECT_EQ(count_words(*database), 0);
}

TEST(Database, ATransactionThatThrowsLeavesNothing) {
  const auto database = in_memory();
  const auto work = [&]() -> Status {
    RETURN_IF_ERROR(database->run("insert into word(text) values('a')"));
    throw 1;
  };
  EXPECT_THROW(static_cast<void>(database->transaction(work)), int);
  EXPECT_EQ(count_words(*database), 0);
}

TEST(Database, ATransactionAnswersWhatItsWorkDid) {
  const auto database = in_memory();
  const auto id = database->transaction([&]() -> Result<int64_t> {
    RETURN_IF_ERROR(database->run("insert into word(id, text) values(7, 'a')"));
    return database->last_insert_id();
  });
  EXPECT_EQ(id, 7);
  EXPECT_EQ(count_words(*database), 1);
}

TEST(DatabaseDeathTest, TransactionsDoNotNest) {
  const auto database = in_memory();
  const auto nested = [&] { return database->transaction([] { return Status(); }); };
  EXPECT_DEATH(static_cast<void>(database->transaction(nested)), "do not nest");
}

TEST(DatabaseDeathTest, TheParametersMustBeAsManyAsTheStatementHas) {
  const auto database = in_memory();
  EXPECT_DEATH(static_cast<void>(database->run("select ?", {})), "select");
}

TEST_F(OnDisk, MigratingBringsAnOlderFileUpAndKeepsItsRows) {
  {
    const auto old = Database::open(path("db")).value();
    ASSERT_TRUE(old->migrate(std::span(kSteps).first(1)));
    ASSERT_TRUE(old->run("insert into word(text) values('kept')"));
  }
  const auto database = Database::open(path("db")).value();
  ASSERT_TRUE(database->migrate(kSteps));
  EXPECT_THAT(
      database->collect("select text from word where seen_ms is null", {}, read_text).value(),
      ElementsAre("kept"));
}

TEST_F(OnDisk, AFailedStepLeavesTheVersionBefore) {
  const auto database = Database::open(path("db")).value();
  const std::string_view broken[] = {kSteps[0], "create table other(a); create table word(b)"};
  EXPECT_FALSE(database->migrate(broken));
  EXPECT_EQ(database->find("pragma user_version", {}, read_integer).value(), 1);
  EXPECT_EQ(
      database->find("select count(*) from sqlite_schema where name = 'other'", {}, read_integer)
          .value(),
      0);
}

TEST_F(OnDisk, AFileOfANewerVersionIsRefusedWithBothVersions) {
  const auto database = Database::open(path("db")).value();
  ASSERT_TRUE(database->migrate(kSteps));
  const Status status = database->migrate(std::span(kSteps).first(1));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, kStoreSchema);
  EXPECT_THAT(status.error().message,
              HasSubstr("has schema version 2, this spotkeeper reads version 1"));
}

TEST_F(OnDisk, AReaderSeesWhatTheWriterCommittedAndCannotWrite) {
  const auto writer = Database::open(path("db")).value();
  ASSERT_TRUE(writer->migrate(kSteps));
  const auto reader = Database::open(path("db"), {.access = Access::kReadOnly}).value();
  ASSERT_TRUE(reader->migrate(kSteps));
  ASSERT_TRUE(writer->run("insert into word(text) values('a')"));
  EXPECT_EQ(count_words(*reader), 1);
  EXPECT_EQ(reader->run("delete from word").error().code, kStoreReadOnly);
}

TEST_F(OnDisk, AReaderDoesNotMigrate) {
  ASSERT_TRUE(Database::open(path("db")).value()->migrate(std::span(kSteps).first(1)));
  const auto reader = Database::open(path("db"), {.access = Access::kReadOnly}).value();
  EXPECT_EQ(reader->migrate(kSteps).error().code, kStoreSchema);
}

TEST_F(OnDisk, AReaderDoesNotCreate) {
  const auto reader = Database::open(path("none"), {.access = Access::kReadOnly});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, kStoreFailed);
  EXPECT_THAT(reader.error().message, HasSubstr(path("none")));
}

TEST_F(OnDisk, ASecondWriterIsToldThatTheStoreIsBusy) {
  const Options impatient{.busy_timeout = {}};
  const auto first = Database::open(path("db"), impatient).value();
  const auto second = Database::open(path("db"), impatient).value();
  ASSERT_TRUE(first->migrate(kSteps));
  const Status status = first->transaction([&] { return second->run("delete from word"); });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, kStoreBusy);
  EXPECT_EQ(status.error().retry, base::Retry::kBackoff);
}

TEST_F(OnDisk, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(path("db")) << std::string(4096, 'x');
  EXPECT_EQ(Database::open(path("db")).error().code, kStoreCorrupt);
}

TEST_F(OnDisk, ABackupIsACompleteCopyInANewFile) {
  const auto database = Database::open(path("db")).value();
  ASSERT_TRUE(database->migrate(kSteps));
  ASSERT_TRUE(database->run("insert into word(text) values('a')"));
  ASSERT_TRUE(database->backup_to(path("copy")));
  EXPECT_FALSE(database->backup_to(path("copy"))) << "a backup overwrites nothing";
  const auto copy = Database::open(path("copy")).value();
  ASSERT_TRUE(copy->migrate(kSteps));
  EXPECT_EQ(count_words(*copy), 1);
}

}  // namespace
}  // namespace store
