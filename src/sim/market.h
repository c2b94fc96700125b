// Market: the capacity and the price of every pool over time.
//
// Owns the pools of the world. A generated pool hovers around its base capacity and now and then
// falls into a crunch; its price follows the pressure slowly, below the on-demand price. A replayed
// pool follows its trace, which begins anew when it ends. When Spot capacity falls below what runs,
// `on_shortage` is told; who must go is decided there.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "sim/context.h"

namespace sim {

class Market {
 public:
  using OnShortage = std::function<void(const model::Pool&)>;

  // Makes the pools of these zones.
  Market(Context& context, base::Prng dice, const std::vector<model::Zone>& zones);

  void start(OnShortage on_shortage);

  bool knows(const model::InstanceType& type) const;
  // What one more request could get.
  int free_capacity(const model::Pool& key, model::Lifecycle lifecycle) const;
  void take(const model::Pool& key, model::Lifecycle lifecycle);
  void give_back(const model::Pool& key, model::Lifecycle lifecycle);

  // No Spot capacity until it is refilled: what runs there is reclaimed.
  bool drain(const model::Pool& key);
  bool refill(const model::Pool& key);
  bool set_spot_capacity(const model::Pool& key, int capacity);

 private:
  struct Process {
    explicit Process(base::Prng own) : dice(own) {}
    base::Prng dice;
    int base_capacity = 0;
    int volatility_ppm = 0;  // Chance of a crunch per step.
    int crunch_capacity = 0;
    base::Instant crunch_until;
    int64_t discount_per_mille = 0;  // The price's share of the on-demand price in calm times.
    bool has_price_trace = false;
    bool has_capacity_trace = false;
  };

  void add_pool(const model::InstanceType& type, const model::Zone& zone, base::Money on_demand);
  void load_prices();
  void step_capacities();
  void step_prices();
  void step_capacity(Pool& pool, Process& process);
  void step_price(Pool& pool, Process& process);
  void replay(const AvailabilityTrace& trace, std::vector<model::Pool> pools);
  void replay_from(const AvailabilityTrace& trace, const std::vector<model::Pool>& pools,
                   size_t index);
  void check_shortage(const Pool& pool);

  Context& context_;
  base::Prng dice_;
  std::vector<model::Zone> zones_;
  std::map<model::Pool, Process> processes_;
  OnShortage on_shortage_;
};

// What Spot can run in the pool at all, drains and all.
int effective_spot_capacity(const Pool& pool);

}  // namespace sim
