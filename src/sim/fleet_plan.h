// How a fleet divides what it wants among pools, by the strategies that EC2 Fleet documents. Pure.
//
// AWS does not publish how it weighs capacity against price; here a pool counts as roomy when it
// could take everything, or has at least half of what the roomiest one has.
#pragma once

#include <optional>
#include <vector>

#include "base/money.h"
#include "model/pool.h"

namespace sim {

enum class FleetStrategy {
  kPriceCapacityOptimized,
  kCapacityOptimized,
  kCapacityOptimizedPrioritized,
  kLowestPrice,
  kDiversified,
  kPrioritized,  // Of on-demand only.
};

// One lifecycle's part of a fleet.
struct FleetWish {
  FleetStrategy strategy = FleetStrategy::kLowestPrice;
  int wanted = 0;
  int least = 0;         // With fewer, none is launched.
  int pools_to_use = 1;  // Of kLowestPrice: the cheapest so many share evenly.
  bool is_single_type = false;
  bool is_single_zone = false;
  std::optional<base::Money> budget;  // Of all together, per hour.
};

struct FleetPool {
  model::Pool key;
  int free = 0;
  base::Money price;
  std::optional<int> priority;  // 0 is the first; nothing: the last.
};

// So many of the pool with that index.
struct FleetShare {
  size_t pool = 0;
  int count = 0;
  friend bool operator==(const FleetShare&, const FleetShare&) = default;
};

struct FleetPlan {
  std::vector<FleetShare> shares;
  std::vector<size_t> dry;          // Asked for more than they have.
  std::vector<size_t> over_budget;  // Could have given more for more money.
  bool is_below_least = false;      // Then there are no shares.

  int total() const;
};

// No two of the pools are the same.
FleetPlan plan_fleet(const FleetWish& wish, const std::vector<FleetPool>& pools);

}  // namespace sim
