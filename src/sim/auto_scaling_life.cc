// What an Auto Scaling group does by itself.
#include <algorithm>

#include "model/auto_scaling.h"
#include "sim/auto_scaling.h"
#include "sim/ec2_tags.h"

namespace sim {
namespace {

using base::Duration;
using model::InstanceId;

const Duration kBetweenLooks = Duration::seconds(10);

bool is_kept(const AutoScalingMember& member) {
  return member.lifecycle_state == "Pending" || member.lifecycle_state == "InService";
}

int kept_members(const AutoScalingGroup& group) {
  return static_cast<int>(std::count_if(group.members.begin(), group.members.end(),
                                        [](const auto& entry) { return is_kept(entry.second); }));
}

}  // namespace

Instance* AutoScaling::live_instance(const InstanceId& id) {
  const auto found = context_.world.instances.find(id);
  return found == context_.world.instances.end() || !found->second.is_live() ? nullptr
                                                                             : &found->second;
}

void AutoScaling::look(const std::string& name, uint64_t serial) {
  const auto found = context_.world.auto_scaling_groups.find(name);
  // Deleted, or another one of its name by now.
  if (found == context_.world.auto_scaling_groups.end() || found->second.serial != serial) return;
  settle_members(found->second);
  launch_missing(found->second);
  end_excess(found->second);
  context_.agenda.at(context_.now + kBetweenLooks,
                     [this, name = std::string(name), serial] { look(name, serial); });
}

void AutoScaling::settle_members(AutoScalingGroup& group) {
  for (auto it = group.members.begin(); it != group.members.end();) {
    const Instance* instance = live_instance(it->first);
    if (!instance) {
      it = group.members.erase(it);
      continue;
    }
    if (it->second.lifecycle_state == "Pending" &&
        instance->state() == model::InstanceState::kRunning) {
      it->second = {"InService", context_.now};
      enter_balancers(group, it->first);
    }
    ++it;
  }
}

void AutoScaling::launch_missing(AutoScalingGroup& group) {
  if (group.suspended.contains("Launch")) return;
  while (kept_members(group) < group.desired)
    if (!launch_one(group)) return;  // The next look tries again.
}

// In the subnet that has the fewest, as Auto Scaling balances its zones.
bool AutoScaling::launch_one(AutoScalingGroup& group) {
  std::map<model::SubnetId, int> used;
  for (const auto& [id, member] : group.members)
    if (const Instance* instance = live_instance(id)) ++used[instance->subnet];
  const model::SubnetId subnet =
      *std::min_element(group.subnets.begin(), group.subnets.end(),
                        [&](const auto& a, const auto& b) { return used[a] < used[b]; });
  if (context_.faults.zones_down.contains(context_.world.subnets.at(subnet).zone)) return false;
  const LaunchTemplate& found = context_.world.launch_templates.at(group.launch_template);
  const LaunchTemplateVersion* version = found.version(group.template_version);
  LaunchOrder order;
  order.type = model::InstanceType(version->data.get("InstanceType"));
  order.image = model::ImageId(version->data.get("ImageId", context_.world.image.str()));
  order.subnet = subnet;
  if (version->data.get("InstanceMarketOptions.MarketType") == "spot")
    order.lifecycle = model::Lifecycle::kSpot;
  order.tags = {{model::kAutoScalingGroupTag, group.name}};
  const auto launched = instances_.launch(order);
  if (!launched) return false;
  group.members[launched->front()] = {"Pending", context_.now};
  return true;
}

void AutoScaling::end_excess(AutoScalingGroup& group) {
  if (group.suspended.contains("Terminate")) return;
  int excess = kept_members(group) - group.desired;
  for (; excess > 0; --excess) {
    const auto oldest = std::min_element(
        group.members.begin(), group.members.end(), [&](const auto& a, const auto& b) {
          const auto rank = [](const auto& entry) {
            return std::pair(!is_kept(entry.second), entry.second.since);
          };
          return rank(a) < rank(b);
        });
    oldest->second.lifecycle_state = "Terminating";
    leave_balancers(group, oldest->first);
    instances_.terminate(oldest->first);
  }
}

// The answer comes first: the group leaves the balancers some seconds later, whoever has the
// machine by then.
void AutoScaling::begin_detach(AutoScalingGroup& group, const InstanceId& id) {
  group.members.at(id) = {"Detaching", context_.now};
  const Duration drain = longest_drain(group, id);
  const base::Instant leaves_at = context_.now + Duration::millis(dice_.between(0, 5000));
  const base::Instant left_at = leaves_at + drain + Duration::millis(dice_.between(500, 10'000));
  const auto later = [this, name = group.name, serial = group.serial](auto act) {
    return [this, name, serial, act] {
      const auto found = context_.world.auto_scaling_groups.find(name);
      if (found != context_.world.auto_scaling_groups.end() && found->second.serial == serial)
        act(found->second);
    };
  };
  context_.agenda.at(leaves_at,
                     later([this, id](AutoScalingGroup& now) { leave_balancers(now, id); }));
  context_.agenda.at(left_at, later([this, id](AutoScalingGroup& now) { finish_detach(now, id); }));
}

void AutoScaling::finish_detach(AutoScalingGroup& group, const InstanceId& id) {
  group.members.erase(id);
  const auto instance = context_.world.instances.find(id);
  if (instance == context_.world.instances.end()) return;
  std::erase_if(instance->second.tags, [&](const model::Tag& tag) {
    return tag.key == model::kAutoScalingGroupTag && tag.value == group.name;
  });
}

void AutoScaling::enter_balancers(const AutoScalingGroup& group, const InstanceId& id) {
  for (const model::TargetGroupArn& arn : group.target_groups) elb_.enter(arn, id);
}

void AutoScaling::leave_balancers(const AutoScalingGroup& group, const InstanceId& id) {
  for (const model::TargetGroupArn& arn : group.target_groups) elb_.leave(arn, id);
}

Duration AutoScaling::longest_drain(const AutoScalingGroup& group, const InstanceId& id) const {
  Duration longest;
  for (const model::TargetGroupArn& arn : group.target_groups) {
    const TargetGroup& balancer = context_.world.target_groups.at(arn);
    if (balancer.targets.contains({id, balancer.port}))
      longest = std::max(longest, balancer.deregistration_delay());
  }
  return longest;
}

}  // namespace sim
