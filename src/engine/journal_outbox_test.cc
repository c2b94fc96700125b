#include "engine/journal_outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/journal.h"

namespace engine {
namespace {

using base::Instant;
using notify::Letter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest()
      : database_(store::Database::open(":memory:").value()),
        journal_(Journal::open(*database_).value()),
        outbox_(journal_->outbox()) {}

  static Letter letter(const std::string& target, const std::string& id) {
    return {0,
            target,
            id,
            "incident",
            "began",
            "web",
            "text of " + id,
            "{}",
            Instant::from_unix_seconds(7)};
  }
  void add(const std::string& target, const std::vector<std::string>& ids) {
    TurnRecord turn;
    for (const std::string& id : ids) turn.letters.push_back(letter(target, id));
    ASSERT_TRUE(journal_->record(turn));
  }
  static std::vector<std::string> ids_of(const std::vector<Letter>& letters) {
    std::vector<std::string> ids;
    for (const Letter& it : letters) ids.push_back(it.id);
    return ids;
  }
  std::vector<std::string> waiting(const std::string& target, int64_t limit = 100) {
    return ids_of(outbox_.waiting(target, limit).value());
  }

  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Journal> journal_;
  Outbox outbox_;
};

TEST_F(OutboxTest, HandsOutALetterAsItWasWritten) {
  add("ops", {"a"});
  Letter expected = letter("ops", "a");
  expected.seq = 1;
  EXPECT_THAT(outbox_.waiting("ops", 9).value(), ElementsAre(expected));
}

TEST_F(OutboxTest, KeepsTheOrderAndTheTargetsApart) {
  add("ops", {"a", "b"});
  add("dev", {"a"});
  add("ops", {"c"});
  EXPECT_THAT(waiting("ops"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(waiting("ops", 2), ElementsAre("a", "b"));
  EXPECT_THAT(outbox_.counts().value(), ElementsAre(Pair("dev", 1), Pair("ops", 3)));
  EXPECT_EQ(outbox_.count("nobody").value(), 0);
}

TEST_F(OutboxTest, ALetterThatWaitsIsNotAddedAgain) {
  add("ops", {"a"});
  add("ops", {"a", "b"});
  EXPECT_THAT(waiting("ops"), ElementsAre("a", "b"));
}

TEST_F(OutboxTest, WhatIsClaimedNoLongerWaits) {
  add("ops", {"a", "b", "c"});
  ASSERT_TRUE(outbox_.claim(outbox_.waiting("ops", 2).value()));
  add("ops", {"d"});
  EXPECT_THAT(ids_of(outbox_.claimed("ops").value()), ElementsAre("a", "b"));
  EXPECT_THAT(waiting("ops"), ElementsAre("c", "d"));
  ASSERT_TRUE(outbox_.remove(outbox_.claimed("ops").value()));
  EXPECT_THAT(outbox_.claimed("ops").value(), IsEmpty());
  EXPECT_EQ(outbox_.count("ops").value(), 2);
}

TEST_F(OutboxTest, WhatIsGivenUpIsInQuarantineUnderItsKind) {
  add("ops", {"a", "b"});
  add("dev", {"a"});
  const auto letters = outbox_.waiting("ops", 1).value();
  ASSERT_TRUE(outbox_.give_up(letters, {"{}", "refused", "ops", Instant::from_unix_seconds(9),
                                        QuarantineKind::kNotification}));
  EXPECT_THAT(waiting("ops"), ElementsAre("b"));
  EXPECT_THAT(waiting("dev"), ElementsAre("a"));
  const auto kept = journal_->quarantined({}).value();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].kind, QuarantineKind::kNotification);
  EXPECT_EQ(kept[0].source, "ops");
  EXPECT_EQ(kept[0].reason, "refused");
}

// Two targets were to be told the same.
TEST_F(OutboxTest, TheSameTextForTwoTargetsIsKeptTwice) {
  for (const char* target : {"ops", "dev"}) {
    add(target, {"a"});
    ASSERT_TRUE(outbox_.give_up(
        outbox_.waiting(target, 1).value(),
        {"{}", "refused", target, Instant::from_unix_seconds(9), QuarantineKind::kNotification}));
  }
  ASSERT_TRUE(journal_->quarantine({{"{}", "not an event", "ops", Instant(), {}}}));
  EXPECT_EQ(journal_->quarantined({})->size(), 3u);
}

TEST_F(OutboxTest, AMessageIsKeptTogetherWithWhatIsToldOfIt) {
  ASSERT_TRUE(
      journal_->quarantine({{"{", "not JSON", "sqs", Instant(), {}}}, {letter("ops", "q")}));
  EXPECT_THAT(waiting("ops"), ElementsAre("q"));
  EXPECT_EQ(journal_->quarantined({})->front().kind, QuarantineKind::kMessage);
}

TEST_F(OutboxTest, WhatWasToldIsRememberedWithTheTurn) {
  EXPECT_EQ(journal_->told().value(), "");
  TurnRecord turn;
  turn.told = "{}";
  ASSERT_TRUE(journal_->record(turn));
  EXPECT_EQ(journal_->told().value(), "{}");
  ASSERT_TRUE(journal_->record({}));
  EXPECT_EQ(journal_->told().value(), "{}") << "a turn that changes nothing keeps it";
}

// The tables of the step before, with something in quarantine.
TEST(OutboxMigration, AnOlderJournalKeepsWhatItHas) {
  const auto database = store::Database::open(":memory:").value();
  ASSERT_TRUE(Journal::open(*database));
  ASSERT_TRUE(database->run("drop table outbox"));
  ASSERT_TRUE(database->run("alter table quarantine drop column kind"));
  ASSERT_TRUE(database->run("pragma user_version = 2"));
  ASSERT_TRUE(database->run(
      "insert into quarantine(body_hash, body, reason, source, first_seen_ms, last_seen_ms, "
      "attempts) values(x'01', x'02', 'old', 'sqs', 1, 2, 3)"));
  const auto journal = Journal::open(*database);
  ASSERT_TRUE(journal);
  const auto kept = (*journal)->quarantined({}).value();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].kind, QuarantineKind::kMessage);
  EXPECT_EQ(kept[0].reason, "old");
  EXPECT_THAT((*journal)->outbox().counts().value(), IsEmpty());
}

}  // namespace
}  // namespace engine
