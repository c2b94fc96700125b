// Courier: brings the outbox's letters to their targets, each at its own pace.
//
// At least once, in order, one message at a time per target: claim in the outbox, post, and mark
// when the answer has come. What fails is tried again, less and less often, for a day; what is
// refused, or older by then, goes to the quarantine; what is held back waits for as long as that
// lasts. A target that is dead costs the others nothing
// and the loop no wait: posting is the messenger's, and its answers come through the mailbox. Owned
// by the loop's thread; all that must outlive a crash is in the outbox.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/prng.h"
#include "engine/crash_points.h"
#include "engine/journal_outbox.h"
#include "engine/mailbox.h"
#include "engine/stats.h"
#include "notify/bucket.h"
#include "notify/gather.h"
#include "ports/messenger.h"

namespace engine {

struct CourierParts {
  Outbox outbox;
  ports::Messenger* messenger = nullptr;  // May be null while there are no targets.
  std::shared_ptr<Mailbox> mailbox;
  base::Logger log;
  CrashHook crash_hook;
};

class Courier {
 public:
  // A thousand letters of 700 bytes are read at once; more go into the next message.
  static constexpr int64_t kMostLetters = 1000;
  // Of one target, some 15 MB: beyond it the oldest go to the quarantine.
  static constexpr int64_t kMostWaiting = 20'000;

  // Letters of targets that are no longer configured wait a day for these to come back; they go to
  // nobody else.
  static base::Result<Courier> open(CourierParts parts, const std::vector<std::string>& targets,
                                    model::KeeperName keeper, base::Prng prng);

  // What a turn made durable.
  void note_added(const std::vector<notify::Letter>& letters);
  void hear(Brought brought);
  // Marks, claims and posts what is due; answers when to come again. An error is the journal's:
  // nothing is lost, and the same is done again once it can be written.
  base::Result<base::Instant> turn(base::Instant now);

  const std::map<std::string, TargetStats>& stats() const { return stats_; }

 private:
  // A claimed message.
  struct Outgoing {
    std::vector<notify::Letter> letters;
    notify::Message message;
    int failures = 0;
    base::Instant not_before;
    bool is_under_way = false;
    std::optional<ports::MailAnswer> answer;
  };
  struct Route {
    bool is_configured = false;
    notify::Bucket bucket;
    std::optional<Outgoing> outgoing;
  };

  Courier(CourierParts parts, model::KeeperName keeper, base::Prng prng)
      : parts_(std::move(parts)), keeper_(std::move(keeper)), prng_(prng) {}

  void say_unclaimed(const std::string& target, int64_t count) const;
  base::Result<base::Instant> advance(const std::string& target, Route& route, base::Instant now);
  base::Result<base::Instant> keep(const std::string& target, base::Instant now);
  base::Status settle(const std::string& target, Route& route, base::Instant now);
  void try_again(const std::string& target, Outgoing& outgoing, base::Instant now);
  base::Status give_up(const std::string& target, const std::vector<notify::Letter>& letters,
                       const std::string& why, base::Instant now);
  base::Status shed(const std::string& target, base::Instant now);
  base::Status prepare(const std::string& target, Route& route, base::Instant now);
  void post(const std::string& target, Outgoing& outgoing);
  base::Status recount(const std::string& target);

  CourierParts parts_;
  model::KeeperName keeper_;
  base::Prng prng_;
  std::map<std::string, Route> routes_;
  std::map<std::string, TargetStats> stats_;
};

}  // namespace engine
