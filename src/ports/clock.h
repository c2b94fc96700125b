// Clock: what time it is, asked only at the edges. The brain is told `now`.
#pragma once

#include "base/time.h"

namespace ports {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual base::Instant now() const = 0;
};

}  // namespace ports
