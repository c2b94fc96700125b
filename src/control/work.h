// WorkBoard: which call is under way for what, and when a piece of work may next be tried.
//
// Work is named by a key; at most one call per key is under way, so wanting something again while
// it happens costs nothing. A failed attempt sets the earliest next one with full jitter; a success
// forgets it. Whatever could not start now leaves the time at which it might in `wake_at`.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/prng.h"
#include "base/time.h"
#include "control/event.h"
#include "control/pacing.h"
#include "control/timing.h"
#include "model/call.h"

namespace control {

enum class WorkKind {
  kReadLedger,
  kWriteLedger,
  kLaunch,
  kSearchLaunch,
  kReadSpotRequests,
  kCancelSpotRequests,
  kTagLaunched,
  kFindAdopted,
  kVetAdopted,
  kDetach,
  kReadMembership,
  kSweepInstances,
  kSweepSpotRequests,
  kSweepOwnRequests,
  kSweepStatuses,
  kReadOrphanLedger,
  kReadOrphans,
  kCancelOrphan,
  kTagOrphan,
  kConfirmInstance,
  kPollInstances,
  kPollStatus,
  kReadTargetHealth,
  kReadTargetAttributes,
  kSetDrain,
  kRegister,
  kDeregister,
  kTerminate,
  kNameInstance,
  kMarkDoomed,
  kReadSubnets,
  kReadTemplate,
  kMakeTemplate,
  kReadTypes,
  kReadPrices,
  kReadScores,
};

struct WorkKey {
  WorkKind kind = WorkKind::kReadLedger;
  std::string subject;  // The group, the instance, the target group: what the work is about.
  uint64_t n = 0;       // The launch, where it is about one.

  friend bool operator==(const WorkKey&, const WorkKey&) = default;
  friend auto operator<=>(const WorkKey&, const WorkKey&) = default;
};

// One call under way.
struct Flight {
  WorkKey key;
  model::GroupName group;
  model::Call call;
};

class WorkBoard {
 public:
  WorkBoard(const Timing& timing, base::Prng prng) : timing_(timing), prng_(prng) {}

  // Starts the work unless it is under way, waits for a retry, finds no token, or is barred.
  bool start(WorkKey key, const model::GroupName& group, model::Call call, base::Instant now,
             Decisions& out);
  bool under_way(const WorkKey& key) const { return busy_.contains(key); }

  // What the completed call was for; nothing when it is not ours (an answer after a restart).
  std::optional<Flight> finish(const model::CallCompleted& completed);
  // After a failure: not before a jittered while. Consecutive failures wait longer.
  void retry_later(const WorkKey& key, base::Instant now);
  // Not before then, whatever happened.
  void not_before(const WorkKey& key, base::Instant at);
  void succeeded(const WorkKey& key) { waits_.erase(key); }

  Pacer& pacer() { return pacer_; }
  void block_writes(bool blocked) { writes_blocked_ = blocked; }
  bool writes_blocked() const { return writes_blocked_; }

 private:
  struct Wait {
    int failures = 0;
    base::Instant until;
  };

  Timing timing_;
  base::Prng prng_;
  Pacer pacer_;
  bool writes_blocked_ = false;
  uint64_t last_id_ = 0;
  std::map<model::CallId, Flight> flights_;
  std::map<WorkKey, model::CallId> busy_;
  std::map<WorkKey, Wait> waits_;
};

}  // namespace control
