// The watch between a simulated region and a keeper's journal. Goal: it tells each thing once, as
// the region and the journal have it, and lets the checkers see every ledger record. Method: the
// test is the keeper: it writes the journal, and asks the region for machines.
#include "app/demo_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/form.h"

namespace app {
namespace {

using base::Duration;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

sim::RegionOptions calm() {
  sim::RegionOptions options;
  options.verify_signatures = false;
  options.market = sim::MarketKind::kCalm;
  return options;
}

class DemoWatchTest : public testing::Test {
 protected:
  DemoWatchTest() {
    std::string pattern = testing::TempDir() + "/watch-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    model::GroupSpec group;
    group.name = model::GroupName("web");
    group.capacity = 1;
    groups_ = {group};
    database_ = *store::Database::open(folder_ + "/keeper.db");
    journal_ = *engine::Journal::open(*database_);
    watch_ = *DemoWatch::open(folder_ + "/keeper.db", region_, groups_);
  }
  ~DemoWatchTest() override { std::filesystem::remove_all(folder_); }

  model::InstanceId launch() {
    base::Form form;
    form.add("Action", "RunInstances");
    form.add("Version", "2016-11-15");
    form.add("LaunchTemplate.LaunchTemplateId", region_.default_scene().launch_template.str());
    form.add("SubnetId", region_.default_scene().subnets[0].id.str());
    form.add("InstanceMarketOptions.MarketType", "spot");
    form.add("MinCount", "1");
    form.add("MaxCount", "1");
    form.add("TagSpecification.1.ResourceType", "instance");
    form.add("TagSpecification.1.Tag.1.Key", model::kGroupTag);
    form.add("TagSpecification.1.Tag.1.Value", "web");
    form.add("TagSpecification.1.Tag.2.Key", model::kLaunchTag);
    form.add("TagSpecification.1.Tag.2.Value", "inc.1");
    net::Request request;
    request.method = "POST";
    request.headers.add("Host", "ec2.us-east-2.amazonaws.com");
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = form.encode();
    EXPECT_EQ(region_.handle(request, region_.now()).response.status, 200);
    return region_.world().instances.rbegin()->first;
  }

  // A record in which `holder`, when it is given, has the slot.
  void write_ledger(uint64_t revision, const model::InstanceId& holder = {}) {
    model::LedgerRecord record;
    record.group = groups_[0].name;
    record.incarnation = "inc";
    record.counter = 1;
    record.revision = revision;
    model::OpenLaunch entry;
    entry.n = 1;
    entry.slots = {model::SlotName("web-a")};
    if (holder.empty())
      record.open = {entry};
    else
      record.holders[model::SlotName("web-a")] = {holder, 1, {}, region_.now(), 1};
    engine::TurnRecord turn;
    turn.ledger = {{record.group, revision, model::to_text(record), region_.now()}};
    ASSERT_TRUE(journal_->record(turn));
  }

  std::vector<std::string> told() {
    std::vector<std::string> texts;
    for (const Happening& happening : watch_->look(snapshot_))
      texts.push_back(happening.who + ": " + happening.what);
    return texts;
  }

  std::string folder_;
  sim::Region region_{calm()};
  std::vector<model::GroupSpec> groups_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<engine::Journal> journal_;
  std::unique_ptr<DemoWatch> watch_;
  Snapshot snapshot_;
};

TEST_F(DemoWatchTest, TellsOfATakenMachineAndItsEndOnce) {
  const model::InstanceId id = launch();
  region_.advance(region_.now() + Duration::minutes(2));
  EXPECT_THAT(told(), IsEmpty());
  region_.interrupt(id, sim::InterruptionKind::kWarned);
  EXPECT_THAT(told(),
              ElementsAre("region: will take " + id.str() + " in c6i.large/us-east-2a in 2:00"));
  EXPECT_THAT(told(), IsEmpty());
  region_.advance(region_.now() + Duration::minutes(2));
  EXPECT_THAT(told(),
              ElementsAre("region: " + id.str() + " ends (Server.SpotInstanceTermination)"));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(DemoWatchTest, TellsWhenAPoolRunsDryAndRecovers) {
  const model::Pool pool{model::InstanceType("c5.large"), model::Zone("us-east-2b")};
  region_.drain_pool(pool);
  EXPECT_THAT(told(), ElementsAre("region: pool c5.large/us-east-2b runs dry"));
  region_.refill_pool(pool);
  EXPECT_THAT(told(), ElementsAre("region: pool c5.large/us-east-2b has capacity again"));
}

TEST_F(DemoWatchTest, TellsTheStepsOfAnIncidentAsTheyAreWritten) {
  model::Incident incident;
  incident.instance = model::InstanceId("i-1");
  incident.id = model::incident_id(incident.instance, incident.kind);
  incident.group = groups_[0].name;
  incident.slot = model::SlotName("web-a");
  incident.opened_at = region_.now();
  incident.timeline = {{region_.now(), "noticed", "warning"}};
  engine::TurnRecord turn;
  turn.incidents = {incident};
  ASSERT_TRUE(journal_->record(turn));
  EXPECT_THAT(told(), ElementsAre("keeper: web-a interruption of i-1: noticed warning"));
  turn.incidents[0].timeline.push_back({region_.now(), "closed", "replaced"});
  turn.incidents[0].closed_at = region_.now();
  ASSERT_TRUE(journal_->record(turn));
  EXPECT_THAT(told(), ElementsAre("keeper: web-a interruption of i-1: closed replaced"));
}

TEST_F(DemoWatchTest, ShowsEveryLedgerRecordToTheCheckers) {
  write_ledger(1);
  write_ledger(2, launch());
  told();
  EXPECT_EQ(watch_->counts().ledger_records, 2);
  EXPECT_THAT(watch_->counts().violations, IsEmpty());
}

TEST_F(DemoWatchTest, PassesOnWhatTheCheckersFind) {
  write_ledger(1);
  write_ledger(3, launch());
  told();
  EXPECT_THAT(watch_->counts().violations, ElementsAre(HasSubstr("overwritten")));
}

TEST_F(DemoWatchTest, CountsCapacityOnlySinceEverySlotServed) {
  write_ledger(1);
  write_ledger(2, launch());
  GroupView group;
  group.name = groups_[0].name;
  group.slots = {{model::SlotName("web-a"), SlotState::kStarting, {}, {}, {}, {}, {}}};
  snapshot_.groups = {std::make_shared<const GroupView>(group)};
  told();
  region_.advance(region_.now() + Duration::minutes(5));
  told();
  EXPECT_EQ(watch_->counts().figures.slot_ms_wanted, 0);
  group.slots[0].state = SlotState::kServing;
  snapshot_.groups = {std::make_shared<const GroupView>(group)};
  told();
  region_.advance(region_.now() + Duration::minutes(1));
  told();
  EXPECT_EQ(watch_->counts().figures.slot_ms_wanted, 60'000);
  EXPECT_EQ(watch_->counts().figures.slot_ms_served, 60'000);
}

}  // namespace
}  // namespace app
