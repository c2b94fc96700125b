// AutoScaling: groups that keep as many machines as they were told to, and Auto Scaling's calls.
//
// Owns the Auto Scaling groups of the world and the tag aws:autoscaling:groupName on their members.
// A group looks every ten seconds: below its desired capacity it launches, above it it ends its
// oldest. So a member that is taken away without decrementing that comes twice. Members are
// registered in the group's target groups while they are in service. Not simulated: scaling
// policies, health checks, lifecycle hooks, warm pools, standby, rebalancing between zones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/prng.h"
#include "sim/context.h"
#include "sim/elb.h"
#include "sim/instances.h"
#include "sim/wire.h"

namespace sim {

class AutoScaling {
 public:
  AutoScaling(Context& context, Instances& instances, Elb& elb, base::Prng dice)
      : context_(context), instances_(instances), elb_(elb), dice_(dice) {}

  // The inside of <ActionResult>.
  Answer<std::string> call(const base::Form& form);

 private:
  using Method = Answer<std::string> (AutoScaling::*)(const base::Form&);
  struct Operation {
    std::string_view action;
    Method method;
    bool is_mutating;
    std::vector<std::string_view> parameters;  // Their first parts.
  };
  struct Sizes {
    int min = 0, max = 0, desired = 0;
  };
  static const std::vector<Operation>& operations();
  Answer<void> admit(const Operation& operation, const base::Form& form);

  Answer<std::string> create(const base::Form& form);
  Answer<std::string> update(const base::Form& form);
  Answer<std::string> remove(const base::Form& form);
  Answer<std::string> attach(const base::Form& form);
  Answer<std::string> detach(const base::Form& form);
  Answer<std::string> suspend(const base::Form& form);
  Answer<std::string> resume(const base::Form& form);
  Answer<std::string> describe_groups(const base::Form& form);
  Answer<std::string> describe_instances(const base::Form& form);

  Answer<AutoScalingGroup*> group_of(const base::Form& form);
  Answer<std::vector<model::InstanceId>> ids_of(const base::Form& form) const;
  Answer<void> read_template(const base::Form& form, AutoScalingGroup& group) const;
  Answer<void> read_subnets(const base::Form& form, AutoScalingGroup& group) const;
  Answer<void> read_target_groups(const base::Form& form, AutoScalingGroup& group) const;
  Answer<Instance*> attachable(const model::InstanceId& id);
  std::string activities_xml(const AutoScalingGroup& group,
                             const std::vector<model::InstanceId>& ids);

  // ---- what a group does by itself ----
  void look(const std::string& name, uint64_t serial);
  void settle_members(AutoScalingGroup& group);
  void launch_missing(AutoScalingGroup& group);
  void end_excess(AutoScalingGroup& group);
  bool launch_one(AutoScalingGroup& group);
  void begin_detach(AutoScalingGroup& group, const model::InstanceId& id);
  void finish_detach(AutoScalingGroup& group, const model::InstanceId& id);
  void enter_balancers(const AutoScalingGroup& group, const model::InstanceId& id);
  void leave_balancers(const AutoScalingGroup& group, const model::InstanceId& id);
  base::Duration longest_drain(const AutoScalingGroup& group, const model::InstanceId& id) const;
  Instance* live_instance(const model::InstanceId& id);

  Context& context_;
  Instances& instances_;
  Elb& elb_;
  base::Prng dice_;
  uint64_t groups_made_ = 0;
};

}  // namespace sim
