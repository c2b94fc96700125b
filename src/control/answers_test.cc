#include "control/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"
#include "control/troubles.h"

namespace control {
namespace {

using base::Instant;
using base::Retry;
using model::InstanceId;
using model::InstanceState;
using testing::at;
using ::testing::ElementsAre;
using testing::error;
using testing::instance;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kGroup;
using testing::kMe;
using testing::kNew;
using testing::kOther;
using testing::kSlotA;
using testing::kSlotB;
using testing::kTargets;
using testing::millis;
using testing::open_launch;
using testing::seconds;
using Phase = LaunchProgress::Phase;

class AnswersTest : public ::testing::Test {
 protected:
  AnswerContext context(Instant now) { return {timing_, kMe, board_, out_, now}; }
  static model::CallCompleted completed(base::Result<model::Reply> result, Instant ended) {
    return {model::CallId{1}, ended - millis(100), ended, std::move(result)};
  }
  // When work for the key could start next, if it were tried at `now`.
  Instant next_start(const WorkKey& key, Instant now) {
    Decisions probe;
    WorkBoard copy = board_;
    return copy.start(key, kGroup, model::LedgerRead{}, now, probe) ? now : probe.wake_at;
  }
  bool remarked(std::string_view what) const {
    return std::any_of(out_.remarks.begin(), out_.remarks.end(),
                       [&](const Remark& remark) { return remark.what == what; });
  }

  Timing timing_;
  WorkBoard board_{timing_, base::Prng(1)};
  Decisions out_;
  GroupState group_ = testing::whole_group();
};

// ---- the ledger ----

class LedgerAnswersTest : public AnswersTest {
 protected:
  void read(std::string text, Instant ended, const char* etag = "etag-2") {
    const Flight flight{{WorkKind::kReadLedger, "web"}, kGroup, model::LedgerRead{kGroup}};
    ledger_answered(group_, flight,
                    completed(model::Reply(model::LedgerVersion{etag, std::move(text)}), ended),
                    context(ended));
  }
  void write(const model::LedgerRecord& record, base::Result<model::Reply> result, Instant ended) {
    const Flight flight{{WorkKind::kWriteLedger, "web"},
                        kGroup,
                        model::LedgerWrite{kGroup, "etag-1", to_text(record)}};
    ledger_answered(group_, flight, completed(std::move(result), ended), context(ended));
  }
  void written(const model::LedgerRecord& record, Instant ended) {
    write(record, model::Reply(model::LedgerVersion{"etag-2", {}}), ended);
  }
  model::LedgerRecord with_open() {
    model::LedgerRecord record = testing::record();
    record.open = {open_launch(4, {kSlotA}, kMe, at(0))};
    record.counter = 4;
    return record;
  }
};

TEST_F(LedgerAnswersTest, AReadRecordIsTheOneToActOn) {
  read(to_text(with_open()), at(1));
  ASSERT_TRUE(group_.record());
  EXPECT_EQ(*group_.record(), with_open());
  EXPECT_EQ(group_.ledger.etag, "etag-2");
  EXPECT_EQ(group_.ledger.read_began, at(1) - millis(100));
}

TEST_F(LedgerAnswersTest, NoRecordIsKnowledgeToo) {
  const Flight flight{{WorkKind::kReadLedger, "web"}, kGroup, model::LedgerRead{kGroup}};
  ledger_answered(group_, flight, completed(model::Reply(model::LedgerVersion{}), at(1)),
                  context(at(1)));
  EXPECT_TRUE(group_.ledger.known);
  EXPECT_FALSE(group_.record());
  EXPECT_FALSE(group_.ledger.etag);
  EXPECT_THAT(group_.ledger_ids, IsEmpty());
}

TEST_F(LedgerAnswersTest, ASuccessfulWriteIsKnownWithoutARead) {
  written(with_open(), at(1));
  EXPECT_EQ(*group_.record(), with_open());
  EXPECT_EQ(group_.ledger.etag, "etag-2");
}

TEST_F(LedgerAnswersTest, ANamesakeIsAnErrorAtItsSecondWrite) {
  model::LedgerRecord theirs = testing::record();
  for (const uint64_t revision : {7u, 8u}) {
    EXPECT_FALSE(group_.troubles.contains("keeper"));
    theirs.revision = revision;
    theirs.nonce = "theirs-" + std::to_string(revision);
    read(to_text(theirs), at(static_cast<int64_t>(revision)));
  }
  EXPECT_TRUE(group_.troubles.contains("keeper"));
  EXPECT_TRUE(remarked("keeper-namesake"));
}

TEST_F(LedgerAnswersTest, OurOwnWritesAndOtherKeepersAreNoNamesakes) {
  model::LedgerRecord record = testing::record();
  for (const uint64_t revision : {7u, 8u, 9u, 10u}) {
    record.revision = revision;
    record.nonce = "n-" + std::to_string(revision);
    record.writer = revision < 9 ? kMe : kOther;
    group_.ledger.nonces = {"n-7", "n-8"};
    read(to_text(record), at(static_cast<int64_t>(revision)));
  }
  EXPECT_TRUE(group_.troubles.empty());
}

TEST_F(LedgerAnswersTest, AnOldVersionPutBackCountsAsLostAndStaysSo) {
  model::LedgerRecord old = testing::record();
  --old.revision;
  for (const int64_t when : {1, 40}) {
    read(to_text(old), at(when), "etag-old");
    EXPECT_TRUE(group_.ledger.known);
    EXPECT_FALSE(group_.record()) << "its holders are not those that serve";
    EXPECT_EQ(group_.ledger.etag, "etag-old") << "what is to be replaced";
  }
  EXPECT_TRUE(remarked("ledger-went-back"));
  model::LedgerRecord reborn = testing::record();
  reborn.incarnation = "another";
  reborn.revision = 1;
  read(to_text(reborn), at(80));
  EXPECT_TRUE(group_.record());
}

TEST_F(LedgerAnswersTest, AnotherGroupsRecordIsNotActedOn) {
  model::LedgerRecord record = testing::record();
  record.group = model::GroupName("db");
  read(to_text(record), at(1));
  EXPECT_FALSE(group_.record());
  EXPECT_THAT(group_.troubles["ledger"], ::testing::HasSubstr("another group"));
}

TEST_F(LedgerAnswersTest, AnUnusableRecordIsATroubleUntilItCanBeRead) {
  read("{}", at(1));
  EXPECT_TRUE(group_.troubles.contains("ledger"));
  read(to_text(testing::record()), at(100));
  EXPECT_TRUE(group_.troubles.empty());
}

TEST_F(LedgerAnswersTest, AfterAConflictTheLedgerIsReadAtOnceAndTheOldRecordNotActedOn) {
  write(with_open(), base::fail(model::kLedgerConflict, "", Retry::kNever), at(1));
  EXPECT_FALSE(group_.record());
  EXPECT_EQ(next_start({WorkKind::kReadLedger, "web"}, at(1)), at(1));
}

TEST_F(LedgerAnswersTest, AfterAnUnknownOutcomeARereadRecognisesOurOwnRecord) {
  write(with_open(), base::fail("Timeout", "", Retry::kUnknownOutcome), at(1));
  EXPECT_FALSE(group_.record());
  EXPECT_GT(next_start({WorkKind::kReadLedger, "web"}, at(1)), at(1));
  read(to_text(with_open()), at(3));
  ASSERT_TRUE(group_.record());
  LedgerContext ledger = testing::ledger_context();
  base::Prng prng(1);
  EXPECT_FALSE(plan_ledger(group_, ledger, prng, at(3)).next) << "nothing is decided twice";
}

TEST_F(LedgerAnswersTest, AReadBegunBeforeOurWriteEndedCannotContradictIt) {
  written(with_open(), at(1));
  group_.launches[4].phase = Phase::kSearching;
  read(to_text(testing::record()), at(1) + millis(100), "etag-1");
  EXPECT_EQ(*group_.record(), with_open());
  EXPECT_EQ(group_.ledger.etag, "etag-2");
  EXPECT_TRUE(group_.launches.contains(4));
  EXPECT_EQ(next_start({WorkKind::kReadLedger, "web"}, at(1)), at(1) + millis(1));
  read(to_text(testing::record()), at(1) + millis(101), "etag-3");
  EXPECT_EQ(*group_.record(), testing::record());
}

TEST_F(LedgerAnswersTest, ARecordOfAnotherFormatIsNotActedOnAndReadAgainAfterAResync) {
  read("{\"format\":99}", at(1));
  EXPECT_TRUE(group_.ledger.unusable);
  EXPECT_FALSE(group_.record()) << "nor is the record of before";
  EXPECT_TRUE(remarked("ledger-unusable"));
  EXPECT_EQ(next_start({WorkKind::kReadLedger, "web"}, at(1)), at(1) + timing_.resync);
  read(to_text(with_open()), at(31));
  EXPECT_FALSE(group_.ledger.unusable);
  EXPECT_EQ(*group_.record(), with_open());
}

TEST_F(LedgerAnswersTest, ARefusedWriteIsRemarkedAndTriedLessAndLessOften) {
  const WorkKey key{WorkKind::kWriteLedger, "web"};
  base::Duration longest;
  for (int i = 0; i < 30; ++i) {
    write(with_open(), base::fail("AccessDenied", "", Retry::kNever), at(i));
    EXPECT_FALSE(group_.record());
    longest = std::max(longest, next_start(key, at(i)) - at(i));
    read(to_text(testing::record()), at(i) + seconds(1));
  }
  EXPECT_GT(longest, timing_.backoff_most / 2);
  EXPECT_TRUE(remarked("call-failed"));
  written(with_open(), at(31));
  EXPECT_EQ(next_start(key, at(31)), at(31));
}

TEST_F(LedgerAnswersTest, AFailedReadChangesNothingButTheNextAttempt) {
  const Flight flight{{WorkKind::kReadLedger, "web"}, kGroup, model::LedgerRead{kGroup}};
  ledger_answered(group_, flight, completed(base::fail("SlowDown", "", Retry::kBackoff), at(1)),
                  context(at(1)));
  EXPECT_EQ(*group_.record(), testing::record());
  EXPECT_GT(next_start({WorkKind::kReadLedger, "web"}, at(1)), at(1));
  EXPECT_TRUE(remarked("call-failed"));
}

TEST_F(LedgerAnswersTest, ProgressOfAnEntryThatIsClosedOrAnothersIsForgotten) {
  written(with_open(), at(1));
  group_.launches[4].phase = Phase::kSearching;
  model::LedgerRecord taken = with_open();
  taken.open[0].submitter = kOther;
  read(to_text(taken), at(2));
  EXPECT_FALSE(group_.launches.contains(4));
}

TEST_F(LedgerAnswersTest, ThatInstancesCameIsKeptThroughATakeOver) {
  written(with_open(), at(1));
  group_.launches[4].phase = Phase::kSettled;
  group_.launches[4].came = {kNew};
  model::LedgerRecord taken = with_open();
  taken.open[0].submitter = kOther;
  read(to_text(taken), at(2));
  EXPECT_TRUE(group_.launches.contains(4));
}

TEST_F(LedgerAnswersTest, ANewIncarnationForgetsTheProgressOfTheOld) {
  written(with_open(), at(1));
  group_.launches[4].came = {kNew};
  model::LedgerRecord reborn = with_open();
  reborn.incarnation = "next-life";
  read(to_text(reborn), at(2));
  EXPECT_THAT(group_.launches, IsEmpty());
}

TEST_F(LedgerAnswersTest, ADeadlineInTheLedgerDoomsTheInstanceForTheNextKeeper) {
  model::LedgerRecord record = testing::record();
  record.retiring = {testing::retiring(kNew, kSlotA, kA, "interruption", at(60))};
  read(to_text(record), at(1));
  EXPECT_EQ(group_.doomed.at(kNew).deadline, at(60));
  EXPECT_TRUE(group_.ledger_ids.contains(kNew));
}

// ---- launches: every row of the outcome table ----

class LaunchAnswersTest : public AnswersTest {
 protected:
  LaunchAnswersTest() {
    group_.ledger.record->open = {open_launch(4, {kSlotA, kSlotB}, kMe, at(0))};
    group_.ledger.record->counter = 4;
    group_.launches[4];
  }
  LaunchProgress& progress() { return group_.launches.at(4); }
  static model::Instance fresh(const char* id) {
    model::Instance shown = instance(InstanceId(id), "subnet-a", 4);
    shown.state = InstanceState::kPending;
    return shown;
  }
  void launched(base::Result<model::Reply> result, Instant ended = at(1)) {
    const Flight flight{key_, kGroup, model::RunInstances{"bytes"}};
    launch_answered(group_, flight, completed(std::move(result), ended), context(ended));
  }
  void searched(std::vector<model::Instance> found, Instant ended = at(2)) {
    const Flight flight{{WorkKind::kSearchLaunch, "web", 4}, kGroup, model::DescribeInstances{}};
    search_answered(group_, flight,
                    completed(model::Reply(model::InstancesReply{std::move(found), {}}), ended),
                    context(ended));
  }
  static model::Reply came(std::vector<model::Instance> instances) {
    return model::InstancesReply{std::move(instances), {}};
  }
  const WorkKey key_{WorkKind::kLaunch, "web", 4};
};

TEST_F(LaunchAnswersTest, WhatCameIsKeptSortedAndSeen) {
  group_.slot_waits[kSlotA].failures = 3;
  group_.troubles[kLaunchTrouble] = "refused before";
  launched(came({fresh("i-2"), fresh("i-1")}));
  EXPECT_THAT(group_.troubles, IsEmpty());
  EXPECT_EQ(progress().phase, Phase::kSettled);
  EXPECT_EQ(progress().outcome, "launched");
  EXPECT_THAT(progress().came, ElementsAre(InstanceId("i-1"), InstanceId("i-2")));
  EXPECT_EQ(group_.filled.size(), 1u) << "the zone has what it asked for";
  EXPECT_TRUE(group_.seen.contains(InstanceId("i-1")));
  EXPECT_THAT(group_.slot_waits, IsEmpty());
}

TEST_F(LaunchAnswersTest, APartialAnswerSettlesWithWhatCame) {
  launched(came({fresh("i-1")}));
  EXPECT_THAT(group_.filled, IsEmpty()) << "what is missing need not wait";
  EXPECT_EQ(progress().phase, Phase::kSettled);
  EXPECT_THAT(progress().came, ElementsAre(InstanceId("i-1")));
}

TEST_F(LaunchAnswersTest, AnUnknownOutcomeIsRepeatedLaterNotSettled) {
  for (const Retry retry : {Retry::kUnknownOutcome, Retry::kReconnect, Retry::kBackoff}) {
    launched(base::fail("Timeout", "", retry));
    EXPECT_EQ(progress().phase, Phase::kToSubmit);
    EXPECT_GT(next_start(key_, at(1)), at(1));
  }
}

TEST_F(LaunchAnswersTest, ADryPoolFailsTheLaunchAndMakesItsSlotsWaitUnlessElsewhere) {
  launched(base::fail("InsufficientInstanceCapacity", "", Retry::kNever));
  EXPECT_EQ(progress().outcome, "failed");
  EXPECT_THAT(progress().dry, ElementsAre(testing::pool_in("subnet-a")));
  EXPECT_EQ(group_.slot_waits.at(kSlotA).trouble, LaunchTrouble::kDry);
  EXPECT_EQ(group_.slot_waits.at(kSlotB).until, at(6));
  EXPECT_TRUE(remarked("launch-failed"));
}

TEST_F(LaunchAnswersTest, ADefiniteRefusalMakesTheSlotsWaitTwiceAsLongEachTimeUpToABound) {
  std::vector<int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    progress() = LaunchProgress();
    launched(base::fail("VcpuLimitExceeded", "", Retry::kNever));
    EXPECT_EQ(progress().outcome, "failed");
    EXPECT_THAT(progress().dry, IsEmpty());
    waits.push_back((group_.slot_waits.at(kSlotA).until - at(1)).whole_seconds());
    EXPECT_TRUE(group_.troubles.contains(kLaunchTrouble));
  }
  EXPECT_THAT(waits, ElementsAre(5, 10, 20, 40, 80, 160, 180, 180));
}

model::FleetInstances fleet_gave(std::vector<InstanceId> ids, const char* type) {
  return {std::move(ids),
          model::InstanceType(type),
          model::Lifecycle::kSpot,
          {{}, "7", model::InstanceType(type), model::SubnetId("subnet-a"), {}}};
}
model::FleetError fleet_lacked(std::string code, const char* type) {
  return {std::move(code),
          "as the test wants it",
          model::Lifecycle::kSpot,
          {{}, "7", model::InstanceType(type), model::SubnetId("subnet-a"), {}}};
}

TEST_F(LaunchAnswersTest, AFleetsMachinesAreOursAndOfThePoolTheyCameFrom) {
  launched(model::Reply(model::FleetReply{{}, {fleet_gave({kNew}, "m6i.large")}, {}}));
  EXPECT_EQ(progress().outcome, "launched");
  ASSERT_TRUE(group_.find(kNew));
  EXPECT_EQ(group_.find(kNew)->pool(), testing::pool_in("subnet-a", "m6i.large"));
  EXPECT_EQ(group_.find(kNew)->state, InstanceState::kPending);
}

TEST_F(LaunchAnswersTest, AFleetMayGiveMachinesAndNameDryPoolsAtOnce) {
  launched(
      model::Reply(model::FleetReply{{},
                                     {fleet_gave({kNew}, "m6i.large")},
                                     {fleet_lacked("InsufficientInstanceCapacity", "c6i.large")}}));
  EXPECT_THAT(progress().came, ElementsAre(kNew));
  EXPECT_THAT(progress().dry, ElementsAre(testing::pool_in("subnet-a")));
}

TEST_F(LaunchAnswersTest, AFleetWithoutCapacityNamesAllItsDryPools) {
  launched(
      model::Reply(model::FleetReply{{},
                                     {},
                                     {fleet_lacked("InsufficientInstanceCapacity", "c6i.large"),
                                      fleet_lacked("UnfulfillableCapacity", "m6i.large")}}));
  EXPECT_EQ(progress().outcome, "failed");
  EXPECT_EQ(progress().dry.size(), 2u);
  EXPECT_EQ(group_.slot_waits.at(kSlotA).trouble, LaunchTrouble::kDry);
}

TEST_F(LaunchAnswersTest, AThrottledFleetIsNoDryPoolAndNoPersonsTrouble) {
  launched(
      model::Reply(model::FleetReply{{}, {}, {fleet_lacked("RequestLimitExceeded", "c6i.large")}}));
  EXPECT_EQ(progress().outcome, "failed");
  EXPECT_THAT(progress().dry, IsEmpty());
  EXPECT_THAT(group_.troubles, IsEmpty());
}

TEST_F(LaunchAnswersTest, WhatAPersonMustMendIsToldBeforeALackOfCapacity) {
  launched(
      model::Reply(model::FleetReply{{},
                                     {},
                                     {fleet_lacked("InsufficientInstanceCapacity", "c6i.large"),
                                      fleet_lacked("InvalidAMIID.NotFound", "m6i.large")}}));
  EXPECT_THAT(group_.troubles.at(kLaunchTrouble), ::testing::HasSubstr("InvalidAMIID"));
}

TEST_F(LaunchAnswersTest, AFleetThatAnswersNothingIsSearchedFor) {
  launched(model::Reply(model::FleetReply{}));
  EXPECT_EQ(progress().phase, Phase::kSearching);
}

TEST_F(LaunchAnswersTest, ATerminatedTokenMeansThatTheLaunchDied) {
  launched(base::fail("IdempotentInstanceTerminated", "", Retry::kNever));
  EXPECT_EQ(progress().phase, Phase::kSettled);
  EXPECT_EQ(progress().outcome, "died");
  EXPECT_THAT(progress().came, IsEmpty());
  EXPECT_EQ(group_.slot_waits.at(kSlotA).trouble, LaunchTrouble::kEnds);
}

TEST_F(LaunchAnswersTest, AMismatchStartsASearchThatAdoptsWhatItFinds) {
  launched(base::fail("IdempotentParameterMismatch", "", Retry::kNever));
  EXPECT_EQ(progress().phase, Phase::kSearching);
  searched({fresh("i-2"), fresh("i-1")});
  EXPECT_EQ(progress().outcome, "launched");
  EXPECT_THAT(progress().came, ElementsAre(InstanceId("i-1"), InstanceId("i-2")));
}

TEST_F(LaunchAnswersTest, FourEmptySearchesMeanLost) {
  launched(base::fail("IdempotentParameterMismatch", "", Retry::kNever));
  for (int i = 0; i < 3; ++i) {
    searched({});
    EXPECT_EQ(progress().phase, Phase::kSearching);
    EXPECT_EQ(progress().searches, i + 1);
  }
  searched({});
  EXPECT_EQ(progress().phase, Phase::kSettled);
  EXPECT_EQ(progress().outcome, "lost");
}

TEST_F(LaunchAnswersTest, SearchesHappenAfterZeroFiveFifteenAndSixtySeconds) {
  std::vector<int64_t> delays;
  for (int i = 0; i < Timing::kSearches; ++i)
    delays.push_back(Timing::search_delay(i).whole_seconds());
  EXPECT_THAT(delays, ElementsAre(0, 5, 15, 60));
}

TEST_F(LaunchAnswersTest, ASearchThatFindsOnlyTheDeadSaysDied) {
  launched(base::fail("IdempotentParameterMismatch", "", Retry::kNever));
  model::Instance dead = fresh("i-1");
  dead.state = InstanceState::kTerminated;
  searched({dead});
  EXPECT_EQ(progress().outcome, "died");
}

TEST_F(LaunchAnswersTest, AFailedSearchDoesNotCount) {
  launched(base::fail("IdempotentParameterMismatch", "", Retry::kNever));
  const Flight flight{{WorkKind::kSearchLaunch, "web", 4}, kGroup, model::DescribeInstances{}};
  search_answered(group_, flight, completed(base::fail("Timeout", "", Retry::kBackoff), at(2)),
                  context(at(2)));
  EXPECT_EQ(progress().searches, 0);
  EXPECT_EQ(progress().phase, Phase::kSearching);
}

TEST_F(LaunchAnswersTest, AnAnswerWithoutOurTagStartsASearch) {
  model::Instance stranger = fresh("i-1");
  stranger.tags[1].value = "life.3";
  launched(came({fresh("i-2"), stranger}));
  EXPECT_EQ(progress().phase, Phase::kSearching);
  EXPECT_THAT(progress().came, IsEmpty());
  EXPECT_FALSE(group_.seen.contains(InstanceId("i-2")));
}

TEST_F(LaunchAnswersTest, AnEmptyAnswerStartsASearch) {
  launched(came({}));
  EXPECT_EQ(progress().phase, Phase::kSearching);
}

TEST_F(LaunchAnswersTest, WhatComesAfterTheEntryWasClosedIsSeenAndNothingMore) {
  group_.launches.clear();
  launched(came({fresh("i-1")}));
  EXPECT_TRUE(group_.seen.contains(InstanceId("i-1")));
  EXPECT_THAT(group_.launches, IsEmpty());
}

TEST_F(LaunchAnswersTest, AFailureAfterTheOutcomeIsKnownChangesNothing) {
  launched(came({fresh("i-1")}));
  launched(base::fail("InsufficientInstanceCapacity", "", Retry::kNever));
  EXPECT_EQ(progress().outcome, "launched");
}

TEST_F(LaunchAnswersTest, ASearchAfterTheOutcomeIsKnownChangesNothing) {
  launched(came({fresh("i-1")}));
  searched({fresh("i-1"), fresh("i-2")});
  EXPECT_THAT(progress().came, ElementsAre(InstanceId("i-1")));
}

// ---- instances ----

class InstanceAnswersTest : public AnswersTest {
 protected:
  void answer(WorkKind kind, std::string subject, base::Result<model::Reply> result) {
    const Flight flight{{kind, std::move(subject)}, kGroup, model::DescribeInstances{}};
    instances_answered(group_, flight, completed(std::move(result), at(1)), context(at(1)));
  }
};

TEST_F(InstanceAnswersTest, NotFoundByIdConfirmsTheEnd) {
  group_.suspects = {kA};
  answer(WorkKind::kConfirmInstance, "i-a",
         base::fail("InvalidInstanceID.NotFound", "", Retry::kNever));
  EXPECT_TRUE(group_.is_gone(kA));
  EXPECT_THAT(group_.suspects, IsEmpty());
}

TEST_F(InstanceAnswersTest, AnyOtherFailureConfirmsNothing) {
  group_.suspects = {kA};
  answer(WorkKind::kConfirmInstance, "i-a", base::fail("InternalError", "", Retry::kBackoff));
  EXPECT_FALSE(group_.is_gone(kA));
  EXPECT_THAT(group_.suspects, ElementsAre(kA));
}

TEST_F(InstanceAnswersTest, ASuspectThatLostOurTagsIsAskedForOnce) {
  group_.suspects = {kA};
  model::Instance untagged = instance(kA, "subnet-a", 1);
  untagged.tags.clear();
  answer(WorkKind::kConfirmInstance, "i-a", model::Reply(model::InstancesReply{{untagged}, {}}));
  EXPECT_THAT(group_.suspects, IsEmpty());
  EXPECT_FALSE(group_.is_gone(kA));
}

TEST_F(InstanceAnswersTest, NotFoundInAPollIsNoConfirmation) {
  answer(WorkKind::kPollInstances, "web",
         base::fail("InvalidInstanceID.NotFound", "", Retry::kNever));
  EXPECT_FALSE(group_.is_gone(kA));
}

TEST_F(InstanceAnswersTest, BothStatusChecksMustPass) {
  const auto status = [](const InstanceId& id, model::CheckStatus system) {
    return model::InstanceStatus{id, InstanceState::kRunning, system, model::CheckStatus::kOk};
  };
  answer(
      WorkKind::kPollStatus, "web",
      model::Reply(model::InstanceStatusReply{
          {status(kA, model::CheckStatus::kOk), status(kB, model::CheckStatus::kImpaired)}, {}}));
  EXPECT_THAT(group_.checks_passed, ElementsAre(kA));
}

TEST_F(InstanceAnswersTest, WhatWeTerminatedIsGone) {
  const Flight flight{{WorkKind::kTerminate, "i-a"}, kGroup, model::TerminateInstances{{kA}}};
  ending_answered(group_, flight, completed(base::fail("x", "", Retry::kUnknownOutcome), at(1)),
                  context(at(1)));
  EXPECT_FALSE(group_.is_gone(kA));
  ending_answered(group_, flight, completed(model::Reply(model::Done{}), at(2)), context(at(2)));
  EXPECT_TRUE(group_.is_gone(kA));
}

// ---- targets and facts ----

class TargetAnswersTest : public AnswersTest {
 protected:
  void answer(WorkKind kind, model::Call call, base::Result<model::Reply> result) {
    const Flight flight{{kind, kTargets.str()}, kGroup, std::move(call)};
    targets_answered(group_, flight, completed(std::move(result), at(1)), context(at(1)));
  }
  TargetView& view() { return group_.targets[kTargets]; }
};

TEST_F(TargetAnswersTest, AHealthReadReplacesTheView) {
  answer(WorkKind::kReadTargetHealth, model::DescribeTargetHealth{kTargets},
         model::Reply(model::TargetHealthReply{{{{kNew, 80}, "initial", {}}}}));
  EXPECT_EQ(view().health.size(), 1u);
  EXPECT_EQ(view().health.at(kNew).state, "initial");
  EXPECT_EQ(view().read_began, at(1) - millis(100));
}

TEST_F(TargetAnswersTest, HealthThatIsNotReadForLongIsUnknownAndSaysWhy) {
  const Flight flight{
      {WorkKind::kReadTargetHealth, kTargets.str()}, kGroup, model::DescribeTargetHealth{kTargets}};
  const auto fail_at = [&](base::Instant now) {
    targets_answered(group_, flight,
                     completed(base::fail("Timeout", "no answer", Retry::kBackoff), now),
                     context(now));
  };
  answer(WorkKind::kReadTargetHealth, model::DescribeTargetHealth{kTargets},
         model::Reply(model::TargetHealthReply{{{{kNew, 80}, "healthy", {}}}}));
  fail_at(at(1) + Timing().horizon);
  EXPECT_TRUE(view().known);
  EXPECT_THAT(group_.troubles, IsEmpty());
  fail_at(at(2) + Timing().horizon);
  EXPECT_FALSE(view().known);
  ASSERT_EQ(group_.troubles.size(), 1u);
  EXPECT_THAT(group_.troubles.begin()->second,
              ::testing::HasSubstr("not read since 2026-03-01T12:00:01Z: Timeout"));
  answer(WorkKind::kReadTargetHealth, model::DescribeTargetHealth{kTargets},
         model::Reply(model::TargetHealthReply{}));
  EXPECT_THAT(group_.troubles, IsEmpty());
}

TEST_F(TargetAnswersTest, AWriteIsRememberedByTheTimeItEndedUntilAReadThatBeganLater) {
  answer(WorkKind::kRegister, model::RegisterTargets{kTargets, {{kNew, 80}}},
         model::Reply(model::Done{}));
  EXPECT_EQ(view().touched.at(kNew), at(1));
  const auto read = [&] {
    answer(WorkKind::kReadTargetHealth, model::DescribeTargetHealth{kTargets},
           model::Reply(model::TargetHealthReply{}));
  };
  read();
  EXPECT_EQ(view().touched.count(kNew), 1u) << "it began before the write ended";
  view().touched.at(kNew) = at(0);
  read();
  EXPECT_EQ(view().touched.count(kNew), 0u);
}

TEST_F(TargetAnswersTest, ARefusedBatchIsTriedOneByOneAndAPassingFailureIsNot) {
  const model::RegisterTargets call{kTargets, {{kNew, 80}}};
  answer(WorkKind::kRegister, call, base::fail("Throttling", "", Retry::kBackoff));
  EXPECT_FALSE(view().one_by_one);
  answer(WorkKind::kRegister, call, base::fail("InvalidTarget", "", Retry::kNever));
  EXPECT_TRUE(view().one_by_one);
}

TEST_F(TargetAnswersTest, TheDrainTimeIsReadAndNonsenseIsNot) {
  const auto read = [&](const char* text) {
    answer(WorkKind::kReadTargetAttributes, model::DescribeTargetGroupAttributes{kTargets},
           model::Reply(model::TargetGroupAttributesReply{
               {{"deregistration_delay.timeout_seconds", text}}}));
    return view().drain;
  };
  EXPECT_EQ(read("45"), seconds(45));
  EXPECT_EQ(read("-1"), std::nullopt);
  EXPECT_EQ(read("45s"), std::nullopt);
}

TEST_F(AnswersTest, TheTemplateVersionIsTheNumberThatTheNameStandsFor) {
  const Flight flight{
      {WorkKind::kReadTemplate, "web"}, kGroup, model::DescribeLaunchTemplateVersions{}};
  facts_answered(group_, flight,
                 completed(model::Reply(model::LaunchTemplateVersionsReply{
                               {{model::LaunchTemplateId("lt-1"), 12, true, {}, {}}}, {}}),
                           at(1)),
                 context(at(1)));
  EXPECT_EQ(group_.template_version, 12);
}

TEST_F(AnswersTest, OnlyAReadThatBeganAfterTheDoubtEndsIt) {
  const Flight flight{
      {WorkKind::kReadTemplate, kGroup.str()}, kGroup, model::DescribeLaunchTemplateVersions{}};
  model::LaunchTemplateVersionsReply reply;
  reply.versions = {{model::LaunchTemplateId("lt-1"), 8, false, {}, {}}};
  const auto answer = [&](Instant ended) {
    facts_answered(group_, flight, completed(model::Reply(reply), ended), context(ended));
    return group_.template_doubted_at.has_value();
  };
  group_.template_doubted_at = at(10);
  EXPECT_TRUE(answer(at(10) + millis(50))) << "it was under way";
  EXPECT_FALSE(answer(at(11)));
  group_.template_doubted_at = at(1000);
  EXPECT_FALSE(answer(at(12))) << "the clock was set back";
}

TEST_F(LedgerAnswersTest, WhenAnotherKeeperIsToldToExchangeTheVersionIsInDoubt) {
  model::LedgerRecord record = testing::record();
  record.writer = kOther;
  record.exchanging = {{kSlotA, kA}};
  read(to_text(record), at(1));
  EXPECT_EQ(group_.template_doubted_at, at(1));
  group_.template_doubted_at.reset();
  read(to_text(record), at(31));
  EXPECT_FALSE(group_.template_doubted_at) << "that is known";
  record.exchanging[kSlotB] = kB;
  read(to_text(record), at(61));
  EXPECT_EQ(group_.template_doubted_at, at(61));
  group_.template_doubted_at.reset();
  record.writer = kMe;
  record.exchanging[testing::kSlotC] = testing::kC;
  read(to_text(record), at(91));
  EXPECT_FALSE(group_.template_doubted_at) << "whoever told us so doubted it then";
}

TEST_F(AnswersTest, ANewTemplateVersionForgivesWhatTheOldOneDid) {
  group_.slot_waits[kSlotA] = {3, LaunchTrouble::kEnds, at(600)};
  group_.slot_waits[kSlotB] = {3, LaunchTrouble::kDry, at(600)};
  const Flight flight{
      {WorkKind::kReadTemplate, kGroup.str()}, kGroup, model::DescribeLaunchTemplateVersions{}};
  model::LaunchTemplateVersionsReply reply;
  reply.versions = {{model::LaunchTemplateId("lt-1"), 8, false, {}, {}}};
  facts_answered(group_, flight, completed(model::Reply(reply), at(0)), context(at(0)));
  EXPECT_FALSE(group_.slot_waits.contains(kSlotA));
  EXPECT_TRUE(group_.slot_waits.contains(kSlotB));
}

TEST_F(AnswersTest, AMissingTemplateIsATroubleUntilItIsThere) {
  const Flight flight{
      {WorkKind::kReadTemplate, "web"}, kGroup, model::DescribeLaunchTemplateVersions{}};
  const auto answer = [&](base::Result<model::Reply> result, Instant when) {
    facts_answered(group_, flight, completed(std::move(result), when), context(when));
  };
  answer(base::fail("InvalidLaunchTemplateId.NotFound", "no such template", Retry::kNever), at(1));
  EXPECT_THAT(group_.troubles["DescribeLaunchTemplateVersions"],
              ::testing::HasSubstr("no such template"));
  answer(model::Reply(model::LaunchTemplateVersionsReply{}), at(40));
  EXPECT_THAT(group_.troubles["DescribeLaunchTemplateVersions"],
              ::testing::HasSubstr("lt-1 has no version $Latest"));
  EXPECT_GT(next_start(flight.key, at(40)), at(40));
  answer(model::Reply(model::LaunchTemplateVersionsReply{
             {{model::LaunchTemplateId("lt-1"), 12, true, {}, {}}}, {}}),
         at(80));
  EXPECT_THAT(group_.troubles, IsEmpty());
}

}  // namespace
}  // namespace control
