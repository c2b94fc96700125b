// GroupSpec: what the configuration wants of one group, checked and complete.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "base/week_window.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/launch_data.h"
#include "model/requirements.h"

namespace model {

struct LaunchTemplateRef {
  LaunchTemplateId id;
  std::string version;  // A number, "$Latest" or "$Default".
  friend bool operator==(const LaunchTemplateRef&, const LaunchTemplateRef&) = default;
};

struct TargetGroupRef {
  TargetGroupArn arn;
  int port = 80;
  // How long connections of a leaver may last; nothing: as AWS has it.
  std::optional<base::Duration> drain = {};
  friend bool operator==(const TargetGroupRef&, const TargetGroupRef&) = default;
};

enum class ReturnToSpot { kAlways, kNever, kInWindow };

// When a slot runs on-demand, and when it goes back.
struct OnDemandPolicy {
  int base_slots = 0;  // So many slots, the first ones, are on-demand always.
  // A slot that Spot had no capacity for this long gets an on-demand machine; nothing: never.
  std::optional<base::Duration> fallback_after = base::Duration::seconds(90);
  ReturnToSpot return_to_spot = ReturnToSpot::kAlways;
  base::WeekWindow return_window;  // Of kInWindow: when a slot may begin to go back.

  friend bool operator==(const OnDemandPolicy&, const OnDemandPolicy&) = default;
};

// How machines are asked for.
enum class LaunchBy {
  kFleet,         // CreateFleet, instant: all pools of a zone in one request, AWS chooses.
  kRunInstances,  // One pool per request, in our order.
  kSpotRequest,   // RequestSpotInstances, step by step; on-demand machines by RunInstances.
};

// Which of a zone's pools is tried first.
enum class Strategy {
  kPriceCapacity,  // The cheapest, with AWS's interruption band weighed in.
  kLowestPrice,
  kLowestRisk,   // The lowest band; among equals the cheapest.
  kDiversified,  // The pool with the fewest machines of ours.
};

// What a rebalance recommendation changes.
enum class OnRebalance {
  kIgnore,
  kLaunchAhead,  // A replacement takes the slot; the old machine serves on until AWS takes it.
  kReplace,      // The same, and the old machine goes once its replacement serves.
};

// Whose word it is that a machine fails. EC2's own status checks always count.
enum class HealthSource { kInstance, kTargetGroup };

struct HealthPolicy {
  HealthSource source = HealthSource::kTargetGroup;
  // A machine that fails without pause for this long is replaced; it may also take so long to boot
  // after its first failed check.
  base::Duration grace = base::Duration::seconds(120);

  friend bool operator==(const HealthPolicy&, const HealthPolicy&) = default;
};

struct GroupSpec {
  GroupName name;
  int capacity = 0;               // 1..10,000
  std::vector<SubnetId> subnets;  // Slots go round these in order.
  LaunchTemplateRef launch_template;
  // Instead of a launch template: the keeper makes one of these and keeps it.
  std::optional<LaunchData> machine;
  std::vector<InstanceType> types;  // In order of preference where prices do not decide.
  // Instead of types: AWS is asked which ones meet them.
  std::optional<Requirements> requirements;
  LaunchBy launch_by = LaunchBy::kRunInstances;
  Strategy strategy = Strategy::kPriceCapacity;
  std::vector<TargetGroupRef> target_groups;
  // A doomed machine leaves the balancer at once only while this many healthy others serve.
  int min_healthy = 1;
  // Nothing: no maximum of ours, so on-demand's price is the limit. A lower one invites
  // interruptions.
  std::optional<base::Money> max_price;
  OnDemandPolicy on_demand;
  OnRebalance on_rebalance = OnRebalance::kLaunchAhead;
  // Instances that may come within an hour; nothing: as many as three times the capacity, at least
  // 30. What needs more is a loop that only costs money.
  std::optional<int> launches_per_hour;
  // Exchanges by choice: so many machines beyond the capacity at once, and none begins while more
  // slots than this are not served.
  int max_surge = 1;
  int max_unavailable = 0;
  // A pool that took a machine back keeps doing so for a while.
  base::Duration avoid_interrupted_pool_for = base::Duration::minutes(10);
  HealthPolicy health;
  // A group that never had a machine waits for `resume`: machines may be adopted before.
  bool begins_paused = false;
  std::vector<Tag> tags;  // Of every machine, from its launch; by key.

  friend bool operator==(const GroupSpec&, const GroupSpec&) = default;
};

// "a" … "z", "aa", "ab" …: the suffix of the slot with that index.
std::string slot_suffix(int index);
SlotName slot_name(const GroupName& group, int index);
// The index of the slot with that name; nothing when no slot of the group is ever called so.
std::optional<int> slot_index(const GroupName& group, const SlotName& slot);
// The slot's subnet: one per subnet first, then around again.
const SubnetId& slot_subnet(const GroupSpec& spec, int index);

}  // namespace model
