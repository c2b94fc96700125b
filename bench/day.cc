// How much faster than real time an ordinary day runs: keeper, region and checkers in one process.
#include <cstdio>

#include "measure.h"
#include "sim/simulation.h"

int main() {
  sim::SimulationOptions options;
  options.seed = 7;
  options.swarm = sim::ordinary_day();
  options.chaos = base::Duration::hours(24);
  const double began = bench::cpu_seconds();
  const sim::SimulationResult result = sim::simulate(options);
  const double cpu = bench::cpu_seconds() - began;
  const double hours = static_cast<double>(result.simulated.ms()) / 3.6e6;
  uint64_t calls = 0;
  for (const auto& [action, count] : result.calls) calls += count;
  std::printf("day: %.1f simulated hours, %llu calls, %zu violations\n", hours,
              static_cast<unsigned long long>(calls), result.violations.size());
  std::printf("day: %.2f CPU s; %.1f simulated hours per CPU second; %.0f times real time\n", cpu,
              hours / cpu, hours * 3600 / cpu);
  std::printf("day: %.0f us of CPU per call, both ends and the checkers\n",
              cpu * 1e6 / static_cast<double>(calls));
  return result.violations.empty() ? 0 : 1;
}
