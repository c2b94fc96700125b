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

std::string order(const std::map<Pool, Money>& prices, const std::map<Pool, Instant>& cooling) {
  std::string text;
  for (const RankedPool& ranked : rank(kTypes, kZone, prices, cooling, kNow))
    text += ranked.pool.type.str()[0];
  return text;
}

TEST(Ranking, TheCheapestGoesFirstAndUnknownPricesFollowInConfiguredOrder) {
  EXPECT_EQ(order({}, {}), "abc");
  EXPECT_EQ(
      order({{pool("c.large"), Money::usd_micros(5)}, {pool("b.large"), Money::usd_micros(9)}}, {}),
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
  const auto ranked =
      rank(kTypes, kZone, prices, {{pool("c.large"), kNow + base::Duration::seconds(60)}}, kNow,
           Money::usd_micros(20));
  EXPECT_EQ(ranked[0].pool, pool("b.large"));
  EXPECT_EQ(ranked[1].pool, pool("c.large"));
  EXPECT_TRUE(ranked[2].too_dear);
}

TEST(Ranking, PricesOfOtherZonesDoNotCount) {
  const Pool elsewhere{InstanceType("c.large"), Zone("us-east-2b"), model::kLinux};
  EXPECT_EQ(order({{elsewhere, Money::usd_micros(1)}}, {}), "abc");
}

}  // namespace
}  // namespace market
