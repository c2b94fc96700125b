// CrashAt: SPOTKEEPER_CRASH_AT=<point>[:n], for the test that kills the keeper at every step.
//
// The n-th time (the first, when n is left out) that the engine passes the point, the process kills
// itself with SIGKILL: nothing is flushed, closed or said.
#pragma once

#include <string_view>

#include "base/result.h"
#include "engine/crash_points.h"

namespace app {

struct CrashAt {
  engine::CrashPoint point = engine::CrashPoint::kDecided;
  int passing = 1;

  friend bool operator==(const CrashAt&, const CrashAt&) = default;
};

// Fails with a sentence that names the points there are.
base::Result<CrashAt> parse_crash_at(std::string_view text);

// `die` must not return in production; tests count.
engine::CrashHook crash_hook(CrashAt at, std::function<void()> die);

[[noreturn]] void kill_this_process();

}  // namespace app
