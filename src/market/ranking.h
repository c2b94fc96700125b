// Ranking: which pool a launch should try first, and why.
//
// Pure. Pools that were interrupted or dry cool down and come last, the one that is free soonest
// first, so that there always is an answer; one that costs more than our maximum follows them all.
// Among the others the group's strategy decides; what it cannot tell apart stays in the order in
// which the configuration names the types.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "market/advisor.h"
#include "model/group.h"
#include "model/pool.h"

namespace market {

struct RankedPool {
  model::Pool pool;
  std::optional<base::Money> price;
  std::optional<int> band;   // Of the advisor.
  std::optional<int> score;  // AWS's placement score of the zone, for all types together.
  std::optional<base::Instant> cools_until;
  bool too_dear = false;
  int in_use = 0;  // Machines of ours in it.
};

// What is known of pools; of other zones' too, which do not count.
struct Knowledge {
  const std::map<model::Pool, base::Money>& prices;
  const std::map<model::Pool, base::Instant>& cooling;
  const Advisor& advisor;
  std::map<model::Pool, int> in_use;
  std::map<model::Zone, int> scores = {};
};

// The pools of the group's types in that zone, the best first.
std::vector<RankedPool> rank(const model::GroupSpec& group, const model::Zone& zone,
                             const Knowledge& knowledge, base::Instant now);

}  // namespace market
