#include "control/wants.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "control/test_support.h"

namespace control {
namespace {

using testing::at;
using testing::seconds;

class WantsTest : public ::testing::Test {
 protected:
  WantContext context(base::Instant now) { return {ledger_, board_, prng_, out_, now}; }

  // A group of that many slots, whose machines all boot.
  void hold_pending(int count) {
    group_.spec.capacity = count;
    group_.ledger.record->holders.clear();
    group_.ledger_ids.clear();
    group_.seen.clear();
    for (int i = 0; i < count; ++i) {
      const model::InstanceId id("i-" + std::to_string(1000 + i));
      model::Instance instance = testing::instance(id, "subnet-a", 4);
      instance.state = model::InstanceState::kPending;
      testing::see(group_, instance, at(-5));
      group_.ledger_ids.insert(id);
      group_.ledger.record->holders[model::slot_name(testing::kGroup, i)] =
          testing::holder(id, "subnet-a", 4);
    }
  }

  LedgerContext ledger_ = testing::ledger_context();
  WorkBoard board_{Timing(), base::Prng(1)};
  base::Prng prng_{2};
  Decisions out_;
  GroupState group_ = testing::whole_group();
};

TEST_F(WantsTest, EveryMachineThatBootsIsAskedAboutHoweverManyThereAre) {
  hold_pending(450);
  want_polls(group_, context(at(0)));
  std::set<std::string> asked;
  for (const PlannedCall& planned : out_.calls) {
    const auto& call = std::get<model::DescribeInstances>(planned.call);
    ASSERT_EQ(call.filters.size(), 1u);
    EXPECT_LE(call.filters[0].values.size(), 200u);  // AWS's own maximum.
    asked.insert(call.filters[0].values.begin(), call.filters[0].values.end());
  }
  EXPECT_EQ(out_.calls.size(), 3u);
  EXPECT_EQ(asked.size(), 450u);
}

TEST_F(WantsTest, AfterNewsThereIsAPollAtOnceButNotOneForEachOfThem) {
  hold_pending(1);
  group_.polled_at = group_.poll_began = at(-3);
  want_polls(group_, context(at(0)));
  EXPECT_TRUE(out_.calls.empty());
  EXPECT_EQ(out_.wake_at, at(2));
  group_.poll_asked_at = at(0);
  want_polls(group_, context(at(0)));
  EXPECT_EQ(out_.calls.size(), 1u);
  group_.polled_at = group_.poll_began = at(1);  // It was answered, and then more was heard.
  group_.poll_asked_at = at(1) + testing::millis(10);
  WorkBoard fresh{Timing(), base::Prng(1)};
  Decisions later;
  want_polls(group_, {ledger_, fresh, prng_, later, at(1) + testing::millis(20)});
  EXPECT_TRUE(later.calls.empty());
  EXPECT_EQ(later.wake_at, at(2));
}

TEST_F(WantsTest, EveryUncheckedMachineIsCheckedHoweverManyThereAre) {
  hold_pending(250);
  group_.spec.target_groups.clear();
  for (auto& [id, seen] : group_.seen) seen.instance.state = model::InstanceState::kRunning;
  want_polls(group_, context(at(0)));
  std::set<model::InstanceId> asked;
  for (const PlannedCall& planned : out_.calls) {
    const auto& call = std::get<model::DescribeInstanceStatus>(planned.call);
    EXPECT_LE(call.ids.size(), 100u);
    asked.insert(call.ids.begin(), call.ids.end());
  }
  EXPECT_EQ(asked.size(), 250u);
}

TEST_F(WantsTest, NamesThatFindNoTokenWaitTogether) {
  hold_pending(200);
  for (auto& [id, seen] : group_.seen) seen.instance.state = model::InstanceState::kRunning;
  want_tags(group_, context(at(0)));
  EXPECT_EQ(out_.calls.size(), 80u) << "the bucket";
  EXPECT_EQ(out_.wake_at, at(1));
  out_ = {};
  want_tags(group_, context(at(1)));
  EXPECT_EQ(out_.calls.size(), 8u);
}

TEST_F(WantsTest, TheMarkOfEveryLedgerWriteIsKept) {
  group_.doomed[testing::kB] = testing::taken_at(at(120));
  want_ledger(group_, context(at(0)));
  ASSERT_EQ(out_.calls.size(), 1u);
  const auto& write = std::get<model::LedgerWrite>(out_.calls[0].call);
  const auto record = model::parse_ledger_record(write.record);
  ASSERT_TRUE(record);
  EXPECT_EQ(group_.ledger.nonces.back(), record->nonce);
}

// Nobody is looked at then: a conflict is no reason to end what a rival has at the next look.
TEST_F(WantsTest, ARivalIsNotForgottenWhileTheLedgerIsNotKnown) {
  group_.rivals["theirs"] = {at(-600), at(-100)};
  group_.ledger.known = false;
  want_endings(group_, context(at(0)));
  EXPECT_TRUE(group_.rivals.contains("theirs"));
  group_.ledger.known = true;
  want_endings(group_, context(at(0)));
  EXPECT_FALSE(group_.rivals.contains("theirs")) << "none of them lives any more";
}

}  // namespace
}  // namespace control
