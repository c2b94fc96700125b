#include "control/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/endings.h"
#include "control/targets.h"
#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using model::Command;
using model::CommandKind;
using testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kC;
using testing::kMe;
using testing::kOther;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using testing::millis;
using testing::Script;
using testing::seconds;
using ::testing::UnorderedElementsAre;

// ---- what a command writes ----

class ApplyTest : public ::testing::Test {
 protected:
  base::Status give(CommandKind kind, std::string subject) {
    return apply({{1}, kind, std::move(subject)}, group_, *group_.ledger.record, at(0));
  }
  std::string refusal(CommandKind kind, std::string subject) {
    const base::Status status = give(kind, std::move(subject));
    return status ? "" : status.error().message;
  }
  model::LedgerRecord& record() { return *group_.ledger.record; }

  GroupState group_ = testing::whole_group();
};

TEST_F(ApplyTest, AHoldLastsUntilItIsReleased) {
  EXPECT_TRUE(give(CommandKind::kHold, "web-b"));
  EXPECT_EQ(record().holds.at(kSlotB), at(0));
  EXPECT_TRUE(give(CommandKind::kRelease, "web-b"));
  EXPECT_THAT(record().holds, IsEmpty());
}

TEST_F(ApplyTest, AnExchangeNamesTheMachineThatIsToGo) {
  EXPECT_TRUE(give(CommandKind::kReplace, "web-b"));
  EXPECT_EQ(record().exchanging.at(kSlotB), kB);
  EXPECT_TRUE(give(CommandKind::kStopReplacing, "web"));
  EXPECT_THAT(record().exchanging, IsEmpty());
}

// A machine that a roll-out skipped for good would keep the old version, and nobody would know.
TEST_F(ApplyTest, AHoldPutsAnExchangeOffAndDoesNotForgetIt) {
  give(CommandKind::kReplaceAll, "web");
  give(CommandKind::kHold, "web-b");
  EXPECT_EQ(record().exchanging.at(kSlotB), kB);
  give(CommandKind::kRelease, "web-b");
  EXPECT_EQ(record().exchanging.at(kSlotB), kB);
}

TEST_F(ApplyTest, WhatIsOnHoldOrEmptyIsNotExchanged) {
  give(CommandKind::kHold, "web-b");
  EXPECT_THAT(refusal(CommandKind::kReplace, "web-b"), HasSubstr("on hold"));
  group_.gone[kA] = at(-1);
  EXPECT_THAT(refusal(CommandKind::kReplace, "web-a"), HasSubstr("no machine"));
  EXPECT_TRUE(give(CommandKind::kReplaceAll, "web"));
  EXPECT_EQ(record().exchanging.size(), 1u);
}

TEST_F(ApplyTest, OnlyTheOutdatedAreThoseOfAnotherVersion) {
  record().holders.at(kSlotC).template_version = 6;
  EXPECT_TRUE(give(CommandKind::kReplaceOld, "web"));
  EXPECT_EQ(record().exchanging, (std::map<model::SlotName, model::InstanceId>{{kSlotC, kC}}));
  group_.template_version.reset();
  EXPECT_THAT(refusal(CommandKind::kReplaceOld, "web"), HasSubstr("not been read"));
}

TEST_F(ApplyTest, APauseAndARetirementEndWithResume) {
  EXPECT_TRUE(give(CommandKind::kPause, "web"));
  EXPECT_THAT(refusal(CommandKind::kRetire, "web"), HasSubstr("paused"));
  EXPECT_TRUE(give(CommandKind::kResume, "web"));
  EXPECT_TRUE(give(CommandKind::kRetire, "web"));
  EXPECT_EQ(record().retired_at, at(0));
  EXPECT_THAT(refusal(CommandKind::kPause, "web"), HasSubstr("`group resume` fills"))
      << "or the end of the pause would be the end of the retirement";
  EXPECT_TRUE(give(CommandKind::kResume, "web"));
  EXPECT_FALSE(record().retired_at);
}

TEST_F(ApplyTest, AGroupWithASlotOnHoldIsNotRetired) {
  give(CommandKind::kHold, "web-b");
  EXPECT_THAT(refusal(CommandKind::kRetire, "web"), HasSubstr("web-b is on hold"));
}

// ---- when it is answered ----

class AnswerCommandsTest : public ApplyTest {
 protected:
  void take(CommandKind kind, std::string subject) {
    take_command(group_, {{7}, kind, std::move(subject)}, Timing(), at(0));
  }
  std::string answer(base::Instant now = at(1)) {
    Decisions out;
    answer_commands(group_, testing::ledger_context(), out, now);
    if (out.answers.empty()) return "none";
    return out.answers[0].status ? "done" : out.answers[0].status.error().code;
  }
};

TEST_F(AnswerCommandsTest, NothingIsAnsweredBeforeItIsStored) {
  take(CommandKind::kHold, "web-b");
  EXPECT_EQ(answer(), "none");
  group_.commands[0].nonces = {"mine"};
  model::LedgerRecord written = record();
  written.nonce = "other";
  ++written.revision;
  adopt_record(group_, written, kMe, at(2));
  EXPECT_EQ(answer(), "none");
  written.nonce = "mine";
  adopt_record(group_, written, kMe, at(3));
  EXPECT_EQ(answer(), "done");
  EXPECT_EQ(answer(), "none") << "once";
}

// Seed 1239294355: the other keeper had been told the opposite since the record was read.
TEST_F(AnswerCommandsTest, WhatIsSoAlreadyOrRefusedIsAnsweredByARecordReadSince) {
  record().holds[kSlotB] = at(-100);
  group_.ledger.read_began = at(0) - millis(1);
  take(CommandKind::kHold, "web-b");
  EXPECT_EQ(answer(), "none");
  EXPECT_TRUE(must_read_for_commands(group_, Timing()));
  group_.ledger.read_began = at(0);
  EXPECT_FALSE(must_read_for_commands(group_, Timing()));
  EXPECT_EQ(answer(), kAlreadySo);
  record().paused_since = at(-100);
  take(CommandKind::kRetire, "web");
  EXPECT_EQ(answer(), "CommandRefused");
}

// People would wait for what never begins.
TEST_F(AnswerCommandsTest, ThatNothingWasToDoIsSaidPlainly) {
  group_.ledger.read_began = at(0);
  const auto said = [&](CommandKind kind, std::string subject) {
    take(kind, std::move(subject));
    group_.template_doubted_at.reset();
    Decisions out;
    answer_commands(group_, testing::ledger_context(), out, at(1));
    EXPECT_TRUE(is_so(out.answers.at(0).status));
    return out.answers[0].status ? "done" : out.answers[0].status.error().message;
  };
  EXPECT_EQ(said(CommandKind::kStopReplacing, "web"),
            "no replacement is under way in web: there was nothing to do");
  EXPECT_EQ(said(CommandKind::kReplaceOld, "web"),
            "web has no machine that is neither on hold nor being exchanged already and is of "
            "another version: "
            "there was nothing to do");
  EXPECT_EQ(said(CommandKind::kRelease, "web-b"), "web-b is not on hold: there was nothing to do");
  EXPECT_EQ(said(CommandKind::kResume, "web"),
            "web is neither paused nor retired: there was nothing to do");
  record().exchanging[kSlotB] = kB;
  EXPECT_EQ(said(CommandKind::kReplace, "web-b"),
            "web-b is being exchanged already: there was nothing to do");
  record().holds[kSlotB] = at(-100);
  EXPECT_EQ(said(CommandKind::kHold, "web-b"), "web-b is on hold already: there was nothing to do");
  EXPECT_FALSE(is_so(base::fail("CommandRefused", "")));
}

TEST_F(AnswerCommandsTest, WhoWaitsTooLongIsToldWhetherItMayHaveTakenEffect) {
  take(CommandKind::kHold, "web-b");
  EXPECT_EQ(answer(at(20)), "LedgerUnavailable");
  take(CommandKind::kHold, "web-b");
  group_.commands[0].nonces = {"mine"};
  EXPECT_EQ(answer(at(20)), "OutcomeUnknown");
}

TEST_F(AnswerCommandsTest, ACommandThatOthersOvertookIsNotCalledRefused) {
  take(CommandKind::kReplace, "web-b");
  group_.gone[kB] = at(0);
  group_.commands[0].nonces = {"mine"};
  EXPECT_EQ(answer(), "OutcomeUnknown");
}

// People order it because they have just made a new version.
TEST_F(AnswerCommandsTest, WhatIsOutdatedIsSaidByAVersionReadAfterTheOrder) {
  group_.ledger.read_began = at(0);
  take(CommandKind::kReplaceOld, "web");
  EXPECT_EQ(answer(), "none");
  model::LedgerRecord next = record();
  EXPECT_THAT(apply_waiting(group_, testing::ledger_context(), next, at(1)), IsEmpty());
  EXPECT_EQ(answer(at(20)), "NotAnswered");
  take(CommandKind::kReplaceOld, "web");
  group_.template_version = 8;
  group_.template_doubted_at.reset();
  apply_waiting(group_, testing::ledger_context(), next, at(1));
  EXPECT_EQ(next.exchanging.size(), 3u);
}

TEST_F(ApplyTest, WhatEc2NotesOfAMachinesVersionGoesBeforeWhatTheLedgerDoes) {
  for (const model::InstanceId& id : {kA, kB, kC}) {
    auto& tags = group_.seen.at(id).instance.tags;
    tags.push_back({"aws:ec2launchtemplate:id", id == kB ? "lt-0" : "lt-1"});
    tags.push_back({"aws:ec2launchtemplate:version", "7"});
  }
  record().holders.at(kSlotA).template_version = 6;
  EXPECT_TRUE(give(CommandKind::kReplaceOld, "web"));
  EXPECT_EQ(record().exchanging, (std::map<model::SlotName, model::InstanceId>{{kSlotB, kB}}));
}

// ---- what it does ----

class OrderedGroupTest : public ::testing::Test {
 protected:
  OrderedGroupTest() { cloud_.begin_whole(clock_); }
  ~OrderedGroupTest() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  void learn(Script& keeper) {
    keeper.step();
    run(keeper, 60);
    cloud_.log.clear();
  }
  void run(Script& keeper, int64_t time) { keeper.run_until(clock_ + seconds(time)); }
  void give(Script& keeper, CommandKind kind, std::string subject) {
    keeper.step({Commanded{{{1}, kind, std::move(subject)}}});
    keeper.settle();
  }
  // Of a command that is answered at once.
  std::string refusal(Script& keeper, CommandKind kind, std::string subject) {
    const std::vector<Event> events{Commanded{{{9}, kind, std::move(subject)}}};
    const Decisions decisions = keeper.brain.step(events, clock_);
    return decisions.answers.empty() ? "none" : decisions.answers[0].status.error().message;
  }
  void warn(Script& keeper, const model::InstanceId& id) {
    keeper.step({NoticeReceived{testing::warning(id, clock_)}});
  }
  model::InstanceId holder_of(const model::SlotName& slot) {
    return cloud_.record().holders.at(slot).instance;
  }
  int launches() const {
    return static_cast<int>(std::count_if(cloud_.log.begin(), cloud_.log.end(), [](const auto& l) {
      return l.starts_with("RunInstances");
    }));
  }

  base::Instant clock_ = at(0);
  testing::TinyCloud cloud_;
};

TEST_F(OrderedGroupTest, NothingIsLaunchedForASlotOnHoldUntilItIsReleased) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  give(keeper, CommandKind::kHold, "web-b");
  warn(keeper, kB);
  run(keeper, 60);
  cloud_.terminate(kB);
  run(keeper, 300);
  EXPECT_THAT(cloud_.log, ElementsAre("LedgerWrite"));
  give(keeper, CommandKind::kRelease, "web-b");
  run(keeper, 120);
  EXPECT_EQ(launches(), 1);
  EXPECT_NE(holder_of(kSlotB), kB);
}

TEST_F(OrderedGroupTest, APausedGroupIsOnlyWatchedAndGoesOnAfterwards) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  give(keeper, CommandKind::kPause, "web");
  warn(keeper, kA);
  cloud_.terminate(kB);
  run(keeper, 400);
  EXPECT_EQ(launches(), 0);
  EXPECT_THAT(cloud_.live(), UnorderedElementsAre(kA, kC));
  give(keeper, CommandKind::kResume, "web");
  run(keeper, 120);
  EXPECT_GE(launches(), 1);
  EXPECT_NE(holder_of(kSlotB), kB);
}

TEST_F(OrderedGroupTest, AnExchangedMachineGoesOnlyAfterTheNewOneServes) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  give(keeper, CommandKind::kReplace, "web-b");
  run(keeper, 300);
  EXPECT_THAT(cloud_.log,
              ElementsAre("LedgerWrite", "LedgerWrite", "RunInstances subnet-b", "LedgerWrite",
                          "RegisterTargets i-0001", "DeregisterTargets i-b",
                          "TerminateInstances i-b", "LedgerWrite"));
  EXPECT_THAT(cloud_.record().exchanging, IsEmpty());
}

TEST_F(OrderedGroupTest, ARollingReplacementExchangesAllOneAfterTheOther) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  give(keeper, CommandKind::kReplaceAll, "web");
  for (int i = 0; i < 1200 && !cloud_.record().exchanging.empty(); i += 5) {
    run(keeper, 5);
    EXPECT_LE(cloud_.live().size(), 4u);
  }
  run(keeper, 120);
  EXPECT_EQ(launches(), 3);
  EXPECT_EQ(cloud_.live().size(), 3u);
  for (const model::SlotName& slot : {kSlotA, kSlotB, kSlotC})
    EXPECT_THAT(holder_of(slot).str(), HasSubstr("i-000"));
}

TEST_F(OrderedGroupTest, ARollingReplacementSurvivesTheKeeper) {
  {
    Script keeper(cloud_, clock_, kMe, 1);
    learn(keeper);
    give(keeper, CommandKind::kReplaceAll, "web");
    run(keeper, 20);
  }
  Script next(cloud_, clock_, kMe, 2);
  next.step();
  run(next, 900);
  EXPECT_EQ(launches(), 3);
  EXPECT_EQ(cloud_.live().size(), 3u);
}

TEST_F(OrderedGroupTest, ARetiredGroupIsDrainedAndEndedAndStaysSo) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  give(keeper, CommandKind::kRetire, "web");
  run(keeper, 600);
  EXPECT_THAT(cloud_.live(), IsEmpty());
  EXPECT_EQ(launches(), 0);
  EXPECT_THAT(cloud_.record().holders, IsEmpty());
  give(keeper, CommandKind::kResume, "web");
  run(keeper, 300);
  EXPECT_EQ(cloud_.live().size(), 3u);
}

TEST_F(OrderedGroupTest, WhatOneKeeperIsToldBindsTheOther) {
  Script first(cloud_, clock_, kMe, 1), second(cloud_, clock_, kOther, 2);
  learn(first);
  learn(second);
  give(first, CommandKind::kPause, "web");
  cloud_.terminate(kB);
  for (int i = 0; i < 60; ++i) {
    first.run_until(clock_ + seconds(3));
    second.run_until(clock_ + seconds(3));
  }
  EXPECT_EQ(launches(), 0);
}

// Seed 220494141: a process that stood still hears both at once; one write was taken for both.
TEST_F(OrderedGroupTest, AnOrderThatTheSameWriteRefusesIsNotAnsweredAsStored) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  keeper.step({Commanded{{{1}, CommandKind::kPause, "web"}},
               Commanded{{{2}, CommandKind::kRetire, "web"}}});
  run(keeper, 10);
  EXPECT_TRUE(keeper.answers.at({1}));
  EXPECT_TRUE(cloud_.record().paused_since);
  EXPECT_FALSE(cloud_.record().retired_at);
  ASSERT_FALSE(keeper.answers.at({2}));
  EXPECT_THAT(keeper.answers.at({2}).error().message, HasSubstr("resume it first"));
}

TEST_F(OrderedGroupTest, AFloodOfCommandsIsRefused) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  std::vector<Event> events;
  for (uint64_t i = 0; i <= Timing::kMostCommands; ++i)
    events.push_back(Commanded{{{i}, CommandKind::kHold, "web-b"}});
  const Decisions decisions = keeper.brain.step(events, clock_);
  ASSERT_EQ(decisions.answers.size(), 1u);
  EXPECT_EQ(decisions.answers[0].status.error().code, "TooManyCommands");
}

TEST_F(OrderedGroupTest, AnUnknownSubjectIsSaidToBeUnknown) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  EXPECT_EQ(refusal(keeper, CommandKind::kHold, "web-q"), "there is no slot \"web-q\"");
}

TEST_F(OrderedGroupTest, WhoRetiresAGroupThatLeftTheFileIsToldTheWay) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  EXPECT_EQ(refusal(keeper, CommandKind::kPause, "old"), "there is no group \"old\"");
  EXPECT_EQ(
      refusal(keeper, CommandKind::kRetire, "old"),
      "there is no group \"old\" in the file; to retire one that was taken out of it, put its "
      "[[group]] back, reload the file (SIGHUP), and say so again");
}

TEST_F(OrderedGroupTest, ASlotOfARetiredGroupIsSaidToBeNone) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  give(keeper, CommandKind::kRetire, "web");
  run(keeper, 600);
  EXPECT_EQ(refusal(keeper, CommandKind::kHold, "web-a"),
            "\"web-a\" would be a slot of web, which is retired and has none; `group resume web` "
            "begins it anew");
  EXPECT_EQ(refusal(keeper, CommandKind::kHold, "web-d"), "there is no slot \"web-d\"");
}

}  // namespace
}  // namespace control
