// Builders for control's tests: one group of three slots in three zones, its ledger record, its
// instances and what is said about them. Everything is a value that a test may change before use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "control/answers.h"
#include "control/group_state.h"
#include "control/ledger_plan.h"

namespace control::testing {

inline const model::GroupName kGroup("web");
inline const model::KeeperName kMe("keeper-1");
inline const model::KeeperName kOther("keeper-2");
inline const model::TargetGroupArn kTargets("arn:targets/web");
inline const model::SlotName kSlotA("web-a"), kSlotB("web-b"), kSlotC("web-c");
inline const model::InstanceId kA("i-a"), kB("i-b"), kC("i-c"), kNew("i-new");
inline constexpr char kIncarnation[] = "life";

inline constexpr char kDeployment[] = "test";

// Seconds of the tests' own day.
inline base::Instant at(int64_t seconds) {
  return base::Instant::from_unix_seconds(1'772'366'400 + seconds);
}
inline base::Duration seconds(int64_t n) { return base::Duration::seconds(n); }
inline base::Duration millis(int64_t n) { return base::Duration::millis(n); }

// Slots web-a, web-b, web-c in subnet-a, subnet-b, subnet-c.
inline model::GroupSpec group_spec() {
  model::GroupSpec spec;
  spec.name = kGroup;
  spec.capacity = 3;
  spec.subnets = {model::SubnetId("subnet-a"), model::SubnetId("subnet-b"),
                  model::SubnetId("subnet-c")};
  spec.launch_template = {model::LaunchTemplateId("lt-1"), "$Latest"};
  spec.types = {model::InstanceType("c6i.large"), model::InstanceType("m6i.large")};
  spec.target_groups = {{kTargets, 80}};
  spec.min_healthy = 2;
  return spec;
}

inline model::Zone zone_of(const model::SubnetId& subnet) {
  return model::Zone("us-east-2" + subnet.str().substr(subnet.str().size() - 1));
}
inline model::Pool pool_in(const char* subnet, const char* type = "c6i.large") {
  return {model::InstanceType(type), zone_of(model::SubnetId(subnet)), model::kLinux};
}

inline std::string launch_tag(uint64_t n) { return to_string(model::LaunchId{kIncarnation, n}); }

// A running instance with our tags, launched long ago.
inline model::Instance instance(const model::InstanceId& id, const char* subnet, uint64_t n) {
  model::Instance result;
  result.id = id;
  result.type = model::InstanceType("c6i.large");
  result.state = model::InstanceState::kRunning;
  result.subnet = model::SubnetId(subnet);
  result.zone = zone_of(result.subnet);
  result.lifecycle = model::Lifecycle::kSpot;
  result.launch_time = at(-86'400);
  result.tags = {{model::kGroupTag, kGroup.str()},
                 {model::kLaunchTag, launch_tag(n)},
                 {model::kDeploymentTag, kDeployment}};
  return result;
}

inline model::Holder holder(const model::InstanceId& id, const char* subnet, uint64_t n) {
  return {id, n, pool_in(subnet), at(-86'400), 7, model::Lifecycle::kSpot};
}

// web-a, web-b, web-c are held by i-a, i-b, i-c, from launches 1, 2, 3.
inline model::LedgerRecord record() {
  model::LedgerRecord result;
  result.group = kGroup;
  result.incarnation = kIncarnation;
  result.counter = 3;
  result.revision = 6;
  result.writer = kMe;
  result.nonce = "nonce";
  result.written_at = at(-3600);
  result.keepers = {{kMe, {3, at(-3600)}}};
  result.holders = {{kSlotA, holder(kA, "subnet-a", 1)},
                    {kSlotB, holder(kB, "subnet-b", 2)},
                    {kSlotC, holder(kC, "subnet-c", 3)}};
  return result;
}

// An open launch for one subnet, written at `opened` by `submitter`.
inline model::OpenLaunch open_launch(uint64_t n, std::vector<model::SlotName> slots,
                                     const model::KeeperName& submitter, base::Instant opened,
                                     const char* subnet = "subnet-a") {
  return {n,
          pool_in(subnet),
          model::Lifecycle::kSpot,
          model::SubnetId(subnet),
          std::move(slots),
          7,
          "Action=RunInstances&MaxCount=1",
          submitter,
          opened,
          opened + Timing().submit_window};
}

inline model::Retiring retiring(const model::InstanceId& id, const model::SlotName& slot,
                                const model::InstanceId& replacement, std::string reason,
                                std::optional<base::Instant> deadline = std::nullopt) {
  return {id, slot, replacement, std::move(reason), at(-10), deadline};
}

inline void see(GroupState& group, const model::Instance& shown, base::Instant when) {
  group.seen[shown.id] = {shown, when, when};
}

inline void set_health(GroupState& group, const model::InstanceId& id, std::string state) {
  group.targets[kTargets].health[id] = {{id, 80}, std::move(state), {}};
}

// What a keeper knows whose group is whole: ledger read, everything swept, running and healthy.
inline GroupState whole_group() {
  GroupState group;
  group.deployment = kDeployment;
  group.keeper = kMe;
  group.spec = group_spec();
  group.ledger.known = true;
  group.ledger.etag = "etag-1";
  group.ledger.record = record();
  group.ledger.read_began = at(-5);
  group.ledger_ids = {kA, kB, kC};
  for (const auto& [id, subnet, n] : {std::tuple(kA, "subnet-a", 1), std::tuple(kB, "subnet-b", 2),
                                      std::tuple(kC, "subnet-c", 3)}) {
    see(group, instance(id, subnet, static_cast<uint64_t>(n)), at(-3600));
    group.seen[id].shown_at = at(-4);
    set_health(group, id, "healthy");
  }
  group.targets[kTargets].known = true;
  group.targets[kTargets].read_began = group.targets[kTargets].read_ended = at(-2);
  group.targets[kTargets].drain = seconds(30);
  group.swept_at = at(-4);
  for (const model::SubnetId& subnet : group.spec.subnets) group.zones[subnet] = zone_of(subnet);
  group.zones_read_at = group.template_read_at = at(-5);
  group.template_id = group.spec.launch_template.id;
  group.template_version = 7;
  return group;
}

inline Doom taken_at(base::Instant deadline) {
  return {model::IncidentKind::kInterruption, deadline - seconds(120), deadline, "warning"};
}

inline LedgerContext ledger_context() {
  return {Timing(),
          kMe,
          {kDeployment, model::AccountId("123456789012"), model::Region("us-east-2")},
          {},
          {}};
}

inline model::Notice warning(const model::InstanceId& id, base::Instant when) {
  model::Notice notice;
  notice.id = model::EventId("event-" + id.str());
  notice.kind = model::NoticeKind::kInterruptionWarning;
  notice.instances = {id};
  notice.time = when;
  notice.action = model::InterruptionAction::kTerminate;
  return notice;
}

inline model::Notice state_change(const model::InstanceId& id, model::InstanceState state,
                                  base::Instant when) {
  model::Notice notice;
  notice.id = model::EventId("state-" + id.str());
  notice.kind = model::NoticeKind::kStateChange;
  notice.instances = {id};
  notice.time = when;
  notice.state = state;
  return notice;
}

inline base::Error error(std::string code, base::Retry retry) {
  return {std::move(code), "as the test wants it", {}, retry};
}

}  // namespace control::testing
