// Agenda: what the region will do by itself, and when.
//
// Entries due at the same moment run in the order in which they were made, so a run is a function
// of its seed and its requests.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/time.h"

namespace sim {

class Agenda {
 public:
  using Task = std::function<void()>;

  void at(base::Instant when, Task task) { tasks_.emplace(Key{when, next_++}, std::move(task)); }

  base::Instant next_at() const {
    return tasks_.empty() ? base::Instant::never() : tasks_.begin()->first.first;
  }

  // The next task due by `now`, taken out, with its time.
  std::optional<std::pair<base::Instant, Task>> take_due(base::Instant now) {
    if (next_at() > now) return std::nullopt;
    auto first = tasks_.extract(tasks_.begin());
    return std::pair(first.key().first, std::move(first.mapped()));
  }

 private:
  using Key = std::pair<base::Instant, uint64_t>;
  std::map<Key, Task> tasks_;
  uint64_t next_ = 0;
};

}  // namespace sim
