// Mailbox: what has happened since the last turn. The only thing other threads touch of the engine.
//
// Callbacks only enqueue. It outlives whoever holds a sink of it, so answers may come after the
// end.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/call.h"
#include "model/command.h"
#include "ports/cloud.h"
#include "ports/messenger.h"
#include "ports/queue.h"

namespace engine {

// The answer to one receive.
using Received = base::Result<std::vector<ports::QueueMessage>>;

// A notice that a person handed in; answered once it is durable (or refused).
struct Injected {
  std::string body;
  std::function<void(base::Status)> done;
};

// A command that a person gave; answered once it is in the ledger (or refused).
struct Ordered {
  model::Command command;
  std::function<void(base::Status)> done;
};

// A person wants what is in quarantine tried again; answered once it is out of it (or refused).
struct Retried {
  int64_t seq = 0;
  std::function<void(base::Status)> done;
};

// A person wants it forgotten, or (with no number) all that is in quarantine.
struct Dropped {
  std::optional<int64_t> seq;
  std::function<void(base::Status)> done;
};

// The answer to one attempt to tell people something.
struct Brought {
  std::string target;
  std::string id;  // Of the message.
  ports::MailAnswer answer;
};

struct Arrivals {
  std::vector<model::CallCompleted> completions;
  std::vector<Received> received;
  std::vector<Injected> injected;
  std::vector<Ordered> ordered;
  std::vector<Retried> retried;
  std::vector<Dropped> dropped;
  std::vector<Brought> brought;
  std::vector<std::string> not_removed;  // Receipts that the queue did not delete.

  bool empty() const {
    return completions.empty() && received.empty() && injected.empty() && ordered.empty() &&
           retried.empty() && dropped.empty() && brought.empty() && not_removed.empty();
  }
};

class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  // `bell` rings, from any thread, whenever something was added.
  explicit Mailbox(std::function<void()> bell) : bell_(std::move(bell)) {}

  void add(model::CallCompleted completed);
  void add(Received received);
  void add(Injected injected);
  void add(Ordered ordered);
  void add(Retried retried);
  void add(Dropped dropped);
  void add(Brought brought);
  void add_not_removed(std::vector<std::string> receipts);
  Arrivals take();
  bool empty() const;

  ports::CompletionSink completion_sink();

 private:
  template <class Add>
  void enter(Add add);

  std::function<void()> bell_;
  mutable std::mutex mutex_;
  Arrivals arrivals_;
};

}  // namespace engine
