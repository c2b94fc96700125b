#include "control/inheritance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using testing::at;
using ::testing::IsEmpty;
using testing::kA;
using testing::kGroup;
using testing::kMe;
using testing::kTargets;
using testing::Script;
using testing::seconds;

class InheritanceTest : public ::testing::Test {
 protected:
  GroupState heir_of(const GroupState& old) {
    GroupState heir;
    heir.spec = spec_;
    inherit(heir, old);
    return heir;
  }

  model::GroupSpec spec_ = testing::group_spec();
  GroupState old_ = testing::whole_group();
};

TEST_F(InheritanceTest, WhatWasSeenIsKnownAndTheLedgerIsReadAgain) {
  old_.ailing[kA] = {at(-60), at(-1), "status-checks"};
  const GroupState heir = heir_of(old_);
  EXPECT_EQ(heir.seen.size(), 3u);
  EXPECT_EQ(heir.swept_at, old_.swept_at);
  EXPECT_EQ(heir.ailing.at(kA).since, at(-60)) << "the grace does not begin anew";
  EXPECT_EQ(heir.targets.at(kTargets).health.size(), 3u);
  EXPECT_TRUE(heir.record());
  EXPECT_EQ(heir.ledger.read_began, base::Instant());
  EXPECT_TRUE(heir.launches.empty()) << "nobody waits for those answers";
}

TEST_F(InheritanceTest, WhatFailedIsRememberedOnlyByAnUnchangedGroup) {
  old_.slot_waits[testing::kSlotA] = {3, LaunchTrouble::kRefused, at(60)};
  old_.crash_loop = {7, 2, at(-60), {}};
  old_.troubles["launch"] = "no such profile";
  old_.differs_since = at(-60);
  GroupState heir = heir_of(old_);
  EXPECT_TRUE(heir.slot_waits.contains(testing::kSlotA));
  EXPECT_EQ(heir.crash_loop.failures, 2);
  EXPECT_EQ(heir.troubles, old_.troubles);
  EXPECT_EQ(heir.differs_since, at(-60));
  spec_.types.pop_back();
  heir = heir_of(old_);
  EXPECT_TRUE(heir.slot_waits.empty());
  EXPECT_EQ(heir.crash_loop.failures, 0);
  EXPECT_TRUE(heir.troubles.empty());
}

TEST_F(InheritanceTest, WhatTheNewFileAsksOtherwiseIsAskedAnew) {
  spec_.subnets.pop_back();
  spec_.target_groups.clear();
  spec_.launch_template.version = "8";
  const GroupState heir = heir_of(old_);
  EXPECT_TRUE(heir.targets.empty());
  EXPECT_TRUE(heir.zones.empty());
  EXPECT_FALSE(heir.template_version);
  const GroupState same = [&] {
    spec_ = testing::group_spec();
    return heir_of(old_);
  }();
  EXPECT_EQ(same.template_version, 7);
  EXPECT_EQ(same.template_read_at, base::Instant()) << "a new version may be why the file was told";
}

TEST(Reload, AGroupIsAsWholeAsItWasAlsoWhileTheLedgerCannotBeRead) {
  base::Instant clock = at(0);
  testing::TinyCloud cloud;
  cloud.begin_whole(clock);
  Script before(cloud, clock, kMe, 1);
  before.step();
  before.run_until(clock + seconds(60));
  cloud.log.clear();
  Script after(cloud, clock, kMe, 2);
  after.brain.inherit(before.brain);
  after.step();
  EXPECT_TRUE(after.brain.has_seen_all());
  EXPECT_EQ(healthy_holders(after.brain.groups().at(kGroup)), 3);
  ASSERT_TRUE(after.has("LedgerRead"));
  after.answer(after.find("LedgerRead"), base::fail("Timeout", "no answer", base::Retry::kBackoff));
  EXPECT_EQ(healthy_holders(after.brain.groups().at(kGroup)), 3);
  after.run_until(clock + seconds(300));
  EXPECT_THAT(cloud.log, IsEmpty()) << "and nothing is done";
}

}  // namespace
}  // namespace control
