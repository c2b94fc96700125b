// Goal: a machine whose tags somebody took off, or changed to another deployment's, is left alone
// from then on, by whoever keeps the group, and can be adopted again. Method: machines that were
// adopted in the TinyCloud, whose tags are changed by hand; its log and violations tell.
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

// Three machines that were adopted and serve, in a group that is paused now.
class GivenAwayTest : public ::testing::Test {
 protected:
  GivenAwayTest() {
    cloud_.id_digits = 8;
    cloud_.begin_by_hand(kOne, "subnet-a");
    cloud_.begin_by_hand(kTwo, "subnet-b");
    cloud_.begin_by_hand(kThree, "subnet-c");
    run(keeper_, 200);
    adopt_all(keeper_);
    EXPECT_EQ(tell(keeper_, model::CommandKind::kPause), "");
    EXPECT_EQ(cloud_.record().holders.size(), 3u);
    cloud_.log.clear();
  }
  ~GivenAwayTest() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  Script keeper_named(model::KeeperName name, uint64_t seed) {
    model::GroupSpec spec = testing::group_spec();
    spec.begins_paused = true;
    return Script(cloud_, clock_, std::move(name), seed, {}, std::move(spec));
  }
  void run(Script& keeper, int64_t time) {
    keeper.step();
    keeper.run_until(clock_ + seconds(time));
  }
  // Two keepers, each in its turn.
  void run_both(Script& one, Script& other, int64_t time) {
    for (int64_t i = 0; i < time; i += 5) {
      run(one, 3);
      run(other, 2);
    }
  }
  // What the keeper answers; "" when it does as it is told.
  std::string tell(Script& keeper, model::CommandKind kind,
                   std::vector<model::InstanceId> ids = {}) {
    const model::CommandId id{++commands_};
    keeper.step({Commanded{{id, kind, "web", std::move(ids)}}});
    keeper.run_until(clock_ + seconds(25));
    const base::Status& status = keeper.answers.at(id);
    return status ? "" : status.error().message;
  }
  void adopt_all(Script& keeper) {
    EXPECT_EQ(tell(keeper, model::CommandKind::kAdopt, {kOne, kTwo, kThree}), "");
    EXPECT_EQ(tell(keeper, model::CommandKind::kResume), "");
    run(keeper, 120);
  }
  void give_away(const model::InstanceId& id) { cloud_.set_tags(id, {{"team", "payments"}}); }
  void give_to_staging(const model::InstanceId& id) {
    cloud_.set_tags(id, {{model::kGroupTag, "web"},
                         {model::kLaunchTag, "another.1"},
                         {model::kDeploymentTag, "staging"}});
  }
  void give_all_away() {
    give_away(kOne);
    give_to_staging(kTwo);
    cloud_.set_tags(kThree, {{model::kGroupTag, "web"}, {model::kDeploymentTag, "test"}});
  }
  void expect_untouched() {
    for (const model::InstanceId& id : {kOne, kTwo, kThree}) {
      EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr(id.str()))));
      EXPECT_THAT(cloud_.live(), Contains(id));
    }
  }

  uint64_t commands_ = 0;
  base::Instant clock_ = at(0);
  TinyCloud cloud_;
  Script keeper_ = keeper_named(kMe, 1);
};

TEST_F(GivenAwayTest, APausedGroupLetsThemGoAndItsSlotsStayEmpty) {
  give_all_away();
  run(keeper_, 300);
  EXPECT_THAT(cloud_.record().holders, IsEmpty());
  EXPECT_THAT(cloud_.record().retiring, IsEmpty());
  EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr("RunInstances"))));
  expect_untouched();
}

TEST_F(GivenAwayTest, ARetiredGroupEndsAndDeregistersNoneOfThem) {
  give_all_away();
  run(keeper_, 300);
  EXPECT_EQ(tell(keeper_, model::CommandKind::kResume), "");
  EXPECT_EQ(tell(keeper_, model::CommandKind::kRetire), "");
  run(keeper_, 600);
  expect_untouched();
}

// Before the horizon has passed: what the last sweep did not show as ours is not ended either.
TEST_F(GivenAwayTest, AGroupThatIsRetiredSoonAfterEndsNoneOfThem) {
  give_all_away();
  run(keeper_, 35);
  EXPECT_EQ(tell(keeper_, model::CommandKind::kResume), "");
  EXPECT_EQ(tell(keeper_, model::CommandKind::kRetire), "");
  run(keeper_, 600);
  EXPECT_THAT(cloud_.record().retiring, IsEmpty());
  expect_untouched();
}

TEST_F(GivenAwayTest, ANewLifeLeavesThemAloneToo) {
  give_all_away();
  Script again = keeper_named(kMe, 2);
  run(again, 10);
  EXPECT_EQ(tell(again, model::CommandKind::kResume), "");
  EXPECT_EQ(tell(again, model::CommandKind::kRetire), "");
  run(again, 600);
  EXPECT_THAT(cloud_.record().retiring, IsEmpty());
  expect_untouched();
}

// The other keeper saw them as ours half a minute ago, and finds them in no ledger.
TEST_F(GivenAwayTest, TheOtherKeeperTakesThemForNoSurplus) {
  Script other = keeper_named(kOther, 2);
  run_both(keeper_, other, 100);
  give_all_away();
  EXPECT_EQ(tell(keeper_, model::CommandKind::kResume), "");
  run_both(keeper_, other, 600);
  EXPECT_EQ(cloud_.record().holders.size(), 3u) << "others came in their place";
  for (const model::InstanceId& id : {kOne, kTwo, kThree}) {
    EXPECT_THAT(cloud_.log, Not(Contains("TerminateInstances " + id.str())));
    EXPECT_THAT(cloud_.log, Not(Contains("DeregisterTargets " + id.str())));
  }
}

TEST_F(GivenAwayTest, OnlyTheSlotOfTheOneThatLeftIsFilledAgain) {
  give_to_staging(kTwo);
  run(keeper_, 150);
  EXPECT_EQ(tell(keeper_, model::CommandKind::kResume), "");
  run(keeper_, 200);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
  EXPECT_NE(cloud_.record().holders.at(kSlotB).instance, kTwo);
  EXPECT_EQ(cloud_.record().holders.at(kSlotC).instance, kThree);
  EXPECT_EQ(std::count(cloud_.log.begin(), cloud_.log.end(), "RunInstances subnet-b"), 1);
  EXPECT_THAT(cloud_.live(), Contains(kTwo));
}

TEST_F(GivenAwayTest, OneWhoseOtherTagsChangedIsStillOurs) {
  std::vector<model::Tag> tags = cloud_.machine(kOne).tags;
  std::erase_if(tags, [](const model::Tag& tag) { return tag.key == "Name"; });
  tags.push_back({"team", "payments"});
  cloud_.set_tags(kOne, tags);
  run(keeper_, 300);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
}

TEST_F(GivenAwayTest, WhoWasGivenAwayCanBeAdoptedAgain) {
  for (const model::InstanceId& id : {kOne, kTwo, kThree}) give_away(id);
  EXPECT_THAT(tell(keeper_, model::CommandKind::kAdopt, {kOne}), HasSubstr("try again"))
      << "it holds its slot until that is certain";
  run(keeper_, 120);
  adopt_all(keeper_);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kOne);
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kTwo);
  EXPECT_EQ(cloud_.record().holders.at(kSlotC).instance, kThree);
  run(keeper_, 300);
  EXPECT_EQ(cloud_.record().holders.size(), 3u);
  EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr("RunInstances"))));
  EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr("TerminateInstances"))));
}

}  // namespace
}  // namespace control
