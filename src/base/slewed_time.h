// SlewedTime: the wall clock's time without its jumps, for whoever must know how long was waited.
//
// A time server that corrects a clock by a minute has not waited a minute. A correction is followed
// in small steps, against a clock that only counts; one too large for that is taken at once.
#pragma once

#include "base/time.h"

namespace base {

class SlewedTime {
 public:
  // Of every 20 ms that pass, at most one is a correction.
  static constexpr int64_t kSlowness = 20;
  // Followed for 40 minutes. Whoever is further off has no use for any of its deadlines.
  static constexpr Duration kLargest = Duration::minutes(2);

  // `wall` and `steady` were read together; `steady` counts from anywhere and never goes back.
  Instant read(Instant wall, Instant steady);

 private:
  bool has_begun_ = false;
  Duration offset_;    // What is shown is the steady clock and this.
  Instant slewed_at_;  // By the steady clock.
};

}  // namespace base
