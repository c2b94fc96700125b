// Request limits as AWS publishes them: a token bucket per action, a second one for what it counts.
//
// Buckets run in simulated time and begin full.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace sim {

struct BucketSize {
  int64_t capacity = 0;
  int64_t refill_per_second = 0;
};

class TokenBucket {
 public:
  TokenBucket() = default;
  TokenBucket(BucketSize size, base::Instant now)
      : size_(size), millitokens_(size.capacity * 1000), at_(now) {}

  // Takes `tokens`, or nothing when there are not that many.
  bool take(int64_t tokens, base::Instant now);

 private:
  BucketSize size_;
  int64_t millitokens_ = 0;
  base::Instant at_;
};

// How a call weighs on the limits.
struct CallWeight {
  std::string action;
  bool is_mutating = false;
  bool is_narrowed = false;  // A read with a filter, ids or MaxResults.
  int64_t instances = 0;     // Launched or terminated by it.
};

class RequestLimits {
 public:
  // False when the call is to be refused: EC2's requests, then its instances.
  bool admit_ec2(const CallWeight& weight, base::Instant now);
  // RegisterTargets and DeregisterTargets: a bucket each within one per account.
  bool admit_elb(const std::string& action, base::Instant now);
  // Until told otherwise everything is admitted, and counts for nothing.
  void set_lifted(bool is_lifted) { is_lifted_ = is_lifted; }

 private:
  bool take(const std::string& name, BucketSize size, int64_t tokens, base::Instant now);

  bool is_lifted_ = false;
  std::map<std::string, TokenBucket, std::less<>> buckets_;
};

}  // namespace sim
