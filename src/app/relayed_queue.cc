#include "app/relayed_queue.h"

#include <deque>
#include <mutex>
#include <utility>

namespace app {

struct RelayedQueue::Relay {
  std::mutex mutex;
  size_t under_way = 0;  // Receives that the inner queue has not answered.
  std::deque<ReceiveDone> waiting;
  std::deque<Received> unclaimed;  // Came while nobody waited.

  void answered(Received received) {
    ReceiveDone done;
    {
      const std::lock_guard lock(mutex);
      --under_way;
      if (waiting.empty()) {
        unclaimed.push_back(std::move(received));
        return;
      }
      done = std::move(waiting.front());
      waiting.pop_front();
    }
    done(std::move(received));
  }
};

RelayedQueue::RelayedQueue(std::unique_ptr<ports::Queue> inner)
    : inner_(std::move(inner)), relay_(std::make_shared<Relay>()) {}

void RelayedQueue::receive(ports::ReceiveOptions options, ReceiveDone done) {
  {
    std::unique_lock lock(relay_->mutex);
    if (!relay_->unclaimed.empty()) {
      Received received = std::move(relay_->unclaimed.front());
      relay_->unclaimed.pop_front();
      lock.unlock();
      return done(std::move(received));
    }
    relay_->waiting.push_back(std::move(done));
    if (relay_->under_way >= relay_->waiting.size()) return;
    ++relay_->under_way;
  }
  inner_->receive(options,
                  [relay = relay_](Received received) { relay->answered(std::move(received)); });
}

void RelayedQueue::remove(std::vector<std::string> receipts, RemoveDone done) {
  inner_->remove(std::move(receipts), std::move(done));
}

void RelayedQueue::depth(std::function<void(base::Result<ports::QueueDepth>)> done) {
  inner_->depth(std::move(done));
}

void RelayedQueue::forget_waiting() {
  const std::lock_guard lock(relay_->mutex);
  relay_->waiting.clear();
}

}  // namespace app
