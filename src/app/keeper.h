// Keeper: the process that keeps groups at their capacity: the engine with its real parts.
//
// Its loop's thread owns the journal and the engine; everybody else reads the last Snapshot, hands
// in events through the mailbox, or asks for a reload, which happens between two turns. Stopping
// lets the turn under way end: what was decided is in the ledger and the journal, and the next life
// goes on from there. The API is served as long as the keeper lives.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/aws_access.h"
#include "app/clock.h"
#include "app/config.h"
#include "app/queue_claim.h"
#include "app/relayed_queue.h"
#include "app/snapshot.h"
#include "app/state_folder.h"
#include "app/webhooks.h"
#include "base/log.h"
#include "base/result.h"
#include "engine/engine.h"
#include "net/server.h"
#include "store/database.h"

namespace app {

struct KeeperOptions {
  Config config;  // With what stands in its webhook_files; so are later ones.
  PacedClock clock;
  std::function<base::Logger(const LogConfig&)> make_log;
  engine::CrashHook crash_hook;
  aws::Environment environment;
  Pause pause = sleep_for;  // Between attempts to reach AWS, at the start.
  // Between attempts to take a new configuration over while the journal cannot be written.
  base::Duration reload_pause = base::Duration::seconds(2);
  uint64_t seed = 0;  // Never the same in two lives.
};

class Keeper {
 public:
  // Takes the state folder, checks the account, and begins to turn. An error that says kNever is
  // the environment's: trying again as it is would not help.
  static base::Result<std::unique_ptr<Keeper>> start(KeeperOptions options);
  // Waits for the end of the turn under way.
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // `done` runs once, on any thread: when the event is durable, or refused. Never after the end.
  void inject(std::string body, std::function<void(base::Status)> done);
  void order(model::Command command, std::function<void(base::Status)> done);
  void retry(int64_t quarantined, std::function<void(base::Status)> done);
  void drop(std::optional<int64_t> quarantined, std::function<void(base::Status)> done);
  // Takes over the groups, the log and who is told from `config`; refuses one that differs in
  // anything else. What cannot be taken over now, for want of a journal, is tried again until it
  // can.
  base::Status reload(Config config);

  std::shared_ptr<const Snapshot> snapshot() const;
  int port() const { return server_->port(); }
  std::string url() const;
  const model::AccountId& account() const { return account_; }

 private:
  struct Life;

  explicit Keeper(KeeperOptions options);

  base::Status open();
  base::Status share_ledger();
  std::vector<notify::Trouble> troubles(std::vector<notify::Trouble> all) const;
  base::Status serve_api();
  base::Result<std::unique_ptr<Life>> begin_life(const Config& config);
  void run();
  base::Instant turn();
  void replace_life_when_due();
  base::Status replace_life(const Config& config);
  void retire(std::unique_ptr<Webhooks> webhooks);
  void prune_when_due();
  void publish(base::Instant due);
  void wait_until(base::Instant due);
  void ring();

  KeeperOptions options_;
  base::Prng prng_;
  base::Logger log_;
  SystemClock system_clock_;
  std::unique_ptr<StateFolder> folder_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<AwsAccess> aws_;
  std::unique_ptr<RelayedQueue> queue_;
  std::unique_ptr<StandingClaim> claim_;  // Of the queue; only with a shared ledger.
  model::AccountId account_;
  std::unique_ptr<Life> life_;  // Of the loop's thread, once that runs.
  base::Instant next_prune_;
  std::optional<Config> coming_;  // To be taken over; of the loop's thread, like the next two.
  base::Instant next_replace_;    // By the system's clock, as disks are mended in real time.
  bool is_replace_failing_ = false;
  std::vector<std::future<void>> leaving_;  // Webhooks of earlier lives; of the loop's thread.

  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable bell_;
  bool rung_ = false;
  bool stopping_ = false;
  std::optional<Config> reload_;
  std::shared_ptr<const Snapshot> snapshot_;

  std::mutex inject_mutex_;  // Held while adding to the mailbox, so that a reload loses nothing.
  std::shared_ptr<engine::Mailbox> mailbox_;

  std::unique_ptr<net::HttpServer> server_;
  std::thread loop_;
};

}  // namespace app
