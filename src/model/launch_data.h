// What a machine is made of, beside where and when it runs: the data of a launch template, and the
// launch specification of a Spot request. Both spell it alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/form.h"
#include "model/ids.h"

namespace model {

struct BlockDevice {
  std::string device;           // "/dev/xvda"
  std::string snapshot;         // Empty: none, or the image's.
  std::optional<int> size_gib;  // Nothing: the snapshot's.
  std::string volume_type;      // "gp3"; empty: AWS's default.
  std::optional<int> iops, throughput_mibps;
  std::optional<bool> is_encrypted;
  bool ends_with_instance = true;  // DeleteOnTermination.

  friend bool operator==(const BlockDevice&, const BlockDevice&) = default;
};

// With one of these, subnet and security groups are said here and nowhere else.
struct NetworkInterface {
  SubnetId subnet;
  std::vector<SecurityGroupId> security_groups;
  std::optional<bool> has_public_address;  // Nothing: as the subnet says.

  friend bool operator==(const NetworkInterface&, const NetworkInterface&) = default;
};

// What is empty is not sent: AWS's default, or the value of the template's source version.
struct LaunchData {
  ImageId image;
  InstanceType type;
  std::string key_name;
  std::vector<SecurityGroupId> security_groups;
  SubnetId subnet;               // Of Spot requests; a template has it in a network interface.
  std::string user_data;         // As the machine is to see it; on the wire it is base64.
  std::string instance_profile;  // Its name or its ARN.
  std::vector<BlockDevice> block_devices;
  std::vector<NetworkInterface> network_interfaces;  // By device index.
  std::optional<bool> has_detailed_monitoring;

  friend bool operator==(const LaunchData&, const LaunchData&) = default;
};

// Adds the fields of `data`, each name behind `prefix` ("LaunchTemplateData.").
void add_launch_data(base::Form& form, const std::string& prefix, const LaunchData& data);

// Whether a version that shows these fields is made of `data` and of nothing else. What says
// "false" or nothing is AWS's default, shown or not.
bool is_made_of(const base::Form& shown, const LaunchData& data);

// The same text for the same data, and another one for any other: the description by which a
// template's version of ours is known again.
std::string launch_data_mark(const LaunchData& data);

}  // namespace model
