// Who reads a queue, kept beside a shared ledger: of two keepers on one queue each hears half.
//
// One small object per queue, queues/DIGEST.json, says which keeper reads it and when it last said
// so; the digest is of the queue, however its URL is written. A keeper that starts on a queue which
// another one reads is refused; one that has not said so for a while is taken for gone, so that a
// host with a new name takes over by itself. A keeper is its name and the identity of its state
// folder: one of the same name with another folder is another one, or has lost its own. By the
// hosts' clocks: a claim is a matter of minutes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "app/asked_ledger.h"
#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"

namespace app {

inline constexpr char kQueueTaken[] = "QueueTaken";
inline constexpr char kQueueTakenTrouble[] = "queue-taken";

// Three claims may fail before a keeper is taken for gone.
inline constexpr base::Duration kClaimPeriod = base::Duration::minutes(1);
inline constexpr base::Duration kClaimTime = base::Duration::minutes(4);

struct QueueReader {
  model::KeeperName keeper;
  std::string identity;  // See keeper_identity.h. Empty: not known, and the name alone tells.
  std::string queue_url;
};

// Fails with kQueueTaken when another keeper reads the queue; changes nothing.
base::Status look_whose_queue(const AskedLedger& ledger, const QueueReader& reader,
                              base::Instant now);

// The same, and says that `reader` reads it from now on.
base::Status claim_queue(const AskedLedger& ledger, const QueueReader& reader, base::Instant now);

// Repeats a claim from a thread of its own, for as long as it lives.
class StandingClaim {
 public:
  explicit StandingClaim(std::function<base::Status()> claim, base::Duration period = kClaimPeriod);
  ~StandingClaim();
  StandingClaim(const StandingClaim&) = delete;

  // Who else reads the queue, as far as the claims so far have found; empty: nobody.
  std::string trouble() const;

 private:
  void run();

  const std::function<base::Status()> claim_;
  const base::Duration period_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable bell_;
  bool stopping_ = false;
  std::string trouble_;
  std::thread thread_;
};

}  // namespace app
