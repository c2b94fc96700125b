#include "app/signals.h"

#include "base/check.h"

namespace app {
namespace {

Signals::Wish wish_of(int number) { return number == SIGHUP ? Signals::kReload : Signals::kStop; }

}  // namespace

Signals::Signals() {
  sigemptyset(&signals_);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, number);
  CHECK(pthread_sigmask(SIG_BLOCK, &signals_, nullptr) == 0);
  CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

Signals::Wish Signals::wait() const {
  int number = 0;
  CHECK(sigwait(&signals_, &number) == 0);
  return wish_of(number);
}

std::optional<Signals::Wish> Signals::wait_for(base::Duration most) const {
  const timespec time{most.ms() / 1000, most.ms() % 1000 * 1'000'000};
  const int number = sigtimedwait(&signals_, nullptr, &time);
  if (number < 0) return std::nullopt;
  return wish_of(number);
}

std::optional<Signals::Wish> Signals::poll() const { return wait_for(base::Duration()); }

bool Signals::pause(base::Duration duration) const { return wait_for(duration) != kStop; }

}  // namespace app
