#include "market/price_summary.h"

#include <algorithm>
#include <span>

namespace market {
namespace {

// Micro-dollars times milliseconds: a month of a thousand dollars an hour still fits.
base::Money mean_of(std::span<const model::SpotPrice> changes, base::Instant from,
                    base::Instant to) {
  int64_t sum = 0, known_ms = 0;
  for (size_t i = 0; i < changes.size(); ++i) {
    const base::Instant begins = std::max(changes[i].at, from);
    const base::Instant ends = i + 1 < changes.size() ? std::min(changes[i + 1].at, to) : to;
    const int64_t ms = std::max<int64_t>(0, (ends - begins).ms());
    sum += changes[i].price.micros() * ms;
    known_ms += ms;
  }
  return known_ms == 0 ? changes.back().price
                       : base::Money::usd_micros((sum + known_ms / 2) / known_ms);
}

PriceSummary summary_of(std::span<const model::SpotPrice> changes, base::Instant from,
                        base::Instant to) {
  PriceSummary summary;
  const model::SpotPrice& last = changes.back();
  summary.pool = last.pool;
  summary.now = last.price;
  summary.since = last.at;
  const auto [lowest, highest] = std::minmax_element(
      changes.begin(), changes.end(),
      [](const model::SpotPrice& a, const model::SpotPrice& b) { return a.price < b.price; });
  summary.lowest = lowest->price;
  summary.highest = highest->price;
  summary.mean = mean_of(changes, from, to);
  summary.changes = static_cast<int>(changes.size()) - 1;
  return summary;
}

}  // namespace

std::vector<PriceSummary> summarize(const std::vector<model::SpotPrice>& changes,
                                    base::Instant from, base::Instant to) {
  std::vector<PriceSummary> summaries;
  for (auto begin = changes.begin(); begin != changes.end();) {
    const auto end = std::find_if(begin, changes.end(), [&](const model::SpotPrice& change) {
      return change.pool != begin->pool;
    });
    summaries.push_back(summary_of({begin, end}, from, to));
    begin = end;
  }
  return summaries;
}

}  // namespace market
