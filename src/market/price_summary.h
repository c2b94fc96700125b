// What pools cost over a stretch of time, from the changes of their prices.
#pragma once

#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "model/pool.h"

namespace market {

struct PriceSummary {
  model::Pool pool;
  base::Money now;
  base::Instant since;  // When it came to cost that, as AWS says.
  base::Money lowest, highest;
  base::Money mean;  // Weighed by time; of the part of the stretch that is known.
  int changes = 0;   // Within the stretch; that a pool became known is none.

  friend bool operator==(const PriceSummary&, const PriceSummary&) = default;
};

// `changes` are by pool, then by time; of each pool from the price in force at `from` on, if it is
// known.
std::vector<PriceSummary> summarize(const std::vector<model::SpotPrice>& changes,
                                    base::Instant from, base::Instant to);

}  // namespace market
