// Goal: the order that the engine promises (journal, acknowledge, decide, record, act) holds, and a
// life that ends anywhere in it is continued by the next. Method: a real Journal on LossyVfs, the
// real Brain, a tiny cloud; see engine_rig.h.
#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/engine_rig.h"
#include "model/auto_scaling.h"

namespace engine {
namespace {

using base::Duration;
using control::testing::kSlotB;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Rig;
using ::testing::SizeIs;
using testing::warning_body;

const Duration kWarning = Duration::minutes(2);

class EngineTest : public ::testing::Test {
 protected:
  ~EngineTest() override { EXPECT_THAT(rig_.cloud.tiny.violations, IsEmpty()); }

  void learn() {
    ASSERT_TRUE(rig_.make_whole());
    victim_ = rig_.cloud.tiny.record().holders.at(kSlotB).instance;
  }
  void warn() { rig_.queue.put(warning_body(victim_, warned_at_)); }
  bool has_intent(model::CallId id) {
    const auto calls = rig_.journal().calls({.limit = kMostRows}).value();
    return std::any_of(calls.begin(), calls.end(),
                       [&](const JournaledCall& call) { return call.intent.call == id; });
  }
  std::vector<std::string> log() const { return rig_.cloud.tiny.log; }
  uint64_t remarks(const std::string& word) {
    const auto& all = rig_.engine().stats().remarks_by_word;
    const auto found = all.find(word);
    return found == all.end() ? 0 : found->second;
  }

  Rig rig_;
  model::InstanceId victim_;  // It holds web-b.
  const base::Instant warned_at_ = rig_.clock.at + Duration::minutes(5);
};

TEST_F(EngineTest, AMessageLeavesItsQueueOnlyAfterItIsInTheJournal) {
  learn();
  warn();
  size_t journaled_at_removal = 0;
  rig_.queue.on_remove = [&] { journaled_at_removal = rig_.journal().events({}).value().size(); };
  rig_.run_for(Duration::seconds(1));
  EXPECT_EQ(journaled_at_removal, 1u);
  EXPECT_EQ(rig_.queue.size(), 0u);
}

TEST_F(EngineTest, EveryCallThatMutatesIsRecordedBeforeItIsSent) {
  learn();
  int mutating = 0;
  rig_.cloud.on_call = [&](model::CallId id, const model::Call& call) {
    if (!model::is_mutating(call)) return;
    ++mutating;
    EXPECT_TRUE(has_intent(id)) << model::action_of(call);
  };
  warn();
  rig_.run_for(kWarning);
  EXPECT_THAT(log(), Contains("RunInstances subnet-b"));
  EXPECT_GE(mutating, 4);
}

TEST_F(EngineTest, APriceThatChangedIsInTheJournalAfterTheTurnThatReadIt) {
  learn();
  const model::SpotPrice price{{model::InstanceType("c6i.large"), model::Zone("zone-a")},
                               base::Money::usd_micros(34'000),
                               rig_.clock.at};
  rig_.cloud.tiny.prices = {price};
  rig_.run_for(Duration::minutes(6));
  EXPECT_THAT(rig_.journal().prices({}).value(), ::testing::ElementsAre(price));
}

TEST_F(EngineTest, WhileTheDiskIsFullNothingMutatesAndNothingIsAcknowledged) {
  learn();
  rig_.disk.fail_after(1, store::Fault::kFull);
  warn();
  rig_.run_for(Duration::seconds(60));
  EXPECT_FALSE(rig_.engine().journal_writable());
  EXPECT_THAT(rig_.engine().blocked_by(), HasSubstr(store::kStoreFull));
  EXPECT_THAT(log(), IsEmpty());
  EXPECT_EQ(rig_.queue.size(), 1u);

  rig_.disk.recover();
  rig_.run_for(Duration::seconds(60));
  EXPECT_TRUE(rig_.engine().journal_writable());
  EXPECT_THAT(log(), Contains("RunInstances subnet-b"));
  EXPECT_EQ(rig_.queue.size(), 0u);
  EXPECT_EQ(rig_.journal().events({}).value().size(), 1u);
}

// A few pages fit whenever it is asked, so each probe of a few bytes worked, and the next turn
// failed again.
TEST_F(EngineTest, ADiskThatIsNearlyFullIsNotCalledWritableAgainAndAgain) {
  learn();
  rig_.queue.put(std::string(200 << 10, '?'));
  for (int second = 0; second < 60; ++second) {
    rig_.disk.fail_after(20, store::Fault::kFull);
    rig_.run_for(Duration::seconds(1));
  }
  EXPECT_FALSE(rig_.engine().journal_writable());
  EXPECT_EQ(remarks("writes-blocked"), 1u);
  EXPECT_EQ(remarks("writes-allowed"), 0u);

  rig_.disk.recover();
  rig_.run_for(Duration::seconds(3));
  EXPECT_EQ(remarks("writes-allowed"), 1u);
  EXPECT_EQ(rig_.queue.size(), 0u);
  EXPECT_EQ(rig_.journal().meta("probe").value(), "") << "it is taken away again";
}

TEST_F(EngineTest, ADiskThatFillsBetweenIntakeAndDecisionStopsTheDecisionToo) {
  learn();
  bool full = false;
  rig_.queue.on_remove = [&] {
    full = true;
    rig_.disk.fail_after(1, store::Fault::kFull);
  };
  warn();
  rig_.run_for(Duration::seconds(20));
  ASSERT_TRUE(full);
  EXPECT_THAT(log(), IsEmpty());
  rig_.disk.recover();
  rig_.run_for(Duration::seconds(60));
  EXPECT_THAT(log(), Contains("RunInstances subnet-b"));
}

TEST_F(EngineTest, WhatTheQueueForgotAndNoTurnSawIsSteppedByTheNextLife) {
  learn();
  rig_.die_at(CrashPoint::kEventsAcknowledged);
  warn();
  ASSERT_FALSE(rig_.run_for(kWarning));
  ASSERT_EQ(rig_.queue.size(), 0u) << "only the journal has it now";
  rig_.start();
  EXPECT_THAT(rig_.journal().unstepped_events().value(), SizeIs(1));
  rig_.run_for(Duration::seconds(60));
  EXPECT_THAT(log(), Contains("RunInstances subnet-b"));
  EXPECT_THAT(rig_.journal().unstepped_events().value(), IsEmpty());
}

TEST_F(EngineTest, AMalformedMessageGoesToQuarantineAndLeavesItsQueue) {
  learn();
  rig_.queue.put("not a notice");
  rig_.run_for(Duration::seconds(1));
  const auto quarantined = rig_.journal().quarantined({}).value();
  ASSERT_EQ(quarantined.size(), 1u);
  EXPECT_EQ(quarantined[0].body, "not a notice");
  EXPECT_FALSE(quarantined[0].reason.empty());
  EXPECT_EQ(rig_.engine().stats().quarantined, 1u);
  EXPECT_EQ(rig_.queue.size(), 0u);
}

TEST_F(EngineTest, ADuplicateIsCountedRemovedAndNotSteppedAgain) {
  learn();
  warn();
  rig_.run_for(Duration::seconds(1));
  warn();
  warn();
  rig_.run_for(kWarning);
  EXPECT_EQ(rig_.engine().stats().messages, 3u);
  EXPECT_EQ(rig_.engine().stats().new_events, 1u);
  EXPECT_EQ(rig_.queue.size(), 0u);
  EXPECT_THAT(rig_.cloud.tiny.bodies, SizeIs(1));
}

TEST_F(EngineTest, AnInjectedNoticeIsAnsweredOnceItIsDurable) {
  learn();
  std::optional<base::Status> answer;
  rig_.mailbox().add(Injected{warning_body(victim_, rig_.clock.at), [&](base::Status status) {
                                answer = status;
                                EXPECT_EQ(rig_.journal().events({}).value().size(), 1u);
                              }});
  rig_.run_for(Duration::seconds(1));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(*answer);
}

// Found by a review: while the disk was full, whoever injected an event waited for ever.
TEST_F(EngineTest, WhileTheDiskIsFullAnInjectedNoticeIsRefusedAtOnceAndNotJournaledLater) {
  learn();
  rig_.disk.fail_after(1, store::Fault::kFull);
  std::optional<base::Status> answer;
  rig_.mailbox().add(Injected{warning_body(victim_, rig_.clock.at),
                              [&](base::Status status) { answer = status; }});
  rig_.run_for(Duration::seconds(1));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, "JournalUnavailable");
  rig_.disk.recover();
  rig_.run_for(Duration::seconds(10));
  EXPECT_THAT(rig_.journal().events({}).value(), IsEmpty());
}

TEST_F(EngineTest, AnInjectedTextThatIsNoNoticeIsRefusedAndNotKept) {
  learn();
  std::optional<base::Status> answer;
  rig_.mailbox().add(Injected{"{}", [&](base::Status status) { answer = status; }});
  rig_.run_for(Duration::seconds(1));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
  EXPECT_THAT(rig_.journal().events({}).value(), IsEmpty());
  EXPECT_THAT(rig_.journal().quarantined({}).value(), IsEmpty());
}

// ---- commands ----

TEST_F(EngineTest, ACommandIsAnsweredOnceTheLedgerHasIt) {
  learn();
  std::optional<base::Status> answer;
  rig_.mailbox().add(Ordered{{{}, model::CommandKind::kPause, "web"}, [&](base::Status status) {
                               answer = status;
                               EXPECT_TRUE(rig_.cloud.tiny.record().paused_since);
                             }});
  rig_.run_for(Duration::seconds(5));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(*answer);
}

TEST_F(EngineTest, WhileTheDiskIsFullACommandIsRefusedAfterAWhileAndChangesNothing) {
  learn();
  rig_.disk.fail_after(1, store::Fault::kFull);
  std::optional<base::Status> answer;
  rig_.mailbox().add(Ordered{{{}, model::CommandKind::kPause, "web"},
                             [&](base::Status status) { answer = status; }});
  rig_.run_for(Duration::seconds(60));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, "LedgerUnavailable");
  EXPECT_FALSE(rig_.cloud.tiny.record().paused_since);
}

TEST_F(EngineTest, WhoWaitsForACommandIsAnsweredAlsoWhenTheKeeperStops) {
  learn();
  std::optional<base::Status> answer;
  rig_.mailbox().add(Ordered{{{}, model::CommandKind::kPause, "web"},
                             [&](base::Status status) { answer = status; }});
  rig_.engine().turn();
  EXPECT_FALSE(answer);
  rig_.start();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, "OutcomeUnknown");
}

// ---- what people are told ----

TEST_F(EngineTest, AnInterruptionIsToldWhenItBeginsAndWhenItIsOver) {
  learn();
  rig_.messenger.posted.clear();
  warn();
  rig_.run_for(kWarning);
  EXPECT_THAT(rig_.messenger.ids(), ::testing::ElementsAre(victim_.str() + "/interruption/began"));
  EXPECT_THAT(rig_.messenger.posted.at(0).text, HasSubstr("a replacement is being launched"));
  rig_.cloud.tiny.terminate(victim_);
  rig_.run_for(Duration::minutes(5));
  EXPECT_THAT(rig_.messenger.ids(), ::testing::ElementsAre(victim_.str() + "/interruption/began",
                                                           victim_.str() + "/interruption/ended"));
}

TEST_F(EngineTest, NobodyIsToldWhatIsNotDurable) {
  learn();
  rig_.messenger.posted.clear();
  size_t open_when_told = 0;
  rig_.messenger.answer = [&](const ports::Mail&) {
    open_when_told = rig_.journal().open_incidents()->size();
    return ports::MailAnswer{ports::Delivery::kDelivered, {}, {}};
  };
  warn();
  rig_.run_for(Duration::seconds(1));
  EXPECT_THAT(rig_.messenger.posted, SizeIs(1));
  EXPECT_EQ(open_when_told, 1u);
}

TEST_F(EngineTest, AMessageThatCannotBeReadIsTold) {
  learn();
  rig_.messenger.posted.clear();
  rig_.queue.put("{");
  rig_.run_for(Duration::seconds(1));
  ASSERT_THAT(rig_.messenger.posted, SizeIs(1));
  EXPECT_THAT(rig_.messenger.posted.at(0).text, HasSubstr("a message from sqs could not be read"));
}

TEST_F(EngineTest, WhatWasToldIsNotToldAgainAfterARestart) {
  learn();
  rig_.messenger.posted.clear();
  warn();
  rig_.run_for(Duration::seconds(30));
  rig_.start();
  rig_.run_for(Duration::seconds(30));
  EXPECT_THAT(rig_.messenger.posted, SizeIs(1));
}

// ---- out of quarantine ----

class EngineRetry : public EngineTest {
 protected:
  base::Status retry(int64_t seq) {
    std::optional<base::Status> answer;
    rig_.mailbox().add(Retried{seq, [&](base::Status status) { answer = std::move(status); }});
    rig_.run_for(Duration::seconds(1));
    return answer.value_or(base::fail("NotAnswered", ""));
  }
  int64_t only_one_kept() { return rig_.journal().quarantined({}).value().at(0).seq; }
};

TEST_F(EngineRetry, AMessageThatCanBeReadByNowIsHeard) {
  learn();
  ASSERT_TRUE(rig_.journal().quarantine(
      {{warning_body(victim_, warned_at_), "an older spotkeeper's", "sqs", warned_at_, {}}}));
  ASSERT_TRUE(retry(only_one_kept()));
  EXPECT_THAT(rig_.journal().quarantined({}).value(), IsEmpty());
  EXPECT_EQ(rig_.journal().events({})->at(0).source, "sqs");
  EXPECT_THAT(rig_.journal().open_incidents().value(), SizeIs(1));
}

TEST_F(EngineRetry, OneThatStillCannotBeReadStays) {
  learn();
  ASSERT_TRUE(rig_.journal().quarantine({{"{", "not JSON", "sqs", warned_at_, {}}}));
  EXPECT_FALSE(retry(only_one_kept()));
  EXPECT_THAT(rig_.journal().quarantined({}).value(), SizeIs(1));
  EXPECT_EQ(retry(only_one_kept() + 1).error().code, "NotFound");
}

TEST_F(EngineRetry, ANotificationIsSentOnceTheTargetTakesIt) {
  learn();
  rig_.messenger.answer = [](const ports::Mail&) {
    return ports::MailAnswer{ports::Delivery::kRefused, "status 404", {}};
  };
  warn();
  rig_.run_for(Duration::seconds(1));
  rig_.messenger.answer = nullptr;
  const ports::Mail refused = rig_.messenger.posted.back();
  rig_.messenger.posted.clear();
  ASSERT_TRUE(retry(only_one_kept()));
  ASSERT_THAT(rig_.messenger.posted, SizeIs(1));
  EXPECT_EQ(rig_.messenger.posted[0].id, refused.id);
  EXPECT_EQ(rig_.messenger.posted[0].document, refused.document);
  EXPECT_THAT(rig_.journal().quarantined({}).value(), IsEmpty());
}

TEST_F(EngineRetry, ANotificationOfATargetThatIsGoneStays) {
  learn();
  ASSERT_TRUE(rig_.journal().quarantine({{R"({"id":"x","text":"y"})", "status 404", "gone",
                                          warned_at_, QuarantineKind::kNotification}}));
  EXPECT_EQ(retry(only_one_kept()).error().code, "NoTarget");
  EXPECT_THAT(rig_.journal().quarantined({}).value(), SizeIs(1));
}

TEST_F(EngineRetry, WhatAPersonDropsIsGone) {
  learn();
  const auto drop = [&](std::optional<int64_t> seq) {
    std::optional<base::Status> answer;
    rig_.mailbox().add(Dropped{seq, [&](base::Status status) { answer = std::move(status); }});
    rig_.run_for(Duration::seconds(1));
    return answer.value_or(base::fail("NotAnswered", ""));
  };
  for (const char* body : {"a", "b", "c"})
    ASSERT_TRUE(rig_.journal().quarantine({{body, "not JSON", "sqs", warned_at_, {}}}));
  const int64_t newest = only_one_kept();
  ASSERT_TRUE(drop(newest));
  EXPECT_EQ(drop(newest).error().code, "NotFound");
  EXPECT_THAT(rig_.journal().quarantined({}).value(), SizeIs(2));
  ASSERT_TRUE(drop(std::nullopt));
  EXPECT_THAT(rig_.journal().quarantined({}).value(), IsEmpty());
  ASSERT_TRUE(drop(std::nullopt)) << "nothing is there to drop";
}

TEST_F(EngineTest, WithoutATargetNothingWaitsInTheOutbox) {
  rig_.subscriptions.clear();
  learn();
  warn();
  rig_.run_for(kWarning);
  EXPECT_THAT(rig_.messenger.posted, IsEmpty());
  EXPECT_THAT(rig_.journal().outbox().counts().value(), IsEmpty());
}

// ---- a crash at every point ----

class EngineCrash : public EngineTest, public ::testing::WithParamInterface<CrashPoint> {
 protected:
  static bool is_of_termination(CrashPoint point) {
    return point == CrashPoint::kBeforeTerminate || point == CrashPoint::kAfterTerminate;
  }
  void expect_one_slot_less() {
    EXPECT_THAT(rig_.cloud.tiny.live(), SizeIs(2));
    EXPECT_THAT(rig_.cloud.tiny.record().holders, SizeIs(2));
    EXPECT_THAT(rig_.cloud.tiny.bodies, IsEmpty());
  }
  void expect_one_replacement() {
    EXPECT_THAT(rig_.cloud.tiny.bodies, SizeIs(1)) << "the same bytes, however often";
    EXPECT_THAT(rig_.cloud.tiny.live(), SizeIs(3));
    EXPECT_NE(rig_.cloud.tiny.record().holders.at(kSlotB).instance, victim_);
    EXPECT_THAT(rig_.cloud.tiny.record().open, IsEmpty());
    EXPECT_EQ(rig_.queue.size(), 0u);
    EXPECT_THAT(rig_.journal().open_incidents().value(), IsEmpty());
    EXPECT_THAT(rig_.journal().incidents(IncidentFilter::kAll, {}).value(), SizeIs(1));
    expect_told();
  }
  // At least once each, and everything under the id that lets a receiver drop the second.
  void expect_told() {
    for (const char* end : {"/interruption/began", "/interruption/ended"})
      EXPECT_THAT(rig_.messenger.ids(), Contains(victim_.str() + end));
    const std::vector<std::string> ids = rig_.messenger.ids();
    EXPECT_LE(ids.size(), std::set<std::string>(ids.begin(), ids.end()).size() + 1);
    EXPECT_THAT(rig_.journal().outbox().counts().value(), IsEmpty());
  }
};

TEST_P(EngineCrash, IsContinuedByTheNextLife) {
  learn();
  rig_.messenger.posted.clear();
  rig_.die_at(GetParam());
  if (is_of_termination(GetParam())) {
    model::GroupSpec fewer = control::testing::group_spec();
    fewer.capacity = 2;
    fewer.min_healthy = 1;
    rig_.restart_with(fewer);
  } else {
    warn();
  }
  ASSERT_FALSE(rig_.run_for(Duration::minutes(5))) << "the point was not reached";
  rig_.start();
  ASSERT_TRUE(rig_.run_for(kWarning));
  if (is_of_termination(GetParam())) {
    ASSERT_TRUE(rig_.run_for(Duration::minutes(5)));
    return expect_one_slot_less();
  }
  rig_.cloud.tiny.terminate(victim_);
  ASSERT_TRUE(rig_.run_for(Duration::minutes(5)));
  expect_one_replacement();
}

std::string name_of(const ::testing::TestParamInfo<CrashPoint>& info) {
  std::string name(to_string(info.param));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool is_of_detachment(CrashPoint point) {
  return point == CrashPoint::kBeforeDetach || point == CrashPoint::kAfterDetach;
}

std::vector<CrashPoint> all_points(bool of_detachment) {
  std::vector<CrashPoint> points;
  for (size_t i = 0; i < kCrashPointNames.size(); ++i)
    if (const auto point = static_cast<CrashPoint>(i); is_of_detachment(point) == of_detachment)
      points.push_back(point);
  return points;
}

INSTANTIATE_TEST_SUITE_P(AtEveryPoint, EngineCrash, ::testing::ValuesIn(all_points(false)),
                         name_of);

// Only who is adopted from an Auto Scaling group is detached.
class EngineDetachCrash : public EngineTest, public ::testing::WithParamInterface<CrashPoint> {
 protected:
  EngineDetachCrash() {
    model::GroupSpec paused = control::testing::group_spec();
    paused.begins_paused = true;
    rig_.restart_with(paused);
    auto& old = rig_.cloud.tiny.scaling_groups[kOld];
    old.desired = 1;
    old.members[kMember] = "InService";
    rig_.cloud.tiny.begin_by_hand(kMember, "subnet-b", {{model::kAutoScalingGroupTag, kOld.str()}});
  }
  void order(model::CommandKind kind, std::vector<model::InstanceId> machines = {},
             model::AutoScalingGroupName from = {}) {
    rig_.mailbox().add(Ordered{{{}, kind, "web", std::move(machines), std::move(from)},
                               [](base::Status status) { EXPECT_TRUE(status); }});
  }

  const model::AutoScalingGroupName kOld{"old"};
  const model::InstanceId kMember{"i-0000000000000000b"};
};

TEST_P(EngineDetachCrash, IsContinuedByTheNextLife) {
  ASSERT_TRUE(rig_.run_for(Duration::minutes(5)));
  order(model::CommandKind::kAdopt, {kMember}, kOld);
  ASSERT_TRUE(rig_.run_for(Duration::seconds(30)));
  order(model::CommandKind::kResume);
  rig_.die_at(GetParam());
  ASSERT_FALSE(rig_.run_for(Duration::minutes(5))) << "the point was not reached";
  rig_.start();
  ASSERT_TRUE(rig_.run_for(Duration::minutes(5)));
  EXPECT_EQ(rig_.cloud.tiny.record().holders.at(kSlotB).instance, kMember);
  EXPECT_EQ(rig_.cloud.tiny.scaling_groups.at(kOld).desired, 0) << "detached once, its place too";
  EXPECT_THAT(rig_.cloud.tiny.live(), SizeIs(3)) << "the other slots were launched for";
}

INSTANTIATE_TEST_SUITE_P(AtEveryPoint, EngineDetachCrash, ::testing::ValuesIn(all_points(true)),
                         name_of);

}  // namespace
}  // namespace engine
