#include "base/slewed_time.h"

#include <algorithm>

namespace base {

Instant SlewedTime::read(Instant wall, Instant steady) {
  const Duration error = (wall - steady) - offset_;
  const bool is_large = error > kLargest || -error > kLargest;
  if (!has_begun_ || is_large) {
    has_begun_ = true;
    offset_ = wall - steady;
    slewed_at_ = steady;
    return wall;
  }
  const Duration step = (steady - slewed_at_) / kSlowness;
  if (step > Duration()) {
    // What is left of a division counts towards the next step.
    slewed_at_ = slewed_at_ + step * kSlowness;
    offset_ = offset_ + std::clamp(error, -step, step);
  }
  return steady + offset_;
}

}  // namespace base
