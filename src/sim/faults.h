// FaultSettings: what goes wrong in the region and how often. Part of a run's input, never of its
// code.
//
// Rates are per mille of the things they name. All zero is a region that still has limits, boots,
// markets and eventual consistency, but never fails by itself.
#pragma once

#include <set>
#include <string>

#include "base/prng.h"
#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"

namespace sim {

struct FaultSettings {
  // Of calls.
  int throttle_per_mille = 0;     // Refused although the bucket has tokens.
  int error_500_per_mille = 0;    // Half of them after the call took effect.
  int error_503_per_mille = 0;    // Never took effect.
  int lost_answer_per_mille = 0;  // Took effect; the answer never arrives.
  int s3_conflict_per_mille = 0;  // 409 to a conditional write that did not happen.
  // Changes of an Auto Scaling group, refused because another one is under way.
  int scaling_contention_per_mille = 0;
  bool is_s3_unconditional = false;  // Writes to S3 take no notice of their conditions.
  // Of calls on a wire: they are on their way for up to `most_call_delay` before they take effect.
  int late_call_per_mille = 0;
  base::Duration most_call_delay = base::Duration::seconds(60);

  // Of deliveries to a queue, and of messages received from one.
  int lost_event_per_mille = 0;
  int late_event_per_mille = 0;  // By up to `most_event_delay`.
  base::Duration most_event_delay = base::Duration::minutes(15);
  int duplicate_event_per_mille = 0;
  int duplicate_receive_per_mille = 0;

  // Of reclaims that the market makes.
  int unwarned_per_mille = 50;
  int late_warning_per_mille = 50;
  int rebalance_per_mille = 300;  // A recommendation comes up to ten minutes before.

  // Of new instances.
  int inconsistent_per_mille = 200;  // Not found, not listed or stale for up to 60 s.
  int failed_boot_per_mille = 0;     // Pending, then terminated.

  // How long a terminated instance is still shown. EC2 promises nothing; it is an hour or so.
  base::Duration remembered_ended = base::Duration::hours(1);
  base::Duration stale_reads;  // Every describe shows the instances as they were that long ago.
  bool is_drought = false;     // No Spot pool has free capacity; running instances stay.
  std::set<model::Zone> zones_down;  // Launches there and describes by filter fail.
};

bool happens(base::Prng& dice, int per_mille);

// A JSON object whose members are the fields above ("stale_reads_ms", "zones_down": [..]); what is
// not named keeps its value. Unknown members are refused by name.
base::Result<FaultSettings> merge_faults(const FaultSettings& current, const std::string& json);
std::string faults_json(const FaultSettings& faults);

}  // namespace sim
