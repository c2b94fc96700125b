// Goal: everything is told once when it begins and once when it ends, over restarts too.
// Method: a group's state as a value, changed by hand from one sight to the next.
#include "notify/herald.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"

namespace notify {
namespace {

using namespace control::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HeraldTest : public ::testing::Test {
 protected:
  std::vector<std::string> hear(int64_t second, std::vector<model::Incident> changed = {}) {
    std::vector<std::string> ids;
    for (const Notification& it : herald_.hear({groups_, changed, troubles_, at(second)}))
      ids.push_back(it.id);
    return ids;
  }
  // What a new life knows: what was kept in the journal.
  void restart(const std::vector<model::Incident>& open = {}) {
    herald_ = Herald(kMe, parse_told(to_text(herald_.told())).value(), open);
  }
  void stop_two() {
    for (const auto& id : {kA, kB}) set_health(group_, id, "unhealthy");
  }
  void heal() {
    for (const auto& id : {kA, kB}) set_health(group_, id, "healthy");
  }
  static model::Incident lost() {
    model::Incident it;
    it.id = model::IncidentId("i-b/loss");
    it.kind = model::IncidentKind::kLoss;
    it.group = kGroup;
    it.slot = kSlotB;
    it.instance = kB;
    it.opened_at = at(0);
    return it;
  }
  static model::Incident closed() {
    model::Incident it = lost();
    it.closed_at = at(60);
    it.outcome = "replaced";
    return it;
  }

  std::map<model::GroupName, control::GroupState> groups_{{kGroup, whole_group()}};
  control::GroupState& group_ = groups_.at(kGroup);
  std::vector<Trouble> troubles_;  // Beside the groups' own.
  Herald herald_{kMe, Told(), {}};
};

TEST_F(HeraldTest, AWholeGroupIsNoNews) {
  EXPECT_THAT(hear(0), IsEmpty());
  EXPECT_EQ(herald_.look_again(), base::Instant::never());
}

TEST_F(HeraldTest, AnIncidentIsToldWhenItOpensAndWhenItCloses) {
  EXPECT_THAT(hear(0, {lost()}), ElementsAre("i-b/loss/began"));
  EXPECT_THAT(hear(1, {lost()}), IsEmpty()) << "it only goes on";
  EXPECT_THAT(hear(60, {closed()}), ElementsAre("i-b/loss/ended"));
}

TEST_F(HeraldTest, AnIncidentOfOneTurnIsToldTwice) {
  EXPECT_THAT(hear(60, {closed()}), ElementsAre("i-b/loss/began", "i-b/loss/ended"));
}

TEST_F(HeraldTest, AnIncidentThatWasOpenBeforeTheRestartIsOnlyToldToEnd) {
  hear(0, {lost()});
  restart({lost()});
  EXPECT_THAT(hear(1, {lost()}), IsEmpty());
  EXPECT_THAT(hear(60, {closed()}), ElementsAre("i-b/loss/ended"));
}

TEST_F(HeraldTest, AGroupIsUnheldAfterAMinuteAndHeldAtOnce) {
  stop_two();
  EXPECT_THAT(hear(0), IsEmpty());
  EXPECT_EQ(herald_.look_again(), at(60));
  EXPECT_THAT(hear(59), IsEmpty());
  EXPECT_THAT(hear(60), ElementsAre("keeper-1/web/unheld/2026-03-01T12:00:00Z/began"));
  EXPECT_THAT(hear(300), IsEmpty());
  heal();
  EXPECT_THAT(hear(301), ElementsAre("keeper-1/web/unheld/2026-03-01T12:00:00Z/ended"));
  EXPECT_THAT(hear(302), IsEmpty());
}

TEST_F(HeraldTest, AGroupThatIsBelowForLessThanAMinuteIsNoNews) {
  stop_two();
  hear(0);
  heal();
  EXPECT_THAT(hear(59), IsEmpty());
  stop_two();
  EXPECT_THAT(hear(61), IsEmpty()) << "it counts anew";
  EXPECT_EQ(herald_.look_again(), at(121));
}

TEST_F(HeraldTest, AGroupThatHasNotBeenReadOrIsRetiredIsNotJudged) {
  group_.swept_at = base::Instant();
  stop_two();
  hear(0);
  EXPECT_THAT(hear(100), IsEmpty());
  group_.swept_at = at(100);
  for (auto& [arn, view] : group_.targets) view.known = false;
  hear(100);
  EXPECT_THAT(hear(199), IsEmpty()) << "the balancer does not answer";
  for (auto& [arn, view] : group_.targets) view.known = true;
  group_.ledger.record->retired_at = at(200);
  hear(201);
  EXPECT_THAT(hear(300), IsEmpty());
}

TEST_F(HeraldTest, ARecoveryIsToldAfterARestartToo) {
  stop_two();
  hear(0);
  hear(60);
  restart();
  EXPECT_THAT(hear(61), IsEmpty()) << "it was told";
  heal();
  EXPECT_THAT(hear(62), ElementsAre("keeper-1/web/unheld/2026-03-01T12:00:00Z/ended"));
}

TEST_F(HeraldTest, ServiceIsCountedOncePerLookOfTheGroup) {
  group_.looks = 1;
  hear(0);
  stop_two();
  hear(1);
  EXPECT_EQ(herald_.look_again(), base::Instant::never()) << "nobody has looked since";
  group_.looks = 2;
  hear(2);
  EXPECT_EQ(herald_.look_again(), at(62));
}

TEST_F(HeraldTest, ATroubleIsToldAtOnceAndItsEndAfterAMinuteWithoutIt) {
  group_.troubles["launch"] = "refused";
  EXPECT_THAT(hear(0), ElementsAre("keeper-1/web/trouble/launch/2026-03-01T12:00:00Z/began"));
  group_.troubles["launch"] = "refused otherwise";
  EXPECT_THAT(hear(1), IsEmpty());
  group_.troubles.clear();
  EXPECT_THAT(hear(10), IsEmpty());
  group_.troubles["launch"] = "refused";
  EXPECT_THAT(hear(69), IsEmpty()) << "it only flapped";
  group_.troubles.clear();
  EXPECT_THAT(hear(70), IsEmpty());
  EXPECT_EQ(herald_.look_again(), at(130));
  EXPECT_THAT(hear(130), ElementsAre("keeper-1/web/trouble/launch/2026-03-01T12:00:00Z/ended"));
}

TEST_F(HeraldTest, ATroubleThatIsFoundAgainAfterARestartIsNoNews) {
  group_.troubles["launch"] = "refused";
  hear(0);
  restart();
  const base::Instant swept = std::exchange(group_.swept_at, base::Instant());
  group_.troubles.clear();
  hear(1);
  EXPECT_THAT(hear(300), IsEmpty()) << "nothing was read yet";
  group_.swept_at = swept;
  EXPECT_THAT(hear(301), IsEmpty());
  group_.troubles["launch"] = "refused";
  EXPECT_THAT(hear(310), IsEmpty());
}

TEST_F(HeraldTest, AQueueThatCannotBeReadIsATroubleOfTheKeeper) {
  troubles_ = {{{}, "queue", "no right"}};
  EXPECT_THAT(hear(0), ElementsAre("keeper-1/trouble/queue/2026-03-01T12:00:00Z/began"));
  troubles_.clear();
  hear(1);
  EXPECT_THAT(hear(61), ElementsAre("keeper-1/trouble/queue/2026-03-01T12:00:00Z/ended"));
}

TEST_F(HeraldTest, WhatItsOwnerKnowsOfAGroupIsATroubleOfTheGroup) {
  troubles_ = {{kGroup, "return_to_spot", "no rule"}};
  group_.troubles["launch"] = "refused";
  EXPECT_THAT(hear(0),
              ElementsAre("keeper-1/web/trouble/launch/2026-03-01T12:00:00Z/began",
                          "keeper-1/web/trouble/return_to_spot/2026-03-01T12:00:00Z/began"));
  EXPECT_THAT(hear(1), IsEmpty());
}

TEST_F(HeraldTest, AGroupThatIsNoLongerKeptIsForgotten) {
  group_.troubles["launch"] = "refused";
  hear(0);
  groups_.clear();
  EXPECT_THAT(hear(1), IsEmpty());
  EXPECT_EQ(herald_.told(), Told());
}

}  // namespace
}  // namespace notify
