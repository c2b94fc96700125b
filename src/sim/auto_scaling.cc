// Auto Scaling's calls; what a group does by itself is in auto_scaling_life.cc.
#include "sim/auto_scaling.h"

#include <algorithm>
#include <iterator>

#include "model/auto_scaling.h"
#include "sim/ec2_tags.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

constexpr int kMostGroupRecords = 100;
constexpr int kDefaultRecords = 50;

constexpr std::string_view kProcesses[] = {
    "AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh",
    "Launch",      "ReplaceUnhealthy",  "ScheduledActions",  "Terminate"};

tl::unexpected<Refusal> invalid(const std::string& what) { return refuse("ValidationError", what); }

std::string sizes_text(const AutoScalingGroup& group) {
  return "AutoScalingGroup " + group.name + " has min-size=" + std::to_string(group.min) +
         ", max-size=" + std::to_string(group.max) +
         ", and desired-size=" + std::to_string(group.desired) + ".";
}

tl::unexpected<Refusal> wrong_size(const AutoScalingGroup& group, const char* verb, size_t count) {
  return invalid(sizes_text(group) + " To " + verb + " " + std::to_string(count) +
                 (count == 1 ? " instance" : " instances") +
                 ", please update the AutoScalingGroup sizes appropriately.");
}

void write_list(Xml& xml, std::string_view name, const std::vector<std::string>& values) {
  xml.element(name, [&] {
    for (const std::string& value : values) xml.text("member", value);
  });
}

void write_template(Xml& xml, const AutoScalingGroup& group, const World& world) {
  xml.element("LaunchTemplate", [&] {
    xml.text("LaunchTemplateId", group.launch_template.str());
    xml.text("LaunchTemplateName", world.launch_templates.at(group.launch_template).name);
    xml.text("Version", group.template_version);
  });
}

void write_member(Xml& xml, const AutoScalingGroup& group, const model::InstanceId& id,
                  const World& world, bool names_group) {
  const auto instance = world.instances.find(id);
  if (instance == world.instances.end()) return;
  xml.element("member", [&] {
    xml.text("InstanceId", id.str());
    if (names_group) xml.text("AutoScalingGroupName", group.name);
    xml.text("InstanceType", instance->second.type.str());
    xml.text("AvailabilityZone", instance->second.zone.str());
    xml.text("LifecycleState", group.members.at(id).lifecycle_state);
    xml.text("HealthStatus", names_group ? "HEALTHY" : "Healthy");
    write_template(xml, group, world);
    xml.text("ProtectedFromScaleIn", "false");
  });
}

void write_group(Xml& xml, const AutoScalingGroup& group, const World& world) {
  std::vector<std::string> zones, target_groups;
  std::string subnets;
  for (const model::SubnetId& subnet : group.subnets) {
    zones.push_back(world.subnets.at(subnet).zone.str());
    subnets += (subnets.empty() ? "" : ",") + subnet.str();
  }
  for (const model::TargetGroupArn& arn : group.target_groups) target_groups.push_back(arn.str());
  xml.element("member", [&] {
    xml.text("AutoScalingGroupName", group.name);
    xml.text("AutoScalingGroupARN", group.arn);
    write_template(xml, group, world);
    xml.number("MinSize", group.min);
    xml.number("MaxSize", group.max);
    xml.number("DesiredCapacity", group.desired);
    xml.number("DefaultCooldown", 300);
    write_list(xml, "AvailabilityZones", zones);
    write_list(xml, "LoadBalancerNames", {});
    write_list(xml, "TargetGroupARNs", target_groups);
    xml.text("HealthCheckType", "EC2");
    xml.number("HealthCheckGracePeriod", 0);
    xml.element("Instances", [&] {
      for (const auto& [id, member] : group.members) write_member(xml, group, id, world, false);
    });
    xml.text("CreatedTime", base::to_iso8601(group.created_at));
    xml.element("SuspendedProcesses", [&] {
      for (const std::string& process : group.suspended)
        xml.element("member", [&] {
          xml.text("ProcessName", process);
          xml.text("SuspensionReason", "User suspended");
        });
    });
    xml.text("VPCZoneIdentifier", subnets);
    xml.text("NewInstancesProtectedFromScaleIn", "false");
  });
}

Answer<std::set<std::string>> processes_of(const base::Form& form) {
  std::set<std::string> processes;
  for (const std::string& name : list_of(form, "ScalingProcesses.member")) {
    if (std::find(std::begin(kProcesses), std::end(kProcesses), name) == std::end(kProcesses))
      return invalid("'" + name + "' is not a scaling process");
    processes.insert(name);
  }
  if (processes.empty()) processes.insert(std::begin(kProcesses), std::end(kProcesses));
  return processes;
}

Answer<int> records_of(const base::Form& form, int most) {
  ASSIGN_OR_RETURN(const int records,
                   number_of(form, "MaxRecords", std::min(kDefaultRecords, most)));
  if (records < 1 || records > most)
    return invalid("MaxRecords must be from 1 to " + std::to_string(most));
  return records;
}

}  // namespace

const std::vector<AutoScaling::Operation>& AutoScaling::operations() {
  static const std::vector<Operation> kOperations = {
      {"CreateAutoScalingGroup",
       &AutoScaling::create,
       true,
       {"AutoScalingGroupName", "LaunchTemplate", "MinSize", "MaxSize", "DesiredCapacity",
        "VPCZoneIdentifier", "TargetGroupARNs"}},
      {"UpdateAutoScalingGroup",
       &AutoScaling::update,
       true,
       {"AutoScalingGroupName", "MinSize", "MaxSize", "DesiredCapacity"}},
      {"DeleteAutoScalingGroup",
       &AutoScaling::remove,
       true,
       {"AutoScalingGroupName", "ForceDelete"}},
      {"AttachInstances", &AutoScaling::attach, true, {"AutoScalingGroupName", "InstanceIds"}},
      {"DetachInstances",
       &AutoScaling::detach,
       true,
       {"AutoScalingGroupName", "InstanceIds", "ShouldDecrementDesiredCapacity"}},
      {"SuspendProcesses",
       &AutoScaling::suspend,
       true,
       {"AutoScalingGroupName", "ScalingProcesses"}},
      {"ResumeProcesses", &AutoScaling::resume, true, {"AutoScalingGroupName", "ScalingProcesses"}},
      {"DescribeAutoScalingGroups",
       &AutoScaling::describe_groups,
       false,
       {"AutoScalingGroupNames", "MaxRecords", "NextToken"}},
      {"DescribeAutoScalingInstances",
       &AutoScaling::describe_instances,
       false,
       {"InstanceIds", "MaxRecords", "NextToken"}},
  };
  return kOperations;
}

Answer<std::string> AutoScaling::call(const base::Form& form) {
  const std::string action = form.get("Action");
  for (const Operation& operation : operations()) {
    if (operation.action != action) continue;
    if (auto ok = admit(operation, form); !ok) return tl::unexpected(ok.error());
    return (this->*operation.method)(form);
  }
  return refuse("InvalidAction", "The region does not simulate autoscaling " + action);
}

Answer<void> AutoScaling::admit(const Operation& operation, const base::Form& form) {
  for (const auto& [name, value] : form.pairs()) {
    const std::string first = name.substr(0, name.find('.'));
    if (first != "Action" && first != "Version" &&
        std::find(operation.parameters.begin(), operation.parameters.end(), first) ==
            operation.parameters.end())
      return invalid("The parameter " + name + " is not simulated");
  }
  if (!operation.is_mutating) return {};
  const bool is_contended = happens(dice_, context_.faults.scaling_contention_per_mille);
  const bool is_by_activity = dice_.below(2) == 0;
  if (!is_contended) return {};
  if (is_by_activity)
    return refuse("ScalingActivityInProgress",
                  "Scaling activity is in progress and blocks this action");
  return refuse("ResourceContention",
                "You already have a pending update to an Amazon EC2 Auto Scaling resource", 500);
}

// ---- parameters ----

Answer<AutoScalingGroup*> AutoScaling::group_of(const base::Form& form) {
  const std::string name = form.get("AutoScalingGroupName");
  const auto found = context_.world.auto_scaling_groups.find(name);
  if (found == context_.world.auto_scaling_groups.end())
    return invalid("AutoScalingGroup name not found - AutoScalingGroup '" + name + "' not found");
  return &found->second;
}

Answer<std::vector<model::InstanceId>> AutoScaling::ids_of(const base::Form& form) const {
  std::vector<model::InstanceId> ids;
  for (const std::string& id : list_of(form, "InstanceIds.member")) {
    if (!is_resource_id(id, "i")) return invalid("Invalid Instance ID: '" + id + "'");
    if (std::find(ids.begin(), ids.end(), model::InstanceId(id)) == ids.end()) ids.emplace_back(id);
  }
  return ids;
}

Answer<void> AutoScaling::read_template(const base::Form& form, AutoScalingGroup& group) const {
  const std::string id = form.get("LaunchTemplate.LaunchTemplateId");
  const std::string name = form.get("LaunchTemplate.LaunchTemplateName");
  group.template_version = form.get("LaunchTemplate.Version", "$Default");
  for (const auto& [key, candidate] : context_.world.launch_templates)
    if (key.str() == id || candidate.name == name) group.launch_template = key;
  if (group.launch_template.empty())
    return invalid("You must use a valid fully-formed launch template.");
  const LaunchTemplate& found = context_.world.launch_templates.at(group.launch_template);
  const LaunchTemplateVersion* version = found.version(group.template_version);
  if (!version || version->data.get("InstanceType").empty())
    return invalid("You must use a valid fully-formed launch template.");
  return {};
}

Answer<void> AutoScaling::read_subnets(const base::Form& form, AutoScalingGroup& group) const {
  std::string rest = form.get("VPCZoneIdentifier");
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const model::SubnetId subnet(rest.substr(0, comma));
    if (!context_.world.subnets.contains(subnet))
      return invalid("The subnet ID '" + subnet.str() + "' does not exist");
    group.subnets.push_back(subnet);
    rest.erase(0, comma + 1);
  }
  if (group.subnets.empty())
    return invalid("At least one Availability Zone or VPC Subnet is required.");
  return {};
}

Answer<void> AutoScaling::read_target_groups(const base::Form& form,
                                             AutoScalingGroup& group) const {
  for (const std::string& arn : list_of(form, "TargetGroupARNs.member")) {
    if (!context_.world.target_groups.contains(model::TargetGroupArn(arn)))
      return invalid("Provided Target Groups may not be valid. Please ensure they exist.");
    group.target_groups.emplace_back(arn);
  }
  return {};
}

// ---- groups ----

Answer<std::string> AutoScaling::create(const base::Form& form) {
  AutoScalingGroup group;
  group.name = form.get("AutoScalingGroupName");
  if (!model::is_auto_scaling_group_name(group.name))
    return invalid("'" + group.name + "' is not a name of an AutoScalingGroup");
  if (context_.world.auto_scaling_groups.contains(group.name))
    return refuse("AlreadyExists", "AutoScalingGroup by this name already exists");
  if (!form.find("MinSize") || !form.find("MaxSize"))
    return invalid("MinSize and MaxSize are required");
  ASSIGN_OR_RETURN(group.min, number_of(form, "MinSize", 0));
  ASSIGN_OR_RETURN(group.max, number_of(form, "MaxSize", 0));
  ASSIGN_OR_RETURN(group.desired, number_of(form, "DesiredCapacity", group.min));
  if (group.min < 0 || group.desired < group.min || group.desired > group.max)
    return invalid("Desired capacity:" + std::to_string(group.desired) +
                   " must be between the specified min size:" + std::to_string(group.min) +
                   " and max size:" + std::to_string(group.max));
  if (auto ok = read_template(form, group); !ok) return tl::unexpected(ok.error());
  if (auto ok = read_subnets(form, group); !ok) return tl::unexpected(ok.error());
  if (auto ok = read_target_groups(form, group); !ok) return tl::unexpected(ok.error());
  group.arn = "arn:aws:autoscaling:" + context_.options.region + ":" + context_.options.account +
              ":autoScalingGroup:" + make_uuid(dice_) + ":autoScalingGroupName/" + group.name;
  group.created_at = context_.now;
  group.serial = ++groups_made_;
  const auto made = context_.world.auto_scaling_groups.emplace(group.name, group).first;
  look(made->first, group.serial);
  return std::string();
}

// As AWS does: a desired capacity that nobody named follows a new minimum or maximum.
Answer<std::string> AutoScaling::update(const base::Form& form) {
  ASSIGN_OR_RETURN(AutoScalingGroup * group, group_of(form));
  Sizes sizes;
  ASSIGN_OR_RETURN(sizes.min, number_of(form, "MinSize", group->min));
  ASSIGN_OR_RETURN(sizes.max, number_of(form, "MaxSize", group->max));
  if (sizes.min < 0 || sizes.min > sizes.max)
    return invalid("Max bound, " + std::to_string(sizes.max) +
                   ", must be greater than or equal to min bound, " + std::to_string(sizes.min));
  const int follows = std::clamp(group->desired, sizes.min, sizes.max);
  ASSIGN_OR_RETURN(sizes.desired, number_of(form, "DesiredCapacity", follows));
  if (sizes.desired < sizes.min || sizes.desired > sizes.max)
    return invalid("Desired capacity:" + std::to_string(sizes.desired) +
                   " must be between the specified min size:" + std::to_string(sizes.min) +
                   " and max size:" + std::to_string(sizes.max));
  group->min = sizes.min;
  group->max = sizes.max;
  group->desired = sizes.desired;
  return std::string();
}

Answer<std::string> AutoScaling::remove(const base::Form& form) {
  ASSIGN_OR_RETURN(AutoScalingGroup * group, group_of(form));
  if (!group->members.empty() && form.get("ForceDelete") != "true")
    return refuse("ResourceInUse",
                  "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
                  "instance request(s) still in the group.");
  for (const auto& [id, member] : group->members) {
    leave_balancers(*group, id);
    if (live_instance(id)) instances_.terminate(id);
  }
  context_.world.auto_scaling_groups.erase(std::string(group->name));
  return std::string();
}

Answer<std::string> AutoScaling::suspend(const base::Form& form) {
  ASSIGN_OR_RETURN(AutoScalingGroup * group, group_of(form));
  ASSIGN_OR_RETURN(const std::set<std::string> processes, processes_of(form));
  group->suspended.insert(processes.begin(), processes.end());
  return std::string();
}

Answer<std::string> AutoScaling::resume(const base::Form& form) {
  ASSIGN_OR_RETURN(AutoScalingGroup * group, group_of(form));
  ASSIGN_OR_RETURN(const std::set<std::string> processes, processes_of(form));
  for (const std::string& process : processes) group->suspended.erase(process);
  return std::string();
}

// ---- members ----

Answer<Instance*> AutoScaling::attachable(const model::InstanceId& id) {
  const auto found = context_.world.instances.find(id);
  if (found == context_.world.instances.end())
    return invalid("Invalid Instance ID(s): [" + id.str() + "] specified");
  Instance& instance = found->second;
  if (instance.state() != model::InstanceState::kRunning)
    return invalid("Instance " + id.str() +
                   " is not in correct state. Instance(s) must be in "
                   "'running' state.");
  if (instance.tag(model::kAutoScalingGroupTag))
    return invalid("Instance " + id.str() + " is already part of an AutoScalingGroup");
  return &instance;
}

Answer<std::string> AutoScaling::attach(const base::Form& form) {
  ASSIGN_OR_RETURN(AutoScalingGroup * group, group_of(form));
  ASSIGN_OR_RETURN(const auto ids, ids_of(form));
  if (ids.size() > model::kMostDetached) return invalid("At most 20 instances can be attached");
  std::vector<Instance*> chosen;
  for (const model::InstanceId& id : ids) {
    ASSIGN_OR_RETURN(Instance * instance, attachable(id));
    chosen.push_back(instance);
  }
  if (group->desired + static_cast<int>(ids.size()) > group->max)
    return wrong_size(*group, "attach", ids.size());
  group->desired += static_cast<int>(ids.size());
  for (Instance* instance : chosen) {
    set_tag(instance->tags, {model::kAutoScalingGroupTag, group->name});
    group->members[instance->id] = {"InService", context_.now};
    enter_balancers(*group, instance->id);
  }
  return std::string();
}

Answer<std::string> AutoScaling::detach(const base::Form& form) {
  ASSIGN_OR_RETURN(AutoScalingGroup * group, group_of(form));
  ASSIGN_OR_RETURN(const auto ids, ids_of(form));
  const std::string* decrements = form.find("ShouldDecrementDesiredCapacity");
  if (!decrements)
    return invalid(
        "1 validation error detected: Value null at 'shouldDecrementDesiredCapacity' "
        "failed to satisfy constraint: Member must not be null");
  if (ids.empty()) return invalid("At least one instance ID must be specified");
  if (ids.size() > model::kMostDetached) return invalid("At most 20 instances can be detached");
  for (const model::InstanceId& id : ids) {
    const auto member = group->members.find(id);
    if (member == group->members.end() || member->second.lifecycle_state == "Detaching")
      return invalid("The instance " + id.str() + " is not part of Auto Scaling group " +
                     group->name + ".");
    if (member->second.lifecycle_state != "InService")
      return invalid("The instance " + id.str() + " is not in InService or Standby.");
  }
  if (*decrements == "true") {
    if (group->desired - static_cast<int>(ids.size()) < group->min)
      return wrong_size(*group, "detach", ids.size());
    group->desired -= static_cast<int>(ids.size());
  }
  for (const model::InstanceId& id : ids) begin_detach(*group, id);
  return activities_xml(*group, ids);
}

std::string AutoScaling::activities_xml(const AutoScalingGroup& group,
                                        const std::vector<model::InstanceId>& ids) {
  Xml xml;
  xml.element("Activities", [&] {
    for (const model::InstanceId& id : ids)
      xml.element("member", [&] {
        xml.text("ActivityId", make_uuid(dice_));
        xml.text("AutoScalingGroupName", group.name);
        xml.text("Description", "Detaching EC2 instance: " + id.str());
        xml.text("Cause", "At " + base::to_iso8601(context_.now) + " instance " + id.str() +
                              " was detached in response to a user request.");
        xml.text("StartTime", base::to_iso8601(context_.now));
        xml.text("StatusCode", "InProgress");
        xml.number("Progress", 50);
      });
  });
  return xml.str();
}

// ---- what is shown ----

Answer<std::string> AutoScaling::describe_groups(const base::Form& form) {
  ASSIGN_OR_RETURN(const int most, records_of(form, kMostGroupRecords));
  const auto names = list_of(form, "AutoScalingGroupNames.member");
  const std::string from = form.get("NextToken");  // The name that the page begins with.
  std::string next;
  int shown = 0;
  Xml xml;
  xml.element("AutoScalingGroups", [&] {
    for (const auto& [name, group] : context_.world.auto_scaling_groups) {
      const bool is_asked =
          names.empty() || std::find(names.begin(), names.end(), name) != names.end();
      if (!is_asked || name < from || !next.empty()) continue;
      if (shown++ == most)
        next = name;
      else
        write_group(xml, group, context_.world);
    }
  });
  if (!next.empty()) xml.text("NextToken", next);
  return xml.str();
}

Answer<std::string> AutoScaling::describe_instances(const base::Form& form) {
  constexpr int kMost = static_cast<int>(model::kMostAutoScalingInstances);
  ASSIGN_OR_RETURN(const int most, records_of(form, kMost));
  ASSIGN_OR_RETURN(const auto ids, ids_of(form));
  if (ids.size() > model::kMostAutoScalingInstances)
    return invalid("The number of instance ids that may be passed in is limited to 50");
  std::map<model::InstanceId, const AutoScalingGroup*> chosen;
  for (const auto& [name, group] : context_.world.auto_scaling_groups)
    for (const auto& [id, member] : group.members)
      if (ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end()) chosen[id] = &group;
  const std::string from = form.get("NextToken");  // The id that the page begins with.
  std::string next;
  int shown = 0;
  Xml xml;
  xml.element("AutoScalingInstances", [&] {
    for (const auto& [id, group] : chosen) {
      if (id.str() < from || !next.empty()) continue;
      if (shown++ == most)
        next = id.str();
      else
        write_member(xml, *group, id, context_.world, true);
    }
  });
  if (!next.empty()) xml.text("NextToken", next);
  return xml.str();
}

}  // namespace sim
