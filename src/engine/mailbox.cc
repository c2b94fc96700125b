#include "engine/mailbox.h"

#include <utility>

namespace engine {

template <class Add>
void Mailbox::enter(Add add) {
  {
    const std::lock_guard lock(mutex_);
    add(arrivals_);
  }
  if (bell_) bell_();
}

void Mailbox::add(model::CallCompleted completed) {
  enter([&](Arrivals& in) { in.completions.push_back(std::move(completed)); });
}

void Mailbox::add(Received received) {
  enter([&](Arrivals& in) { in.received.push_back(std::move(received)); });
}

void Mailbox::add(Injected injected) {
  enter([&](Arrivals& in) { in.injected.push_back(std::move(injected)); });
}

void Mailbox::add(Ordered ordered) {
  enter([&](Arrivals& in) { in.ordered.push_back(std::move(ordered)); });
}

void Mailbox::add(Retried retried) {
  enter([&](Arrivals& in) { in.retried.push_back(std::move(retried)); });
}

void Mailbox::add(Dropped dropped) {
  enter([&](Arrivals& in) { in.dropped.push_back(std::move(dropped)); });
}

void Mailbox::add(Brought brought) {
  enter([&](Arrivals& in) { in.brought.push_back(std::move(brought)); });
}

void Mailbox::add_not_removed(std::vector<std::string> receipts) {
  enter([&](Arrivals& in) {
    for (std::string& receipt : receipts) in.not_removed.push_back(std::move(receipt));
  });
}

Arrivals Mailbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(arrivals_, {});
}

bool Mailbox::empty() const {
  const std::lock_guard lock(mutex_);
  return arrivals_.empty();
}

ports::CompletionSink Mailbox::completion_sink() {
  return [self = shared_from_this()](model::CallCompleted completed) {
    self->add(std::move(completed));
  };
}

}  // namespace engine
