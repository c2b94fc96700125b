// Awaited: an answer that comes once, from any thread, and may come when nobody waits any more.
//
// Shared by who waits and who answers: whoever is told to stop goes, and the answer finds nobody.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/result.h"

namespace app {

inline constexpr char kStopped[] = "Stopped";

template <class T>
class Awaited {
 public:
  void set(base::Result<T> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
    bell_.notify_one();
  }

  // The answer; kStopped when there is none by the time that stopping is wished for.
  base::Result<T> wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!bell_.wait(lock, stop, [this] { return answer_.has_value(); }))
      return base::fail(kStopped, "it was stopped before the answer came");
    return *std::exchange(answer_, std::nullopt);
  }

 private:
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable_any bell_;
  std::optional<base::Result<T>> answer_;
};

}  // namespace app
