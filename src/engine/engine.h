// Engine: the loop's body. receive -> journal -> acknowledge -> decide -> record -> act.
//
// One thread calls turn(); everything else only fills the Mailbox. Within a turn: the events that
// arrived are made durable in one transaction, then deleted from the queue; the brain decides once;
// its intents, incidents and what people are to be told of them are made durable in one
// transaction; only then is anything sent. A crash anywhere leaves a state from which the next life
// finds the same decisions (see crash_points.h). While the journal cannot be written nothing that
// mutates is sent and nothing is acknowledged.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "control/brain.h"
#include "engine/courier.h"
#include "engine/crash_points.h"
#include "engine/journal.h"
#include "engine/mailbox.h"
#include "engine/receivers.h"
#include "engine/stats.h"
#include "notify/herald.h"
#include "ports/clock.h"
#include "ports/cloud.h"
#include "ports/ledger.h"
#include "ports/queue.h"

namespace engine {

struct EngineParts {
  ports::Cloud& cloud;
  ports::Ledger& ledger;
  ports::Queue& queue;
  const ports::Clock& clock;
  Journal& journal;
  std::shared_ptr<Mailbox> mailbox;
  base::Logger log;
  CrashHook crash_hook;
  // Whom to tell of what, and who brings it; null only when there is nobody.
  ports::Messenger* messenger = nullptr;
  std::vector<notify::Subscription> subscriptions = {};
  // What its owner knows that only a person can mend; asked each turn.
  std::function<std::vector<notify::Trouble>()> troubles = {};
  std::string site = {};  // Of several that one process keeps: part of what people are told.
  // The engine in whose place it comes: what that knew and counted it goes on with.
  const class Engine* predecessor = nullptr;
};

class Engine {
 public:
  // Hands the brain what the journal has that it has not seen.
  static base::Result<std::unique_ptr<Engine>> start(EngineParts parts,
                                                     control::BrainOptions options,
                                                     std::vector<model::GroupSpec> groups);

  // Whoever still waits for an answer to a command gets one.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // One turn; answers when the next one is due if nothing arrives before.
  base::Instant turn();
  // Answers the commands that the turn settled. Apart, so that whoever is answered and then looks
  // sees what it asked for.
  void answer_people();

  const control::Brain& brain() const { return brain_; }
  const Stats& stats() const { return stats_; }
  bool journal_writable() const { return blocked_by_.empty(); }
  const std::string& blocked_by() const { return blocked_by_; }
  // Why nothing can be received; empty while it can, or may again in a moment.
  const std::string& queue_trouble() const { return queue_trouble_; }
  // Those of its owner.
  std::vector<notify::Trouble> troubles() const;

 private:
  Engine(EngineParts parts, control::Brain brain, model::KeeperName keeper, notify::Herald herald,
         Courier courier, base::Prng prng);

  void recover(std::vector<JournaledEvent> unstepped);
  void take_in(Arrivals arrivals, base::Instant now);
  void receive_failed(const base::Error& error, base::Instant now);
  void take_message(ports::QueueMessage message, base::Instant now);
  void take_injected(Injected injected, base::Instant now);
  void take_order(Ordered ordered);
  base::Status retry(int64_t seq, base::Instant now);
  base::Status drop(const std::optional<int64_t>& seq);
  base::Status read_again(const Quarantined& item, base::Instant now);
  base::Status send_again(const Quarantined& item, base::Instant now);
  void journal_intake();
  void hear(std::vector<JournaledEvent> fresh);
  void acknowledge();
  void complete(model::CallCompleted completed);
  void record(const control::Decisions& decisions, base::Instant now);
  void tell(const control::Decisions& decisions, base::Instant now);
  std::vector<notify::Letter> letters_about_unusable() const;
  base::Instant bring(base::Instant now);
  void submit(control::Decisions decisions, base::Instant now);
  void refuse(const control::PlannedCall& planned, base::Instant now);
  void route(control::PlannedCall planned);
  void start_receivers(base::Instant now);
  void block(const base::Error& error);
  void refuse_injected();
  void probe_journal(base::Instant now);
  void reached(CrashPoint point) const;
  void report(const std::vector<control::Remark>& remarks);

  EngineParts parts_;
  control::Brain brain_;
  const model::KeeperName keeper_;
  notify::Herald herald_;
  Courier courier_;
  Receivers receivers_;
  Stats stats_;

  // What arrived and is not durable yet; kept across turns while the journal is blocked.
  std::vector<IncomingEvent> incoming_;
  std::vector<Unusable> unusable_;
  std::vector<std::string> receipts_;
  std::vector<Injected> waiting_injected_;

  std::vector<control::Event> events_;             // For the brain, this turn.
  TurnRecord pending_;                             // What the journal does not have yet.
  std::map<model::CallId, model::Call> mutating_;  // Under way, for crash points and outcomes.
  std::map<model::CommandId, std::function<void(base::Status)>> orders_;  // Not answered yet.
  std::vector<control::CommandAnswer> answers_;
  uint64_t last_order_ = 0;
  std::string blocked_by_;
  base::Instant next_probe_ = base::Instant::never();
  std::string queue_trouble_;
};

}  // namespace engine
