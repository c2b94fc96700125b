#include "app/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/metrics.h"
#include "model/adoption.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;
using testing::HasSubstr;

const Instant kNow = Instant::from_unix_seconds(1'772'366'400);
const model::SlotName kA("web-a"), kB("web-b"), kC("web-c"), kD("web-d"), kE("web-e");

control::Seen running(const char* id) {
  model::Instance instance;
  instance.id = model::InstanceId(id);
  instance.state = model::InstanceState::kRunning;
  instance.private_ip = "10.0.0.1";
  return {instance, kNow, kNow};
}

// Slots a to d in four different states; e is held and no longer wanted.
control::GroupState group() {
  control::GroupState group;
  group.spec.name = model::GroupName("web");
  group.spec.capacity = 4;
  group.swept_at = kNow;
  const model::Pool pool{model::InstanceType("c6i.large"), model::Zone("us-east-2a")};
  model::LedgerRecord record;
  record.revision = 7;
  for (const auto& [slot, id] : {std::pair{kA, "i-0a"}, {kB, "i-0b"}, {kE, "i-0e"}}) {
    record.holders[slot] = {model::InstanceId(id), 1, pool, kNow, 1};
    group.seen[model::InstanceId(id)] = running(id);
  }
  model::OpenLaunch open;
  open.n = 2;
  open.pool = pool;
  open.slots = {kC};
  open.opened_at = open.submit_before = kNow;
  record.open = {open};
  group.ledger.known = true;
  group.ledger.record = record;
  group.checks_passed = {model::InstanceId("i-0a"), model::InstanceId("i-0b")};
  group.doomed[model::InstanceId("i-0b")] = {};
  return group;
}

TEST(GroupView, SaysWhatEverySlotIsDoing) {
  const GroupView view = view_of(group(), kNow);
  std::vector<std::string> slots;
  for (const SlotView& slot : view.slots)
    slots.push_back(slot.name.str() + " " + std::string(to_string(slot.state)) + " " +
                    slot.holder.str());
  EXPECT_THAT(slots,
              testing::ElementsAre("web-a serving i-0a", "web-b doomed i-0b", "web-c launching ",
                                   "web-d empty ", "web-e starting i-0e"));
  EXPECT_EQ(view.healthy, 1);
  EXPECT_EQ(view.ledger_revision, 7u);
  EXPECT_EQ(view.slots[0].private_ip, "10.0.0.1");
  EXPECT_TRUE(view.has_seen_all);
}

// Who is told of a group that is served too little is not to be told of one that nobody wants.
TEST(GroupView, ARetiredGroupNeedsNobodyToServe) {
  control::GroupState wanted = group();
  wanted.spec.min_healthy = 3;
  const auto metrics = [](const control::GroupState& group) {
    Snapshot snapshot;
    snapshot.groups = {std::make_shared<const GroupView>(view_of(group, kNow))};
    return metrics_text({std::make_shared<const Snapshot>(snapshot)});
  };
  EXPECT_THAT(metrics(wanted), HasSubstr("spotkeeper_group_min_healthy{group=\"web\"} 3\n"));
  wanted.ledger.record->retired_at = kNow;
  EXPECT_THAT(metrics(wanted), HasSubstr("spotkeeper_group_min_healthy{group=\"web\"} 0\n"));
}

TEST(GroupView, SaysWhoIsAdoptedAndWhoseItWas) {
  control::GroupState adopting = group();
  adopting.ledger.record->open[0].request = model::adoption_body(
      {{model::InstanceId("i-0123456789abcdef0")}, {}, model::AutoScalingGroupName("old")},
      adopting.spec.name, {"life", 2}, "d");
  const SlotView slot = view_of(adopting, kNow).slots[2];
  EXPECT_EQ(slot.state, SlotState::kAdopting);
  EXPECT_EQ(slot.holder.str(), "i-0123456789abcdef0");
  EXPECT_EQ(slot.leaves.str(), "old");
}

TEST(GroupView, AMachineThatFailsIsUnhealthyAndNotStarting) {
  control::GroupState failing = group();
  failing.ailing[model::InstanceId("i-0e")] = {kNow, kNow, "Target.FailedHealthChecks"};
  failing.doomed[model::InstanceId("i-0a")].kind = model::IncidentKind::kUnhealthy;
  const GroupView view = view_of(failing, kNow);
  EXPECT_EQ(view.slots[0].state, SlotState::kUnhealthy);
  EXPECT_EQ(view.slots[4].state, SlotState::kUnhealthy);
  EXPECT_EQ(view.healthy, 0);
}

TEST(GroupView, ASlotWhoseMachineIsExchangedIsServedUntilThatOneGoes) {
  control::GroupState exchanging = group();
  model::LedgerRecord& record = *exchanging.ledger.record;
  record.holders.at(kA).instance = model::InstanceId("i-0f");
  record.retiring = {{model::InstanceId("i-0a"), kA, model::InstanceId("i-0f"), "returned-to-spot",
                      kNow, std::nullopt}};
  EXPECT_EQ(view_of(exchanging, kNow).slots[0].state, SlotState::kStarting);
  EXPECT_EQ(view_of(exchanging, kNow).healthy, 1);
  exchanging.doomed[model::InstanceId("i-0a")] = {};
  EXPECT_EQ(view_of(exchanging, kNow).healthy, 0);
}

TEST(GroupView, ShowsTheOrderThatActsNow) {
  control::GroupState ordered = group();
  model::LedgerRecord& record = *ordered.ledger.record;
  record.exchanging = {{kA, model::InstanceId("i-0a")}, {kB, model::InstanceId("i-0b")}};
  record.holds[kB] = kNow;
  const GroupView view = view_of(ordered, kNow);
  EXPECT_EQ(view.slots[0].order, "replace");
  EXPECT_EQ(view.slots[1].order, "hold");
  EXPECT_EQ(view.slots[2].order, "");
}

TEST(GroupView, ASlotOnHoldWhoseMachineIsGoneIsEmptyAndSaysWhy) {
  control::GroupState ordered = group();
  model::LedgerRecord& record = *ordered.ledger.record;
  record.holds = {{kB, kNow}};
  EXPECT_EQ(view_of(ordered, kNow).hindrance, "") << "it is doomed, and still there";
  ordered.gone[model::InstanceId("i-0b")] = kNow;
  const GroupView view = view_of(ordered, kNow);
  EXPECT_EQ(view.slots[1].state, SlotState::kEmpty);
  EXPECT_THAT(view.hindrance, HasSubstr("web-b has no machine and is on hold"));
  record.holds[model::SlotName("web-d")] = kNow;
  EXPECT_THAT(view_of(ordered, kNow).hindrance, HasSubstr("web-b and 1 more have no machine"));
  record.open[0].slots = {kB};
  EXPECT_EQ(view_of(ordered, kNow).slots[1].state, SlotState::kLaunching);
}

TEST(GroupView, SaysWhomAwsWillEndWhileNobodyCouldBeLaunched) {
  control::GroupState announced = group();
  control::Retirement& retirement = announced.retirements[model::InstanceId("i-0a")];
  retirement.since = kNow;
  retirement.date = kNow + Duration::hours(24);
  EXPECT_EQ(view_of(announced, kNow).hindrance, "") << "it has just been heard";
  const base::Instant later = kNow + Duration::minutes(10);
  EXPECT_THAT(view_of(announced, later).hindrance,
              HasSubstr("AWS ends i-0a of web-a at 2026-03-02T12:00:00Z"));
  retirement.is_called_off = true;
  EXPECT_EQ(view_of(announced, later).hindrance, "");
}

TEST(GroupView, KnowsNothingBeforeTheLedgerWasRead) {
  control::GroupState unread = group();
  unread.ledger = {};
  const GroupView view = view_of(unread, kNow);
  EXPECT_FALSE(view.has_seen_all);
  EXPECT_THAT(view.hindrance, HasSubstr("not been read"));
  ASSERT_EQ(view.slots.size(), 4u);
  EXPECT_EQ(view.slots[0].state, SlotState::kEmpty);
}

TEST(GroupView, NamesWhatHindersOnlyWhileItDoes) {
  control::GroupState waiting = group();
  waiting.ledger.record->no_launch_before = kNow + Duration::seconds(1);
  EXPECT_THAT(view_of(waiting, kNow).hindrance,
              HasSubstr("no launches before 2026-03-01T12:00:01Z"));
  EXPECT_EQ(view_of(waiting, kNow + Duration::seconds(1)).hindrance, "");
  waiting.ledger.record->no_launch_before.reset();
  waiting.ledger.record->lacking[model::SlotName("web-a")] = kNow;
  EXPECT_THAT(view_of(waiting, kNow).hindrance, HasSubstr("no capacity for 1 slot since"));
  waiting.spec.max_price = base::Money::usd_micros(1000);
  EXPECT_THAT(view_of(waiting, kNow).hindrance, HasSubstr("nothing for $0.001 an hour or less"));
  waiting.ledger.unusable = true;
  EXPECT_THAT(view_of(waiting, kNow).hindrance, HasSubstr("another version"));
}

TEST(GroupViews, AreMadeAnewOnlyAfterATurnThatDecidedForTheGroup) {
  control::BrainOptions options;
  options.keeper = model::KeeperName("k");
  control::Brain brain(options, {group().spec}, {});
  GroupViews views;
  refresh(brain, kNow, views);
  const GroupViews before = views;
  ASSERT_EQ(before.size(), 1u);
  brain.step({}, kNow);  // The first turn decides for all groups.
  refresh(brain, kNow, views);
  EXPECT_NE(views, before);
  const GroupViews looked_at = views;
  brain.step({}, kNow);
  refresh(brain, kNow, views);
  EXPECT_EQ(views, looked_at);
}

// ---- of several sites ----

std::shared_ptr<const Snapshot> site(const std::string& name, const std::string& group_name,
                                     const std::string& region) {
  GroupView view;
  view.name = model::GroupName(group_name);
  view.slots.resize(1);
  view.slots[0].name = model::SlotName(group_name + "-a");
  Snapshot snapshot;
  snapshot.site = name;
  snapshot.account = model::AccountId("123456789012");
  snapshot.region = model::Region(region);
  snapshot.groups = {std::make_shared<const GroupView>(view)};
  return std::make_shared<const Snapshot>(snapshot);
}

const Snapshots kTwo{site("east", "web", "us-east-2"), site("west", "api", "us-west-2")};

TEST(Snapshots, KnowWhichSiteKeepsAGroup) {
  EXPECT_EQ(site_of_group(kTwo, "web"), 0u);
  EXPECT_EQ(site_of_group(kTwo, "api"), 1u);
  EXPECT_EQ(site_of_group(kTwo, "web-a"), std::nullopt);
  EXPECT_EQ(find_site(kTwo, "west"), 1u);
  EXPECT_EQ(find_site(kTwo, ""), std::nullopt);
  EXPECT_EQ(site_names(kTwo), "east, west");
}

TEST(Snapshots, AnOrderGoesToTheSiteOfItsSlotOrGroup) {
  using model::CommandKind;
  EXPECT_EQ(site_of_command(kTwo, {{}, CommandKind::kPause, "api"}), 1u);
  EXPECT_EQ(site_of_command(kTwo, {{}, CommandKind::kHold, "api-a"}), 1u);
  EXPECT_EQ(site_of_command(kTwo, {{}, CommandKind::kHold, "web-a"}), 0u);
  EXPECT_EQ(site_of_command(kTwo, {{}, CommandKind::kHold, "api"}), 0u) << "it is no slot";
  EXPECT_EQ(site_of_command(kTwo, {{}, CommandKind::kHold, "api-b"}), 1u) << "it tells why";
}

TEST(Snapshots, ANoticeIsOfTheSitesThatItCanBeAbout) {
  model::Notice notice;
  notice.account = model::AccountId("123456789012");
  notice.region = model::Region("us-west-2");
  EXPECT_THAT(sites_of_notice(kTwo, notice), testing::ElementsAre(1u));
  notice.region = {};
  EXPECT_THAT(sites_of_notice(kTwo, notice), testing::ElementsAre(0u, 1u));
  notice.account = model::AccountId("999999999999");
  EXPECT_THAT(sites_of_notice(kTwo, notice), testing::IsEmpty());
}

TEST(GroupView, OfASiteThatIsNotBegunHasEmptySlotsAndSaysWhy) {
  const GroupView view = view_before(group().spec, "nobody answers");
  EXPECT_EQ(view.name.str(), "web");
  EXPECT_EQ(view.hindrance, "nobody answers");
  EXPECT_FALSE(view.has_seen_all);
  ASSERT_EQ(view.slots.size(), 4u);
  EXPECT_EQ(view.slots[3].name, kD);
  EXPECT_EQ(view.slots[3].state, SlotState::kEmpty);
}

TEST(Snapshot, FindsAGroupByItsName) {
  Snapshot snapshot;
  snapshot.groups = {std::make_shared<const GroupView>(view_of(group(), kNow))};
  EXPECT_EQ(snapshot.find("web"), snapshot.groups[0].get());
  EXPECT_EQ(snapshot.find("api"), nullptr);
}

}  // namespace
}  // namespace app
