// RelayedQueue: one SQS queue for a keeper whose engine may be replaced while it waits for
// messages.
//
// A receive that the old engine began goes on, and its answer goes to the new one: no message is
// hidden for its visibility timeout, and no more receives run than the engine asked for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/queue.h"

namespace app {

class RelayedQueue : public ports::Queue {
 public:
  using Received = base::Result<std::vector<ports::QueueMessage>>;
  using ReceiveDone = std::function<void(Received)>;
  using RemoveDone = std::function<void(base::Result<std::vector<std::string>>)>;

  explicit RelayedQueue(std::unique_ptr<ports::Queue> inner);

  void receive(ports::ReceiveOptions options, ReceiveDone done) override;
  void remove(std::vector<std::string> receipts, RemoveDone done) override;
  void depth(std::function<void(base::Result<ports::QueueDepth>)> done) override;

  // Whoever waits for a message is no longer interested.
  void forget_waiting();

 private:
  struct Relay;

  std::unique_ptr<ports::Queue> inner_;
  std::shared_ptr<Relay> relay_;  // Answers may come when this is gone.
};

}  // namespace app
