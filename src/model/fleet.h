// What an instant EC2 Fleet answers, pool by pool.
//
// A fleet may launch some of what was asked and say of other pools why not, in one answer. An error
// is about one pool, and its code is judged like that of a refused launch: RequestLimitExceeded
// there says nothing about the pool's capacity.
#pragma once

#include <string>
#include <vector>

#include "model/ids.h"
#include "model/instance.h"

namespace model {

// The launch template and the override that a launch was tried with, as the request named them.
struct LaunchTemplateAndOverrides {
  LaunchTemplateId launch_template;
  std::string version;
  InstanceType type;
  SubnetId subnet;
  Zone zone;  // Empty unless the override names one beside its subnet.

  friend bool operator==(const LaunchTemplateAndOverrides&,
                         const LaunchTemplateAndOverrides&) = default;
};

struct FleetInstances {
  std::vector<InstanceId> ids;
  InstanceType type;
  Lifecycle lifecycle = Lifecycle::kOnDemand;
  LaunchTemplateAndOverrides from;

  friend bool operator==(const FleetInstances&, const FleetInstances&) = default;
};

struct FleetError {
  std::string code, message;
  Lifecycle lifecycle = Lifecycle::kOnDemand;
  LaunchTemplateAndOverrides from;

  friend bool operator==(const FleetError&, const FleetError&) = default;
};

}  // namespace model
