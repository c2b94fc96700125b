// Director: what befalls the demo's region, by chance and at a person's wish.
//
// Decides when and whom; the region does it, and everybody finds out the way they would from AWS.
// Deterministic: the same seed and the same region give the same misfortunes.
#pragma once

#include <cstdint>
#include <optional>

#include "base/prng.h"
#include "base/time.h"
#include "model/pool.h"
#include "sim/region.h"

namespace app {

class Director {
 public:
  // Nothing befalls the region before `machines` kept ones run.
  Director(uint64_t seed, size_t machines) : dice_(seed), machines_(machines) {}

  // Does what is due now.
  void act(sim::Region& region);

  // At a person's wish. Nothing when there is nobody to do it to.
  void interrupt_one(sim::Region& region);
  void storm(sim::Region& region);
  // Refills the pool that was drained, or drains one that is in use.
  void drain_or_refill(sim::Region& region);

 private:
  void begin_when_whole(const sim::Region& region);
  bool is_due(base::Instant& next, base::Duration between, base::Instant now);
  void refill(sim::Region& region);

  base::Prng dice_;
  const size_t machines_;
  base::Instant next_interruption_ = base::Instant::never();
  base::Instant next_storm_ = base::Instant::never();
  base::Instant next_drought_ = base::Instant::never();
  std::optional<model::Pool> drained_;
  base::Instant refill_at_ = base::Instant::never();  // Never, exactly when nothing is drained.
};

}  // namespace app
