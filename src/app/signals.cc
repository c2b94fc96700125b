#include "app/signals.h"

#include "base/check.h"

namespace app {

Signals::Signals() {
  sigemptyset(&signals_);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, number);
  CHECK(pthread_sigmask(SIG_BLOCK, &signals_, nullptr) == 0);
  CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

Signals::Wish Signals::wait() const {
  int number = 0;
  CHECK(sigwait(&signals_, &number) == 0);
  return number == SIGHUP ? kReload : kStop;
}

}  // namespace app
