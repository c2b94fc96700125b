// What EC2 offers and has for the account, as its describes tell it: instance types, zones, images,
// security groups, launch templates, and how likely Spot capacity is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/form.h"
#include "model/ids.h"
#include "model/instance.h"

namespace model {

struct InstanceTypeInfo {
  InstanceType type;
  int vcpus = 0;
  int64_t memory_mib = 0;
  std::vector<std::string> architectures;  // "x86_64", "arm64"
  bool supports_spot = false;
  bool is_current_generation = false;
  bool is_bare_metal = false;
  bool is_burstable = false;

  friend bool operator==(const InstanceTypeInfo&, const InstanceTypeInfo&) = default;
};

struct AvailabilityZone {
  Zone name;
  ZoneId id;
  std::string state;  // available, information, impaired, unavailable
  Region region;

  friend bool operator==(const AvailabilityZone&, const AvailabilityZone&) = default;
};

struct Image {
  ImageId id;
  std::string state;         // "available"; pending, failed, deregistered, …
  std::string architecture;  // "x86_64", "arm64", …

  friend bool operator==(const Image&, const Image&) = default;
};

struct SecurityGroup {
  SecurityGroupId id;
  std::string vpc;

  friend bool operator==(const SecurityGroup&, const SecurityGroup&) = default;
};

struct SpotPlacementScore {
  Region region;
  ZoneId zone;    // Empty when regions were scored.
  int score = 0;  // 1..10; 10 is likely to succeed, and nothing is promised.

  friend bool operator==(const SpotPlacementScore&, const SpotPlacementScore&) = default;
};

struct LaunchTemplate {
  LaunchTemplateId id;
  std::string name;
  int64_t default_version = 0;
  int64_t latest_version = 0;
  std::vector<Tag> tags;

  friend bool operator==(const LaunchTemplate&, const LaunchTemplate&) = default;
};

struct LaunchTemplateVersion {
  LaunchTemplateId id;
  int64_t number = 0;
  bool is_default = false;
  ImageId image;
  InstanceType type;
  std::string description = {};
  base::Form data = {};  // All of it, spelt as the request that made it: "BlockDeviceMapping.1.…".
};

}  // namespace model
