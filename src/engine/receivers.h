// Receivers: how many long polls are under way on the queue, and when the next one may start.
//
// Pure bookkeeping. One receive takes at most ten messages, so a storm needs many at once and a
// quiet hour needs one: a full answer asks for two more, an empty one for one less.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/prng.h"
#include "base/time.h"

namespace engine {

class Receivers {
 public:
  static constexpr int kMost = 16;     // 160 messages per round trip: 10,000 in a few seconds.
  static constexpr size_t kFull = 10;  // What one receive can bring.

  explicit Receivers(base::Prng prng) : prng_(prng) {}

  // How many receives to start now.
  int to_start(base::Instant now) const {
    return now < not_before_ ? 0 : std::max(0, wanted_ - under_way_);
  }
  base::Instant not_before() const { return not_before_; }
  int under_way() const { return under_way_; }
  int failures() const { return failures_; }  // In a row.

  void started() { ++under_way_; }
  void answered(size_t messages) {
    --under_way_;
    failures_ = 0;
    if (messages >= kFull) wanted_ = std::min(kMost, wanted_ + 2);
    if (messages == 0) wanted_ = std::max(1, wanted_ - 1);
  }
  void failed(base::Instant now) {
    --under_way_;
    wanted_ = 1;
    const int64_t most = std::min<int64_t>(30'000, int64_t{1000} << std::min(failures_++, 5));
    not_before_ = now + base::Duration::millis(prng_.between(most / 2, most));
  }

 private:
  base::Prng prng_;
  int wanted_ = 1;
  int under_way_ = 0;
  int failures_ = 0;
  base::Instant not_before_;
};

}  // namespace engine
