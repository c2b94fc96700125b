#include "notify/retry.h"

#include <algorithm>

namespace notify {
namespace {

constexpr int64_t kFirstMs = 1'000;
constexpr int64_t kLongestMs = 300'000;
constexpr int kMostDoublings = 9;
constexpr base::Duration kLongestAsked = base::Duration::hours(1);

}  // namespace

base::Duration retry_delay(int failures, const std::optional<base::Duration>& retry_after,
                           base::Prng& prng) {
  const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  const int64_t most = std::min(kLongestMs, kFirstMs << doublings);
  const base::Duration ours = base::Duration::millis(prng.between(most / 2, most));
  return retry_after ? std::max(ours, std::min(*retry_after, kLongestAsked)) : ours;
}

}  // namespace notify
