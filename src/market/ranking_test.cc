#include "market/ranking.h"

#include <gtest/gtest.h>

namespace market {
namespace {

using base::Instant;
using base::Money;
using model::InstanceType;
using model::Pool;
using model::Zone;

const Zone kZone("us-east-2a");
const std::vector<InstanceType> kTypes{InstanceType("a.large"), InstanceType("b.large"),
                                       InstanceType("c.large")};
const Instant kNow = Instant::from_unix_seconds(1000);

Pool pool(const char* type) { return {InstanceType(type), kZone, model::kLinux}; }

using Prices = std::map<Pool, Money>;
using Cooling = std::map<Pool, Instant>;

model::GroupSpec group(model::Strategy strategy = model::Strategy::kPriceCapacity) {
  model::GroupSpec spec;
  spec.types = kTypes;
  spec.strategy = strategy;
  return spec;
}

std::string names(const std::vector<RankedPool>& pools) {
  std::string text;
  for (const RankedPool& ranked : pools) text += ranked.pool.type.str()[0];
  return text;
}

std::string order(const Prices& prices, const Cooling& cooling,
                  model::Strategy strategy = model::Strategy::kPriceCapacity,
                  std::map<Pool, int> in_use = {}) {
  static const Advisor kAdvisor =
      *Advisor::parse(R"({"spot_advisor":{"r":{"Linux":{"a.large":{"r":4},"b.large":{"r":0},)"
                      R"("c.large":{"r":1}}}}})",
                      model::Region("r"));
  return names(rank(group(strategy), kZone, {prices, cooling, kAdvisor, std::move(in_use)}, kNow));
}

TEST(Ranking, TheCheapestGoesFirstAndUnknownPricesFollowInConfiguredOrder) {
  EXPECT_EQ(order({}, {}), "abc");
  EXPECT_EQ(
      order({{pool("c.large"), Money::usd_micros(50)}, {pool("b.large"), Money::usd_micros(90)}},
            {}),
      "cba");
}

TEST(Ranking, CoolingPoolsComeLastTheSoonestFreeFirst) {
  EXPECT_EQ(order({}, {{pool("a.large"), kNow + base::Duration::seconds(60)},
                       {pool("b.large"), kNow + base::Duration::seconds(30)}}),
            "cba");
}

TEST(Ranking, APoolThatHasCooledIsLikeAnyOther) {
  EXPECT_EQ(order({}, {{pool("a.large"), kNow}}), "abc");
}

TEST(Ranking, APoolAboveOurMaximumFollowsThoseThatCool) {
  const std::map<Pool, Money> prices{{pool("a.large"), Money::usd_micros(30)},
                                     {pool("b.large"), Money::usd_micros(20)},
                                     {pool("c.large"), Money::usd_micros(10)}};
  const Cooling cooling{{pool("c.large"), kNow + base::Duration::seconds(60)}};
  model::GroupSpec spec = group();
  spec.max_price = Money::usd_micros(20);
  const auto ranked = rank(spec, kZone, {prices, cooling, Advisor(), {}}, kNow);
  EXPECT_EQ(ranked[0].pool, pool("b.large"));
  EXPECT_EQ(ranked[1].pool, pool("c.large"));
  EXPECT_TRUE(ranked[2].too_dear);
}

// Bands: a 4, b 0, c 1.
TEST(Ranking, EachStrategyWeighsPriceRiskAndUseInItsOwnWay) {
  const Prices prices{{pool("a.large"), Money::usd_micros(1000)},
                      {pool("b.large"), Money::usd_micros(1300)},
                      {pool("c.large"), Money::usd_micros(1250)}};
  using enum model::Strategy;
  EXPECT_EQ(order(prices, {}, kLowestPrice), "acb");
  EXPECT_EQ(order(prices, {}, kLowestRisk), "bca");
  EXPECT_EQ(order(prices, {}, kPriceCapacity), "bca") << "1300, 1375 and 1400 with their bands";
  EXPECT_EQ(order(prices, {}, kDiversified, {{pool("b.large"), 2}, {pool("c.large"), 1}}), "acb");
}

// a.large is in the worst band and c.large in the second: 1.4 and 1.1 of the price as a rule.
TEST(Ranking, WhereCapacityIsScarceRiskWeighsMore) {
  const Advisor advisor =
      *Advisor::parse(R"({"spot_advisor":{"r":{"Linux":{"a.large":{"r":4},"b.large":{"r":4},)"
                      R"("c.large":{"r":1}}}}})",
                      model::Region("r"));
  const Prices prices{{pool("a.large"), Money::usd_micros(1000)},
                      {pool("c.large"), Money::usd_micros(1200)}};
  const auto with_score = [&](std::map<Zone, int> scores) {
    const auto pools = rank(group(), kZone, {prices, {}, advisor, {}, std::move(scores)}, kNow);
    return names(pools).substr(0, 2);
  };
  EXPECT_EQ(with_score({}), "ca");
  EXPECT_EQ(with_score({{kZone, 5}}), "ca");
  EXPECT_EQ(with_score({{kZone, 8}}), "ac");
  EXPECT_EQ(with_score({{kZone, 3}}), "ca");
  EXPECT_EQ(with_score({{Zone("us-east-2b"), 9}}), "ca") << "of another zone";
  const Prices dearer{{pool("a.large"), Money::usd_micros(1000)},
                      {pool("c.large"), Money::usd_micros(1400)}};
  const auto of_dearer = [&](int score) {
    return names(rank(group(), kZone, {dearer, {}, advisor, {}, {{kZone, score}}}, kNow))
        .substr(0, 2);
  };
  EXPECT_EQ(of_dearer(5), "ac");
  EXPECT_EQ(of_dearer(3), "ca");
}

TEST(Ranking, APoolThatCoolsComesLastWhateverTheStrategy) {
  const Cooling cooling{{pool("b.large"), kNow + base::Duration::seconds(60)}};
  using enum model::Strategy;
  for (const auto strategy : {kLowestPrice, kLowestRisk, kPriceCapacity, kDiversified})
    EXPECT_EQ(order({}, cooling, strategy).back(), 'b');
}

TEST(Ranking, PricesOfOtherZonesDoNotCount) {
  const Pool elsewhere{InstanceType("c.large"), Zone("us-east-2b"), model::kLinux};
  EXPECT_EQ(order({{elsewhere, Money::usd_micros(1)}}, {}), "abc");
}

}  // namespace
}  // namespace market
