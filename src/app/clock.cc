#include "app/clock.h"

#include <algorithm>
#include <ctime>
#include <mutex>

#include "base/check.h"
#include "base/slewed_time.h"

namespace app {

using base::Duration;
using base::Instant;

namespace {

Instant read_clock(clockid_t id) {
  timespec time{};
  CHECK(clock_gettime(id, &time) == 0);
  return Instant::from_unix_ms(int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000);
}

}  // namespace

Instant SystemClock::now() const {
  static std::mutex mutex;
  static base::SlewedTime time;
  const std::lock_guard lock(mutex);
  return time.read(read_clock(CLOCK_REALTIME), read_clock(CLOCK_BOOTTIME));
}

Instant PacedClock::now() const { return pace_.shown + (system_.now() - pace_.real) * pace_.speed; }

Duration PacedClock::real_until(Instant due) const {
  const Instant current = now();
  if (due <= current) return Duration();
  // A millisecond more: dividing rounds down, and a wait that ends early is a turn for nothing.
  return (due - current) / pace_.speed + Duration::millis(1);
}

}  // namespace app
