// Bucket: how many messages a target may be sent now. A few at once, then one each ten seconds: a
// person reads no more, and a channel's own limit is one a second.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace notify {

class Bucket {
 public:
  static constexpr int64_t kBurst = 10;
  static constexpr base::Duration kPeriod = base::Duration::seconds(10);

  int64_t left(base::Instant now) const { return std::min(kBurst, tokens_ + periods(now)); }
  // When there is one; in the past while there are.
  base::Instant next(base::Instant now) const { return left(now) > 0 ? now : since_ + kPeriod; }
  // Only while something is left.
  void take(base::Instant now) {
    const bool was_full = tokens_ + periods(now) >= kBurst;
    const int64_t before = left(now);
    since_ = was_full ? now : since_ + kPeriod * periods(now);
    tokens_ = before - 1;
  }

 private:
  // A clock that was set back gives nothing, and takes nothing.
  int64_t periods(base::Instant now) const {
    return std::max<int64_t>(0, (now - since_).ms() / kPeriod.ms());
  }

  int64_t tokens_ = kBurst;
  base::Instant since_;  // Up to here time has become tokens.
};

}  // namespace notify
