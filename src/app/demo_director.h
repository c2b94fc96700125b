// Director: what befalls the demo's region, by chance and at a person's wish.
//
// Decides when and whom; the region does it, and everybody finds out the way they would from AWS.
// Deterministic: the same seed and the same region give the same misfortunes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "model/pool.h"
#include "sim/region.h"

namespace app {

class Director {
 public:
  // Nothing befalls the region before `machines` kept ones run.
  Director(uint64_t seed, size_t machines) : dice_(seed), machines_(machines) {}

  // What is due now; answers what it did, in words.
  std::vector<std::string> act(sim::Region& region);

  // By hand. Empty when there was nobody to do it to.
  std::string interrupt_one(sim::Region& region);
  std::string storm(sim::Region& region);
  // Refills the pool that was drained, or drains one that is in use.
  std::string drain_or_refill(sim::Region& region);

 private:
  void begin_when_whole(const sim::Region& region);
  bool is_due(base::Instant& next, base::Duration between, base::Instant now);
  std::string refill(sim::Region& region);

  base::Prng dice_;
  const size_t machines_;
  base::Instant next_interruption_ = base::Instant::never();
  base::Instant next_storm_ = base::Instant::never();
  base::Instant next_drought_ = base::Instant::never();
  base::Instant refill_at_ = base::Instant::never();
  std::optional<model::Pool> drained_;
};

}  // namespace app
