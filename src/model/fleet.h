// What an instant EC2 Fleet answers, pool by pool.
//
// A fleet may launch some of what was asked and say of other pools why not, in one answer. An error
// is about one pool, and its code is judged like that of a refused launch: RequestLimitExceeded
// there says nothing about the pool's capacity.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
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

// What DescribeFleets shows of an instant fleet. The instances are those of its launch, also when
// they have ended since.
struct Fleet {
  FleetId id;
  std::string state;  // submitted, active, deleted, failed, deleted_running, deleted_terminating
  std::string client_token;
  base::Instant created;  // 1970 when the answer does not say.
  std::vector<FleetInstances> launched;
  std::vector<FleetError> errors;
  std::vector<Tag> tags;

  friend bool operator==(const Fleet&, const Fleet&) = default;
};

}  // namespace model
