// Simulation: keepers, region and chaos in one process and in virtual time, judged by the checkers.
//
// Goal: whatever crashes, is late, doubles or lies, never are two instances committed to one slot,
// and once the faults stop everything is whole again within bounds. Method: a seed draws a swarm of
// faults (swarm.h); the shipped keeper runs on simulated hosts (host.h) against the simulated
// region; chaos interrupts, kills, partitions and corrupts for a while; then comes a calm, and the
// checkers look. A run is its seed: the same seed gives the same trace hash.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "market/advisor.h"
#include "model/group.h"
#include "sim/market_trace.h"
#include "sim/swarm.h"
#include "sim/world_checker.h"

namespace sim {

struct SimulationOptions {
  uint64_t seed = 1;
  std::optional<Swarm> swarm;  // Else drawn from the seed.
  base::Duration chaos = base::Duration::hours(1);
  base::Duration calm = base::Duration::minutes(30);
  MarketKind market = MarketKind::kCalm;
  // Recorded markets, as in RegionOptions, and what the keepers make of them.
  std::vector<PriceRow> price_trace;
  std::vector<AvailabilityTrace> capacity_traces;
  std::vector<PoolTrace> pool_traces;
  market::Advisor advisor;
  model::Strategy strategy = model::Strategy::kPriceCapacity;
  std::vector<model::InstanceType> types = {model::InstanceType("c6i.large"),
                                            model::InstanceType("c5.large"),
                                            model::InstanceType("m5.large")};
  // Canaries, which must be caught: each of two keepers has a ledger of its own; the journal does
  // not wait for the disk.
  bool split_ledger = false;
  bool unsynced_journal = false;
  base::Logger log;
};

struct SimulationResult {
  uint64_t seed = 0;
  uint64_t trace_hash = 0;
  Swarm swarm;
  std::vector<std::string> violations;
  Figures figures;
  std::map<std::string, uint64_t> calls;  // By action, as the region saw them.
  uint64_t throttled = 0;
  uint64_t ledger_records = 0;
  int crashes = 0;
  base::Duration simulated;
  // How often each rare path was taken: words of remarks, codes of failures, forces of chaos.
  std::map<std::string, uint64_t> reached;
};

SimulationResult simulate(const SimulationOptions& options);

}  // namespace sim
