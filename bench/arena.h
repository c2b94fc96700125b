// Arena: a simulated region with a fleet that serves behind a target group, a storm that takes all
// of it at once, and what is measured meanwhile.
//
// Everything but CPU is in virtual time: 50 ms per call, 45 s from launch to answering, the
// published request limits, warnings two minutes ahead. Whoever replaces the fleet is another's
// concern (keeper_way.h, peers.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/region.h"
#include "sim/timeline.h"
#include "sim/virtual_http.h"

namespace bench {

inline constexpr int kPerRequest = 100;  // What one launch asks for at most, as AWS recommends.
inline constexpr base::Duration kBoot = base::Duration::seconds(45);
inline constexpr base::Duration kEachWay = base::Duration::millis(25);
inline constexpr base::Duration kLead = base::Duration::minutes(2);
inline constexpr int kRequestsPerMachine = 10;  // A second, of clients.

struct ArenaOptions {
  int machines = 0;
  int64_t drain_seconds = 30;
  size_t most_targets = 1000;  // The target group's quota.
};

// Who answers the storm: a keeper, or one of the peers.
class Contender {
 public:
  virtual ~Contender() = default;
  // The fleet runs. Takes charge of it, and returns when everything is calm.
  virtual void settle() {}
};

struct Measures {
  int launch_calls = 0;
  // Seconds from the storm's beginning; 0: not within the time that was given.
  double accepted_s = 0, healthy_s = 0;
  double at_reclaim = 0;     // The share of replacements that is healthy when AWS takes the fleet.
  double lost_target_s = 0;  // Healthy targets that were missing, times seconds.
  double wanted_target_s = 0;
  double requests = 0, failed_requests = 0;
  int surplus = 0;  // Machines beyond one for each that was taken.
  double cpu_s = 0;
};

// What the limits, the boot and the balancer's checks leave to anybody.
struct Bounds {
  double accepted_s = 0, healthy_s = 0, lost_target_s = 0;
};
Bounds bounds_of(int machines);

class Arena {
 public:
  explicit Arena(ArenaOptions options);

  // All of the fleet runs and is healthy; each machine with these tags.
  void fill(const std::vector<model::Tag>& tags);
  // Takes it, and looks on until it is whole again or the time is over.
  Measures storm(Contender& contender, base::Duration at_most);

  sim::Region& region() { return region_; }
  sim::Timeline& timeline() { return timeline_; }
  sim::NetworkFaults& network() { return network_; }
  const model::TargetGroupArn& targets() const { return targets_; }
  const std::vector<model::InstanceType>& types() const { return types_; }
  int machines() const { return options_.machines; }
  // The state that the world has the instance in; whoever asks pays for no call.
  bool runs(const model::InstanceId& id) const;
  sim::ExchangeHook hook();

 private:
  struct Count {
    int fresh = 0, fresh_healthy = 0, serving = 0, believed = 0, dead = 0;
  };

  std::string ask(std::string_view service, base::Form form);
  void make_target_group();
  void launch_some(const sim::Subnet& subnet, int count, const std::vector<model::Tag>& tags);
  void register_all();
  void look();
  Count count() const;

  const ArenaOptions options_;
  const std::vector<model::InstanceType> types_;
  sim::Region region_;
  sim::Timeline timeline_;
  sim::NetworkFaults network_;
  model::TargetGroupArn targets_;
  base::Instant began_;
  int64_t first_of_storm_ = 0;
  Measures measures_;
};

}  // namespace bench
