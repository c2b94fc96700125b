// Ranking: which pool a launch should try first, and why.
//
// Pure. Pools that were interrupted or dry cool down and come last, the one that is free soonest
// first, so that there always is an answer. Among the others the cheapest goes first; a pool whose
// price is unknown follows those with a price, in the order the configuration names the types, and
// one that costs more than our maximum follows them all.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "model/pool.h"

namespace market {

struct RankedPool {
  model::Pool pool;
  std::optional<base::Money> price;
  std::optional<base::Instant> cools_until;
  bool too_dear = false;
};

// `types` in order of preference. Prices and cooling of other pools are ignored.
std::vector<RankedPool> rank(const std::vector<model::InstanceType>& types, const model::Zone& zone,
                             const std::map<model::Pool, base::Money>& prices,
                             const std::map<model::Pool, base::Instant>& cooling, base::Instant now,
                             std::optional<base::Money> max_price = {});

}  // namespace market
