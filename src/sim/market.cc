#include "sim/market.h"

#include <algorithm>

#include "base/check.h"
#include "sim/instance_types.h"

namespace sim {
namespace {

const base::Duration kCapacityStep = base::Duration::minutes(5);
const base::Duration kPriceStep = base::Duration::hours(1);
constexpr int kOnDemandCapacity = 2000;
// DescribeSpotPriceHistory reaches back 90 days; an hourly move each is the most a pool can have.
constexpr size_t kMostPricePoints = 90 * 24;

base::Money share(base::Money price, int64_t per_mille) {
  // Prices have four decimals.
  return base::Money::usd_micros(price.micros() * per_mille / 1000 / 100 * 100);
}

void append_price(Pool& pool, base::Instant at, base::Money price) {
  pool.prices.push_back({at, price});
  if (pool.prices.size() > kMostPricePoints) pool.prices.erase(pool.prices.begin());
}

}  // namespace

int effective_spot_capacity(const Pool& pool) { return pool.is_drained ? 0 : pool.spot_capacity; }

Market::Market(Context& context, base::Prng dice, const std::vector<model::Zone>& zones)
    : context_(context), dice_(dice), zones_(zones) {
  for (const model::Zone& zone : zones_)
    for (const TypeFacts& facts : type_facts())
      add_pool(model::InstanceType(facts.type), zone,
               base::Money::usd_micros(facts.on_demand_usd_micros));
  load_prices();
}

void Market::add_pool(const model::InstanceType& type, const model::Zone& zone,
                      base::Money on_demand) {
  Process process(dice_.fork());
  process.base_capacity = static_cast<int>(process.dice.between(12, 60));
  // From a crunch a day to one a month, at 288 steps a day.
  process.volatility_ppm = static_cast<int>(process.dice.between(115, 3'500));
  process.discount_per_mille = process.dice.between(280, 450);
  Pool pool;
  pool.key = {type, zone, model::kLinux};
  pool.spot_capacity = process.base_capacity;
  pool.on_demand_capacity = kOnDemandCapacity;
  pool.on_demand_price = on_demand;
  // A price in effect since long before the start, so that histories have a first line.
  pool.prices.push_back({context_.options.start - base::Duration::hours(24),
                         share(on_demand, process.discount_per_mille)});
  processes_.emplace(pool.key, std::move(process));
  context_.world.pools.emplace(pool.key, std::move(pool));
}

void Market::load_prices() {
  const auto& rows = context_.options.price_trace;
  if (rows.empty()) return;
  const auto earliest =
      std::min_element(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.at < b.at; });
  const base::Duration shift = context_.options.start - earliest->at;
  for (const PriceRow& row : rows) {
    // A trace of another region drives the zone with the same letter.
    const auto zone = std::find_if(zones_.begin(), zones_.end(), [&](const model::Zone& ours) {
      return ours.str().back() == row.zone.str().back();
    });
    if (zone == zones_.end()) continue;
    const model::Pool key{row.type, *zone, model::kLinux};
    // No on-demand price is known for types outside our table; Spot is about a third of it.
    if (!processes_.contains(key))
      add_pool(row.type, *zone, base::Money::usd_micros(row.price.micros() * 3));
    processes_.at(key).has_price_trace = true;
    context_.agenda.at(row.at + shift, [this, key, price = row.price] {
      append_price(context_.world.pools.at(key), context_.now, price);
    });
  }
}

void Market::start(OnShortage on_shortage) {
  on_shortage_ = std::move(on_shortage);
  for (const PoolTrace& trace : context_.options.pool_traces)
    for (const auto& [key, process] : processes_)
      if (key.type == trace.type && key.zone.str().back() == trace.zone)
        replay(trace.availability, {key});
  const auto& traces = context_.options.capacity_traces;
  for (size_t i = 0; i < traces.size() && i < zones_.size(); ++i) {
    std::vector<model::Pool> pools;
    for (const auto& [key, process] : processes_)
      if (key.zone == zones_[i] && !process.has_capacity_trace) pools.push_back(key);
    replay(traces[i], std::move(pools));
  }
  if (context_.options.market == MarketKind::kCalm) return;
  context_.agenda.at(context_.now + kCapacityStep, [this] { step_capacities(); });
  context_.agenda.at(context_.now + kPriceStep, [this] { step_prices(); });
}

void Market::step_capacities() {
  context_.agenda.at(context_.now + kCapacityStep, [this] { step_capacities(); });
  for (auto& [key, process] : processes_) {
    Pool& pool = context_.world.pools.at(key);
    if (!process.has_capacity_trace) step_capacity(pool, process);
    check_shortage(pool);
  }
}

void Market::step_capacity(Pool& pool, Process& process) {
  if (process.dice.chance_ppm(static_cast<uint64_t>(process.volatility_ppm))) {
    process.crunch_capacity = static_cast<int>(process.dice.between(0, process.base_capacity / 3));
    process.crunch_until = context_.now + base::Duration::minutes(process.dice.between(15, 180));
  }
  const bool in_crunch = context_.now < process.crunch_until;
  const int goal = in_crunch ? process.crunch_capacity : process.base_capacity;
  const int drift = in_crunch ? goal - pool.spot_capacity : (goal - pool.spot_capacity) / 4;
  const int noise = static_cast<int>(process.dice.between(-1, 1));
  pool.spot_capacity = std::max(0, pool.spot_capacity + drift + noise);
}

void Market::step_prices() {
  context_.agenda.at(context_.now + kPriceStep, [this] { step_prices(); });
  for (auto& [key, process] : processes_)
    if (!process.has_price_trace) step_price(context_.world.pools.at(key), process);
}

void Market::step_price(Pool& pool, Process& process) {
  const int capacity = std::max(effective_spot_capacity(pool), 1);
  const int64_t pressure = std::min<int64_t>(1000, int64_t{pool.spot_used} * 1000 / capacity);
  const int64_t scarcity = context_.now < process.crunch_until ? 300 : 0;
  const int64_t goal = process.discount_per_mille + pressure / 10 + scarcity;
  const int64_t current = pool.price().micros() * 1000 / pool.on_demand_price.micros();
  // AWS smooths: a few per cent per move.
  const int64_t moved =
      current + std::clamp<int64_t>(goal - current, -20, 20) + process.dice.between(-3, 3);
  const base::Money price = share(pool.on_demand_price, std::clamp<int64_t>(moved, 100, 1000));
  if (price != pool.price()) append_price(pool, context_.now, price);
}

void Market::replay(const AvailabilityTrace& trace, std::vector<model::Pool> pools) {
  for (const model::Pool& key : pools) processes_.at(key).has_capacity_trace = true;
  replay_from(trace, pools, 0);
}

void Market::replay_from(const AvailabilityTrace& trace, const std::vector<model::Pool>& pools,
                         size_t index) {
  for (const model::Pool& key : pools) {
    Pool& pool = context_.world.pools.at(key);
    pool.spot_capacity = trace.capacities[index];
    check_shortage(pool);
  }
  const size_t next = (index + 1) % trace.capacities.size();
  context_.agenda.at(context_.now + trace.gap,
                     [this, &trace, pools, next] { replay_from(trace, pools, next); });
}

void Market::check_shortage(const Pool& pool) {
  if (pool.spot_used > effective_spot_capacity(pool)) on_shortage_(pool.key);
}

bool Market::knows(const model::InstanceType& type) const {
  return std::any_of(processes_.begin(), processes_.end(),
                     [&](const auto& entry) { return entry.first.type == type; });
}

int Market::free_capacity(const model::Pool& key, model::Lifecycle lifecycle) const {
  const auto found = context_.world.pools.find(key);
  if (found == context_.world.pools.end()) return 0;
  const Pool& pool = found->second;
  if (lifecycle == model::Lifecycle::kOnDemand)
    return pool.on_demand_capacity - pool.on_demand_used;
  if (context_.faults.is_drought) return 0;
  return std::max(0, effective_spot_capacity(pool) - pool.spot_used);
}

void Market::take(const model::Pool& key, model::Lifecycle lifecycle) {
  Pool& pool = context_.world.pools.at(key);
  ++(lifecycle == model::Lifecycle::kSpot ? pool.spot_used : pool.on_demand_used);
}

void Market::give_back(const model::Pool& key, model::Lifecycle lifecycle) {
  Pool& pool = context_.world.pools.at(key);
  int& used = lifecycle == model::Lifecycle::kSpot ? pool.spot_used : pool.on_demand_used;
  CHECK(used > 0);
  --used;
}

bool Market::drain(const model::Pool& key) {
  const auto found = context_.world.pools.find(key);
  if (found == context_.world.pools.end()) return false;
  found->second.is_drained = true;
  check_shortage(found->second);
  return true;
}

bool Market::refill(const model::Pool& key) {
  const auto found = context_.world.pools.find(key);
  if (found == context_.world.pools.end()) return false;
  found->second.is_drained = false;
  return true;
}

bool Market::set_spot_capacity(const model::Pool& key, int capacity) {
  const auto found = context_.world.pools.find(key);
  if (found == context_.world.pools.end() || capacity < 0) return false;
  found->second.spot_capacity = capacity;
  check_shortage(found->second);
  return true;
}

}  // namespace sim
