#include "sim/fleet_plan.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace sim {
namespace {

constexpr int kLast = std::numeric_limits<int>::max();

bool contains(const std::vector<size_t>& list, size_t index) {
  return std::find(list.begin(), list.end(), index) != list.end();
}

bool is_roomy(const FleetPool& pool, int wanted, int roomiest) {
  return pool.free > 0 && (pool.free >= wanted || 2 * pool.free >= roomiest);
}

// Pools in the order of ascending ranks are asked one after the other.
using Rank = std::tuple<int64_t, int64_t, int64_t>;

Rank rank_of(const FleetWish& wish, const FleetPool& pool, int roomiest) {
  const int64_t priority = pool.priority.value_or(kLast);
  switch (wish.strategy) {
    case FleetStrategy::kLowestPrice: return {pool.price.micros(), 0, 0};
    case FleetStrategy::kPrioritized: return {priority, pool.price.micros(), 0};
    case FleetStrategy::kDiversified: return {};
    case FleetStrategy::kCapacityOptimized: return {-pool.free, 0, 0};
    case FleetStrategy::kCapacityOptimizedPrioritized:
      return {pool.free < wish.wanted, priority, -pool.free};
    case FleetStrategy::kPriceCapacityOptimized:
      return {!is_roomy(pool, wish.wanted, roomiest), pool.price.micros(), -pool.free};
  }
  return {};
}

std::vector<size_t> in_order(const FleetWish& wish, const std::vector<FleetPool>& pools) {
  int roomiest = 0;
  for (const FleetPool& pool : pools) roomiest = std::max(roomiest, pool.free);
  std::vector<size_t> order(pools.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return rank_of(wish, pools[a], roomiest) < rank_of(wish, pools[b], roomiest);
  });
  return order;
}

class Planner {
 public:
  Planner(const FleetWish& wish, const std::vector<FleetPool>& pools)
      : wish_(wish), pools_(pools), left_(wish.wanted) {
    for (const FleetPool& pool : pools_) free_.push_back(pool.free);
  }

  FleetPlan plan(const std::vector<size_t>& order) {
    size_t sharing = 0;
    if (wish_.strategy == FleetStrategy::kDiversified) sharing = order.size();
    if (wish_.strategy == FleetStrategy::kLowestPrice && wish_.pools_to_use > 1)
      sharing = std::min(order.size(), static_cast<size_t>(wish_.pools_to_use));
    for (size_t i = 0; i < sharing; ++i) {
      const int others = static_cast<int>(sharing - i) - 1;
      ask(order[i], (left_ + others) / (others + 1));
    }
    for (const size_t index : order) ask(index, left_);
    plan_.is_below_least = plan_.total() < wish_.least;
    if (plan_.is_below_least) plan_.shares.clear();
    return std::move(plan_);
  }

 private:
  void ask(size_t index, int count) {
    const FleetPool& pool = pools_[index];
    if (count == 0 || contains(plan_.dry, index) || contains(plan_.over_budget, index)) return;
    const int given = std::min({count, free_[index], affordable(pool.price)});
    if (given < count) (given < free_[index] ? plan_.over_budget : plan_.dry).push_back(index);
    if (given > 0) give(index, given);
  }

  int affordable(base::Money price) const {
    if (!wish_.budget || price.micros() == 0) return kLast;
    const int64_t rest = wish_.budget->micros() - spent_.micros();
    return static_cast<int>(std::min<int64_t>(rest / price.micros(), kLast));
  }

  void give(size_t index, int count) {
    const FleetPool& pool = pools_[index];
    left_ -= count;
    free_[index] -= count;
    spent_ = spent_ + base::Money::usd_micros(pool.price.micros() * count);
    const auto same = std::find_if(plan_.shares.begin(), plan_.shares.end(),
                                   [&](const FleetShare& share) { return share.pool == index; });
    if (same == plan_.shares.end())
      plan_.shares.push_back({index, count});
    else
      same->count += count;
  }

  const FleetWish& wish_;
  const std::vector<FleetPool>& pools_;
  int left_;
  base::Money spent_;
  std::vector<int> free_;  // By pool.
  FleetPlan plan_;
};

// What pools must have in common to serve one fleet together.
std::pair<model::InstanceType, model::Zone> unity_of(const FleetWish& wish, const FleetPool& pool) {
  return {wish.is_single_type ? pool.key.type : model::InstanceType(),
          wish.is_single_zone ? pool.key.zone : model::Zone()};
}

}  // namespace

int FleetPlan::total() const {
  int sum = 0;
  for (const FleetShare& share : shares) sum += share.count;
  return sum;
}

FleetPlan plan_fleet(const FleetWish& wish, const std::vector<FleetPool>& pools) {
  const std::vector<size_t> order = in_order(wish, pools);
  std::optional<FleetPlan> best;
  // Every group of pools that may serve together, the one with the foremost pool first.
  for (const size_t first : order) {
    std::vector<size_t> together;
    for (const size_t index : order)
      if (unity_of(wish, pools[index]) == unity_of(wish, pools[first])) together.push_back(index);
    if (together.front() != first) continue;
    FleetPlan plan = Planner(wish, pools).plan(together);
    if (!best || plan.total() > best->total()) best = std::move(plan);
  }
  return best.value_or(FleetPlan());
}

}  // namespace sim
