#include "control/rival.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/endings.h"
#include "control/test_support.h"
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
  RivalTest() { group_.incarnation_known_at = at(-3600); }

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
    watch_for_rival(group_, plan.from_elsewhere, out);
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
  group_.incarnation_known_at = at(-100);
  see(kFirst, at(-400), "before");
  see(kLater, at(-100), "before");
  EXPECT_THAT(look(), ElementsAre("i-first", "i-later"));
  EXPECT_FALSE(group_.rival);
}

TEST_F(RivalTest, OurOwnSurplusIsNobodyElses) {
  see(kFirst, at(-400), testing::kIncarnation);
  see(kLater, at(-100), testing::kIncarnation);
  EXPECT_THAT(look(), ElementsAre("i-first", "i-later"));
  EXPECT_FALSE(group_.rival);
}

TEST_F(RivalTest, ItEndsWithTheLastOfThem) {
  see(kFirst, at(-400), "theirs");
  see(kLater, at(-100), "theirs");
  look();
  ASSERT_TRUE(is_told());
  group_.seen.erase(kFirst);
  look();
  EXPECT_TRUE(is_told());
  group_.seen.erase(kLater);
  look();
  EXPECT_FALSE(is_told());
  EXPECT_FALSE(group_.rival);
}

}  // namespace
}  // namespace control
