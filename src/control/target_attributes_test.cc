#include "control/target_attributes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "control/tiny_cloud.h"

namespace control {
namespace {

using base::Duration;
using testing::at;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using testing::kMe;
using testing::kTargets;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

constexpr char kDrain[] = "deregistration_delay.timeout_seconds";
constexpr char kSetTo60[] = "ModifyTargetGroupAttributes deregistration_delay.timeout_seconds=60";

model::GroupSpec with_drain(std::optional<Duration> drain) {
  model::GroupSpec spec = testing::group_spec();
  spec.target_groups.front().drain = drain;
  return spec;
}

class DrainTest : public ::testing::Test {
 protected:
  DrainTest() {
    cloud_.begin_whole(clock_);
    cloud_.attributes[kDrain] = "300";
  }
  static const GroupState& group_of(const Script& keeper) {
    return keeper.brain.groups().begin()->second;
  }
  std::ptrdiff_t sets() const { return std::count(cloud_.log.begin(), cloud_.log.end(), kSetTo60); }

  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(DrainTest, WhatTheFileNamesIsSetOnce) {
  Script keeper(cloud_, clock_, kMe, 1, {}, with_drain(seconds(60)));
  keeper.step();
  keeper.run_until(clock_ + Duration::hours(1));
  EXPECT_EQ(sets(), 1);
  EXPECT_EQ(cloud_.attributes[kDrain], "60");
  EXPECT_EQ(group_of(keeper).targets.at(kTargets).drain, seconds(60));
  EXPECT_THAT(group_of(keeper).cautions, IsEmpty());
  EXPECT_THAT(group_of(keeper).troubles, IsEmpty());
}

TEST_F(DrainTest, WithoutAWordOfTheFilesNothingIsSetAndALongDrainIsTold) {
  Script keeper(cloud_, clock_, kMe, 1, {}, with_drain(std::nullopt));
  keeper.step();
  keeper.run_until(clock_ + seconds(60));
  EXPECT_THAT(cloud_.log, ::testing::Not(Contains(HasSubstr("ModifyTargetGroupAttributes"))));
  EXPECT_THAT(group_of(keeper).cautions,
              ElementsAre(::testing::Pair("drain of arn:targets/web", HasSubstr("300 s"))));
  EXPECT_THAT(group_of(keeper).troubles, IsEmpty()) << "nothing waits for it";
  cloud_.attributes[kDrain] = "60";
  keeper.run_until(clock_ + Duration::minutes(6));
  EXPECT_THAT(group_of(keeper).cautions, IsEmpty());
}

TEST_F(DrainTest, WhoFindsItChangedBackWaitsAndSaysSo) {
  Script keeper(cloud_, clock_, kMe, 1, {}, with_drain(seconds(60)));
  keeper.step();
  keeper.run_until(clock_ + seconds(60));
  cloud_.attributes[kDrain] = "30";
  keeper.run_until(clock_ + Duration::minutes(12));
  EXPECT_EQ(sets(), 1);
  EXPECT_THAT(group_of(keeper).troubles, Contains(Key("drain of arn:targets/web")));
  keeper.run_until(clock_ + Duration::minutes(12));
  EXPECT_EQ(sets(), 2);
  EXPECT_EQ(cloud_.attributes[kDrain], "60");
  keeper.run_until(clock_ + Duration::minutes(6));
  EXPECT_THAT(group_of(keeper).troubles, IsEmpty());
}

TEST_F(DrainTest, TwoFilesThatDifferDoNotFight) {
  Script one(cloud_, clock_, kMe, 1, {}, with_drain(seconds(60)));
  Script two(cloud_, clock_, testing::kOther, 2, {}, with_drain(seconds(30)));
  const base::Instant end = clock_ + Duration::hours(1);
  one.step();
  two.step();
  while (clock_ < end) {
    one.settle();
    two.settle();
    clock_ = clock_ + seconds(5);
    one.step();
    two.step();
  }
  const auto changes = std::count_if(cloud_.log.begin(), cloud_.log.end(), [](const auto& line) {
    return line.starts_with("ModifyTargetGroupAttributes");
  });
  EXPECT_LE(changes, 10);
  EXPECT_GE(changes, 2);
  EXPECT_THAT(group_of(one).troubles, Contains(Key("drain of arn:targets/web")));
}

TEST_F(DrainTest, ARefusalIsTriedAgainOnlyAfterTheNextRead) {
  cloud_.refuses_attributes = true;
  Script keeper(cloud_, clock_, kMe, 1, {}, with_drain(seconds(60)));
  keeper.step();
  keeper.run_until(clock_ + Duration::minutes(11));
  EXPECT_LE(sets(), 3);
  EXPECT_GE(sets(), 2);
  EXPECT_THAT(group_of(keeper).troubles,
              Contains(Key("ModifyTargetGroupAttributes of arn:targets/web")));
  cloud_.refuses_attributes = false;
  keeper.run_until(clock_ + Duration::minutes(6));
  EXPECT_THAT(group_of(keeper).troubles, IsEmpty());
}

TEST_F(DrainTest, APausedGroupsTargetsAreLeftAsTheyAre) {
  GroupState group = testing::whole_group();
  group.spec = with_drain(seconds(60));
  group.targets[kTargets].attributes_read_at = at(-1);
  const LedgerContext ledger = testing::ledger_context();
  WorkBoard board(Timing(), base::Prng(1));
  base::Prng prng(2);
  Decisions out;
  group.ledger.record->paused_since = at(-5);
  want_drain(group, group.spec.target_groups.front(), {ledger, board, prng, out, at(0)});
  EXPECT_THAT(out.calls, IsEmpty());
  group.ledger.record->paused_since.reset();
  want_drain(group, group.spec.target_groups.front(), {ledger, board, prng, out, at(0)});
  EXPECT_EQ(out.calls.size(), 1u);
}

TEST(Cautions, ASlowStartThatIsLongerThanAWarningLeavesIsTold) {
  const model::TargetGroupRef ref{kTargets, 80, seconds(60)};
  model::TargetGroupAttributesReply reply{{{kDrain, "300"}, {"slow_start.duration_seconds", "0"}}};
  EXPECT_THAT(cautions_about(ref, reply, Timing()), IsEmpty());
  reply.attributes["slow_start.duration_seconds"] = "120";
  EXPECT_THAT(cautions_about(ref, reply, Timing()),
              ElementsAre(Key("slow start of arn:targets/web")));
}

}  // namespace
}  // namespace control
