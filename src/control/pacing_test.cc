#include "control/pacing.h"

#include <gtest/gtest.h>

#include "control/test_support.h"

namespace control {
namespace {

using base::Duration;
using base::Instant;
using testing::at;
using testing::millis;
using testing::seconds;

const model::Call kDescribe = model::DescribeInstances{};

model::Call run(int64_t count) {
  return model::RunInstances{"Action=RunInstances&MinCount=1&MaxCount=" + std::to_string(count) +
                             "&SubnetId=subnet-a"};
}

int taken_at_once(Pacer& pacer, const model::Call& call, Instant now) {
  int count = 0;
  while (count < 10'000 && pacer.take(call, now)) ++count;
  return count;
}

TEST(Pacer, EveryKindOfCallHasABucketOfFourFifthsOfThePublishedOne) {
  const auto burst = [](const model::Call& call) {
    Pacer pacer;
    return taken_at_once(pacer, call, at(0));
  };
  EXPECT_EQ(burst(kDescribe), 80);
  EXPECT_EQ(burst(model::TerminateInstances{}), 80);
  EXPECT_EQ(burst(model::CreateTags{}), 80);
  EXPECT_EQ(burst(model::RegisterTargets{}), 16);
  EXPECT_EQ(burst(run(1)), 4);
}

TEST(Pacer, RegisteringAndDeregisteringDrawFromOneBucket) {
  Pacer pacer;
  EXPECT_EQ(taken_at_once(pacer, model::RegisterTargets{}, at(0)), 16);
  EXPECT_FALSE(pacer.take(model::DeregisterTargets{}, at(0)));
  EXPECT_TRUE(pacer.take(kDescribe, at(0)));
}

TEST(Pacer, LedgerCallsAreFree) {
  Pacer pacer;
  EXPECT_EQ(taken_at_once(pacer, model::LedgerRead{}, at(0)), 10'000);
  EXPECT_EQ(pacer.next_chance(model::LedgerWrite{}, at(3)), at(3));
}

TEST(Pacer, ABucketRefillsByItsRateAndNeverAboveItsSize) {
  Pacer pacer;
  taken_at_once(pacer, kDescribe, at(0));
  EXPECT_EQ(taken_at_once(pacer, kDescribe, at(1)), 16);
  EXPECT_EQ(taken_at_once(pacer, kDescribe, at(3)), 32);
  EXPECT_EQ(taken_at_once(pacer, kDescribe, at(86'400)), 80);
}

TEST(Pacer, ALaunchCostsAsManyInstanceTokensAsItMayBring) {
  Pacer pacer;
  EXPECT_TRUE(pacer.take(run(1000), at(0)));
  // The instance bucket is empty now; it drips 1.6 a second.
  EXPECT_FALSE(pacer.take(run(16), at(0)));
  EXPECT_EQ(pacer.next_chance(run(16), at(0)), at(10));
  EXPECT_FALSE(pacer.take(run(16), at(10) - millis(1)));
  EXPECT_TRUE(pacer.take(run(16), at(10)));
}

TEST(Pacer, AFleetCostsWhatAsManyLaunchesWouldCost) {
  Pacer pacer;
  const model::Call fleet = model::CreateFleet{
      "Action=CreateFleet&TargetCapacitySpecification.TotalTargetCapacity=900&Type=instant"};
  EXPECT_TRUE(pacer.take(fleet, at(0)));
  EXPECT_FALSE(pacer.take(run(101), at(0)));
  EXPECT_TRUE(pacer.take(run(100), at(0)));
}

TEST(Pacer, ALaunchLargerThanTheBucketGoesWhenTheBucketIsFullAndLeavesADebt) {
  Pacer pacer;
  EXPECT_TRUE(pacer.take(run(1016), at(0)));
  EXPECT_EQ(pacer.next_chance(run(1), at(0)), at(10) + millis(625));
}

TEST(Pacer, NextChanceIsTheFirstMillisecondAtWhichTakeSucceeds) {
  for (const model::Call& call :
       {kDescribe, model::Call(model::TerminateInstances{}), model::Call(model::CreateTags{}),
        model::Call(model::DeregisterTargets{}), run(1)}) {
    Pacer pacer;
    taken_at_once(pacer, call, at(0));
    const Instant next = pacer.next_chance(call, at(0));
    ASSERT_GT(next, at(0));
    EXPECT_FALSE(Pacer(pacer).take(call, next - millis(1)));
    EXPECT_TRUE(Pacer(pacer).take(call, next));
  }
}

TEST(Pacer, AskingForTheNextChanceTakesNothing) {
  Pacer pacer;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(pacer.next_chance(run(1), at(0)), at(0));
  EXPECT_EQ(taken_at_once(pacer, run(1), at(0)), 4);
}

TEST(Pacer, AThrottledAnswerEmptiesTheBucketOfItsKindOnly) {
  Pacer pacer;
  pacer.throttled(kDescribe, at(0));
  EXPECT_FALSE(pacer.take(kDescribe, at(0)));
  EXPECT_EQ(taken_at_once(pacer, kDescribe, at(1)), 16);
  EXPECT_TRUE(pacer.take(run(1), at(0)));
}

TEST(Pacer, BeingThrottledInDebtDoesNotForgiveTheDebt) {
  Pacer pacer;
  pacer.take(run(1016), at(0));
  pacer.throttled(run(1), at(0));
  EXPECT_EQ(pacer.next_chance(run(1), at(0)), at(10) + millis(625));
}

TEST(Pacer, AClockThatStepsBackGivesNoTokens) {
  Pacer pacer;
  taken_at_once(pacer, kDescribe, at(100));
  EXPECT_FALSE(pacer.take(kDescribe, at(50)));
}

}  // namespace
}  // namespace control
