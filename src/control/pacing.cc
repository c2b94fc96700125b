#include "control/pacing.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace control {
namespace {

// What is missing takes this long to drip in, rounded up.
base::Duration time_for(int64_t missing, int64_t per_second) {
  return base::Duration::millis((missing * 1000 + per_second - 1) / per_second);
}

int64_t number_after(std::string_view body, std::string_view field) {
  const size_t at = body.find(field);
  int64_t count = 1;
  if (at != std::string::npos)
    std::from_chars(body.data() + at + field.size(), body.data() + body.size(), count);
  return count;
}

}  // namespace

int64_t Pacer::Bucket::level_at(base::Instant now) const {
  const int64_t passed = std::clamp<int64_t>((now - at).ms(), 0, 3'600'000);
  return std::min(most, level + passed * per_second / 1000);
}

Pacer::Kind Pacer::kind_of(const model::Call& call) {
  if (std::holds_alternative<model::RunInstances>(call)) return kRunRequests;
  // AWS does not say whether a fleet draws on the bucket of RunInstances.
  if (std::holds_alternative<model::CreateFleet>(call)) return kRunRequests;
  if (std::holds_alternative<model::RequestSpotInstances>(call)) return kRunRequests;
  if (std::holds_alternative<model::TerminateInstances>(call)) return kTerminate;
  if (std::holds_alternative<model::CreateTags>(call)) return kTags;
  if (std::holds_alternative<model::RegisterTargets>(call)) return kBalancer;
  if (std::holds_alternative<model::DeregisterTargets>(call)) return kBalancer;
  if (model::is_ledger(call)) return kFree;
  return model::is_mutating(call) ? kMutate : kDescribe;
}

int64_t Pacer::instances_in(const model::Call& call) {
  if (const auto* run = std::get_if<model::RunInstances>(&call))
    return number_after(run->body, "&MaxCount=");
  if (const auto* fleet = std::get_if<model::CreateFleet>(&call))
    return number_after(fleet->body, "&TargetCapacitySpecification.TotalTargetCapacity=");
  if (const auto* spot = std::get_if<model::RequestSpotInstances>(&call))
    return number_after(spot->body, "&InstanceCount=");
  return 0;
}

bool Pacer::take(const model::Call& call, base::Instant now) {
  const Kind kind = kind_of(call);
  if (kind == kFree) return true;
  if (next_chance(call, now) > now) return false;
  const auto draw = [&](Bucket& bucket, int64_t cost) {
    bucket.level = bucket.level_at(now) - cost;
    bucket.at = now;
  };
  draw(buckets_[kind], kMilli);
  if (kind == kRunRequests) draw(buckets_[kRunInstances], instances_in(call) * kMilli);
  return true;
}

base::Instant Pacer::next_chance(const model::Call& call, base::Instant now) const {
  const Kind kind = kind_of(call);
  if (kind == kFree) return now;
  const auto ready = [&](const Bucket& bucket, int64_t cost) {
    const int64_t missing = std::min(cost, bucket.most) - bucket.level_at(now);
    return missing <= 0 ? now : now + time_for(missing, bucket.per_second);
  };
  base::Instant at = ready(buckets_[kind], kMilli);
  if (kind == kRunRequests)
    at = std::max(at, ready(buckets_[kRunInstances], instances_in(call) * kMilli));
  return at;
}

void Pacer::throttled(const model::Call& call, base::Instant now) {
  const Kind kind = kind_of(call);
  if (kind == kFree) return;
  buckets_[kind].level = std::min<int64_t>(buckets_[kind].level, 0);
  buckets_[kind].at = now;
}

}  // namespace control
