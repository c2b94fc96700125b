#include "app/demo_director.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace app {
namespace {

using base::Duration;
using base::Instant;
using model::InstanceId;
using sim::InterruptionKind;

// Of the region's time, on average. Far more often than any real region: it is a demonstration.
constexpr Duration kBetweenInterruptions = Duration::seconds(150);
constexpr Duration kBetweenStorms = Duration::minutes(15);
constexpr Duration kBetweenDroughts = Duration::minutes(10);
constexpr Duration kDrought = Duration::minutes(3);
constexpr size_t kStorm = 3;
// Of interruptions.
constexpr uint64_t kUnwarnedPpm = 120'000;

// Running machines of ours that AWS has not asked back yet, in the order of their ids.
std::vector<InstanceId> candidates(const sim::Region& region) {
  std::vector<InstanceId> ids;
  for (const auto& [id, instance] : region.world().instances)
    if (instance.state() == model::InstanceState::kRunning && !instance.reclaim &&
        instance.tag(model::kGroupTag))
      ids.push_back(id);
  return ids;
}

}  // namespace

void Director::act(sim::Region& region) {
  begin_when_whole(region);
  const Instant now = region.now();
  if (is_due(next_interruption_, kBetweenInterruptions, now)) interrupt_one(region);
  if (is_due(next_storm_, kBetweenStorms, now)) storm(region);
  if (now >= refill_at_) refill(region);
  if (is_due(next_drought_, kBetweenDroughts, now) && !drained_) drain_or_refill(region);
}

void Director::begin_when_whole(const sim::Region& region) {
  if (next_interruption_ != Instant::never() || candidates(region).size() < machines_) return;
  const Instant now = region.now();
  next_interruption_ = now + Duration::seconds(20);  // Time to read the first table.
  next_storm_ = now + Duration::millis(dice_.exponential(kBetweenStorms.ms()));
  next_drought_ = now + Duration::millis(dice_.exponential(kBetweenDroughts.ms()));
}

bool Director::is_due(Instant& next, Duration between, Instant now) {
  if (now < next) return false;
  next = now + Duration::millis(dice_.exponential(between.ms()));
  return true;
}

void Director::interrupt_one(sim::Region& region) {
  const auto ids = candidates(region);
  if (ids.empty()) return;
  const bool is_unwarned = dice_.chance_ppm(kUnwarnedPpm);
  region.interrupt(ids[dice_.below(ids.size())],
                   is_unwarned ? InterruptionKind::kUnwarned : InterruptionKind::kWarned);
}

void Director::storm(sim::Region& region) {
  auto ids = candidates(region);
  for (size_t i = 0; i < std::min(kStorm, ids.size()); ++i) {
    std::swap(ids[i], ids[i + dice_.below(ids.size() - i)]);
    region.interrupt(ids[i], InterruptionKind::kWarned);
  }
}

void Director::drain_or_refill(sim::Region& region) {
  if (drained_) return refill(region);
  const auto ids = candidates(region);
  if (ids.empty()) return;
  drained_ = region.world().instances.at(ids[dice_.below(ids.size())]).pool();
  refill_at_ = region.now() + kDrought;
  region.drain_pool(*drained_);
}

void Director::refill(sim::Region& region) {
  region.refill_pool(*drained_);
  drained_.reset();
  refill_at_ = Instant::never();
}

}  // namespace app
