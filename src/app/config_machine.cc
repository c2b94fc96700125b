#include "app/config_machine.h"

#include <map>
#include <string>
#include <utility>

#include "app/config_rules.h"
#include "base/quote.h"

namespace app {
namespace {

constexpr Range kDiskGib{1, 65'536};
constexpr Range kIops{100, 256'000};
constexpr Range kThroughput{125, 2'000};

std::string read_user_data_file(TableReader& in, const std::string& path,
                                const Defaults& defaults) {
  const auto text = read_named_file(defaults, path);
  if (text) return *text;
  in.reject("user_data_file", base::quote(path) + " cannot be read: " + text.error().message,
            "a file that this user may read");
  return {};
}

std::string read_user_data(TableReader& in, const toml::table& table, const Defaults& defaults) {
  std::string data = in.text("user_data", kUserData).value_or("");
  const auto path = in.text("user_data_file", kPath);
  if (!path) return data;
  if (table.contains("user_data")) {
    in.reject("user_data_file", "user_data_file stands beside user_data", "one of the two");
    return data;
  }
  data = read_user_data_file(in, *path, defaults);
  if (!kUserData.accepts(data))
    in.reject("user_data_file", "the file has " + std::to_string(data.size()) + " bytes",
              kUserData.allowed);
  return data;
}

// `lines`: of the group's devices before, each with the line that names it.
std::string read_device_name(TableReader& in, std::map<std::string, int>& lines) {
  const auto name = in.required_text("device", kDevice);
  if (!name) return {};
  const auto [other, is_new] = lines.emplace(*name, in.line_of("device"));
  if (!is_new)
    in.reject("device",
              "device in block_devices is " + base::quote(*name) + " again, as in line " +
                  std::to_string(other->second),
              "each device once");
  return *name;
}

// AWS gives these no number of its own.
bool needs_iops(const std::string& type) { return type == "io1" || type == "io2"; }

model::BlockDevice read_block_device(const toml::table& table, std::map<std::string, int>& lines,
                                     Problems& problems) {
  TableReader in(
      table, "block_devices",
      {"device", "size_gib", "type", "iops", "throughput_mibps", "snapshot", "encrypted", "keep"},
      problems);
  model::BlockDevice device;
  device.device = read_device_name(in, lines);
  device.size_gib = in.integer("size_gib", kDiskGib);
  device.volume_type = in.text("type", kVolumeType).value_or("");
  device.iops = in.integer("iops", kIops);
  if (needs_iops(device.volume_type) && !table.contains("iops"))
    in.reject(
        "type",
        "iops is missing beside type = " + base::quote(device.volume_type) + " in block_devices",
        "an integer from " + std::to_string(kIops.least) + " to " + std::to_string(kIops.most));
  device.throughput_mibps = in.integer("throughput_mibps", kThroughput);
  device.snapshot = in.text("snapshot", kSnapshot).value_or("");
  device.is_encrypted = in.flag("encrypted");
  device.ends_with_instance = !in.flag("keep").value_or(false);
  return device;
}

}  // namespace

model::LaunchData read_machine(TableReader& in, const toml::table& table, const Defaults& defaults,
                               Problems& problems) {
  model::LaunchData machine;
  machine.image = model::ImageId(in.text("image", kImage).value_or(""));
  machine.key_name = in.text("key", kKeyName).value_or("");
  for (std::string& group : in.texts("security_groups", kSecurityGroup))
    machine.security_groups.emplace_back(std::move(group));
  machine.user_data = read_user_data(in, table, defaults);
  machine.instance_profile = in.text("profile", kInstanceProfile).value_or("");
  machine.has_detailed_monitoring = in.flag("monitoring");
  std::map<std::string, int> lines;
  for (const toml::table* device :
       in.tables("block_devices", "tables, as { device = \"/dev/xvda\", size_gib = 20 }"))
    machine.block_devices.push_back(read_block_device(*device, lines, problems));
  return machine;
}

model::Requirements read_requirements(const toml::table& table, Problems& problems) {
  TableReader in(table, "requirements", {"vcpu", "memory_gib", "arch", "allow", "exclude"},
                 problems);
  constexpr int64_t kMib = 1024;
  model::Requirements wanted;
  if (const auto vcpus = in.required_text("vcpu", kSpan)) {
    const Span span = *parse_span(*vcpus);
    wanted.least_vcpus = span.least;
    wanted.most_vcpus = span.most;
  }
  if (const auto memory = in.required_text("memory_gib", kSpan)) {
    const Span span = *parse_span(*memory);
    wanted.least_memory_mib = span.least * kMib;
    wanted.most_memory_mib = span.most * kMib;
  }
  wanted.architecture = in.text("arch", kArchitecture).value_or(wanted.architecture);
  wanted.allowed = in.texts("allow", kTypePattern);
  wanted.excluded = in.texts("exclude", kTypePattern);
  return wanted;
}

}  // namespace app
