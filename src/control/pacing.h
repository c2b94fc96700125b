// Pacer: our own token buckets, a little smaller than the ones AWS publishes.
//
// A call that gets no token is not queued: the brain decides again when one is there, and may then
// want something else. A throttled answer empties the bucket: somebody else draws from it too.
#pragma once

#include <array>
#include <string_view>

#include "base/time.h"
#include "model/call.h"

namespace control {

class Pacer {
 public:
  // Takes what the call costs and returns true, or leaves the bucket and returns false.
  bool take(const model::Call& call, base::Instant now);
  // When take may next succeed for such a call.
  base::Instant next_chance(const model::Call& call, base::Instant now) const;
  void throttled(const model::Call& call, base::Instant now);

 private:
  // Millitokens, so that refills stay integers.
  struct Bucket {
    int64_t most = 0;
    int64_t per_second = 0;
    int64_t level = 0;
    base::Instant at;

    int64_t level_at(base::Instant now) const;
  };
  enum Kind {
    kDescribe,
    kMutate,
    kRunRequests,
    kRunInstances,
    kTerminate,
    kTags,
    kBalancer,
    kFree
  };
  static constexpr size_t kBuckets = kFree;

  static Kind kind_of(const model::Call& call);
  static int64_t instances_in(const model::Call& call);

  static constexpr int64_t kMilli = 1000;
  // Four fifths of the published buckets: describe 100/20, mutate 50/5, RunInstances requests 5/2
  // and instances 1000/2, TerminateInstances 100/5, CreateTags 100/10, ELB register and deregister
  // 20/4.
  std::array<Bucket, kBuckets> buckets_{{
      {80 * kMilli, 16 * kMilli, 80 * kMilli, {}},
      {40 * kMilli, 4 * kMilli, 40 * kMilli, {}},
      {4 * kMilli, 1600, 4 * kMilli, {}},
      {1000 * kMilli, 1600, 1000 * kMilli, {}},
      {80 * kMilli, 4 * kMilli, 80 * kMilli, {}},
      {80 * kMilli, 8 * kMilli, 80 * kMilli, {}},
      {16 * kMilli, 3200, 16 * kMilli, {}},
  }};
};

}  // namespace control
