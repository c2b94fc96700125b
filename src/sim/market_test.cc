#include "sim/market.h"

#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;

const model::Pool kPool{model::InstanceType("c6i.large"), model::Zone("us-east-2a"), model::kLinux};

RegionOptions generated(uint64_t seed) {
  RegionOptions options = calm_options(seed);
  options.market = MarketKind::kGenerated;
  return options;
}

TEST(Market, ACalmOneStandsStill) {
  TestRegion r;
  const auto before = r.region.world().pools.at(kPool);
  r.wait(Duration::hours(24 * 7));
  EXPECT_EQ(r.region.world().pools.at(kPool).spot_capacity, before.spot_capacity);
  EXPECT_EQ(r.region.world().pools.at(kPool).prices.size(), before.prices.size());
}

TEST(Market, AGeneratedOneMovesPricesBelowOnDemand) {
  TestRegion r(generated(3));
  r.wait(Duration::hours(24 * 7));
  size_t moves = 0;
  for (const auto& [key, pool] : r.region.world().pools) {
    for (const PricePoint& point : pool.prices) {
      EXPECT_LE(point.price, pool.on_demand_price);
      EXPECT_GT(point.price, base::Money());
    }
    moves += pool.prices.size() - 1;
  }
  EXPECT_GT(moves, 100u);
}

TEST(Market, AGeneratedOneInterruptsWithinAMonth) {
  TestRegion r(generated(5));
  for (const Subnet& subnet : r.region.default_scene().subnets)
    r.ec2("RunInstances", {{"LaunchTemplate.LaunchTemplateName", "web"},
                           {"SubnetId", subnet.id.str()},
                           {"InstanceMarketOptions.MarketType", "spot"},
                           {"MinCount", "1"},
                           {"MaxCount", "10"}});
  int reclaimed = 0;
  for (int day = 0; day < 30; ++day) {
    r.wait(Duration::hours(24));
    for (const auto& event : r.drain_queue())
      reclaimed += event.at("detail-type") == "AWS Service Event via CloudTrail";
  }
  EXPECT_GT(reclaimed, 0);
  EXPECT_LE(reclaimed, 30);
}

TEST(Market, ADroughtGivesNothingAndTakesNothing) {
  TestRegion r;
  const std::string id = r.launch()[0];
  FaultSettings faults = r.region.faults();
  faults.is_drought = true;
  r.region.set_faults(faults);
  EXPECT_EQ(r.run().code(), "InsufficientInstanceCapacity");
  r.wait(Duration::hours(1));
  EXPECT_EQ(r.state_of(id), "running");
}

TEST(Market, ReplaysPricesFromTheRegionsStart) {
  const auto day = base::Instant::from_unix_seconds(1'600'000'000);
  RegionOptions options = generated(1);
  const model::Zone elsewhere("eu-west-1a");
  options.price_trace = {
      {day, elsewhere, model::InstanceType("c6i.large"), base::Money::usd_micros(40'000)},
      {day + Duration::hours(2), elsewhere, model::InstanceType("c6i.large"),
       base::Money::usd_micros(50'000)},
      {day, elsewhere, model::InstanceType("p9.huge"), base::Money::usd_micros(1'000'000)}};
  TestRegion r(options);
  r.wait(Duration::minutes(1));
  const auto price = [&] { return r.region.world().pools.at(kPool).price().micros(); };
  EXPECT_EQ(price(), 40'000);
  r.wait(Duration::hours(2));
  EXPECT_EQ(price(), 50'000);
  EXPECT_TRUE(
      r.region.world().pools.contains({model::InstanceType("p9.huge"), kPool.zone, model::kLinux}));
}

TEST(Market, ReplaysCapacityAndReclaimsWhenItFalls) {
  RegionOptions options = calm_options();
  options.capacity_traces = {{Duration::minutes(5), {4, 1}}};
  TestRegion r(options);
  EXPECT_EQ(r.launch(6).size(), 4u);
  r.wait(Duration::minutes(8));
  EXPECT_EQ(r.region.world().pools.at(kPool).spot_used, 1);
  r.wait(Duration::minutes(3));
  EXPECT_EQ(r.region.world().pools.at(kPool).spot_capacity, 4);
}

TEST(Market, ATraceOfAPoolGoesBeforeThatOfItsZone) {
  RegionOptions options = calm_options();
  options.capacity_traces = {{Duration::minutes(5), {4}}};
  options.pool_traces = {{kPool.type, 'a', {Duration::minutes(5), {2, 0}}},
                         {kPool.type, 'z', {Duration::minutes(5), {9}}}};
  TestRegion r(options);
  const auto capacity = [&](const char* type) {
    return r.region.world()
        .pools.at({model::InstanceType(type), kPool.zone, model::kLinux})
        .spot_capacity;
  };
  EXPECT_EQ(capacity(kPool.type.str().c_str()), 2);
  EXPECT_EQ(capacity("r5.large"), 4);
  r.wait(Duration::minutes(6));
  EXPECT_EQ(capacity(kPool.type.str().c_str()), 0);
}

TEST(MarketTrace, ReadsPingsAndNamesABrokenLine) {
  const std::string header = "tick,timestamp,fail\n";
  const auto trace = parse_pings(header +
                                     "0,2022-10-26T22:05:04.000Z,0\n"
                                     "1,2022-10-26T22:15:04.000Z,1\r\n"
                                     "2,2022-10-26T22:25:08.000Z,0\n",
                                 7);
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->gap, Duration::seconds(602));
  EXPECT_EQ(trace->capacities, (std::vector<int>{7, 0, 7}));
  const std::string first = "0,2022-10-26T22:05:04.000Z,0\n";
  EXPECT_EQ(parse_pings(header + first + "1,2022-10-26T22:15:04.000Z,2\n", 1).error().context,
            "line 3");
  for (const std::string& bad : {std::string("tick\n"), header, header + first,
                                 header + first + first, header + first + "1,now\n"})
    EXPECT_FALSE(parse_pings(bad, 1).has_value()) << bad;
}

TEST(MarketTrace, ReadsPricesAndNamesABrokenLine) {
  const std::string header =
      "timestamp,availability_zone,instance_type,product_description,spot_price\n";
  const auto rows = parse_price_csv(header +
                                    "2021-03-02T01:39:04Z,us-east-1e,r4.large,Linux/UNIX,0.178200\n"
                                    "2021-03-02T01:39:05Z,us-east-1e,r4.large,Windows,0.2\r\n");
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().price, base::Money::usd_micros(178'200));
  const auto broken = parse_price_csv(header + "yesterday,us-east-1e,r4.large,Linux/UNIX,1\n");
  EXPECT_EQ(broken.error().context, "line 2");
  EXPECT_FALSE(parse_price_csv(header + "a,b\n").has_value());
  EXPECT_FALSE(parse_price_csv("price\n").has_value());
}

TEST(MarketTrace, ReadsAvailability) {
  const auto trace = parse_availability(R"({"metadata": {"gap_seconds": 300}, "data": [0, 4]})");
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->gap, Duration::minutes(5));
  EXPECT_EQ(trace->capacities, (std::vector<int>{0, 4}));
  for (const char* bad :
       {"[]", R"({"data": [1]})", R"({"metadata": {"gap_seconds": 0}, "data": [1]})",
        R"({"metadata": {"gap_seconds": 1}, "data": [-1]})"})
    EXPECT_FALSE(parse_availability(bad).has_value()) << bad;
}

}  // namespace
}  // namespace sim
