#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/cli.h"
#include "sim/simulation.h"

namespace app {
namespace {

struct DemoOptions {
  bool once = false;
  uint64_t seed = 1;
};

double percent(int64_t part, int64_t whole) {
  return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// To the cent: a day's bill, not a price.
std::string dollars(base::Money money) {
  const int64_t cents = (money.micros() + 5'000) / 10'000;
  return to_string(base::Money::usd_micros(cents * 10'000));
}

uint64_t count_of(const sim::SimulationResult& result, const char* word) {
  const auto found = result.reached.find(word);
  return found == result.reached.end() ? 0 : found->second;
}

void print_report(const sim::SimulationResult& result) {
  const sim::Figures& f = result.figures;
  uint64_t calls = 0;
  for (const auto& [action, count] : result.calls) calls += count;
  const int64_t taken = f.interruptions_warned + f.interruptions_unwarned;
  const auto number = [](auto value) { return static_cast<long long>(value); };
  std::printf("One simulated day: %d groups of %d on Spot, one keeper, seed %llu\n\n",
              result.swarm.groups, result.swarm.capacity,
              static_cast<unsigned long long>(result.seed));
  std::printf("  interruptions      %lld (%lld warned, %lld unwarned or late)\n", number(taken),
              number(f.interruptions_warned), number(f.interruptions_unwarned));
  std::printf(
      "  healthy in time    %.1f %% of the warned were replaced and healthy before AWS took "
      "them\n",
      percent(f.replaced_in_time, f.interruptions_warned));
  std::printf("  capacity held      %.3f %% of all slot-hours\n",
              percent(f.slot_ms_served, f.slot_ms_wanted));
  std::printf("  launches           %lld, surplus %lld\n", number(f.launches), number(f.surplus));
  std::printf("  calls to AWS       %llu, %llu throttled\n", static_cast<unsigned long long>(calls),
              static_cast<unsigned long long>(result.throttled));
  std::printf("  keeper crashes     %d, dry pools %llu\n", result.crashes,
              static_cast<unsigned long long>(count_of(result, "chaos-drought")));
  std::printf("  cost               $%s against $%s on demand (%.0f %% saved)\n",
              dollars(f.cost).c_str(), dollars(f.on_demand_cost).c_str(),
              100.0 - percent(f.cost.micros(), f.on_demand_cost.micros()));
  std::printf("  ledger records     %llu checked\n\n",
              static_cast<unsigned long long>(result.ledger_records));
  for (const std::string& violation : result.violations)
    std::printf("  VIOLATED  %s\n", violation.c_str());
  std::printf(result.violations.empty()
                  ? "Every invariant held: never two machines in one slot, nothing forgotten.\n"
                  : "Invariants were violated; this is a bug.\n");
}

int run_day(uint64_t seed) {
  sim::SimulationOptions options;
  options.seed = seed;
  options.swarm = sim::ordinary_day();
  options.market = sim::MarketKind::kGenerated;
  options.chaos = base::Duration::hours(24);
  const sim::SimulationResult result = sim::simulate(options);
  print_report(result);
  return result.violations.empty() ? kOk : kFailed;
}

}  // namespace

void add_demo_command(CLI::App& root, Action& action) {
  CLI::App* demo = root.add_subcommand("demo", "see it work, without AWS");
  auto options = std::make_shared<DemoOptions>();
  demo->add_flag("--once", options->once,
                 "a simulated day in this process, then a report; exit 0 if every check held");
  demo->add_option("--seed", options->seed, "another seed is another day")->capture_default_str();
  demo->callback([&action, options] { action = [options] { return run_day(options->seed); }; });
}

}  // namespace app
