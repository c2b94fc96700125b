#include "sim/token_bucket.h"

#include <algorithm>

namespace sim {
namespace {

// Published in the EC2 API guide, "Request throttling".
constexpr BucketSize kRead{100, 20};
constexpr BucketSize kBroadRead{50, 10};  // Neither filtered nor paginated.
constexpr BucketSize kMutating{50, 5};
constexpr BucketSize kRunRequests{5, 2};
constexpr BucketSize kRunInstances{1000, 2};
constexpr BucketSize kTerminateRequests{100, 5};
constexpr BucketSize kTerminateInstances{1000, 20};
constexpr BucketSize kCreateTags{100, 10};
// Published for Elastic Load Balancing v2: registrations, and the account's bucket around them.
constexpr BucketSize kElbAction{20, 4};
constexpr BucketSize kElbAccount{40, 10};

BucketSize requests_of(const CallWeight& weight) {
  if (weight.action == "RunInstances") return kRunRequests;
  if (weight.action == "TerminateInstances") return kTerminateRequests;
  if (weight.action == "CreateTags") return kCreateTags;
  if (weight.is_mutating) return kMutating;
  return weight.is_narrowed ? kRead : kBroadRead;
}

}  // namespace

bool TokenBucket::take(int64_t tokens, base::Instant now) {
  const int64_t elapsed_ms = std::max<int64_t>((now - at_).ms(), 0);
  // A token per second is a millitoken per millisecond. A bucket idle for an hour is full.
  const int64_t refill = std::min<int64_t>(elapsed_ms, 3'600'000) * size_.refill_per_second;
  millitokens_ = std::min(size_.capacity * 1000, millitokens_ + refill);
  at_ = std::max(at_, now);
  if (millitokens_ < tokens * 1000) return false;
  millitokens_ -= tokens * 1000;
  return true;
}

bool RequestLimits::take(const std::string& name, BucketSize size, int64_t tokens,
                         base::Instant now) {
  auto found = buckets_.find(name);
  if (found == buckets_.end()) found = buckets_.emplace(name, TokenBucket(size, now)).first;
  return found->second.take(tokens, now);
}

bool RequestLimits::admit_ec2(const CallWeight& weight, base::Instant now) {
  if (is_lifted_) return true;
  const BucketSize requests = requests_of(weight);
  const bool is_broad = requests.capacity == kBroadRead.capacity && !weight.is_mutating;
  if (!take(is_broad ? weight.action + "/broad" : weight.action, requests, 1, now)) return false;
  if (weight.instances == 0) return true;
  const BucketSize instances =
      weight.action == "RunInstances" ? kRunInstances : kTerminateInstances;
  return take(weight.action + "/instances", instances, weight.instances, now);
}

bool RequestLimits::admit_elb(const std::string& action, base::Instant now) {
  if (is_lifted_) return true;
  return take("elb/" + action, kElbAction, 1, now) && take("elb", kElbAccount, 1, now);
}

}  // namespace sim
