// Goal: every letter arrives or is kept with its reason, in order, whatever a target does and
// whenever the keeper dies; and one target's trouble is its own.
// Method: a real outbox on a disk that can lose power, a messenger that answers as the test wants,
// and time that the test moves.
#include "engine/courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/journal.h"
#include "store/lossy_vfs.h"

namespace engine {
namespace {

using base::Duration;
using base::Instant;
using notify::Letter;
using ports::Delivery;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const model::KeeperName kKeeper("k");
struct Died {};

class Receiver : public ports::Messenger {
 public:
  void post(ports::Mail mail, std::function<void(ports::MailAnswer)> done) override {
    const ports::MailAnswer answer = answers.contains(mail.target)
                                         ? answers.at(mail.target)
                                         : ports::MailAnswer{Delivery::kDelivered, {}, {}};
    posted.push_back(std::move(mail));
    if (is_silent) return waiting.push_back(std::move(done));
    done(answer);
  }
  std::vector<std::string> ids(const std::string& target = "ops") const {
    std::vector<std::string> all;
    for (const ports::Mail& mail : posted)
      if (mail.target == target) all.push_back(mail.id);
    return all;
  }

  std::map<std::string, ports::MailAnswer> answers;  // Where it is not simply delivered.
  bool is_silent = false;
  std::vector<ports::Mail> posted;
  std::vector<std::function<void(ports::MailAnswer)>> waiting;
};

class CourierTest : public ::testing::Test {
 protected:
  CourierTest() { start(); }

  void start(const std::vector<std::string>& targets = {"ops", "dev"}) {
    courier_.reset();
    journal_.reset();
    database_.reset();
    database_ = store::Database::open("journal", {.vfs = disk_.name()}).value();
    journal_ = Journal::open(*database_).value();
    mailbox_ = std::make_shared<Mailbox>(nullptr);
    courier_.emplace(Courier::open({journal_->outbox(), &receiver_, mailbox_, log_, hook_}, targets,
                                   kKeeper, base::Prng(1))
                         .value());
  }
  void add(const std::string& target, int count) {
    TurnRecord turn;
    for (int i = 0; i < count; ++i) {
      const std::string id = target + "-" + std::to_string(++last_);
      turn.letters.push_back({0, target, id, "incident", "began", "web", "text of " + id,
                              R"({"id":")" + id + R"("})", now_});
    }
    ASSERT_TRUE(journal_->record(turn));
    courier_->note_added(turn.letters);
  }
  // As the engine's loop does, until `duration` has passed.
  void run_for(Duration duration) {
    const Instant end = now_ + duration;
    while (true) {
      for (Brought& brought : mailbox_->take().brought) courier_->hear(std::move(brought));
      const Instant due = courier_->turn(now_).value();
      if (!mailbox_->empty()) continue;
      if (now_ >= end) return;
      ASSERT_GT(due, now_) << "it would never rest";
      now_ = std::min(end, due);
    }
  }
  void fail(const std::string& target, std::optional<Duration> retry_after = {}) {
    receiver_.answers[target] = {Delivery::kFailed, "status 503", retry_after};
  }
  const TargetStats& stats(const std::string& target) { return courier_->stats().at(target); }
  void keep_log() {
    log_ = base::Logger(base::LogLevel::kInfo, [this](base::LogLevel, std::string_view message,
                                                      const base::LogField* fields, size_t count) {
      std::string line(message);
      for (size_t i = 0; i < count; ++i) line += " " + fields[i].value;
      lines_.push_back(line);
    });
  }

  store::LossyVfs disk_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Journal> journal_;
  std::shared_ptr<Mailbox> mailbox_;
  Receiver receiver_;
  CrashHook hook_;
  base::Logger log_;
  std::optional<Courier> courier_;
  Instant now_ = Instant::from_unix_seconds(1'772'366'400);
  int last_ = 0;
  std::vector<std::string> lines_;  // Of the log, once it is kept.
};

TEST_F(CourierTest, BringsEachLetterOnceInOrderAndForgetsIt) {
  add("ops", 3);
  add("dev", 1);
  run_for(Duration());
  EXPECT_THAT(receiver_.ids("ops"), ElementsAre("ops-1", "ops-2", "ops-3"));
  EXPECT_THAT(receiver_.ids("dev"), ElementsAre("dev-4"));
  EXPECT_THAT(journal_->outbox().counts().value(), IsEmpty());
  EXPECT_EQ(stats("ops").sent, 3u);
  EXPECT_EQ(stats("ops").waiting, 0u);
  EXPECT_EQ(courier_->turn(now_).value(), Instant::never());
}

TEST_F(CourierTest, TriesAgainLessAndLessOftenUntilItArrives) {
  fail("ops");
  add("ops", 2);
  run_for(Duration::minutes(10));
  EXPECT_THAT(receiver_.ids(), ::testing::Each("ops-1")) << "nothing overtakes";
  EXPECT_THAT(receiver_.posted, SizeIs(::testing::AllOf(::testing::Ge(9u), ::testing::Le(14u))));
  EXPECT_EQ(stats("ops").failed, receiver_.posted.size());
  EXPECT_EQ(stats("ops").waiting, 2u);
  receiver_.answers.clear();
  receiver_.posted.clear();
  run_for(Duration::minutes(6));
  EXPECT_THAT(receiver_.ids(), ElementsAre("ops-1", "ops-2"));
}

TEST_F(CourierTest, WaitsAsLongAsTheTargetAsks) {
  fail("ops", Duration::seconds(120));
  add("ops", 1);
  run_for(Duration::seconds(119));
  EXPECT_THAT(receiver_.posted, SizeIs(1));
  run_for(Duration::seconds(2));
  EXPECT_THAT(receiver_.posted, SizeIs(2));
}

TEST_F(CourierTest, ADeadTargetDelaysNoOther) {
  fail("dev");
  add("dev", 5);
  run_for(Duration());
  receiver_.is_silent = true;  // Now even the answer does not come.
  run_for(Duration::minutes(5));
  receiver_.is_silent = false;
  add("ops", 2);
  run_for(Duration());
  EXPECT_THAT(receiver_.ids("ops"), SizeIs(2));
}

TEST_F(CourierTest, WhatIsRefusedGoesToQuarantineAndTheNextIsTried) {
  receiver_.answers["ops"] = {Delivery::kRefused, "status 404", {}};
  add("ops", 2);
  run_for(Duration());
  EXPECT_THAT(receiver_.ids(), ElementsAre("ops-1", "ops-2"));
  const auto kept = journal_->quarantined({}).value();
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[1].body, R"({"id":"ops-1"})");
  EXPECT_EQ(kept[1].reason, "status 404");
  EXPECT_EQ(kept[1].source, "ops");
  EXPECT_EQ(stats("ops").quarantined, 2u);
  EXPECT_EQ(stats("ops").waiting, 0u);
}

TEST_F(CourierTest, AfterADayItIsGivenUpWithItsReason) {
  fail("ops");
  add("ops", 1);
  run_for(Duration::hours(23));
  EXPECT_THAT(journal_->quarantined({}).value(), IsEmpty());
  run_for(Duration::hours(2));
  const auto kept = journal_->quarantined({}).value();
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].reason, "it could not be brought within a day: status 503");
  EXPECT_EQ(stats("ops").waiting, 0u);
}

TEST_F(CourierTest, WhatIsHeldBackIsKeptForLongerThanThat) {
  receiver_.answers["ops"] = {Delivery::kHeld, "its file cannot be read", {}};
  add("ops", 3);
  run_for(Duration::hours(50));
  EXPECT_THAT(journal_->quarantined({}).value(), IsEmpty());
  EXPECT_EQ(stats("ops").waiting, 3u);
  receiver_.answers.clear();
  receiver_.posted.clear();
  start();  // As a reload does, once the file can be read.
  run_for(Duration());
  EXPECT_THAT(receiver_.ids(), ElementsAre("ops-1", "ops-2", "ops-3"));
}

TEST_F(CourierTest, AStormIsAHandfulOfMessagesAndNothingIsLost) {
  add("ops", 1000);
  run_for(Duration::minutes(1));
  ASSERT_THAT(receiver_.posted, SizeIs(10));
  EXPECT_THAT(receiver_.posted.back().text, HasSubstr("988 more: 988 incidents opened in web"));
  add("ops", 50);
  run_for(Duration::minutes(1));
  EXPECT_THAT(receiver_.posted, SizeIs(::testing::Le(17u)));
  EXPECT_EQ(stats("ops").waiting, 0u);
}

TEST_F(CourierTest, MoreThanItMayKeepGoesToQuarantineTheOldestFirst) {
  fail("ops");
  add("ops", 1);
  run_for(Duration());
  add("ops", static_cast<int>(Courier::kMostWaiting));
  run_for(Duration());
  EXPECT_EQ(stats("ops").waiting, static_cast<uint64_t>(Courier::kMostWaiting) + 1 - 1000);
  const auto kept = journal_->quarantined({}).value();
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_THAT(kept[0].reason, HasSubstr("more than 20000 notifications waited"));
  EXPECT_THAT(kept[0].body, HasSubstr(R"("count":1000)"));
  EXPECT_EQ(journal_->outbox().claimed("ops")->front().id, "ops-1") << "it is on its way";
}

TEST_F(CourierTest, LettersOfATargetThatIsGoneWaitADayForItsReturn) {
  add("ops", 2);
  start({"dev"});
  run_for(Duration::hours(23));
  EXPECT_THAT(receiver_.posted, IsEmpty());
  start();
  run_for(Duration());
  EXPECT_THAT(receiver_.ids(), ElementsAre("ops-1", "ops-2"));
  add("ops", 2);
  start({"dev"});
  run_for(Duration::hours(25));
  EXPECT_THAT(journal_->quarantined({})->at(0).reason, HasSubstr("no target of this name"));
  EXPECT_EQ(stats("ops").waiting, 0u);
}

TEST_F(CourierTest, AnAnswerToAnotherMessageMeansNothing) {
  receiver_.is_silent = true;
  add("ops", 1);
  run_for(Duration());
  courier_->hear({"ops", "another", {Delivery::kDelivered, {}, {}}});
  courier_->hear({"nobody", "ops-1", {Delivery::kDelivered, {}, {}}});
  run_for(Duration());
  EXPECT_EQ(stats("ops").waiting, 1u);
  courier_->hear({"ops", "ops-1", {Delivery::kDelivered, {}, {}}});
  run_for(Duration());
  EXPECT_EQ(stats("ops").waiting, 0u);
}

// ---- crashes ----

TEST_F(CourierTest, ALifeThatEndsBetweenPostAndMarkLeavesTheSameMessageToTheNext) {
  hook_ = [](CrashPoint point) {
    if (point == CrashPoint::kAfterNotify) throw Died();
  };
  start();
  add("ops", 30);
  EXPECT_THROW(run_for(Duration()), Died);
  base::Prng prng(1);
  disk_.power_loss(prng);
  hook_ = nullptr;
  start();
  run_for(Duration());
  EXPECT_EQ(receiver_.ids().at(0), receiver_.ids().at(1)) << "the same id, so it can be dropped";
  EXPECT_EQ(receiver_.posted.at(0).document, receiver_.posted.at(1).document);
  EXPECT_EQ(stats("ops").waiting, 0u);
}

// A gathered message is one of many that could be made of the letters: which one is durable first.
TEST_F(CourierTest, AGatheredMessageIsPostedAgainAsItWas) {
  add("ops", 100);
  run_for(Duration());
  receiver_.is_silent = true;
  add("ops", 20);
  run_for(Duration::seconds(10));
  const ports::Mail last = receiver_.posted.back();
  ASSERT_THAT(last.id, ::testing::StartsWith("gathered/"));
  base::Prng prng(1);
  disk_.power_loss(prng);
  receiver_.is_silent = false;
  receiver_.posted.clear();
  start();
  add("ops", 5);
  run_for(Duration());
  EXPECT_EQ(receiver_.posted.front().id, last.id);
  EXPECT_EQ(receiver_.posted.front().document, last.document);
}

// The disk fails at each write of claim, mark and quarantine; then the power goes.
TEST_F(CourierTest, WhereverTheDiskFailsEveryLetterArrivesOrIsKept) {
  for (int64_t point = 1; point <= 30; ++point) {
    for (const Delivery delivery : {Delivery::kDelivered, Delivery::kRefused}) {
      receiver_.posted.clear();
      receiver_.answers["ops"] = {delivery, "why", {}};
      add("ops", 2);
      const int before = last_ - 2;
      const size_t kept_before = journal_->quarantined({.limit = kMostRows})->size();
      disk_.fail_after(point, store::Fault::kIoError);
      for (int turns = 0; turns < 6; ++turns) {
        for (Brought& brought : mailbox_->take().brought) courier_->hear(std::move(brought));
        if (!courier_->turn(now_)) break;
      }
      base::Prng prng(static_cast<uint64_t>(point));
      disk_.power_loss(prng);
      disk_.recover();
      start();
      run_for(Duration());
      const auto ids = receiver_.ids();
      for (int n = before + 1; n <= last_; ++n)
        EXPECT_THAT(ids, ::testing::Contains("ops-" + std::to_string(n))) << "point " << point;
      EXPECT_EQ(stats("ops").waiting, 0u);
      const size_t kept = journal_->quarantined({.limit = kMostRows})->size() - kept_before;
      EXPECT_EQ(kept, delivery == Delivery::kRefused ? 2u : 0u) << "point " << point;
    }
  }
}

TEST_F(CourierTest, WhatIsToldInTheLogIsWhoAndWhyOnly) {
  keep_log();
  start();
  fail("ops");
  add("ops", 1);
  run_for(Duration::seconds(30));
  EXPECT_THAT(lines_, ElementsAre("notification-failed ops status 503")) << "once per message";
}

TEST_F(CourierTest, WhatWaitsForATargetThatIsGoneIsSaidAndGoesToNobodyElse) {
  add("ops", 3);
  keep_log();
  start({"dev", "notify"});
  EXPECT_THAT(lines_, ElementsAre(::testing::StartsWith("notifications-unclaimed ops 3 no ")));
  run_for(Duration::hours(25));
  EXPECT_THAT(receiver_.posted, IsEmpty());
  EXPECT_EQ(lines_.back(), "notification-given-up ops no target of this name is configured");
  lines_.clear();
  start({"dev", "notify"});
  EXPECT_THAT(lines_, IsEmpty()) << "nothing waits any more";
}

}  // namespace
}  // namespace engine
