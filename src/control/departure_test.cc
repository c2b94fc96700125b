// Goal: a machine is never kept by its Auto Scaling group and by us at once, and never forgotten by
// both, wherever the keeper dies. Method: the adoption of members in the TinyCloud, whose log and
// violations tell; the keeper dies by being left where it stands, with its calls unanswered.
#include "control/departure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using testing::at;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMe;
using testing::kOther;
using testing::kSlotA;
using testing::kSlotB;
using testing::kSlotC;
using ::testing::Not;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

const model::InstanceId kOne("i-0000000000000000a"), kTwo("i-0000000000000000b"),
    kThree("i-0000000000000000c");
const model::AutoScalingGroupName kOld("old");

model::GroupSpec paused_at_first() {
  model::GroupSpec spec = testing::group_spec();
  spec.begins_paused = true;
  return spec;
}

class DepartureTest : public ::testing::Test {
 protected:
  DepartureTest() { begin(); }
  ~DepartureTest() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  void begin() {
    cloud_ = TinyCloud();
    cloud_.id_digits = 8;
    scaling().desired = 3;
    join(kOne, "subnet-a");
    join(kTwo, "subnet-b");
    join(kThree, "subnet-c");
  }

  TinyCloud::ScalingGroup& scaling() { return cloud_.scaling_groups[kOld]; }
  void join(const model::InstanceId& id, const char* subnet, const char* state = "InService") {
    cloud_.begin_by_hand(id, subnet, {{model::kAutoScalingGroupTag, kOld.str()}});
    scaling().members[id] = state;
  }
  void run(Script& keeper, int64_t time) {
    keeper.step();
    keeper.run_until(clock_ + seconds(time));
  }
  // What the keeper answers; "" when it does as it is told.
  std::string tell(Script& keeper, model::CommandKind kind, std::vector<model::InstanceId> ids = {},
                   model::AutoScalingGroupName from = {}) {
    const model::CommandId id{++commands_};
    keeper.step({Commanded{{id, kind, "web", std::move(ids), std::move(from)}}});
    keeper.run_until(clock_ + seconds(25));
    const base::Status& status = keeper.answers.at(id);
    return status ? "" : status.error().message;
  }
  std::string adopt(Script& keeper, std::vector<model::InstanceId> ids = {}) {
    return tell(keeper, model::CommandKind::kAdopt, std::move(ids), kOld);
  }
  // Up to the moment at which that action is asked for, and not answered.
  static void run_up_to(Script& keeper, const char* action) {
    for (int i = 0; i < 200 && !keeper.has(action); ++i) {
      if (keeper.pending.empty()) return;
      keeper.carry_out_and_answer(0);
    }
  }
  // However long it takes until that action is asked for.
  void wait_for(Script& keeper, const char* action) {
    while (!keeper.has(action)) {
      if (!keeper.pending.empty()) {
        keeper.carry_out_and_answer(0);
        continue;
      }
      clock_ = std::max(keeper.wake_at, clock_ + testing::millis(1));
      keeper.step();
    }
  }
  Script paused_keeper(model::KeeperName name = kMe, uint64_t seed = 1) {
    return Script(cloud_, clock_, std::move(name), seed, {}, paused_at_first());
  }
  size_t count(const std::string& what) const {
    return static_cast<size_t>(std::count(cloud_.log.begin(), cloud_.log.end(), what));
  }
  void expect_all_ours() {
    EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
    EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kTwo);
    EXPECT_EQ(cloud_.record().holders.at(kSlotC).instance, kThree);
    EXPECT_EQ(scaling().desired, 0);
    EXPECT_THAT(cloud_.record().open, IsEmpty());
    EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr("RunInstances"))));
    EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr("TerminateInstances"))));
  }

  uint64_t commands_ = 0;
  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(DepartureTest, AllMembersLeaveTheirGroupAndTakeSlots) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  EXPECT_EQ(adopt(keeper), "");
  EXPECT_EQ(cloud_.record().open.size(), 3u);
  EXPECT_EQ(scaling().desired, 3) << "nothing is touched while it is paused";
  EXPECT_EQ(tell(keeper, model::CommandKind::kResume), "");
  run(keeper, 300);
  expect_all_ours();
  for (const model::InstanceId& id : {kOne, kTwo, kThree})
    EXPECT_EQ(count("DetachInstances " + id.str()), 1u);
}

// Whoever dies with the answer to the detach on its way: the entry is open, and the next life asks
// again, is refused, learns that the machine has left, and goes on.
TEST_F(DepartureTest, TheNextLifeGoesOnFromAnyStep) {
  for (const char* step : {"DetachInstances", "CreateTags", "DescribeInstances", "LedgerWrite"}) {
    for (const bool has_happened : {false, true}) {
      SCOPED_TRACE(std::string(step) + (has_happened ? ", done and not heard of" : ", not sent"));
      begin();
      {
        Script keeper = paused_keeper();
        run(keeper, 200);
        ASSERT_EQ(adopt(keeper), "");
        keeper.step({Commanded{{{++commands_}, model::CommandKind::kResume, "web"}}});
        run_up_to(keeper, "LedgerWrite");
        ASSERT_TRUE(keeper.has("LedgerWrite"));
        keeper.carry_out_and_answer(keeper.find("LedgerWrite"));
        run_up_to(keeper, step);
        if (has_happened && keeper.has(step)) (void)keeper.carry_out(keeper.find(step));
      }
      Script again = paused_keeper(kOther, 2);
      run(again, 400);
      expect_all_ours();
      EXPECT_THAT(cloud_.violations, IsEmpty());
    }
  }
}

TEST_F(DepartureTest, AMachineThatCannotBeSparedIsRefusedBeforeAnythingIsTouched) {
  Script keeper = paused_keeper();
  run(keeper, 100);
  scaling().min = 2;
  EXPECT_THAT(adopt(keeper), HasSubstr("lower its MinSize to 0 first"));
  EXPECT_THAT(adopt(keeper, {kOne, kTwo}), HasSubstr("lower its MinSize to 1 first"));
  EXPECT_EQ(adopt(keeper, {kOne}), "");
  EXPECT_THAT(adopt(keeper, {kTwo}), HasSubstr("lower its MinSize to 1 first"))
      << "one is on its way out already";
  EXPECT_EQ(cloud_.record().open.size(), 1u);
  EXPECT_EQ(scaling().desired, 3);
}

TEST_F(DepartureTest, ARefusalSaysWhy) {
  Script keeper = paused_keeper();
  run(keeper, 100);
  EXPECT_THAT(tell(keeper, model::CommandKind::kAdopt, {}, model::AutoScalingGroupName("none")),
              HasSubstr("no Auto Scaling group none"));
  cloud_.begin_by_hand(model::InstanceId("i-0000000000000000d"), "subnet-a");
  EXPECT_THAT(adopt(keeper, {model::InstanceId("i-0000000000000000d")}),
              HasSubstr("no member of the Auto Scaling group old"));
  join(kTwo, "subnet-b", "Pending");
  EXPECT_THAT(adopt(keeper), HasSubstr("is Pending in the Auto Scaling group old"));
  join(kTwo, "subnet-b", "Terminating");
  EXPECT_EQ(adopt(keeper), "") << "who is ended anyway stays";
  EXPECT_EQ(cloud_.record().open.size(), 2u);
  EXPECT_THAT(tell(keeper, model::CommandKind::kRetire), HasSubstr("paused"));
  scaling().members.clear();
  EXPECT_THAT(adopt(keeper), HasSubstr("has no members"));
}

TEST_F(DepartureTest, OneThatBecameIndispensableStaysAndItsSlotIsFree) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper, {kOne, kTwo}), "");
  scaling().min = 2;  // Raised after the order was taken.
  ASSERT_EQ(tell(keeper, model::CommandKind::kResume), "");
  run(keeper, 300);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
  EXPECT_NE(cloud_.record().holders.at(kSlotB).instance, kTwo);
  EXPECT_EQ(scaling().members.at(kTwo), "InService");
  EXPECT_EQ(scaling().desired, 2);
  EXPECT_EQ(count("DetachInstances " + kTwo.str()), 1u);
  EXPECT_THAT(cloud_.live(), Contains(kTwo));
}

// A wrong port, or a health check that fails: it costs one machine's traffic, and not the service.
TEST_F(DepartureTest, NobodyLeavesWhileOneThatLeftDoesNotServe) {
  cloud_.nobody_is_healthy = true;
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper), "");
  ASSERT_EQ(tell(keeper, model::CommandKind::kResume), "");
  run(keeper, 60);
  EXPECT_EQ(scaling().desired, 2);
  EXPECT_EQ(cloud_.record().holders.size(), 1u);
  cloud_.nobody_is_healthy = false;
  run(keeper, 200);
  expect_all_ours();
}

// The balancer takes out whoever is detached, so the service is one machine less at a time.
TEST_F(DepartureTest, OneLeavesAtATimeWhateverTheFileAllowsToBeMissing) {
  for (const int allowed : {0, 1}) {
    SCOPED_TRACE(allowed);
    begin();
    cloud_.nobody_is_healthy = true;
    model::GroupSpec spec = paused_at_first();
    spec.max_unavailable = allowed;
    Script keeper(cloud_, clock_, kMe, 1, {}, spec);
    run(keeper, 200);
    ASSERT_EQ(adopt(keeper), "");
    ASSERT_EQ(tell(keeper, model::CommandKind::kResume), "");
    run(keeper, 60);
    EXPECT_EQ(scaling().desired, 2);
  }
}

TEST_F(DepartureTest, ASlotOnHoldTakesNobodyUntilItIsReleased) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper), "");
  const auto order = [&](model::CommandKind kind) {
    const model::CommandId id{++commands_};
    keeper.step({Commanded{{id, kind, "web-b"}}});
    keeper.run_until(clock_ + seconds(25));
    return static_cast<bool>(keeper.answers.at(id));
  };
  ASSERT_TRUE(order(model::CommandKind::kHold));
  ASSERT_EQ(tell(keeper, model::CommandKind::kResume), "");
  run(keeper, 300);
  EXPECT_EQ(scaling().members.at(kTwo), "InService");
  EXPECT_EQ(scaling().desired, 1);
  ASSERT_TRUE(order(model::CommandKind::kRelease));
  run(keeper, 300);
  expect_all_ours();
}

// Seed 2402658: it waited for the one that it was to replace.
TEST_F(DepartureTest, ASlotWhoseMachineIsGoneIsFilledAsWell) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper), "");
  ASSERT_EQ(tell(keeper, model::CommandKind::kResume), "");
  run(keeper, 300);
  ASSERT_EQ(tell(keeper, model::CommandKind::kPause), "");
  cloud_.terminate(kOne);
  run(keeper, 120);
  const model::InstanceId four("i-0000000000000000d");
  join(four, "subnet-a");
  scaling().desired = 1;
  ASSERT_EQ(adopt(keeper, {four}), "");
  ASSERT_EQ(tell(keeper, model::CommandKind::kResume), "");
  run(keeper, 300);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, four);
  EXPECT_THAT(cloud_.record().open, IsEmpty());
}

// Days may pass while the group is paused, and people detach machines too.
TEST_F(DepartureTest, OneThatLeftByAnotherHandIsLookedAtAsWell) {
  {
    Script keeper = paused_keeper();
    run(keeper, 200);
    ASSERT_EQ(adopt(keeper), "");
  }
  scaling().members.clear();
  scaling().desired = 0;
  cloud_.set_tags(kOne, {{model::kDeploymentTag, "theirs"}});
  cloud_.set_tags(kTwo, {});
  cloud_.set_tags(kThree, {});
  model::GroupSpec smaller = paused_at_first();
  smaller.capacity = 2;
  Script again(cloud_, clock_, kMe, 2, {}, smaller);
  run(again, 10);
  ASSERT_EQ(tell(again, model::CommandKind::kResume), "");
  run(again, 300);
  EXPECT_EQ(*cloud_.machine(kOne).tag(model::kDeploymentTag), "theirs");
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kTwo) << "nobody else keeps it";
  EXPECT_EQ(cloud_.machine(kThree).tag(model::kGroupTag), nullptr) << "its slot is wanted no more";
  for (const model::InstanceId& id : {kOne, kThree}) EXPECT_THAT(cloud_.live(), Contains(id));
}

// Tags were refused for days, and somebody gave the machine back to its Auto Scaling group.
TEST_F(DepartureTest, OneThatWasGivenBackLeavesOnceMore) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper, {kOne}), "");
  keeper.step({Commanded{{{++commands_}, model::CommandKind::kResume, "web"}}});
  wait_for(keeper, "CreateTags");
  keeper.answer(keeper.find("CreateTags"),
                base::fail("UnauthorizedOperation", "not you", base::Retry::kBackoff));
  scaling().members[kOne] = "InService";
  scaling().desired = 3;
  cloud_.set_tags(kOne, {{model::kAutoScalingGroupTag, kOld.str()}});
  run(keeper, 600);
  EXPECT_EQ(count("DetachInstances " + kOne.str()), 2u);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
}

TEST_F(DepartureTest, WhoIsHinderedForAWhileTriesAgain) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper, {kOne}), "");
  keeper.step({Commanded{{{++commands_}, model::CommandKind::kResume, "web"}}});
  for (const char* code : {"ScalingActivityInProgress", "ResourceContention"}) {
    wait_for(keeper, "DetachInstances");
    keeper.answer(keeper.find("DetachInstances"),
                  base::fail(code, "another activity", base::Retry::kBackoff));
  }
  EXPECT_EQ(scaling().desired, 3);
  run(keeper, 120);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
}

// Closing its entry would leave it to nobody: it is no member any more, and not ours.
TEST_F(DepartureTest, OneThatLeftAndCannotBeTaggedIsTriedUntilItIsOurs) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper, {kOne}), "");
  keeper.step({Commanded{{{++commands_}, model::CommandKind::kResume, "web"}}});
  const std::string trouble = kStrandedTrouble + kOne.str();
  const auto& troubles = keeper.brain.groups().at(testing::kGroup).troubles;
  for (const char* code : {"TagLimitExceeded", "UnauthorizedOperation"}) {
    wait_for(keeper, "CreateTags");
    keeper.answer(keeper.find("CreateTags"), base::fail(code, "no", base::Retry::kNever));
    keeper.run_until(clock_);
    EXPECT_EQ(cloud_.record().open.size(), 1u) << "its entry stays open";
    ASSERT_TRUE(troubles.contains(trouble));
    EXPECT_THAT(troubles.at(trouble), HasSubstr(code));
  }
  run(keeper, 120);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
  EXPECT_FALSE(troubles.contains(trouble));
  EXPECT_THAT(cloud_.log, Not(Contains("RunInstances subnet-a")));
}

TEST_F(DepartureTest, OneThatLeftAndIsGoneLeavesItsSlotToALaunch) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper, {kOne}), "");
  keeper.step({Commanded{{{++commands_}, model::CommandKind::kResume, "web"}}});
  wait_for(keeper, "CreateTags");
  cloud_.terminate(kOne);
  keeper.answer(keeper.find("CreateTags"),
                base::fail("InvalidInstanceID.NotFound", kOne.str(), base::Retry::kNever));
  run(keeper, 200);
  EXPECT_NE(cloud_.record().holders.at(kSlotA).instance, kOne);
  EXPECT_THAT(cloud_.record().open, IsEmpty());
}

TEST_F(DepartureTest, AMachineWhoseGroupEndsItLeavesItsSlotToALaunch) {
  Script keeper = paused_keeper();
  run(keeper, 200);
  ASSERT_EQ(adopt(keeper, {kOne}), "");
  scaling().members[kOne] = "Terminating:Wait";
  ASSERT_EQ(tell(keeper, model::CommandKind::kResume), "");
  run(keeper, 60);
  EXPECT_EQ(cloud_.record().open.size(), 1u) << "it is waited for";
  cloud_.terminate(kOne);
  scaling().members.erase(kOne);
  run(keeper, 200);
  EXPECT_NE(cloud_.record().holders.at(kSlotA).instance, kOne);
  EXPECT_THAT(cloud_.record().open, IsEmpty());
}

}  // namespace
}  // namespace control
