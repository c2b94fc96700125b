// The live demo: a simulated region on a port, a keeper on it, and a view that redraws.
//
// Everything a person sees happens over real HTTP; only the region's time runs faster. Leaves
// nothing behind: the keeper's state folder is a temporary one.
#pragma once

#include <cstdint>
#include <optional>

#include "app/config.h"
#include "base/time.h"

namespace app {

inline constexpr int kUsualRegionPort = 4566;
// Beyond it the keeper's round trips, of some milliseconds each, are minutes of the region's time.
inline constexpr int64_t kMostDemoSpeed = 200;

struct LiveDemoOptions {
  // Nothing: the usual port, or another one when that is taken.
  std::optional<ListenAddress> listen;
  uint64_t seed = 1;
  int64_t speed = 20;
  std::optional<base::Duration> lasts;  // Real time; nothing: until a signal or `q`.
};

// Answers the exit code: kOk when every check held.
int run_live_demo(const LiveDemoOptions& options);

}  // namespace app
