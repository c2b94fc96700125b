// Clocks of a real process: the system's without its jumps, and one that keeps pace with a
// simulated region.
//
// A keeper that works on a region whose hours pass in seconds must see the same hours, or its
// horizons and deadlines mean nothing there. Signatures are still made by the system's clock.
#pragma once

#include "base/time.h"
#include "ports/clock.h"

namespace app {

// All of a process show the same. Its time passes while the machine sleeps, too.
class SystemClock : public ports::Clock {
 public:
  base::Instant now() const override;
};

// How a region's time follows from ours: at `real` it showed `shown`.
struct Pace {
  base::Instant real;
  base::Instant shown;
  int64_t speed = 1;  // At least 1.
};

class PacedClock : public ports::Clock {
 public:
  PacedClock() = default;  // The system's time.
  explicit PacedClock(Pace pace) : pace_(pace) {}

  base::Instant now() const override;
  // How long to wait in real time until this clock shows `due`; never negative.
  base::Duration real_until(base::Instant due) const;

 private:
  SystemClock system_;
  Pace pace_;
};

}  // namespace app
