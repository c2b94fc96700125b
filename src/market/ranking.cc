#include "market/ranking.h"

#include <algorithm>
#include <tuple>

namespace market {
namespace {

RankedPool describe(const model::Pool& pool, const std::map<model::Pool, base::Money>& prices,
                    const std::map<model::Pool, base::Instant>& cooling, base::Instant now) {
  RankedPool ranked{pool, std::nullopt, std::nullopt};
  if (const auto price = prices.find(pool); price != prices.end()) ranked.price = price->second;
  if (const auto until = cooling.find(pool); until != cooling.end() && until->second > now)
    ranked.cools_until = until->second;
  return ranked;
}

bool goes_before(const RankedPool& a, const RankedPool& b) {
  const auto key = [](const RankedPool& ranked) {
    return std::tuple(ranked.too_dear, ranked.cools_until.value_or(base::Instant()),
                      !ranked.price.has_value(), ranked.price.value_or(base::Money()));
  };
  return key(a) < key(b);
}

}  // namespace

std::vector<RankedPool> rank(const std::vector<model::InstanceType>& types, const model::Zone& zone,
                             const std::map<model::Pool, base::Money>& prices,
                             const std::map<model::Pool, base::Instant>& cooling, base::Instant now,
                             std::optional<base::Money> max_price) {
  std::vector<RankedPool> pools;
  pools.reserve(types.size());
  for (const model::InstanceType& type : types)
    pools.push_back(describe({type, zone, model::kLinux}, prices, cooling, now));
  for (RankedPool& pool : pools)
    pool.too_dear = max_price && pool.price && *pool.price > *max_price;
  std::stable_sort(pools.begin(), pools.end(), goes_before);
  return pools;
}

}  // namespace market
