// GroupSpec: what the configuration wants of one group, checked and complete.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/ids.h"

namespace model {

struct LaunchTemplateRef {
  LaunchTemplateId id;
  std::string version;  // A number, "$Latest" or "$Default".
  friend bool operator==(const LaunchTemplateRef&, const LaunchTemplateRef&) = default;
};

struct TargetGroupRef {
  TargetGroupArn arn;
  int port = 80;
  friend bool operator==(const TargetGroupRef&, const TargetGroupRef&) = default;
};

struct GroupSpec {
  GroupName name;
  int capacity = 0;               // 1..1000
  std::vector<SubnetId> subnets;  // Slots go round these in order.
  LaunchTemplateRef launch_template;
  std::vector<InstanceType> types;  // In order of preference where prices do not decide.
  std::vector<TargetGroupRef> target_groups;
  // A doomed machine leaves the balancer at once only while this many healthy others serve.
  int min_healthy = 1;

  friend bool operator==(const GroupSpec&, const GroupSpec&) = default;
};

// "a" … "z", "aa", "ab" …: the suffix of the slot with that index.
std::string slot_suffix(int index);
SlotName slot_name(const GroupName& group, int index);
// The slot's subnet: one per subnet first, then around again.
const SubnetId& slot_subnet(const GroupSpec& spec, int index);

}  // namespace model
