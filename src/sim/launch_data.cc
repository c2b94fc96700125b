#include "sim/launch_data.h"

#include <algorithm>

#include "base/digest.h"
#include "base/result.h"
#include "sim/ec2_query.h"

namespace sim {
namespace {

constexpr size_t kLongestUserData = 16'384;

const std::vector<std::string_view>& known_names() {
  static const std::vector<std::string_view> kNames = {
      "ImageId",
      "InstanceType",
      "KeyName",
      "SecurityGroupId.#",
      "SecurityGroup.#",
      "SubnetId",
      "UserData",
      "EbsOptimized",
      "IamInstanceProfile.Arn",
      "IamInstanceProfile.Name",
      "Monitoring.Enabled",
      "Placement.AvailabilityZone",
      "Placement.Tenancy",
      "BlockDeviceMapping.#.DeviceName",
      "BlockDeviceMapping.#.NoDevice",
      "BlockDeviceMapping.#.Ebs.SnapshotId",
      "BlockDeviceMapping.#.Ebs.VolumeSize",
      "BlockDeviceMapping.#.Ebs.VolumeType",
      "BlockDeviceMapping.#.Ebs.Iops",
      "BlockDeviceMapping.#.Ebs.Throughput",
      "BlockDeviceMapping.#.Ebs.Encrypted",
      "BlockDeviceMapping.#.Ebs.KmsKeyId",
      "BlockDeviceMapping.#.Ebs.DeleteOnTermination",
      "NetworkInterface.#.DeviceIndex",
      "NetworkInterface.#.SubnetId",
      "NetworkInterface.#.Description",
      "NetworkInterface.#.AssociatePublicIpAddress",
      "NetworkInterface.#.DeleteOnTermination",
      "NetworkInterface.#.SecurityGroupId.#",
      "MetadataOptions.HttpTokens",
      "MetadataOptions.HttpEndpoint",
      "MetadataOptions.HttpPutResponseHopLimit",
      "MetadataOptions.InstanceMetadataTags",
      "CreditSpecification.CpuCredits",
      "DisableApiTermination",
      "InstanceInitiatedShutdownBehavior",
      "InstanceMarketOptions.MarketType",
      "InstanceMarketOptions.SpotOptions.MaxPrice",
      "InstanceMarketOptions.SpotOptions.SpotInstanceType",
      "InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior",
      "TagSpecification.#.ResourceType",
      "TagSpecification.#.Tag.#.Key",
      "TagSpecification.#.Tag.#.Value"};
  return kNames;
}

Answer<void> check_user_data(const std::string& text) {
  const auto plain = base::parse_base64(text);
  if (!plain) return refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (plain->size() > kLongestUserData)
    return refuse("InvalidParameterValue", "User data is limited to 16384 bytes");
  return {};
}

// Both at once would contradict each other.
Answer<void> check_interfaces(const base::Form& data) {
  if (groups_of(data, "NetworkInterface").empty()) return {};
  if (data.find("SubnetId") || !list_of(data, "SecurityGroupId").empty())
    return refuse(
        "InvalidParameterCombination",
        "Network interfaces and an instance-level subnet ID or security groups may not be "
        "specified on the same request");
  return {};
}

}  // namespace

Answer<void> check_launch_data(const base::Form& data) {
  RETURN_IF_ERROR(check_names(data, known_names()));
  if (const std::string* text = data.find("UserData")) RETURN_IF_ERROR(check_user_data(*text));
  return check_interfaces(data);
}

}  // namespace sim
