// FakeClock: a time that the test sets. For tests only.
#pragma once

#include "ports/clock.h"

namespace aws {

struct FakeClock : ports::Clock {
  base::Instant now() const override { return time; }
  base::Instant time = base::Instant::from_unix_seconds(1'772'366'400);  // 2026-03-01T12:00:00Z
};

}  // namespace aws
