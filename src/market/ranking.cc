#include "market/ranking.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace market {
namespace {

using base::Money;
using model::Strategy;

// Behind every price and every band that is known.
constexpr int64_t kUnknown = std::numeric_limits<int64_t>::max();

// What AWS shows nothing of is neither safe nor risky.
constexpr int kMiddleBand = Advisor::kBands / 2;

int64_t micros_of(const RankedPool& pool) { return pool.price ? pool.price->micros() : kUnknown; }

int64_t band_of(const RankedPool& pool) { return pool.band.value_or(kMiddleBand); }

// In twentieths of the price. Where AWS thinks capacity scarce, what it takes is hard to replace.
int64_t weight_of_a_band(const RankedPool& pool) {
  constexpr int kGood = 8, kPoor = 3;
  if (!pool.score) return 2;
  return *pool.score >= kGood ? 1 : *pool.score <= kPoor ? 4 : 2;
}

// An interruption costs a boot's worth of two machines and some nerves: each band is worth a tenth
// of the price; half of that in a zone with a good placement score, twice in one with a poor one.
int64_t weighted_price(const RankedPool& pool) {
  if (!pool.price) return kUnknown;
  return pool.price->micros() / 10 * (20 + weight_of_a_band(pool) * band_of(pool)) / 2;
}

// Smaller goes first.
std::tuple<int64_t, int64_t> preference(const RankedPool& pool, Strategy strategy) {
  switch (strategy) {
    case Strategy::kLowestPrice: return {micros_of(pool), 0};
    case Strategy::kLowestRisk: return {band_of(pool), micros_of(pool)};
    case Strategy::kDiversified: return {pool.in_use, weighted_price(pool)};
    case Strategy::kPriceCapacity: return {weighted_price(pool), 0};
  }
  return {};
}

RankedPool describe(const model::Pool& pool, const Knowledge& known, base::Instant now) {
  RankedPool ranked;
  ranked.pool = pool;
  ranked.band = known.advisor.band(pool.type);
  if (const auto score = known.scores.find(pool.zone); score != known.scores.end())
    ranked.score = score->second;
  if (const auto price = known.prices.find(pool); price != known.prices.end())
    ranked.price = price->second;
  if (const auto until = known.cooling.find(pool);
      until != known.cooling.end() && until->second > now)
    ranked.cools_until = until->second;
  if (const auto used = known.in_use.find(pool); used != known.in_use.end())
    ranked.in_use = used->second;
  return ranked;
}

}  // namespace

std::vector<RankedPool> rank(const model::GroupSpec& group, const model::Zone& zone,
                             const Knowledge& knowledge, base::Instant now) {
  std::vector<RankedPool> pools;
  pools.reserve(group.types.size());
  for (const model::InstanceType& type : group.types) {
    pools.push_back(describe({type, zone, model::kLinux}, knowledge, now));
    RankedPool& pool = pools.back();
    pool.too_dear = group.max_price && pool.price && *pool.price > *group.max_price;
  }
  const auto key = [&](const RankedPool& pool) {
    return std::tuple(pool.too_dear, pool.cools_until.value_or(base::Instant()),
                      preference(pool, group.strategy));
  };
  std::stable_sort(pools.begin(), pools.end(),
                   [&](const RankedPool& a, const RankedPool& b) { return key(a) < key(b); });
  return pools;
}

}  // namespace market
