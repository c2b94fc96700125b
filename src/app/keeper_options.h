// What a keeper's process is given: its configuration, and its ways to the outside.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "app/aws_access.h"
#include "app/clock.h"
#include "app/config.h"
#include "base/log.h"
#include "base/result.h"
#include "engine/crash_points.h"

namespace app {

struct KeeperOptions {
  Config config;  // With what stands in its webhook_files; so are later ones.
  // The clock by which a site lives; asked when the site is begun, not waited for when it is to
  // end.
  std::function<base::Result<PacedClock>(const AwsConfig&, const std::stop_token&)> clock_of =
      [](const AwsConfig&, const std::stop_token&) -> base::Result<PacedClock> {
    return PacedClock();
  };
  std::function<base::Logger(const LogConfig&)> make_log;
  engine::CrashHook crash_hook;
  aws::Environment environment;
  Pause pause = sleep_for;  // Between looks at how far the sites are, at the start.
  // Between attempts to take a new configuration over while the journal cannot be written.
  base::Duration reload_pause = base::Duration::seconds(2);
  // Between attempts to begin a site once the start is over.
  base::Duration begin_pause = base::Duration::seconds(30);
  uint64_t seed = 0;  // Never the same in two lives.
};

}  // namespace app
