#include "control/rival.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/endings.h"
#include "control/test_support.h"
#include "control/tiny_cloud.h"
#include "control/troubles.h"

namespace control {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::seconds;

const model::InstanceId kFirst("i-first"), kLater("i-later");

class RivalTest : public ::testing::Test {
 protected:
  RivalTest() { group_.ledger.record->begun_at = at(-800); }

  void see(const model::InstanceId& id, base::Instant launched, std::string incarnation) {
    model::Instance stray = testing::instance(id, "subnet-a", 4);
    stray.launch_time = launched;
    stray.tags[1].value = incarnation + ".4";
    group_.targets[testing::kTargets].health.erase(id);
    testing::see(group_, stray, launched);
    group_.seen[id].shown_at = now_;
  }
  // One look: what is ended.
  std::vector<std::string> look() {
    group_.ledger.read_began = group_.swept_at = now_;
    for (auto& [id, seen] : group_.seen) seen.shown_at = now_;
    const EndingPlan plan = plan_endings(group_, Timing(), now_);
    Decisions out;
    tell_rivals(group_, plan.rivals, out);
    words_.clear();
    for (const Remark& remark : out.remarks) words_.push_back(remark.what);
    std::vector<std::string> ids;
    for (const Ending& ending : plan.endings) ids.push_back(ending.instance.str());
    return ids;
  }
  bool is_told() const { return group_.troubles.contains(kRivalTrouble); }

  base::Instant now_ = at(0);
  std::vector<std::string> words_;
  GroupState group_ = testing::whole_group();
};

TEST_F(RivalTest, MachinesThatKeepComingFromAnotherLedgerAreLeftAlone) {
  see(kFirst, at(-200), "theirs");
  EXPECT_THAT(look(), ElementsAre("i-first")) << "one call may have come late";
  EXPECT_FALSE(is_told());
  group_.seen.erase(kFirst);
  see(kLater, at(-20), "theirs");
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_THAT(words_, ElementsAre("rival-ledger"));
  now_ = at(500);
  EXPECT_THAT(look(), IsEmpty()) << "old enough to be surplus, and not ours to end";
  EXPECT_TRUE(is_told());
  EXPECT_THAT(words_, IsEmpty()) << "once";
}

TEST_F(RivalTest, WhatAnEarlierLedgerLeftBehindIsSurplus) {
  group_.ledger.record->begun_at.reset();
  group_.incarnation_known_at = at(-100);
  see(kFirst, at(-400), "before");
  see(kLater, at(-100), "before");
  EXPECT_THAT(look(), ElementsAre("i-first", "i-later"));
  EXPECT_TRUE(group_.rivals.empty());
}

TEST_F(RivalTest, OurOwnSurplusIsNobodyElses) {
  see(kFirst, at(-400), testing::kIncarnation);
  see(kLater, at(-100), testing::kIncarnation);
  EXPECT_THAT(look(), ElementsAre("i-first", "i-later"));
  EXPECT_TRUE(group_.rivals.empty());
}

// Or each restart would end all that the other one has.
TEST_F(RivalTest, WhatCameLongAfterOurLedgerBeganIsProofByItself) {
  group_.ledger.record->begun_at = at(-86'400);
  group_.incarnation_known_at = at(-1);
  see(kFirst, at(-400), "theirs");
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_TRUE(is_told());
}

TEST_F(RivalTest, TwoOfThemAreToldApart) {
  see(kFirst, at(-400), "theirs");
  see(kLater, at(-100), "others");
  EXPECT_THAT(look(), ElementsAre("i-first", "i-later"));
  EXPECT_FALSE(is_told()) << "one machine of each proves nothing";
  EXPECT_EQ(group_.rivals.size(), 2u);
  for (int i = 0; i < 20; ++i) see(kFirst, at(-400 + i), "life" + std::to_string(i)), look();
  EXPECT_LE(group_.rivals.size(), 8u);
}

TEST_F(RivalTest, ItEndsWithTheLastOfThem) {
  see(kFirst, at(-400), "theirs");
  see(kLater, at(-100), "theirs");
  EXPECT_THAT(look(), IsEmpty()) << "in the very look that proves it";
  ASSERT_TRUE(is_told());
  group_.seen.erase(kFirst);
  look();
  EXPECT_TRUE(is_told());
  group_.seen.erase(kLater);
  look();
  EXPECT_FALSE(is_told());
  EXPECT_TRUE(group_.rivals.empty());
}

// After a conflict or a reload: nobody is seen then, and all of them would be ended at the next
// look.
TEST(RivalOfABrain, IsNotForgottenWhileTheLedgerIsNotKnown) {
  base::Instant clock = at(0);
  testing::TinyCloud cloud;
  cloud.id_digits = 8;
  cloud.begin_whole(clock);
  testing::Script keeper(cloud, clock, testing::kMe, 1);
  keeper.step();
  keeper.run_until(clock + seconds(120));
  const auto launch_elsewhere = [&](const char* id) {
    cloud.begin_by_hand(model::InstanceId(id), "subnet-a",
                        {{model::kGroupTag, "web"},
                         {model::kLaunchTag, "theirs.1"},
                         {model::kDeploymentTag, testing::kDeployment}});
    cloud.launched_at(model::InstanceId(id), clock);
  };
  launch_elsewhere("i-00000001");
  keeper.run_until(clock + seconds(60));
  cloud.log.clear();
  keeper.run_until(clock + seconds(125));
  launch_elsewhere("i-00000002");
  launch_elsewhere("i-00000003");
  keeper.run_until(clock + seconds(300));
  testing::Script after(cloud, clock, testing::kMe, 2);
  after.brain.inherit(keeper.brain);
  after.step();
  after.run_until(clock + seconds(300));
  EXPECT_TRUE(after.brain.groups().at(testing::kGroup).troubles.contains(kRivalTrouble));
  EXPECT_THAT(cloud.live(), ::testing::Contains(model::InstanceId("i-00000002")));
  EXPECT_THAT(cloud.live(), ::testing::Contains(model::InstanceId("i-00000003")));
}

}  // namespace
}  // namespace control
