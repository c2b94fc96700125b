// Elb: target groups of Elastic Load Balancing v2 and the health of what is registered in them.
//
// Owns the target groups of the world. Health is not stored: it follows from when a target was
// registered and what its instance did, so it is right at any moment without events. Every group
// counts as attached to a listener. Not simulated: load balancers, listeners, traffic, IP targets.
#pragma once

#include <string>
#include <string_view>

#include "sim/context.h"
#include "sim/token_bucket.h"
#include "sim/wire.h"

namespace sim {

struct Health {
  std::string state;   // initial, healthy, unhealthy, unused, draining
  std::string reason;  // "Target.FailedHealthChecks", …; empty when healthy
};

// What the load balancer thinks of a registered target.
Health health_of(const World& world, const TargetGroup& group, const TargetKey& target,
                 base::Instant now);

// True while requests reach the target: it was found healthy, drains not, and since its instance
// ended fewer checks have failed than make it unhealthy.
bool gets_requests(const World& world, const TargetGroup& group, const TargetKey& target,
                   base::Instant now);

class Elb {
 public:
  Elb(Context& context, RequestLimits& limits, base::Prng dice)
      : context_(context), limits_(limits), dice_(dice) {}

  // The inside of <ActionResult>.
  Answer<std::string> call(const base::Form& form);

  TargetGroup& create(const std::string& name, const std::string& vpc, int port);

  // What Auto Scaling does for its members, on the target group's own port.
  void enter(const model::TargetGroupArn& arn, const model::InstanceId& id);
  void leave(const model::TargetGroupArn& arn, const model::InstanceId& id);

 private:
  Answer<std::string> create_target_group(const base::Form& form);
  Answer<std::string> describe_target_groups(const base::Form& form);
  Answer<std::string> register_targets(const base::Form& form);
  Answer<std::string> deregister_targets(const base::Form& form);
  Answer<std::string> describe_target_health(const base::Form& form);
  Answer<std::string> describe_attributes(const base::Form& form);
  Answer<std::string> modify_attributes(const base::Form& form);

  Answer<TargetGroup*> group_of(const base::Form& form);
  Answer<std::vector<TargetKey>> targets_of(const base::Form& form, const TargetGroup& group);
  Answer<void> check_registrable(const TargetKey& target, const TargetGroup& group);
  void add_target(TargetGroup& group, const TargetKey& target);
  void drop_target(TargetGroup& group, const TargetKey& target);
  void forget_when_drained(const model::TargetGroupArn& arn, const TargetKey& target,
                           base::Instant when);

  Context& context_;
  RequestLimits& limits_;
  base::Prng dice_;
};

}  // namespace sim
