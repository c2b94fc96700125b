#include "model/launch_data.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"

namespace model {
namespace {

void add_text(base::Form& form, std::string name, const std::string& value) {
  if (!value.empty()) form.add(std::move(name), value);
}

void add_number(base::Form& form, std::string name, std::optional<int> value) {
  if (value) form.add(std::move(name), std::to_string(*value));
}

void add_flag(base::Form& form, std::string name, std::optional<bool> value) {
  if (value) form.add(std::move(name), *value ? "true" : "false");
}

void add_groups(base::Form& form, const std::string& prefix,
                const std::vector<SecurityGroupId>& groups) {
  for (size_t i = 0; i < groups.size(); ++i)
    form.add(prefix + "SecurityGroupId." + std::to_string(i + 1), groups[i].str());
}

void add_block_device(base::Form& form, const std::string& prefix, const BlockDevice& device) {
  form.add(prefix + "DeviceName", device.device);
  add_text(form, prefix + "Ebs.SnapshotId", device.snapshot);
  add_number(form, prefix + "Ebs.VolumeSize", device.size_gib);
  add_text(form, prefix + "Ebs.VolumeType", device.volume_type);
  add_number(form, prefix + "Ebs.Iops", device.iops);
  add_number(form, prefix + "Ebs.Throughput", device.throughput_mibps);
  add_flag(form, prefix + "Ebs.Encrypted", device.is_encrypted);
  add_flag(form, prefix + "Ebs.DeleteOnTermination", device.ends_with_instance);
}

void add_interface(base::Form& form, const std::string& prefix, size_t index,
                   const NetworkInterface& one) {
  form.add(prefix + "DeviceIndex", std::to_string(index));
  add_text(form, prefix + "SubnetId", one.subnet.str());
  add_flag(form, prefix + "AssociatePublicIpAddress", one.has_public_address);
  form.add(prefix + "DeleteOnTermination", "true");
  add_groups(form, prefix, one.security_groups);
}

// Sorted; the order of security groups means nothing.
std::vector<std::pair<std::string, std::string>> what_counts(const base::Form& form) {
  constexpr std::string_view kGroups = "SecurityGroupId.";
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, value] : form.pairs())
    if (!value.empty() && value != "false")
      fields.emplace_back(name.starts_with(kGroups) ? std::string(kGroups) : name, value);
  std::sort(fields.begin(), fields.end());
  return fields;
}

std::string numbered(const std::string& prefix, const char* list, size_t index) {
  return prefix + list + "." + std::to_string(index + 1) + ".";
}

}  // namespace

void add_launch_data(base::Form& form, const std::string& prefix, const LaunchData& data) {
  add_text(form, prefix + "ImageId", data.image.str());
  add_text(form, prefix + "InstanceType", data.type.str());
  add_text(form, prefix + "KeyName", data.key_name);
  add_groups(form, prefix, data.security_groups);
  add_text(form, prefix + "SubnetId", data.subnet.str());
  if (!data.user_data.empty()) form.add(prefix + "UserData", base::base64(data.user_data));
  const bool is_arn = data.instance_profile.starts_with("arn:");
  add_text(form, prefix + (is_arn ? "IamInstanceProfile.Arn" : "IamInstanceProfile.Name"),
           data.instance_profile);
  add_flag(form, prefix + "Monitoring.Enabled", data.has_detailed_monitoring);
  for (size_t i = 0; i < data.block_devices.size(); ++i)
    add_block_device(form, numbered(prefix, "BlockDeviceMapping", i), data.block_devices[i]);
  for (size_t i = 0; i < data.network_interfaces.size(); ++i)
    add_interface(form, numbered(prefix, "NetworkInterface", i), i, data.network_interfaces[i]);
}

bool is_made_of(const base::Form& shown, const LaunchData& data) {
  base::Form ours;
  add_launch_data(ours, "", data);
  return what_counts(shown) == what_counts(ours);
}

std::string launch_data_mark(const LaunchData& data) {
  base::Form form;
  add_launch_data(form, "", data);
  return "spotkeeper sha256:" + base::hex(base::as_text(base::sha256(form.encode())));
}

}  // namespace model
