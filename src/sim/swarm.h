// Swarm: which faults a run has, and how many; drawn from its seed.
//
// Each class of fault is on in about half of the runs and weighted at random, so that runs differ
// in kind: some know only lost answers, some only crashes, some everything at once.
#pragma once

#include <optional>
#include <string>

#include "base/prng.h"
#include "base/time.h"
#include "base/week_window.h"
#include "model/group.h"
#include "sim/faults.h"
#include "sim/virtual_http.h"

namespace sim {

struct Swarm {
  int keepers = 1;
  int groups = 1;  // The first is behind a target group, the second is not.
  int capacity = 3;
  int base_slots = 0;  // Always on-demand.
  model::OnRebalance on_rebalance = model::OnRebalance::kLaunchAhead;
  bool fleets = false;            // CreateFleet instead of RunInstances.
  bool spot_requests = false;     // RequestSpotInstances, with a machine of the file's.
  base::Duration fallback_after;  // Zero: never on-demand for want of Spot.
  std::optional<base::WeekWindow> return_window;  // Nothing: slots return to Spot at any time.
  bool namesakes = false;                         // Both keepers have the same name.
  bool diverging_files = false;  // The second keeper's file names other types first, and one less.
  bool partial_files = false;    // The second keeper's file lacks the second group.
  bool drops_group = false;      // At some time the second group leaves every file.
  std::optional<base::Duration> drain;  // Of the target group, by the file.
  // The first group begins paused, and a person has machines adopted that others started.
  bool adopts = false;
  int subnets = 3;
  NetworkFaults network;
  FaultSettings region;
  base::Duration clock_offset;  // Of the first keeper; the second has the opposite.
  int crash_per_mille = 0;      // At every crash point.
  int pause_per_mille = 0;      // Before every turn.
  base::Duration between_interruptions = base::Duration::minutes(10);
  base::Duration between_kills = base::Duration::hours(1000);    // Of instances, by hand.
  base::Duration between_crashes = base::Duration::hours(1000);  // Of keepers.
  base::Duration between_partitions = base::Duration::hours(1000);
  base::Duration between_disk_faults = base::Duration::hours(1000);
  base::Duration between_droughts = base::Duration::hours(1000);
  base::Duration between_templates = base::Duration::hours(1000);
  base::Duration between_ledger_losses = base::Duration::hours(1000);
  base::Duration between_disk_losses = base::Duration::hours(1000);
  base::Duration between_outages = base::Duration::hours(1000);     // Of a zone's API.
  base::Duration between_sicknesses = base::Duration::hours(1000);  // Of machines that run.
  base::Duration between_clock_steps = base::Duration::hours(1000);
  base::Duration between_retirements = base::Duration::hours(1000);  // AWS Health's, of hosts.
  base::Duration between_drifts = base::Duration::hours(1000);       // Of target group attributes.
  base::Duration between_orders = base::Duration::hours(1000);       // Of a person's.
  base::Duration between_edits = base::Duration::hours(1000);  // Of the capacity, in all files.
};

Swarm draw_swarm(base::Prng& dice);
// An ordinary day of one keeper and two groups of six: the market takes machines, a pool dries up
// now and then, AWS throttles and errs a little, the keeper's host dies once or twice.
Swarm ordinary_day();
// One line, for the head of a failing run.
std::string to_string(const Swarm& swarm);

}  // namespace sim
