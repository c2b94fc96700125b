#include "control/adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "control/commands.h"
#include "control/test_support.h"
#include "control/tiny_cloud.h"
#include "model/adoption.h"

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
using ::testing::Not;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

const model::InstanceId kHand("i-0000000000000000a"), kHandB("i-0000000000000000b");

model::GroupSpec paused_at_first() {
  model::GroupSpec spec = testing::group_spec();
  spec.begins_paused = true;
  return spec;
}

class AdoptionTest : public ::testing::Test {
 protected:
  AdoptionTest() {
    cloud_.id_digits = 8;
    cloud_.begin_by_hand(kHand, "subnet-a");
    cloud_.begin_by_hand(kHandB, "subnet-b");
  }
  ~AdoptionTest() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  void run(Script& keeper, int64_t time) {
    keeper.step();
    keeper.run_until(clock_ + seconds(time));
  }
  // What the keeper answers.
  base::Status tell(Script& keeper, model::CommandKind kind,
                    std::vector<model::InstanceId> ids = {}) {
    const model::CommandId id{++commands_};
    keeper.step({Commanded{{id, kind, "web", std::move(ids)}}});
    keeper.run_until(clock_ + seconds(25));
    return keeper.answers.at(id);
  }

  uint64_t commands_ = 0;
  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(AdoptionTest, MachinesOfAGroupThatBeginsPausedTakeItsSlots) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 200);
  EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr("RunInstances"))));
  EXPECT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHand, kHandB}));
  EXPECT_EQ(cloud_.live().size(), 2u) << "nothing is touched while it is paused";
  EXPECT_TRUE(tell(keeper, model::CommandKind::kResume));
  run(keeper, 120);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kHand);
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kHandB);
  EXPECT_EQ(cloud_.live().size(), 3u) << "one slot was left to launch for";
  EXPECT_THAT(cloud_.log, Contains("RegisterTargets " + kHand.str() + " " + kHandB.str()));
  EXPECT_THAT(cloud_.record().open, IsEmpty());
  EXPECT_EQ(cloud_.record().launched.size(), 1u) << "adoptions are no launches for the brake";
}

TEST_F(AdoptionTest, ANewLifeGoesOnWithWhatWasOrdered) {
  {
    Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
    run(keeper, 100);
    ASSERT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHand}));
  }
  Script again(cloud_, clock_, kOther, 2, {}, paused_at_first());
  run(again, 10);
  EXPECT_TRUE(tell(again, model::CommandKind::kResume));
  run(again, 120);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kHand);
}

// Seed 46 of two-keepers: an order was answered by the write that began the ledger, and was not in
// it.
TEST_F(AdoptionTest, AnOrderThatComesBeforeTheLedgerIsAnsweredByTheWriteThatHasIt) {
  Script keeper(cloud_, clock_, kMe, 1, {}, testing::group_spec());
  ASSERT_TRUE(tell(keeper, model::CommandKind::kPause));
  EXPECT_TRUE(cloud_.record().paused_since);
}

TEST_F(AdoptionTest, AdoptingTwiceIsAdoptingOnce) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 100);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHand}));
  EXPECT_EQ(cloud_.record().open.size(), 1u);
}

// AWS would take 50; found out only after a machine has left its Auto Scaling group, it is late.
TEST_F(AdoptionTest, OneWithTooManyTagsIsRefusedBeforeAnythingIsTouched) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 100);
  std::vector<model::Tag> tags{{"aws:cloudformation:stack-name", "does not count"}};
  for (int i = 0; i < 46; ++i) tags.push_back({"key-" + std::to_string(i), ""});
  cloud_.set_tags(kHandB, tags);
  tags.push_back({"one-more", ""});
  cloud_.set_tags(kHand, tags);
  const base::Status status = tell(keeper, model::CommandKind::kAdopt, {kHand});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("would have 51 tags"));
  EXPECT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHandB}));
}

TEST_F(AdoptionTest, AllOrNoneAreAdoptedAndARefusalSaysWhy) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 100);
  const auto why = [&](std::vector<model::InstanceId> ids) {
    const base::Status status = tell(keeper, model::CommandKind::kAdopt, std::move(ids));
    return status ? std::string() : status.error().message;
  };
  EXPECT_THAT(why({kHand, model::InstanceId("i-00000000000000fff")}), HasSubstr("no instance"));
  cloud_.begin_by_hand(model::InstanceId("i-0000000000000000c"), "subnet-a");
  EXPECT_THAT(why({kHand, model::InstanceId("i-0000000000000000c")}), HasSubstr("no free slot"));
  cloud_.begin_by_hand(model::InstanceId("i-0000000000000000d"), "subnet-z");
  EXPECT_THAT(why({model::InstanceId("i-0000000000000000d")}), HasSubstr("not a subnet of web"));
  cloud_.begin_by_hand(model::InstanceId("i-0000000000000000e"), "subnet-c",
                       {{"aws:autoscaling:groupName", "old"}});
  EXPECT_THAT(why({model::InstanceId("i-0000000000000000e")}),
              HasSubstr("adopt it with --auto-scaling-group old"));
  cloud_.begin_by_hand(model::InstanceId("i-0000000000000000f"), "subnet-c",
                       {{model::kDeploymentTag, "another"}});
  EXPECT_THAT(why({model::InstanceId("i-0000000000000000f")}), HasSubstr("another"));
  cloud_.terminate(kHandB);
  EXPECT_THAT(why({kHandB}), HasSubstr("terminated"));
  EXPECT_THAT(cloud_.record().open, IsEmpty());
}

// Days may pass while the group is paused.
TEST_F(AdoptionTest, WhoIsAnothersByTheTimeIsLeftToThem) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 100);
  ASSERT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHand, kHandB}));
  cloud_.set_tags(kHand, {{model::kDeploymentTag, "theirs"}});
  EXPECT_TRUE(tell(keeper, model::CommandKind::kResume));
  run(keeper, 120);
  EXPECT_EQ(*cloud_.machine(kHand).tag(model::kDeploymentTag), "theirs");
  EXPECT_NE(cloud_.record().holders.at(kSlotA).instance, kHand);
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kHandB);
  EXPECT_THAT(cloud_.live(), Contains(kHand));
}

// It would be adopted, and ended as one too many.
TEST_F(AdoptionTest, WhoseSlotIsWantedNoMoreIsLeftAlone) {
  {
    Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
    run(keeper, 100);
    ASSERT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHandB}));
  }
  model::GroupSpec smaller = paused_at_first();
  smaller.capacity = 1;
  Script again(cloud_, clock_, kMe, 2, {}, smaller);
  run(again, 10);
  EXPECT_TRUE(tell(again, model::CommandKind::kResume));
  run(again, 120);
  EXPECT_THAT(cloud_.record().open, IsEmpty());
  EXPECT_EQ(cloud_.machine(kHandB).tag(model::kGroupTag), nullptr);
  EXPECT_THAT(cloud_.live(), Contains(kHandB));
}

TEST_F(AdoptionTest, OneThatEndsBeforeItIsOursLeavesItsSlotToALaunch) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 100);
  ASSERT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHand}));
  cloud_.terminate(kHand);
  EXPECT_TRUE(tell(keeper, model::CommandKind::kResume));
  run(keeper, 300);
  EXPECT_NE(cloud_.record().holders.at(kSlotA).instance, kHand);
  EXPECT_THAT(cloud_.log, Not(Contains("TerminateInstances " + kHand.str())));
}

// Within the horizon of a new ledger what bears our tags fills slots: but not what is adopted.
TEST_F(AdoptionTest, AMachineAdoptedWhileTheLedgerIsNewHoldsOneSlotOnce) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 5);
  EXPECT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHand}));
  EXPECT_TRUE(tell(keeper, model::CommandKind::kResume));
  run(keeper, 200);
  EXPECT_EQ(cloud_.record().holders.at(kSlotA).instance, kHand);
  EXPECT_THAT(cloud_.record().retiring, IsEmpty());
  EXPECT_EQ(cloud_.record().holders.size(), 3u);
}

TEST_F(AdoptionTest, ALostLedgerDoesNotMakeItATemplatesMachine) {
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 100);
  ASSERT_TRUE(tell(keeper, model::CommandKind::kAdopt, {kHand}));
  ASSERT_TRUE(tell(keeper, model::CommandKind::kResume));
  run(keeper, 120);
  cloud_.lose_ledger();
  run(keeper, 300);
  const auto& holders = cloud_.record().holders;
  EXPECT_EQ(holders.at(kSlotA).instance, kHand);
  EXPECT_EQ(holders.at(kSlotA).template_version, kAdoptedVersion);
  EXPECT_GT(holders.at(kSlotB).template_version, kAdoptedVersion);
}

TEST_F(AdoptionTest, AGroupWhoseLedgerIsLostDoesNotBeginPaused) {
  cloud_.begin_whole(clock_);
  cloud_.lose_ledger();
  Script keeper(cloud_, clock_, kMe, 1, {}, paused_at_first());
  run(keeper, 60);
  EXPECT_FALSE(cloud_.record().paused_since);
}

// They may wait for hours: for rights, or for each other.
TEST(OpenAdoptions, HoldNoLaunchUp) {
  GroupState group = testing::whole_group();
  group.spec.launches_per_hour = 1;
  model::LedgerRecord& record = *group.ledger.record;
  record.holders.erase(kSlotA);
  for (int i = 0; i < static_cast<int>(Timing::kMostOpenLaunches); ++i) {
    model::OpenLaunch entry;
    entry.n = ++record.counter;
    entry.subnet = model::SubnetId("subnet-a");
    entry.slots = {model::slot_name(record.group, 10 + i)};
    entry.request = model::adoption_body({{kHand}, {}}, record.group, {record.incarnation, entry.n},
                                         "spotkeeper");
    entry.submitter = kMe;
    entry.opened_at = at(0);
    entry.submit_before = at(100);
    record.open.push_back(std::move(entry));
  }
  base::Prng prng(1);
  const LedgerPlan plan = plan_ledger(group, testing::ledger_context(), prng, at(0));
  ASSERT_TRUE(plan.next);
  EXPECT_EQ(plan.next->open.back().slots, std::vector{kSlotA});
  EXPECT_FALSE(is_adoption(plan.next->open.back()));
  EXPECT_FALSE(plan.is_braked);
}

TEST(AVettedMachine, IsOursByItsVeryEntryWhileTheLedgerIsReadAgain) {
  GroupState group = testing::whole_group();
  model::OpenLaunch entry;
  entry.n = 4;
  entry.slots = {kSlotA};
  const model::LaunchId launch{group.ledger.record->incarnation, entry.n};
  entry.request = model::adoption_body({{kHand}, {}}, group.spec.name, launch, "spotkeeper");
  model::Instance machine = testing::instance(kHand, "subnet-a", 4);
  group.ledger.known = false;
  machine.tags = {{model::kDeploymentTag, "spotkeeper"}, {model::kLaunchTag, to_string(launch)}};
  EXPECT_EQ(hindrance_since(group, entry, machine, false), "");
  group.spec.capacity = 0;
  EXPECT_EQ(hindrance_since(group, entry, machine, false), "") << "what is ours is not let be";
  group.spec.capacity = 3;
  machine.tags = {{model::kDeploymentTag, "theirs"}};
  EXPECT_THAT(hindrance_since(group, entry, machine, true),
              HasSubstr("kept by the deployment theirs"));
}

TEST(ARebuiltLedger, OfAnUnreadTemplateMakesNobodyOutdated) {
  GroupState group = testing::whole_group();
  group.ledger.record.reset();
  group.ledger_ids.clear();
  const auto version = std::exchange(group.template_version, std::nullopt);
  base::Prng prng(1);
  LedgerPlan plan = plan_ledger(group, testing::ledger_context(), prng, at(0));
  ASSERT_TRUE(plan.next);
  EXPECT_EQ(plan.next->holders.at(kSlotA).template_version, kUnknownVersion);
  group.template_version = version;
  group.ledger.record = *std::move(plan.next);
  group.commands.push_back({{{1}, model::CommandKind::kReplaceOld, "web"}, at(30)});
  model::LedgerRecord next = *group.ledger.record;
  apply_waiting(group, testing::ledger_context(), next, at(1));
  EXPECT_THAT(next.exchanging, IsEmpty());
}

TEST(AdoptionByTwoGroups, AMachineIsInOneOfThem) {
  model::GroupSpec api = testing::group_spec();
  api.name = model::GroupName("api");
  model::LedgerRecord web = testing::record(), empty = testing::record();
  empty.group = api.name;
  empty.holders.clear();
  model::Instance machine = testing::instance(testing::kA, "subnet-a", 1);
  machine.tags.clear();  // As a list shows it that lags behind.
  Brain brain({kMe, testing::ledger_context().scope, Timing(), 1, {}}, {testing::group_spec(), api},
              {});
  base::Instant now = at(0);
  const auto answer = [&](const Decisions& decisions) {
    std::vector<Event> events;
    for (const PlannedCall& planned : decisions.calls) {
      const auto* describe = std::get_if<model::DescribeInstances>(&planned.call);
      if (const auto* read = std::get_if<model::LedgerRead>(&planned.call))
        events.push_back(model::CallCompleted{
            planned.id, now, now,
            model::LedgerVersion{"1", to_text(read->group == api.name ? empty : web)}});
      else if (describe && describe->filters.at(0).name == "instance-id")
        events.push_back(
            model::CallCompleted{planned.id, now, now, model::InstancesReply{{machine}, {}}});
    }
    now = now + seconds(1);
    return brain.step(events, now);
  };
  answer(brain.step({}, now));
  Decisions decisions = brain.step(
      std::vector<Event>{Commanded{{{1}, model::CommandKind::kAdopt, "api", {testing::kA}}}}, now);
  for (int i = 0; i < 5 && decisions.answers.empty(); ++i) decisions = answer(decisions);
  ASSERT_EQ(decisions.answers.size(), 1u);
  ASSERT_FALSE(decisions.answers[0].status);
  EXPECT_THAT(decisions.answers[0].status.error().message, HasSubstr("is in the group web"));
}

}  // namespace
}  // namespace control
