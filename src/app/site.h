// Site: one region of one account, kept: the engine with its real parts, and the thread that turns
// it.
//
// A site that cannot be begun (its account cannot be verified, its journal is damaged, its ledger's
// store is unsafe) says why in its snapshot and tries again for as long as it lives; other sites do
// not notice. Its thread owns the journal and the engine; everybody else reads the last Snapshot,
// hands in events through the mailbox, or asks for a reload, which happens between two turns.
// Stopping lets the turn under way end: what was decided is in the ledger and the journal, and the
// next life goes on from there.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/aws_access.h"
#include "app/clock.h"
#include "app/keeper_options.h"
#include "app/queue_claim.h"
#include "app/relayed_queue.h"
#include "app/snapshot.h"
#include "app/state_folder.h"
#include "app/webhooks.h"
#include "base/log.h"
#include "base/result.h"
#include "engine/engine.h"
#include "store/database.h"

namespace app {

inline constexpr char kNotBegun[] = "NotBegun";

class Site {
 public:
  using Done = std::function<void(base::Status)>;

  // That site of the configuration. `options` and `folder` outlive it. Begins at once, on its own
  // thread.
  Site(const KeeperOptions& options, const StateFolder& folder, size_t number, uint64_t seed);
  // Waits for the end of the turn under way.
  ~Site();
  // Begins no other turn, and waits for no answer before the first. For whoever ends several sites.
  void stop();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Nothing while the first attempts to begin are made; then success, or why it could not begin.
  // An error that says kNever: trying again as it is would not help.
  std::optional<base::Status> outcome() const;
  // Of the last attempt to begin, whether others follow or not.
  base::Status last_attempt() const;

  // `done` runs once, on any thread: when the event is durable, or refused. Never after the end.
  void inject(std::string body, Done done);
  void order(model::Command command, Done done);
  void retry(int64_t quarantined, Done done);
  void drop(std::optional<int64_t> quarantined, Done done);  // Nothing: all.
  // Takes over the groups, the log and who is told; all else is as it was. What cannot be taken
  // over now, for want of a journal, is tried again until it can.
  void reload(std::shared_ptr<const Config> config);

  std::shared_ptr<const Snapshot> snapshot() const;

 private:
  struct Life;

  const SiteConfig& site() const { return config_->sites[number_]; }

  void run();
  base::Status begin();
  base::Status try_to_begin();
  base::Status open();
  base::Status share_ledger();
  std::vector<notify::Trouble> troubles(std::vector<notify::Trouble> all) const;
  base::Result<std::unique_ptr<Life>> begin_life(const Config& config);
  void close();
  void note_attempt(const base::Status& status, int attempt);
  void enter(std::function<void(engine::Mailbox&)> add, const Done& done);

  void turn_until_stopped();
  void take_reload();
  void replace_life_when_due();
  base::Status replace_life(std::shared_ptr<const Config> config);
  void retire(std::unique_ptr<Webhooks> webhooks);
  void prune_when_due();
  void publish(std::shared_ptr<Snapshot> snapshot);
  void publish_turn(base::Instant due);
  std::shared_ptr<Snapshot> new_snapshot() const;
  bool wait(base::Duration most);  // False: it is to stop.
  void ring();
  base::Logger make_log(const Config& config) const;

  const KeeperOptions& options_;
  const StateFolder& folder_;
  const size_t number_;
  const SystemClock system_clock_;
  std::stop_source stop_;  // Of what waits for an answer.

  // ---- of the thread ----
  std::shared_ptr<const Config> config_;  // As last taken over.
  base::Prng prng_;
  base::Logger log_;
  PacedClock clock_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<AwsAccess> aws_;
  std::unique_ptr<RelayedQueue> queue_;
  std::unique_ptr<StandingClaim> claim_;  // Of the queue; only with a shared ledger.
  model::AccountId account_;
  std::unique_ptr<Life> life_;
  base::Instant next_prune_;
  std::shared_ptr<const Config> coming_;  // To be taken over; null: nothing.
  base::Instant next_replace_;            // By the system's clock: disks are mended in real time.
  bool is_replace_failing_ = false;
  std::vector<std::future<void>> leaving_;  // Webhooks of earlier lives.

  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable bell_;
  bool rung_ = false;
  bool stopping_ = false;
  bool is_settled_ = false;
  base::Status last_attempt_ = base::fail(kNotBegun, "it is being begun", base::Retry::kBackoff);
  std::shared_ptr<const Config> reload_;
  std::shared_ptr<const Snapshot> snapshot_;

  std::mutex inject_mutex_;  // Held while adding to the mailbox, so that a reload loses nothing.
  std::shared_ptr<engine::Mailbox> mailbox_;  // Null until it was begun.

  std::thread thread_;
};

}  // namespace app
