#include "control/adoption.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "model/adoption.h"
#include "model/launch_request.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
using model::LedgerRecord;
using model::SlotName;

constexpr char kScalingGroupTag[] = "aws:autoscaling:groupName";

base::Status refuse(std::string why) { return base::fail("CommandRefused", std::move(why)); }

bool is_in(const LedgerRecord& record, const InstanceId& id) {
  const auto is_it = [&](const auto& entry) { return entry.second.instance == id; };
  const auto leaves = [&](const model::Retiring& entry) { return entry.instance == id; };
  const auto adopts = [&](const model::OpenLaunch& entry) {
    const auto adoption = model::parse_adoption(entry.request);
    return adoption && adoption->instances.front() == id;
  };
  return std::any_of(record.holders.begin(), record.holders.end(), is_it) ||
         std::any_of(record.retiring.begin(), record.retiring.end(), leaves) ||
         std::any_of(record.open.begin(), record.open.end(), adopts);
}

// Why the machine cannot be ours; empty when it can.
std::string hindrance(const GroupState& group, const model::Instance& machine) {
  const std::string& id = machine.id.str();
  if (!model::is_live(machine.state))
    return id + " is " + std::string(to_string(machine.state)) + "; only what runs is adopted";
  if (const std::string* owner = machine.tag(model::kDeploymentTag))
    return id + " is kept by the deployment " + *owner + " already";
  if (const std::string* scaling = machine.tag(kScalingGroupTag))
    return id + " is kept by the Auto Scaling group " + *scaling +
           "; detach it there first, with its desired capacity decremented";
  const auto& subnets = group.spec.subnets;
  if (std::find(subnets.begin(), subnets.end(), machine.subnet) == subnets.end())
    return id + " is in " + machine.subnet.str() + ", which is not a subnet of " +
           group.spec.name.str();
  return {};
}

bool is_free(const GroupState& group, const LedgerRecord& record, const SlotName& slot) {
  const auto holder = record.holders.find(slot);
  if (holder != record.holders.end() && !group.is_gone(holder->second.instance)) return false;
  const auto covers = [&](const model::OpenLaunch& entry) {
    return std::find(entry.slots.begin(), entry.slots.end(), slot) != entry.slots.end();
  };
  return !record.holds.contains(slot) &&
         std::none_of(record.open.begin(), record.open.end(), covers);
}

std::optional<SlotName> free_slot(const GroupState& group, const LedgerRecord& record,
                                  const model::SubnetId& subnet) {
  for (int i = 0; i < group.spec.capacity; ++i) {
    SlotName slot = model::slot_name(group.spec.name, i);
    if (model::slot_subnet(group.spec, i) == subnet && is_free(group, record, slot)) return slot;
  }
  return std::nullopt;
}

model::OpenLaunch entry_for(const model::Instance& machine, SlotName slot, const GroupState& group,
                            const LedgerContext& context, const model::LaunchId& launch,
                            Instant now) {
  std::string request = model::adoption_body({{machine.id}, group.spec.tags}, group.spec.name,
                                             launch, context.scope.deployment);
  return {launch.n,
          machine.pool(),
          machine.lifecycle,
          machine.subnet,
          {std::move(slot)},
          0,  // Of no version: `replace --outdated` exchanges it.
          std::move(request),
          context.keeper,
          now,
          now + context.timing.submit_window};
}

base::Status place(const model::Instance& machine, const GroupState& group,
                   const LedgerContext& context, LedgerRecord& record, Instant now) {
  if (is_in(record, machine.id)) return {};
  if (std::string why = hindrance(group, machine); !why.empty()) return refuse(std::move(why));
  std::optional<SlotName> slot = free_slot(group, record, machine.subnet);
  if (!slot)
    return refuse(group.spec.name.str() + " has no free slot in " + machine.subnet.str() + " for " +
                  machine.id.str() + "; raise its capacity");
  const model::LaunchId launch{record.incarnation, ++record.counter};
  record.open.push_back(entry_for(machine, *std::move(slot), group, context, launch, now));
  return {};
}

}  // namespace

void want_adoptions(GroupState& group, const WantContext& context) {
  for (const PendingCommand& pending : group.commands) {
    if (pending.command.kind != model::CommandKind::kAdopt || pending.found) continue;
    model::DescribeInstances call;
    model::Filter ids{"instance-id", {}};  // Unlike a list of ids, it may name unknown ones.
    for (const InstanceId& id : pending.command.instances) ids.values.push_back(id.str());
    call.filters = {std::move(ids)};
    context.board.start({WorkKind::kFindAdopted, group.spec.name.str(), pending.command.id.value},
                        group.spec.name, std::move(call), context.now, context.out);
  }
}

void adoption_answered(GroupState& group, const Flight& flight,
                       const model::CallCompleted& completed, const AnswerContext& context) {
  const auto* reply = reply_of<model::InstancesReply>(group, flight, completed, context);
  if (!reply) return;
  for (PendingCommand& pending : group.commands)
    if (pending.command.id.value == flight.key.n) pending.found = reply->instances;
}

base::Status adopt(const PendingCommand& pending, const GroupState& group,
                   const LedgerContext& context, LedgerRecord& record, Instant now) {
  CHECK(pending.found);
  if (record.retired_at) return refuse(group.spec.name.str() + " is retired; resume it first");
  for (const InstanceId& id : pending.command.instances)
    if (std::none_of(pending.found->begin(), pending.found->end(),
                     [&](const model::Instance& one) { return one.id == id; }))
      return refuse("there is no instance " + id.str() + " in this region and account");
  LedgerRecord next = record;
  for (const model::Instance& machine : *pending.found)
    RETURN_IF_ERROR(place(machine, group, context, next, now));
  record = std::move(next);
  return {};
}

}  // namespace control
