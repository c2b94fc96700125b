#include "control/work.h"

#include <algorithm>

namespace control {

bool WorkBoard::start(WorkKey key, const model::GroupName& group, model::Call call,
                      base::Instant now, Decisions& out) {
  if (busy_.contains(key)) return false;
  if (writes_blocked_ && model::is_mutating(call)) return false;
  if (const auto wait = waits_.find(key); wait != waits_.end() && wait->second.until > now) {
    out.wake_at = std::min(out.wake_at, wait->second.until);
    return false;
  }
  if (!pacer_.take(call, now)) {
    out.wake_at = std::min(out.wake_at, pacer_.next_chance(call, now));
    return false;
  }
  const model::CallId id{++last_id_};
  out.calls.push_back({id, group, call});
  busy_.emplace(key, id);
  flights_.emplace(id, Flight{std::move(key), group, std::move(call)});
  return true;
}

std::optional<Flight> WorkBoard::finish(const model::CallCompleted& completed) {
  const auto found = flights_.find(completed.id);
  if (found == flights_.end()) return std::nullopt;
  Flight flight = std::move(found->second);
  flights_.erase(found);
  busy_.erase(flight.key);
  return flight;
}

void WorkBoard::retry_later(const WorkKey& key, base::Instant now) {
  Wait& wait = waits_[key];
  const int doublings = std::min(wait.failures++, 10);
  const int64_t most = std::min(timing_.backoff_base.ms() << doublings, timing_.backoff_most.ms());
  // Full jitter: two keepers, or a hundred groups, that failed together do not come back together.
  wait.until = now + base::Duration::millis(prng_.between(1, most));
}

void WorkBoard::not_before(const WorkKey& key, base::Instant at) { waits_[key].until = at; }

}  // namespace control
