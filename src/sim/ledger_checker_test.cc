#include "sim/ledger_checker.h"

#include <gtest/gtest.h>

#include "model/adoption.h"

namespace sim {
namespace {

using model::InstanceId;
using model::LedgerRecord;
using model::SlotName;

// A checker that never misses must be shown each crime once.
class LedgerCheckerTest : public ::testing::Test {
 protected:
  LedgerRecord first() {
    LedgerRecord record;
    record.group = model::GroupName("web");
    record.incarnation = "x";
    record.revision = 1;
    record.counter = 1;
    record.open.push_back(launch(1, {"web-a"}));
    return record;
  }
  static model::OpenLaunch launch(uint64_t n, std::vector<std::string> slots) {
    model::OpenLaunch entry;
    entry.n = n;
    for (std::string& slot : slots) entry.slots.emplace_back(std::move(slot));
    return entry;
  }
  // The first launch came and was committed.
  LedgerRecord second() {
    LedgerRecord record = first();
    record.revision = 2;
    record.open.clear();
    record.holders[SlotName("web-a")].instance = InstanceId("i-1");
    record.holders[SlotName("web-a")].n = 1;
    return record;
  }
  void store(const LedgerRecord& record) {
    checker_.stored(record, [this](const InstanceId& id) { return dead_ != id; });
  }
  std::string only_violation() const { return violations_.size() == 1 ? violations_[0] : ""; }

  std::vector<std::string> violations_;
  LedgerChecker checker_{[this](std::string what) { violations_.push_back(std::move(what)); }};
  InstanceId dead_;
};

TEST_F(LedgerCheckerTest, AnHonestHistoryPasses) {
  store(first());
  store(second());
  store(second());  // Seen again: nothing happened.
  EXPECT_TRUE(violations_.empty());
  EXPECT_EQ(checker_.records(), 2);
  EXPECT_EQ(checker_.ever_held().at(InstanceId("i-1")), SlotName("web-a"));
}

TEST_F(LedgerCheckerTest, NothingIsLaunchedAgainstAnOrder) {
  LedgerRecord before = second();
  before.paused_since = base::Instant::from_unix_seconds(1);
  store(before);
  LedgerRecord after = before;
  ++after.revision;
  after.open.push_back(launch(++after.counter, {"web-b"}));
  store(after);
  EXPECT_EQ(only_violation(), "launch 2 was opened against an order (web revision 3)");
  violations_.clear();
  model::OpenLaunch adoption = launch(++after.counter, {"web-d"});
  adoption.request = model::adoption_body({{InstanceId("i-0123456789abcdef7")}, {}}, after.group,
                                          {after.incarnation, adoption.n}, "sim");
  after.open.push_back(adoption);
  ++after.revision;
  store(after);
  EXPECT_TRUE(violations_.empty()) << "an adoption launches nothing";
  after.paused_since.reset();
  after.holds[SlotName("web-c")] = base::Instant::from_unix_seconds(1);
  ++after.revision;
  store(after);
  ++after.revision;
  after.open.push_back(launch(++after.counter, {"web-c"}));
  store(after);
  EXPECT_EQ(only_violation(), "web-c is on hold and was launched for (web revision 6)");
}

TEST_F(LedgerCheckerTest, OneInstanceMayNotHoldTwoSlots) {
  LedgerRecord record = first();
  record.holders[SlotName("web-b")].instance = InstanceId("i-1");
  record.holders[SlotName("web-c")].instance = InstanceId("i-1");
  store(record);
  EXPECT_EQ(only_violation(), "i-1 holds two slots (web revision 1)");
}

TEST_F(LedgerCheckerTest, OneSlotMayNotBeLaunchedForTwice) {
  LedgerRecord record = first();
  record.counter = 2;
  record.open.push_back(launch(2, {"web-a"}));
  store(record);
  EXPECT_EQ(only_violation(), "web-a is launched for twice (web revision 1)");
}

TEST_F(LedgerCheckerTest, AHolderNeedsALaunchThatCoveredItsSlot) {
  store(first());
  LedgerRecord record = second();
  record.holders[SlotName("web-b")].instance = InstanceId("i-2");
  store(record);
  EXPECT_EQ(only_violation(), "i-2 holds web-b without a launch for it (web revision 2)");
}

TEST_F(LedgerCheckerTest, ALostUpdateShowsInTheRevision) {
  store(first());
  LedgerRecord record = second();
  record.revision = 3;
  store(record);
  EXPECT_EQ(only_violation(),
            "a write was overwritten: revision 1 is followed by 3 (web revision 3)");
}

TEST_F(LedgerCheckerTest, ALivingHolderMayNotBeForgottenAndADeadOneMay) {
  store(first());
  store(second());
  LedgerRecord record = second();
  record.revision = 3;
  record.holders.clear();
  store(record);
  EXPECT_EQ(only_violation(), "i-1 lives and was forgotten (web revision 3)");
  violations_.clear();
  checker_.lost(model::GroupName("web"));
  store(second());
  dead_ = InstanceId("i-1");
  store(record);
  EXPECT_TRUE(violations_.empty());
}

TEST_F(LedgerCheckerTest, ANumberMayNotBeUsedAgain) {
  store(first());
  store(second());
  LedgerRecord record = second();
  record.revision = 3;
  record.open.push_back(launch(1, {"web-b"}));
  store(record);
  EXPECT_EQ(only_violation(), "launch number 1 was used again (web revision 3)");
}

TEST_F(LedgerCheckerTest, ANewIncarnationNeedsALoss) {
  store(first());
  LedgerRecord record = first();
  record.revision = 2;
  record.incarnation = "y";
  store(record);
  EXPECT_EQ(only_violation(),
            "a new incarnation although the ledger was not lost (web revision 2)");
}

TEST_F(LedgerCheckerTest, ASlotMayReturnToSpotOnlyWhileTheWindowOfItsGroupIsOpen) {
  const auto at = [](int minute) { return base::Instant::from_unix_seconds(minute * 60); };
  checker_.returns_within(model::GroupName("web"), {{true, 10, 20, "UTC"}, base::TimeZone()});
  LedgerRecord record = first();
  record.returned[SlotName("web-a")] = at(19);
  store(record);
  record.revision = 2;
  record.returned[SlotName("web-b")] = at(10);
  store(record);
  EXPECT_TRUE(violations_.empty());
  record.revision = 3;
  record.returned[SlotName("web-a")] = at(20);
  store(record);
  EXPECT_EQ(only_violation(),
            "web-a returns to Spot at 1970-01-01T00:20:00Z, when its window is closed (web "
            "revision 3)");
}

}  // namespace
}  // namespace sim
