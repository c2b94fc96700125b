#include "app/strangers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace app {
namespace {

using model::InstanceId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

model::Instance machine(const std::string& id, const std::string& launch,
                        model::InstanceState state = model::InstanceState::kRunning) {
  model::Instance machine;
  machine.id = InstanceId(id);
  machine.state = state;
  machine.tags = {{model::kGroupTag, "web"}, {model::kLaunchTag, launch}};
  return machine;
}

model::LedgerRecord record() {
  model::LedgerRecord record;
  record.group = model::GroupName("web");
  record.incarnation = "ours";
  record.holders[model::SlotName("web-a")].instance = InstanceId("i-holder");
  record.retiring.push_back({});
  record.retiring.back().instance = InstanceId("i-leaver");
  return record;
}

TEST(Strangers, AreThoseThatStandNowhereAndComeFromAnotherLedger) {
  // Those of a ledger that was lost and rebuilt hold slots with their old tags.
  EXPECT_THAT(strangers(record(), {machine("i-holder", "lost.1"), machine("i-leaver", "lost.2"),
                                   machine("i-coming", "ours.3"), machine("i-other", "theirs.1"),
                                   machine("i-untagged", "")}),
              ElementsAre(InstanceId("i-other"), InstanceId("i-untagged")));
}

TEST(Strangers, AreNotThoseThatHaveEnded) {
  EXPECT_THAT(strangers(record(), {machine("i-1", "theirs.1", model::InstanceState::kTerminated)}),
              IsEmpty());
}

TEST(Strangers, AreAllThatLiveWhereThereIsNoRecord) {
  EXPECT_THAT(strangers(std::nullopt, {machine("i-1", "theirs.1")}),
              ElementsAre(InstanceId("i-1")));
}

TEST(Strangers, AreToldWithWhatWouldBecomeOfThem) {
  const std::vector<InstanceId> four{InstanceId("i-1"), InstanceId("i-2"), InstanceId("i-3"),
                                     InstanceId("i-4")};
  EXPECT_THAT(describe_strangers(four, true), HasSubstr("i-1, i-2, i-3 and 1 more carry"));
  EXPECT_THAT(describe_strangers(four, true), HasSubstr("end them as surplus"));
  EXPECT_THAT(describe_strangers(four, false), HasSubstr("they are taken over"));
}

TEST(Unlisted, AreTheLiveMachinesOfGroupsThatTheFileDoesNotName) {
  model::GroupSpec old;
  old.name = model::GroupName("old");
  const std::vector<model::Instance> machines{
      machine("i-1", "a.1"), machine("i-2", "a.2"),
      machine("i-3", "a.3", model::InstanceState::kTerminated)};
  EXPECT_THAT(unlisted(machines, {}), ElementsAre(testing::Pair("web", testing::SizeIs(2))));
  EXPECT_THAT(describe_unlisted(unlisted(machines, {old})),
              testing::StartsWith("web: i-1, i-2 (nobody replaces or ends them; "));
  old.name = model::GroupName("web");
  EXPECT_THAT(unlisted(machines, {old}), IsEmpty());
}

}  // namespace
}  // namespace app
