// Whole walks through the brain: each test scripts what is heard and which answers come, and checks
// what was asked of the world, in order.
#include "control/brain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using model::InstanceId;
using testing::at;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kA;
using testing::kB;
using testing::kMe;
using testing::kOther;
using testing::kSlotB;
using testing::Script;
using testing::seconds;
using ::testing::SizeIs;
using testing::TinyCloud;
using testing::warning;

const InstanceId kFirst("i-0001"), kSecond("i-0002");
const model::IncidentId kOfB("i-b/interruption");

class BrainTest : public ::testing::Test {
 protected:
  BrainTest() { cloud_.begin_whole(clock_); }
  ~BrainTest() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  void learn(Script& keeper) {
    keeper.step();
    keeper.run_until(clock_ + seconds(60));
    cloud_.log.clear();
  }
  void warn(Script& keeper, const InstanceId& id) {
    keeper.step({NoticeReceived{warning(id, clock_)}});
  }
  // Answers everything else until a call of that action is pending.
  void answer_until(Script& keeper, std::string_view action) {
    for (int i = 0; i < 100 && !keeper.has(action); ++i) {
      ASSERT_FALSE(keeper.pending.empty()) << action << " was never asked for";
      keeper.carry_out_and_answer(0);
    }
  }
  InstanceId holder_of(const model::SlotName& slot) {
    return cloud_.record().holders.at(slot).instance;
  }

  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(BrainTest, AWholeGroupIsLeftAlone) {
  Script keeper(cloud_, clock_, kMe, 1);
  keeper.step();
  keeper.run_until(at(300));
  EXPECT_THAT(cloud_.log, IsEmpty());
  EXPECT_TRUE(keeper.brain.has_seen_all());
}

TEST_F(BrainTest, AWarningOnOneOfThreeSlotsIsAnsweredByOneReplacementAndNothingElse) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  warn(keeper, kB);
  keeper.run_until(clock_ + seconds(110));
  EXPECT_THAT(cloud_.log,
              ElementsAre("LedgerWrite", "DeregisterTargets i-b", "RunInstances subnet-b",
                          "LedgerWrite", "RegisterTargets i-0001"));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
  EXPECT_FALSE(keeper.journal.at(kOfB).closed_at) << "the old one still exists";

  cloud_.log.clear();
  cloud_.terminate(kB);
  keeper.run_until(clock_ + seconds(60));
  EXPECT_THAT(cloud_.log, ElementsAre("LedgerWrite"));
  EXPECT_THAT(cloud_.record().retiring, IsEmpty());
  EXPECT_EQ(keeper.journal.at(kOfB).outcome, "replaced");
  EXPECT_EQ(keeper.journal.at(kOfB).replacement, kFirst);
}

TEST_F(BrainTest, WhereNobodyMayBeSparedTheOldOneLeavesWhenTheNewOneServes) {
  model::GroupSpec spec = testing::group_spec();
  spec.min_healthy = 3;
  Script keeper(cloud_, clock_, kMe, 1, {}, spec);
  learn(keeper);
  warn(keeper, kB);
  keeper.run_until(clock_ + seconds(60));
  EXPECT_THAT(cloud_.log, ElementsAre("LedgerWrite", "RunInstances subnet-b", "LedgerWrite",
                                      "RegisterTargets i-0001", "DeregisterTargets i-b"));
}

TEST_F(BrainTest, AForgedEndIsAskedAboutAndChangesNothing) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  keeper.step(
      {NoticeReceived{testing::state_change(kB, model::InstanceState::kTerminated, clock_)}});
  keeper.run_until(clock_ + seconds(300));
  EXPECT_THAT(cloud_.log, IsEmpty());
  EXPECT_EQ(holder_of(kSlotB), kB);
}

TEST_F(BrainTest, AWarningWhoseTimeIsOverTakesNobodyOutOfTheBalancer) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  keeper.step({NoticeReceived{warning(kB, clock_ - seconds(121))}});
  keeper.run_until(clock_ + seconds(300));
  EXPECT_THAT(cloud_.log, IsEmpty());
}

TEST_F(BrainTest, AnInterruptedReservationIsAWarningWithItsOwnDeadline) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  model::Notice notice = warning(kB, clock_);
  notice.kind = model::NoticeKind::kCapacityReservationInterruption;
  notice.deadline = clock_ + base::Duration::hours(24);
  keeper.step({NoticeReceived{notice}});
  EXPECT_THAT(keeper.brain.groups().at(testing::kGroup).doomed, IsEmpty()) << "a day is no hurry";
  notice.deadline = clock_ + seconds(300);
  keeper.step({NoticeReceived{notice}});
  EXPECT_EQ(keeper.brain.groups().at(testing::kGroup).doomed.at(kB).deadline,
            clock_ + seconds(300));
  keeper.run_until(clock_ + seconds(120));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
}

TEST_F(BrainTest, EventsOfOtherAccountsAndRegionsMeanNothing) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  model::Notice foreign = warning(kB, clock_);
  foreign.account = model::AccountId("999999999999");
  keeper.step({NoticeReceived{foreign}});
  foreign.account = model::AccountId("123456789012");
  foreign.region = model::Region("eu-west-1");
  keeper.step({NoticeReceived{foreign}});
  keeper.run_until(clock_ + seconds(300));
  EXPECT_THAT(cloud_.log, IsEmpty());
  EXPECT_EQ(keeper.brain.foreign_notices(), 2u);
  foreign.region = model::Region("us-east-2");
  foreign.time = clock_;
  keeper.step({NoticeReceived{foreign}});
  EXPECT_EQ(keeper.brain.groups().at(testing::kGroup).doomed.count(kB), 1u);
}

// ---- looks at a large group ----

class LargeGroupTest : public BrainTest {
 protected:
  LargeGroupTest() { keeper_.run_until(at(60)); }
  static Timing slow_to_look() {
    Timing timing;
    timing.look_micros_per_slot = 100'000;  // 300 ms between two looks at three slots.
    return timing;
  }
  uint64_t looks() const { return keeper_.brain.groups().at(testing::kGroup).looks; }

  Script keeper_{cloud_, clock_, kMe, 1, {}, testing::group_spec(), slow_to_look()};
};

TEST_F(LargeGroupTest, IsLookedAtAtOnceAfterAPauseAndThenNotForAWhile) {
  clock_ = clock_ + seconds(5);
  keeper_.pending.clear();
  const uint64_t before = looks();
  warn(keeper_, kB);
  EXPECT_EQ(looks(), before + 1);
  EXPECT_TRUE(keeper_.has("LedgerWrite"));
  const base::Instant looked = clock_;
  clock_ = looked + testing::millis(299);
  warn(keeper_, kA);
  EXPECT_EQ(looks(), before + 1);
  EXPECT_EQ(keeper_.wake_at, looked + testing::millis(300));
  clock_ = looked + testing::millis(300);
  keeper_.step();
  EXPECT_EQ(looks(), before + 2);
}

TEST_F(LargeGroupTest, WhoIsDoomedStandsInTheJournalBeforeTheGroupIsLookedAt) {
  clock_ = clock_ + seconds(5);
  warn(keeper_, kB);
  clock_ = clock_ + testing::millis(1);
  const uint64_t before = looks();
  warn(keeper_, kA);
  EXPECT_EQ(looks(), before);
  EXPECT_TRUE(keeper_.journal.contains(model::IncidentId("i-a/interruption")));
}

TEST_F(LargeGroupTest, IsLookedAtWhenTheClockStepsBack) {
  clock_ = clock_ + seconds(5);
  keeper_.step();
  warn(keeper_, kB);
  const uint64_t before = looks();
  clock_ = clock_ - seconds(3600);
  warn(keeper_, kA);
  EXPECT_EQ(looks(), before + 1);
}

TEST_F(LargeGroupTest, BecomesWholeAllTheSame) {
  warn(keeper_, kB);
  keeper_.run_until(clock_ + seconds(60));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
}

TEST_F(BrainTest, DuplicatesOfAWarningChangeNothing) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  for (int i = 0; i < 20; ++i) {
    warn(keeper, kB);
    keeper.run_until(clock_ + seconds(6));
  }
  cloud_.terminate(kB);
  for (int i = 0; i < 20; ++i) {
    warn(keeper, kB);
    keeper.run_until(clock_ + seconds(6));
  }
  EXPECT_THAT(cloud_.bodies, SizeIs(1));
  EXPECT_THAT(cloud_.log,
              ElementsAre("LedgerWrite", "DeregisterTargets i-b", "RunInstances subnet-b",
                          "LedgerWrite", "RegisterTargets i-0001", "LedgerWrite"));
  EXPECT_THAT(keeper.journal, SizeIs(1));
  EXPECT_EQ(keeper.closings.at(kOfB), 1);
}

TEST_F(BrainTest, ARestartResumesFromTheOpenIncidentsAndTheLedger) {
  std::vector<model::Incident> open;
  {
    Script keeper(cloud_, clock_, kMe, 1);
    learn(keeper);
    warn(keeper, kB);
    answer_until(keeper, "RunInstances");
    EXPECT_TRUE(keeper.carry_out(keeper.find("RunInstances"))) << "its answer is never heard";
    for (const auto& [id, incident] : keeper.journal) open.push_back(incident);
  }
  Script keeper(cloud_, clock_, kMe, 2, open);
  keeper.step();
  keeper.run_until(clock_ + seconds(60));
  EXPECT_THAT(cloud_.bodies, SizeIs(1)) << "the same bytes were sent again";
  EXPECT_EQ(holder_of(kSlotB), kFirst);
  EXPECT_THAT(cloud_.live(), SizeIs(4));
}

TEST_F(BrainTest, ALostInstanceThatTheJournalRemembersIsReplacedAfterARestart) {
  cloud_.terminate(kB);
  model::Incident open;
  open.id = model::IncidentId("i-b/loss");
  open.kind = model::IncidentKind::kLoss;
  open.group = testing::kGroup;
  open.slot = kSlotB;
  open.instance = kB;
  open.opened_at = at(-10);
  Script keeper(cloud_, clock_, kMe, 1, {open});
  keeper.step();
  keeper.run_until(at(60));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
  EXPECT_EQ(keeper.journal.at(open.id).outcome, "replaced");
  EXPECT_EQ(keeper.closings.at(open.id), 1);
}

TEST_F(BrainTest, WhileWritesAreBlockedNothingMutatesAndAfterwardsEverythingDoes) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  keeper.step({WritesBlocked{"the disk is full"}});
  warn(keeper, kB);
  keeper.run_until(clock_ + seconds(60));
  EXPECT_THAT(cloud_.log, IsEmpty());
  keeper.step({WritesAllowed{}});
  keeper.run_until(clock_ + seconds(60));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
}

TEST_F(BrainTest, AWarningThatComesBeforeTheLaunchsOwnAnswerIsNotLost) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  warn(keeper, kB);
  answer_until(keeper, "RunInstances");
  const size_t launch = keeper.find("RunInstances");
  const auto reply = keeper.carry_out(launch);
  warn(keeper, kFirst);
  EXPECT_EQ(keeper.brain.foreign_notices(), 1u);
  keeper.answer(keeper.find("RunInstances"), reply);
  keeper.run_until(clock_ + seconds(60));
  EXPECT_EQ(holder_of(kSlotB), kSecond) << "the replacement was doomed, and replaced";
  EXPECT_TRUE(keeper.journal.contains(model::IncidentId("i-0001/interruption")));
}

TEST_F(BrainTest, AnEarlyWarningIsNotForgottenForALaterStateChange) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  warn(keeper, kB);
  answer_until(keeper, "RunInstances");
  const auto reply = keeper.carry_out(keeper.find("RunInstances"));
  warn(keeper, kFirst);
  keeper.step(
      {NoticeReceived{testing::state_change(kFirst, model::InstanceState::kRunning, clock_)}});
  keeper.answer(keeper.find("RunInstances"), reply);
  EXPECT_TRUE(keeper.brain.groups().at(testing::kGroup).is_doomed(kFirst));
}

TEST_F(BrainTest, AHolderThatIsBeingStoppedIsALossAtOnceAndNotAtTheNextSweep) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  keeper.step({NoticeReceived{testing::state_change(kB, model::InstanceState::kStopping, clock_)}});
  EXPECT_TRUE(keeper.journal.contains(model::IncidentId("i-b/loss")));
}

TEST_F(BrainTest, AnotherKeeperTakesOverALaunchThatWasWrittenAndNeverSent) {
  {
    Script first(cloud_, clock_, kMe, 1);
    learn(first);
    warn(first, kB);
    answer_until(first, "RunInstances");
  }
  Script second(cloud_, clock_, kOther, 2);
  second.step();
  second.run_until(clock_ + seconds(25));
  EXPECT_THAT(cloud_.bodies, IsEmpty()) << "the window and the margin are not over";
  const std::string bytes = cloud_.record().open.at(0).request;
  second.run_until(clock_ + seconds(15));
  EXPECT_THAT(cloud_.bodies, ElementsAre(bytes));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
}

TEST_F(BrainTest, TwoKeepersThatHearTheSameWarningLaunchOnce) {
  Script first(cloud_, clock_, kMe, 1), second(cloud_, clock_, kOther, 2);
  learn(first);
  learn(second);
  warn(first, kB);
  warn(second, kB);
  for (int i = 0; i < 60; ++i) {
    first.run_until(clock_ + seconds(1));
    second.run_until(clock_ + seconds(1));
  }
  EXPECT_THAT(cloud_.bodies, SizeIs(1));
  EXPECT_THAT(cloud_.live(), SizeIs(4));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
}

TEST_F(BrainTest, AnEndWithoutAnyNoticeIsFoundAndReplaced) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  cloud_.terminate(kB);
  keeper.run_until(clock_ + seconds(40));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
}

TEST_F(BrainTest, AFailedSweepDecidesNothing) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  clock_ = clock_ + seconds(3600);
  keeper.step();
  const size_t sweep = keeper.find("DescribeInstances");
  ASSERT_LT(sweep, keeper.pending.size());
  const base::Instant swept = keeper.brain.groups().at(testing::kGroup).swept_at;
  keeper.answer(sweep, base::fail("InternalError", "", base::Retry::kBackoff));
  EXPECT_EQ(keeper.brain.groups().at(testing::kGroup).swept_at, swept);
  EXPECT_THAT(keeper.brain.groups().at(testing::kGroup).suspects, IsEmpty());
}

TEST_F(BrainTest, ADryPoolIsLeftForAnotherInTheSameZone) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  cloud_.dry = {model::SubnetId("subnet-b")};
  warn(keeper, kB);
  keeper.run_until(clock_ + seconds(2));
  EXPECT_THAT(cloud_.record().cooling, SizeIs(2)) << "both types of the zone";
  cloud_.dry.clear();
  keeper.run_until(clock_ + seconds(30));
  EXPECT_EQ(holder_of(kSlotB), kFirst);
}

TEST_F(BrainTest, SurplusIsReapedWithinTheHorizonAndOneSweep) {
  Script keeper(cloud_, clock_, kMe, 1);
  learn(keeper);
  // A paused submitter of an entry that was closed long ago.
  model::LaunchParameters late;
  late.deployment = testing::kDeployment;
  late.group = testing::kGroup;
  late.launch = {testing::kIncarnation, 2};
  late.launch_template = model::LaunchTemplateId("lt-1");
  late.template_version = 7;
  late.type = model::InstanceType("c6i.large");
  late.subnet = model::SubnetId("subnet-b");
  late.client_token = "token";
  ASSERT_TRUE(cloud_.carry_out(model::RunInstances{launch_request_body(late)}, clock_));
  keeper.run_until(clock_ + Timing().horizon + Timing().resync * 2);
  EXPECT_THAT(cloud_.log, Contains("TerminateInstances i-0001"));
  EXPECT_EQ(holder_of(kSlotB), kB);
}

TEST_F(BrainTest, OnlyAPriceThatChangedIsWorthWritingDown) {
  Script keeper(cloud_, clock_, kMe, 1);
  const model::Pool pool{model::InstanceType("c6i.large"), model::Zone("zone-a"), model::kLinux};
  const auto costs = [&](int64_t micros) {
    return model::SpotPrice{pool, base::Money::usd_micros(micros), testing::at(micros)};
  };
  const auto read = [&](int64_t micros) {
    cloud_.prices = {costs(micros)};
    clock_ = clock_ + Timing().refresh_facts;
    keeper.step();
    keeper.carry_out_and_answer(keeper.find("DescribeSpotPriceHistory"));
    return keeper.prices;
  };
  learn(keeper);
  EXPECT_THAT(read(100), ElementsAre(costs(100)));
  EXPECT_THAT(read(100), IsEmpty());
  EXPECT_THAT(read(101), ElementsAre(costs(101)));
}

}  // namespace
}  // namespace control
