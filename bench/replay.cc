// What the strategies make of recorded markets: the shipped keeper in virtual time, two groups of
// six as the demo has them, on recorded prices and recorded availability. Driven by bench/replay.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "measure.h"
#include "sim/simulation.h"

namespace {

// Of a size and of all three letters of zones; c6i had not come yet when the prices were recorded.
const std::vector<model::InstanceType> kTypes = {
    model::InstanceType("c5.large"), model::InstanceType("m5.large"),
    model::InstanceType("r5.large"), model::InstanceType("t3.large")};
constexpr int kCapacity = 6;
// A ping that was granted says "at least one"; we take it for room for both groups.
constexpr int kRoom = 2 * kCapacity;
constexpr base::Duration kNever = base::Duration::hours(10'000'000);

[[noreturn]] void give_up(const std::string& path, const std::string& why) {
  std::fprintf(stderr, "replay: %s: %s\n", path.c_str(), why.c_str());
  std::exit(2);
}

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up(path, "cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <class T>
T value_or_give_up(base::Result<T> result, const std::string& path) {
  if (!result) give_up(path, base::to_string(result.error()));
  return *std::move(result);
}

// Those of the groups' types; each pool's first price holds from the beginning.
std::vector<sim::PriceRow> read_prices(const std::string& path) {
  std::vector<sim::PriceRow> rows;
  std::map<std::pair<std::string, char>, bool> is_known;
  auto all = value_or_give_up(sim::parse_price_csv(slurp(path)), path);
  if (all.empty()) give_up(path, "no prices");
  for (sim::PriceRow& row : all) {
    if (std::find(kTypes.begin(), kTypes.end(), row.type) == kTypes.end()) continue;
    bool& known = is_known[{row.type.str(), row.zone.str().back()}];
    if (!std::exchange(known, true)) row.at = all.front().at;
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Market {
  const char* name;
  int zones;
  base::Duration length;
  std::vector<sim::AvailabilityTrace> of_zones;
  std::vector<sim::PoolTrace> of_pools;
};

// Three zones, up to four machines in each of a zone's pools.
Market read_zones(const std::string& folder) {
  Market market{"zones", 3, {}, {}, {}};
  for (const char* file : {"us-east-1f", "us-east-2a", "us-west-2c"}) {
    const std::string path =
        folder + "/traces_spothedge_skyserve/AWS1/" + std::string(file) + "_v100_1.json";
    market.of_zones.push_back(value_or_give_up(sim::parse_availability(slurp(path)), path));
  }
  const sim::AvailabilityTrace& first = market.of_zones.front();
  market.length = first.gap * static_cast<int64_t>(first.capacities.size());
  return market;
}

// Two zones, every pool with a trace of its own.
Market read_pools(const std::string& folder, base::Duration length) {
  Market market{"pools", 2, length, {}, {}};
  constexpr const char* kProbed[] = {"v100_1", "k80_1", "v100_8", "k80_8"};
  for (const char zone : {'a', 'b'})
    for (size_t i = 0; i < kTypes.size(); ++i) {
      const std::string path = folder +
                               "/traces_skypilot_raw_ping_2022/2022-10-26T22-05/us-west-2" + zone +
                               "_" + kProbed[i] + ".csv";
      market.of_pools.push_back(
          {kTypes[i], zone, value_or_give_up(sim::parse_pings(slurp(path), kRoom), path)});
    }
  return market;
}

sim::Swarm no_chaos(int zones) {
  sim::Swarm swarm;
  swarm.groups = 2;
  swarm.capacity = kCapacity;
  swarm.subnets = zones;
  swarm.fallback_after = base::Duration::seconds(90);
  for (base::Duration* between :
       {&swarm.between_interruptions, &swarm.between_kills, &swarm.between_crashes,
        &swarm.between_partitions, &swarm.between_disk_faults, &swarm.between_droughts,
        &swarm.between_templates, &swarm.between_ledger_losses, &swarm.between_disk_losses,
        &swarm.between_outages, &swarm.between_sicknesses, &swarm.between_clock_steps})
    *between = kNever;
  return swarm;
}

sim::SimulationOptions options_for(const Market& market, const std::vector<sim::PriceRow>& prices) {
  sim::SimulationOptions options;
  options.seed = 7;
  options.chaos = market.length;
  options.swarm = no_chaos(market.zones);
  options.price_trace = prices;
  options.capacity_traces = market.of_zones;
  options.pool_traces = market.of_pools;
  options.advisor = market::Advisor::built_in(model::Region("us-east-1"));
  options.types = kTypes;
  return options;
}

double dollars(base::Money money) { return static_cast<double>(money.micros()) / 1e6; }

bool replay(const char* name, const sim::SimulationOptions& options, double& on_demand_only) {
  const double began = bench::cpu_seconds();
  const sim::SimulationResult result = sim::simulate(options);
  const sim::Figures& figures = result.figures;
  const double cost = dollars(figures.cost);
  if (on_demand_only == 0) on_demand_only = cost;
  std::printf("| %s | %.2f %% | $%.2f | %.1f %% | %lld | %lld | %.0f |\n", name,
              100.0 * static_cast<double>(figures.slot_ms_served) /
                  static_cast<double>(figures.slot_ms_wanted),
              cost, 100.0 * cost / on_demand_only,
              static_cast<long long>(figures.interruptions_warned + figures.interruptions_unwarned),
              static_cast<long long>(figures.launches), bench::cpu_seconds() - began);
  std::fflush(stdout);
  for (const std::string& violation : result.violations)
    std::fprintf(stderr, "replay: violated: %s\n", violation.c_str());
  return result.violations.empty();
}

bool compare(const Market& market, const std::vector<sim::PriceRow>& prices) {
  constexpr std::pair<const char*, model::Strategy> kStrategies[] = {
      {"price-capacity", model::Strategy::kPriceCapacity},
      {"lowest-price", model::Strategy::kLowestPrice},
      {"lowest-risk", model::Strategy::kLowestRisk},
      {"diversified", model::Strategy::kDiversified}};
  std::printf("\nreplay: %s, %.1f days\n\n", market.name,
              static_cast<double>(market.length.ms()) / 86.4e6);
  std::printf("| strategy | capacity held | cost | of on-demand only | interruptions | launches |");
  std::printf(" CPU s |\n|---|---|---|---|---|---|---|\n");
  sim::SimulationOptions options = options_for(market, prices);
  options.swarm->base_slots = kCapacity;
  double on_demand_only = 0;
  bool is_fine = replay("on-demand only", options, on_demand_only);
  options.swarm->base_slots = 0;
  for (const auto& [name, strategy] : kStrategies) {
    options.strategy = strategy;
    is_fine = replay(name, options, on_demand_only) && is_fine;
  }
  return is_fine;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) give_up("bench_replay", "needs PRICES.csv and the folder of the traces");
  const std::vector<sim::PriceRow> prices = read_prices(argv[1]);
  const Market zones = read_zones(argv[2]);
  const Market pools = read_pools(argv[2], zones.length);
  const bool are_zones_fine = compare(zones, prices);
  return compare(pools, prices) && are_zones_fine ? 0 : 1;
}
