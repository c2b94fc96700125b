// AutoScaling: what Auto Scaling shows of a group and of those whom it keeps.
//
// A group that is below its desired capacity launches again, so a machine leaves it for good only
// when that is decremented with it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.h"

namespace model {

// Auto Scaling puts it on each member, and takes it off when one leaves.
inline constexpr char kAutoScalingGroupTag[] = "aws:autoscaling:groupName";

inline constexpr size_t kMostAutoScalingInstances = 50;  // Ids of one describe.
inline constexpr size_t kMostDetached = 20;              // Ids of one DetachInstances.

struct AutoScalingMember {
  InstanceId id;
  AutoScalingGroupName group;
  std::string lifecycle_state;  // "InService", "Detaching", "Warmed:Running", …

  friend bool operator==(const AutoScalingMember&, const AutoScalingMember&) = default;
};

// Only from these may a machine be detached.
bool can_be_detached(const AutoScalingMember& member);
// It has left, or is leaving, with its machine running on.
bool is_detached(const AutoScalingMember& member);
// The group ends the machine.
bool is_being_ended(const AutoScalingMember& member);

struct AutoScalingGroup {
  AutoScalingGroupName name;
  int min = 0, max = 0, desired = 0;
  std::vector<AutoScalingMember> members;

  friend bool operator==(const AutoScalingGroup&, const AutoScalingGroup&) = default;
};

// 1 to 255 characters without control characters or ":": what AWS takes for a name.
bool is_auto_scaling_group_name(std::string_view text);

}  // namespace model
