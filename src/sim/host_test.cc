// Goal: a host's crash, lost disk and partition cost what they should and no more. Method: one
// keeper with one slot and no target group, in a calm region.
#include "sim/host.h"

#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;

class HostTest : public ::testing::Test {
 protected:
  HostTest() { host_.start(); }

  HostOptions options() {
    const Scene& scene = region_.region.default_scene();
    model::GroupSpec group;
    group.name = model::GroupName("web");
    group.capacity = 1;
    group.subnets = {scene.subnets[0].id};
    group.launch_template = {scene.launch_template, "$Latest"};
    group.types = {model::InstanceType("c6i.large")};
    HostOptions options;
    options.name = "keeper-1";
    options.queue_url = region_.region.add_queue(options.name);
    options.groups = {group};
    return options;
  }
  void run(Duration duration) { timeline_.run_until(timeline_.now() + duration); }
  std::vector<model::InstanceId> live() const {
    std::vector<model::InstanceId> ids;
    for (const auto& [id, instance] : region_.region.world().instances)
      if (instance.is_live()) ids.push_back(id);
    return ids;
  }
  size_t journaled() { return host_.journal().events({}).value().size(); }

  TestRegion region_;
  Timeline timeline_{region_.region, region_.now};
  NetworkFaults faults_;
  int requests_ = 0;
  int records_ = 0;
  Host host_{options(),
             timeline_,
             region_.region,
             faults_,
             [this](const Exchange&) { ++requests_; },
             [this](const std::string&) { ++records_; },
             {},
             base::Prng(1)};
};

TEST_F(HostTest, TheShippedKeeperFillsItsGroupAndTellsOfEveryRecord) {
  run(Duration::minutes(10));
  EXPECT_EQ(live().size(), 1u);
  EXPECT_GE(records_, 3) << "begun, opened, committed";
  EXPECT_GT(journaled(), 0u) << "the launch's own state changes";
}

TEST_F(HostTest, ACrashEndsTheProcessAndTheNextOneRemembers) {
  run(Duration::minutes(10));
  const auto before = live();
  const size_t events = journaled();
  host_.crash(Duration::seconds(30));
  EXPECT_FALSE(host_.is_up());
  const int requests = requests_;
  run(Duration::seconds(29));
  EXPECT_LE(requests_, requests + 1) << "at most what was already on its way";
  run(Duration::minutes(5));
  ASSERT_TRUE(host_.is_up());
  EXPECT_EQ(host_.crashes(), 1);
  EXPECT_EQ(live(), before);
  EXPECT_GE(journaled(), events);
}

TEST_F(HostTest, ALostDiskForgetsTheJournalAndTheGroupSurvives) {
  run(Duration::minutes(10));
  const auto before = live();
  ASSERT_GT(journaled(), 0u);
  host_.lose_disk(Duration::seconds(1));
  run(Duration::seconds(2));
  ASSERT_TRUE(host_.is_up());
  EXPECT_EQ(journaled(), 0u);
  run(Duration::minutes(10));
  EXPECT_EQ(live(), before);
}

TEST_F(HostTest, APartitionedHostReachesNobodyAndGoesOnAfterwards) {
  host_.set_partitioned(true);
  run(Duration::minutes(10));
  EXPECT_EQ(requests_, 0);
  EXPECT_TRUE(live().empty());
  host_.set_partitioned(false);
  run(Duration::minutes(10));
  EXPECT_EQ(live().size(), 1u);
}

TEST_F(HostTest, CrashingAtEveryPointItNeverGetsAnythingDone) {
  host_.set_crash_rate(1000);
  run(Duration::minutes(30));
  EXPECT_GT(host_.crashes(), 20);
  EXPECT_TRUE(live().empty());
  host_.set_crash_rate(0);
  run(Duration::minutes(15));
  EXPECT_EQ(live().size(), 1u);
}

}  // namespace
}  // namespace sim
