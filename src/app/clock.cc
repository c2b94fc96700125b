#include "app/clock.h"

#include <algorithm>
#include <chrono>

namespace app {

using base::Duration;
using base::Instant;

Instant SystemClock::now() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Instant::from_unix_ms(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

Instant PacedClock::now() const { return pace_.shown + (system_.now() - pace_.real) * pace_.speed; }

Duration PacedClock::real_until(Instant due) const {
  const Instant current = now();
  if (due <= current) return Duration();
  // A millisecond more: dividing rounds down, and a wait that ends early is a turn for nothing.
  return (due - current) / pace_.speed + Duration::millis(1);
}

}  // namespace app
