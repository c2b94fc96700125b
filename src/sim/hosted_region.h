// HostedRegion: a Region with callers who live in real time and may wait.
//
// Maps real time to the region's (faster by `speed`, and moved by /_sim/clock), holds the
// ReceiveMessage calls that found nothing until something comes or their wait ends, and keeps lost
// answers from their callers, and calls that are late from the region. Wakes when it is told to:
// one owner calls handle and tick, one at a time, with real times that do not go backwards by much
// (the region's own time never does).
#pragma once

#include <functional>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "net/http.h"
#include "sim/region.h"

namespace sim {

// A day in a second; beyond that, requests cannot keep pace with what they look at.
inline constexpr int64_t kMostSpeed = 86'400;

class HostedRegion {
 public:
  using Reply = std::function<void(net::Response)>;

  // `speed`: simulated seconds per real second, at least 1. The region starts at `real_now`.
  HostedRegion(RegionOptions options, int64_t speed, base::Instant real_now);

  void handle(net::Request request, Reply reply, base::Instant real_now);
  // Lets the region act, and answers whoever waited for it.
  void tick(base::Instant real_now);
  // When tick has something to do next, in real time.
  base::Instant next_tick_at(base::Instant real_now) const;

  Region& region() { return region_; }

 private:
  struct Poll {
    net::Request request;
    Reply reply;
    base::Instant until;  // In the region's time.
  };
  struct LateCall {
    net::Request request;
    Reply reply;
    base::Instant until;  // In the region's time.
  };
  struct LostAnswer {
    Reply reply;
    base::Instant until;  // In real time.
  };

  base::Instant simulated(base::Instant real_now) const;
  // How long the call is on its way yet; nothing for most.
  base::Duration delay_of(const net::Request& request);
  void act(net::Request request, Reply reply, base::Instant real_now);
  void act_late_calls(base::Instant real_now);
  void answer_polls();
  net::Response handle_clock(const net::Request& request, base::Instant real_now);

  int64_t speed_;
  base::Instant real_origin_, simulated_origin_;
  Region region_;
  base::Prng dice_;
  std::vector<Poll> polls_;
  std::vector<LateCall> late_;
  std::vector<LostAnswer> lost_;
};

}  // namespace sim
