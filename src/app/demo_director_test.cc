// The director against a real simulated region. Goal: misfortune strikes only what the keeper
// keeps, and not before there is something to see.
#include "app/demo_director.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/form.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;

sim::RegionOptions calm() {
  sim::RegionOptions options;
  options.verify_signatures = false;
  options.market = sim::MarketKind::kCalm;
  return options;
}

class DemoDirector : public testing::Test {
 protected:
  void launch(int count, const char* tag) {
    base::Form form;
    form.add("Action", "RunInstances");
    form.add("Version", "2016-11-15");
    form.add("LaunchTemplate.LaunchTemplateId", region_.default_scene().launch_template.str());
    form.add("SubnetId", region_.default_scene().subnets[0].id.str());
    form.add("InstanceMarketOptions.MarketType", "spot");
    form.add("MinCount", std::to_string(count));
    form.add("MaxCount", std::to_string(count));
    form.add("TagSpecification.1.ResourceType", "instance");
    form.add("TagSpecification.1.Tag.1.Key", tag);
    form.add("TagSpecification.1.Tag.1.Value", "web");
    net::Request request;
    request.method = "POST";
    request.headers.add("Host", "ec2.us-east-2.amazonaws.com");
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = form.encode();
    const int64_t launched = region_.world().instances_launched;
    const sim::Handled handled = region_.handle(request, region_.now());
    ASSERT_EQ(handled.response.status, 200) << handled.response.body;
    ASSERT_EQ(region_.world().instances_launched, launched + count);
  }

  // Two minutes are more than any boot takes.
  void pass(Duration duration) { region_.advance(region_.now() + duration); }

  void act_for(Director& director, Duration duration) {
    const Instant end = region_.now() + duration;
    while (region_.now() < end) {
      pass(Duration::seconds(5));
      director.act(region_);
    }
  }

  std::set<model::InstanceId> struck() const {
    std::set<model::InstanceId> ids;
    for (const auto& [id, instance] : region_.world().instances)
      if (instance.reclaim) ids.insert(id);
    return ids;
  }

  size_t dry_pools() const {
    size_t count = 0;
    for (const auto& [key, pool] : region_.world().pools) count += pool.is_drained;
    return count;
  }

  sim::Region region_{calm()};
};

TEST_F(DemoDirector, WaitsUntilEveryMachineRuns) {
  launch(2, model::kGroupTag);
  Director director(1, 3);
  act_for(director, Duration::hours(1));
  EXPECT_TRUE(struck().empty());
  launch(1, model::kGroupTag);
  act_for(director, Duration::minutes(3));
  EXPECT_FALSE(struck().empty());
}

TEST_F(DemoDirector, StrikesNobodyButTheKept) {
  launch(3, "Name");
  pass(Duration::minutes(2));
  Director director(1, 0);
  director.interrupt_one(region_);
  director.storm(region_);
  director.drain_or_refill(region_);
  EXPECT_TRUE(struck().empty());
  EXPECT_EQ(dry_pools(), 0U);
}

TEST_F(DemoDirector, StormTakesThreeDifferentMachines) {
  launch(5, model::kGroupTag);
  pass(Duration::minutes(2));
  Director director(1, 5);
  director.storm(region_);
  EXPECT_EQ(struck().size(), 3U);
  director.storm(region_);
  EXPECT_EQ(struck().size(), 5U);  // Nobody is taken twice.
}

TEST_F(DemoDirector, DrainsAPoolInUseAndRefillsIt) {
  launch(2, model::kGroupTag);
  pass(Duration::minutes(2));
  Director director(1, 2);
  director.drain_or_refill(region_);
  EXPECT_EQ(dry_pools(), 1U);
  EXPECT_EQ(struck().size(), 2U);
  director.drain_or_refill(region_);
  EXPECT_EQ(dry_pools(), 0U);
}

TEST_F(DemoDirector, RefillsByItselfAfterAWhile) {
  launch(1, model::kGroupTag);
  pass(Duration::minutes(2));
  Director director(1, 9);
  director.drain_or_refill(region_);
  act_for(director, Duration::minutes(2));
  EXPECT_EQ(dry_pools(), 1U);
  act_for(director, Duration::minutes(2));
  EXPECT_EQ(dry_pools(), 0U);
}

TEST_F(DemoDirector, WarnsMostAndTakesSomeWithoutWarning) {
  for (const auto& [key, pool] : region_.world().pools) region_.set_pool_capacity(key, 40);
  launch(40, model::kGroupTag);
  pass(Duration::minutes(2));
  Director director(1, 40);
  for (int i = 0; i < 40; ++i) director.interrupt_one(region_);
  int unwarned = 0;
  for (const auto& [id, instance] : region_.world().instances)
    unwarned += instance.reclaim->kind == sim::InterruptionKind::kUnwarned;
  EXPECT_GT(unwarned, 0);
  EXPECT_LT(unwarned, 20);
}

}  // namespace
}  // namespace app
