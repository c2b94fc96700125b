// Signals: the one place where a serving process hears that it should end or read its file again.
//
// Made before any thread is started: they inherit that these signals wait to be fetched.
#pragma once

#include <signal.h>

#include <optional>

#include "base/time.h"

namespace app {

class Signals {
 public:
  enum Wish { kStop, kReload };

  // SIGTERM and SIGINT end, SIGHUP reloads; a peer that closed its end is an error, not a signal.
  Signals();
  Wish wait() const;
  // Nothing when that time has passed without a wish.
  std::optional<Wish> wait_for(base::Duration most) const;
  // Waits that long; false when somebody wished for the end meanwhile. A wish to reload passes.
  bool pause(base::Duration duration) const;
  // What has come already, without waiting.
  std::optional<Wish> poll() const;

 private:
  sigset_t signals_;
};

}  // namespace app
