#include "engine/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

namespace engine {
namespace {

using base::Instant;
using model::CallId;
using model::GroupName;
using model::Incident;
using model::InstanceId;
using model::NoticeKind;
using testing::ElementsAre;
using testing::IsEmpty;

Instant at(int64_t seconds) { return Instant::from_unix_seconds(seconds); }

IncomingEvent event(int n, NoticeKind kind = NoticeKind::kInterruptionWarning) {
  IncomingEvent e;
  e.body = "body " + std::to_string(n);
  e.notice.id = model::EventId("e-" + std::to_string(n));
  e.notice.kind = kind;
  e.notice.instances = {InstanceId("i-" + std::to_string(n))};
  e.notice.time = at(n);
  e.received_at = at(n + 1);
  e.source = "sqs";
  return e;
}

Incident incident(int n, const std::string& group = "web") {
  Incident i;
  i.instance = InstanceId("i-" + std::to_string(n));
  i.id = model::incident_id(i.instance, i.kind);
  i.group = GroupName(group);
  i.opened_at = at(n);
  i.timeline = {{at(n), "noticed", "by sqs"}};
  return i;
}

Incident closed(Incident i, Instant when) {
  i.closed_at = when;
  i.outcome = "replaced";
  i.timeline.push_back({when, "closed", ""});
  return i;
}

template <class Item>
std::vector<int64_t> seqs(const base::Result<std::vector<Item>>& items) {
  std::vector<int64_t> out;
  for (const Item& item : items.value()) out.push_back(item.seq);
  return out;
}

class JournalTest : public testing::Test {
 protected:
  std::vector<JournaledEvent> append(std::vector<IncomingEvent> events) {
    return journal_->append_events(events).value();
  }
  void record(const TurnRecord& turn) { ASSERT_TRUE(journal_->record(turn)); }
  void record_incidents(std::vector<Incident> incidents) {
    TurnRecord turn;
    turn.incidents = std::move(incidents);
    record(turn);
  }
  void step_through(int64_t seq) {
    TurnRecord turn;
    turn.stepped_through = seq;
    record(turn);
  }

  std::unique_ptr<store::Database> database_ = store::Database::open(":memory:").value();
  std::unique_ptr<Journal> journal_ = Journal::open(*database_).value();
};

TEST_F(JournalTest, AppendAnswersTheNewEventsInOrderAndKeepsThemWhole) {
  const auto fresh = append({event(1), event(2)});
  ASSERT_EQ(fresh.size(), 2u);
  EXPECT_LT(fresh[0].seq, fresh[1].seq);
  EXPECT_EQ(fresh[0].notice, event(1).notice);
  EXPECT_EQ(fresh[1].body, "body 2");
  EXPECT_EQ(journal_->unstepped_events(), fresh);
}

TEST_F(JournalTest, BodiesMayBeAnyBytes) {
  IncomingEvent odd = event(1);
  odd.body = std::string("\0\xff\n", 3);
  append({odd});
  EXPECT_EQ(journal_->events({}).value()[0].body, odd.body);
}

TEST_F(JournalTest, ARedeliveryIsCountedAndNotAnsweredAgain) {
  append({event(1)});
  EXPECT_THAT(append({event(1)}), IsEmpty());
  EXPECT_EQ(journal_->events({}).value()[0].duplicates, 1);
}

TEST_F(JournalTest, ACopyUnderAnotherIdAndItsRedeliveryCountAsTheSame) {
  append({event(1)});
  IncomingEvent copy = event(1);
  copy.notice.id = model::EventId("other");
  EXPECT_THAT(append({copy}), IsEmpty());
  copy.notice.instances.clear();  // Only the id is left to know it by.
  EXPECT_THAT(append({copy}), IsEmpty());
  EXPECT_EQ(journal_->events({}).value()[0].duplicates, 2);
}

TEST_F(JournalTest, DuplicatesWithinOneBatchAreFound) {
  EXPECT_EQ(append({event(1), event(1), event(2)}).size(), 2u);
}

TEST_F(JournalTest, UnsteppedEventsAreThoseAfterTheLastTurn) {
  const auto fresh = append({event(1), event(2), event(3)});
  step_through(fresh[1].seq);
  EXPECT_THAT(seqs(journal_->unstepped_events()), ElementsAre(fresh[2].seq));
  step_through(fresh[0].seq);
  EXPECT_THAT(seqs(journal_->unstepped_events()), ElementsAre(fresh[2].seq))
      << "a turn never goes back";
}

TEST_F(JournalTest, ATurnThatFailsLeavesNothing) {
  TurnRecord turn;
  turn.incidents = {incident(1)};
  turn.intents = {{CallId{1}, "RunInstances", GroupName("web"), "", at(1)},
                  {CallId{1}, "RunInstances", GroupName("web"), "an id used twice", at(1)}};
  EXPECT_FALSE(journal_->record(turn));
  EXPECT_THAT(journal_->calls({}).value(), IsEmpty());
  EXPECT_THAT(journal_->open_incidents().value(), IsEmpty());
}

TEST_F(JournalTest, CallsAreListedWithTheirOutcome) {
  const Intent launch{CallId{1}, "RunInstances", GroupName("web"), "2 in us-east-2a", at(1)};
  const Intent tag{CallId{2}, "CreateTags", GroupName("web"), "i-1", at(1)};
  TurnRecord first, second;
  first.intents = {launch, tag};
  second.outcomes = {{CallId{1}, "", at(2)}, {CallId{99}, "NobodyAsked", at(2)}};
  record(first);
  record(second);
  const auto calls = journal_->calls({}).value();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].intent, tag);
  EXPECT_EQ(calls[0].outcome, std::nullopt);
  EXPECT_EQ(calls[1].intent, launch);
  EXPECT_EQ(calls[1].outcome, second.outcomes[0]);
}

TEST_F(JournalTest, CallIdsMayStartAgainWithTheNextRun) {
  TurnRecord turn;
  turn.intents = {{CallId{1}, "RunInstances", GroupName("web"), "", at(1)}};
  record(turn);
  journal_ = Journal::open(*database_).value();
  turn.outcomes = {{CallId{1}, "Throttled", at(2)}};
  record(turn);
  const auto calls = journal_->calls({}).value();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_NE(calls[0].run, calls[1].run);
  EXPECT_EQ(calls[0].outcome, turn.outcomes[0]);
  EXPECT_EQ(calls[1].outcome, std::nullopt) << "the outcome belongs to this run's call";
}

TEST_F(JournalTest, AnIncidentGrowsUntilItIsClosed) {
  Incident growing = incident(1);
  record_incidents({growing});
  growing.timeline.push_back({at(2), "launched", "i-9"});
  growing.replacement = InstanceId("i-9");
  record_incidents({growing});
  EXPECT_THAT(journal_->open_incidents().value(), ElementsAre(growing));
  record_incidents({closed(growing, at(3))});
  EXPECT_THAT(journal_->open_incidents().value(), IsEmpty());
  EXPECT_EQ(journal_->incident(growing.id).value()->incident, closed(growing, at(3)));
}

TEST_F(JournalTest, ANameThatComesAgainIsAnotherIncident) {
  record_incidents({closed(incident(1), at(5))});
  Incident again = incident(1);
  again.opened_at = at(100);
  record_incidents({again});
  EXPECT_EQ(journal_->incidents(IncidentFilter::kAll, {})->size(), 2u);
  EXPECT_EQ(journal_->incident(again.id).value()->incident, again);
}

TEST_F(JournalTest, AnUnknownIncidentIsNothing) {
  EXPECT_EQ(journal_->incident(model::IncidentId("none")).value(), std::nullopt);
}

TEST_F(JournalTest, IncidentsAreFilteredByStateAndGroup) {
  record_incidents({incident(1, "web"), closed(incident(2, "web"), at(9)), incident(3, "db")});
  EXPECT_EQ(journal_->incidents(IncidentFilter::kAll, {})->size(), 3u);
  EXPECT_EQ(journal_->incidents(IncidentFilter::kOpen, {})->size(), 2u);
  EXPECT_EQ(journal_->incidents(IncidentFilter::kAll, {}, GroupName("web"))->size(), 2u);
  const auto open_web = journal_->incidents(IncidentFilter::kOpen, {}, GroupName("web")).value();
  ASSERT_EQ(open_web.size(), 1u);
  EXPECT_EQ(open_web[0].incident, incident(1, "web"));
}

TEST_F(JournalTest, PagesFollowEachOtherWithoutGapOrOverlap) {
  for (int n = 0; n < 7; ++n) append({event(n)});
  const auto all = seqs(journal_->events({}));
  std::vector<int64_t> walked;
  Page page{.limit = 3};
  for (auto rows = seqs(journal_->events(page)); !rows.empty();
       rows = seqs(journal_->events(page))) {
    walked.insert(walked.end(), rows.begin(), rows.end());
    page.before = rows.back();
    append({event(100 + static_cast<int>(walked.size()))});  // Newer ones do not shift the pages.
  }
  EXPECT_EQ(walked, all);
}

TEST_F(JournalTest, ANegativeLimitIsNotAll) {
  append({event(1)});
  EXPECT_THAT(journal_->events({.limit = -1}).value(), IsEmpty());
}

TEST_F(JournalTest, QuarantineCountsEqualBodies) {
  const std::string body("\xff{", 2);
  ASSERT_TRUE(journal_->quarantine(
      {{body, "not JSON", "sqs", at(1)}, {"other", "too long", "sqs", at(2)}}));
  ASSERT_TRUE(journal_->quarantine({{body, "still not JSON", "sqs", at(3)}}));
  const auto rows = journal_->quarantined({}).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1], (Quarantined{rows[1].seq, body, "still not JSON", "sqs", at(1), at(3), 2}));
  ASSERT_TRUE(journal_->drop_quarantined(rows[1].seq));
  EXPECT_THAT(seqs(journal_->quarantined({})), ElementsAre(rows[0].seq));
}

TEST_F(JournalTest, CountsGoByKindAndSurvivePruning) {
  const auto fresh = append({event(1), event(2), event(3, NoticeKind::kRebalance)});
  append({event(2)});
  step_through(fresh.back().seq);
  ASSERT_TRUE(journal_->prune(at(1000)));
  EXPECT_THAT(journal_->counts_by_kind().value(),
              ElementsAre(EventCount{NoticeKind::kInterruptionWarning, 2, 1},
                          EventCount{NoticeKind::kRebalance, 1, 0}));
}

model::SpotPrice price(const std::string& zone, int64_t micros, int64_t since) {
  return {{model::InstanceType("c5.large"), model::Zone(zone), model::kLinux},
          base::Money::usd_micros(micros),
          at(since)};
}

TEST_F(JournalTest, APriceIsOneRowPerChange) {
  TurnRecord turn;
  turn.prices = {price("a", 10, 1), price("b", 20, 1), price("a", 10, 2), price("a", 11, 3)};
  record(turn);
  record(turn);  // What a new life reads first.
  turn.prices = {price("a", 9, 2), price("a", 12, 3), price("a", 10, 4)};
  record(turn);
  EXPECT_THAT(journal_->prices({}).value(), ElementsAre(price("a", 10, 1), price("a", 11, 3),
                                                        price("a", 10, 4), price("b", 20, 1)));
}

TEST_F(JournalTest, PricesAreGivenFromTheOneInForceOn) {
  TurnRecord turn;
  turn.prices = {price("a", 10, 1), price("a", 11, 5), price("a", 12, 9), price("b", 20, 7)};
  record(turn);
  const auto since = [&](int64_t second) {
    return journal_->prices({.zone = model::Zone("a"), .since = at(second)}).value();
  };
  EXPECT_EQ(since(4).size(), 3u);
  EXPECT_THAT(since(5), ElementsAre(price("a", 11, 5), price("a", 12, 9)));
  EXPECT_THAT(since(100), ElementsAre(price("a", 12, 9)));
  EXPECT_THAT(journal_->prices({.type = model::InstanceType("c6i.large")}).value(), IsEmpty());
}

TEST_F(JournalTest, PruningKeepsThePriceInForce) {
  TurnRecord turn;
  turn.prices = {price("a", 10, 1), price("a", 11, 5), price("a", 12, 9), price("b", 20, 1)};
  record(turn);
  ASSERT_TRUE(journal_->prune(at(6)));
  EXPECT_THAT(journal_->prices({}).value(),
              ElementsAre(price("a", 11, 5), price("a", 12, 9), price("b", 20, 1)));
}

TEST(JournalSchema, AJournalOfTheFirstVersionIsBroughtUpAndKeepsWhatItHas) {
  const auto database = store::Database::open(":memory:").value();
  ASSERT_TRUE(Journal::open(*database).value()->append_events({event(1)}));
  for (const char* undone : {"drop table price", "drop table outbox",
                             "alter table quarantine drop column kind", "pragma user_version = 1"})
    ASSERT_TRUE(database->run(undone, {})) << undone;
  const auto journal = Journal::open(*database).value();
  EXPECT_EQ(journal->events({})->size(), 1u);
  TurnRecord turn;
  turn.prices = {price("a", 10, 1)};
  ASSERT_TRUE(journal->record(turn));
  EXPECT_EQ(journal->prices({})->size(), 1u);
}

TEST_F(JournalTest, PruningForgetsWhatIsOldAndDone) {
  const auto fresh = append({event(1), event(100)});
  TurnRecord turn;
  turn.stepped_through = fresh[1].seq;
  turn.intents = {{CallId{1}, "RunInstances", GroupName("web"), "", at(1)},
                  {CallId{2}, "RunInstances", GroupName("web"), "", at(100)}};
  turn.incidents = {incident(1), closed(incident(2), at(3)), closed(incident(3), at(100))};
  turn.ledger = {{GroupName("web"), 1, "{}", at(1)}, {GroupName("web"), 2, "{}", at(100)}};
  record(turn);
  ASSERT_TRUE(journal_->quarantine({{"odd", "not JSON", "sqs", at(1)},
                                    {"seen again", "not JSON", "sqs", at(1)},
                                    {"seen again", "not JSON", "sqs", at(100)}}));
  ASSERT_TRUE(journal_->prune(at(50)));
  EXPECT_THAT(seqs(journal_->events({})), ElementsAre(fresh[1].seq));
  EXPECT_EQ(journal_->calls({})->size(), 1u);
  EXPECT_EQ(journal_->incidents(IncidentFilter::kAll, {})->size(), 2u);
  EXPECT_THAT(journal_->open_incidents().value(), ElementsAre(incident(1)));
  EXPECT_THAT(journal_->ledger_history(GroupName("web"), 10).value(), ElementsAre(turn.ledger[1]));
  const auto kept = journal_->quarantined({}).value();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].body, "seen again");
}

TEST_F(JournalTest, OfLargeRecordsOnlyTheLastOnesAreKept) {
  const std::string large(kMostHistoryBytes / 2, 'x');
  TurnRecord turn;
  turn.ledger = {{GroupName("web"), 1, "{}", at(1)}, {GroupName("api"), 1, "{}", at(1)}};
  for (int64_t i = 2; i <= 4; ++i)
    turn.ledger.push_back({GroupName("web"), static_cast<uint64_t>(i), large, at(i)});
  record(turn);
  const auto kept = journal_->ledger_history(GroupName("web"), 10).value();
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].revision, 4u);
  EXPECT_EQ(kept[1].revision, 3u);
  EXPECT_EQ(journal_->ledger_history(GroupName("api"), 10).value().size(), 1u) << "another's";
}

TEST_F(JournalTest, PruningKeepsWhatNoTurnHasSeen) {
  const auto fresh = append({event(1), event(2)});
  step_through(fresh[0].seq);
  ASSERT_TRUE(journal_->prune(at(1000)));
  EXPECT_THAT(seqs(journal_->unstepped_events()), ElementsAre(fresh[1].seq));
  EXPECT_THAT(append({event(2)}), IsEmpty()) << "its identity is kept with it";
  EXPECT_EQ(append({event(1)}).size(), 1u) << "a forgotten one is new";
}

TEST_F(JournalTest, AnEventAfterACompletePruningIsNotTakenForSteppedOne) {
  const auto fresh = append({event(1)});
  step_through(fresh[0].seq);
  ASSERT_TRUE(journal_->prune(at(1000)));
  const auto later = append({event(2)});
  EXPECT_GT(later[0].seq, fresh[0].seq);
  EXPECT_EQ(journal_->unstepped_events(), later);
}

TEST_F(JournalTest, MetaIsKeptByName) {
  EXPECT_EQ(journal_->meta("deployment_id").value(), std::nullopt);
  ASSERT_TRUE(journal_->set_meta("deployment_id", "d-1"));
  ASSERT_TRUE(journal_->set_meta("deployment_id", "d-2"));
  EXPECT_EQ(journal_->meta("deployment_id").value(), "d-2");
}

TEST(JournalFile, ACommandReadsWhileTheKeeperWrites) {
  std::string folder = testing::TempDir() + "journalXXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/journal.db";
  {
    const auto writing = store::Database::open(path).value();
    const auto keeper = Journal::open(*writing).value();
    const auto reading = store::Database::open(path, {.access = store::Access::kReadOnly}).value();
    const auto command = Journal::open(*reading).value();
    ASSERT_TRUE(keeper->append_events({event(1)}));
    EXPECT_EQ(command->events({})->size(), 1u);
    EXPECT_EQ(command->append_events({event(2)}).error().code, store::kStoreReadOnly);
    EXPECT_TRUE(keeper->append_events({event(2)}));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace engine
