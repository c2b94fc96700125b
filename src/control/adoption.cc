#include "control/adoption.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "control/evidence.h"
#include "model/adoption.h"
#include "model/auto_scaling.h"
#include "model/launch_request.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;
using model::LedgerRecord;
using model::SlotName;

base::Status refuse(std::string why) { return base::fail("CommandRefused", std::move(why)); }

// A holder or a leaver.
bool is_named(const LedgerRecord& record, const InstanceId& id) {
  const auto is_it = [&](const auto& entry) { return entry.second.instance == id; };
  const auto leaves = [&](const model::Retiring& entry) { return entry.instance == id; };
  return std::any_of(record.holders.begin(), record.holders.end(), is_it) ||
         std::any_of(record.retiring.begin(), record.retiring.end(), leaves);
}

bool is_in(const LedgerRecord& record, const InstanceId& id) {
  const auto adopts = [&](const model::OpenLaunch& entry) {
    const auto adoption = model::parse_adoption(entry.request);
    return adoption && adoption->instances.front() == id;
  };
  return is_named(record, id) || std::any_of(record.open.begin(), record.open.end(), adopts);
}

// AWS's own; those that begin with "aws:" do not count.
constexpr size_t kMostTags = 50;

size_t tags_as_ours(const GroupState& group, const model::Instance& machine) {
  std::set<std::string> keys{model::kGroupTag, model::kLaunchTag, model::kDeploymentTag,
                             model::kAdoptedTag};
  for (const model::Tag& tag : group.spec.tags) keys.insert(tag.key);
  for (const model::Tag& tag : machine.tags)
    if (!tag.key.starts_with("aws:")) keys.insert(tag.key);
  return keys.size();
}

// Who keeps it, or why nobody does any more; empty when it is free.
std::string keeper_of(const model::AutoScalingGroupName& leaves, const model::Instance& machine) {
  const std::string& id = machine.id.str();
  if (!model::is_live(machine.state))
    return id + " is " + std::string(to_string(machine.state)) + "; only what runs is adopted";
  if (const std::string* owner = machine.tag(model::kDeploymentTag))
    return id + " is kept by the deployment " + *owner + " already";
  if (const std::string* scaling = machine.tag(model::kAutoScalingGroupTag);
      scaling && *scaling != leaves.str())
    return id + " is kept by the Auto Scaling group " + *scaling +
           "; adopt it with --auto-scaling-group " + *scaling;
  return {};
}

// Why the machine cannot be ours; empty when it can.
std::string hindrance(const GroupState& group, const model::AutoScalingGroupName& leaves,
                      const model::Instance& machine) {
  if (std::string why = keeper_of(leaves, machine); !why.empty()) return why;
  const std::string& id = machine.id.str();
  const auto& subnets = group.spec.subnets;
  if (std::find(subnets.begin(), subnets.end(), machine.subnet) == subnets.end())
    return id + " is in " + machine.subnet.str() + ", which is not a subnet of " +
           group.spec.name.str();
  if (const size_t count = tags_as_ours(group, machine); count > kMostTags)
    return id + " would have " + std::to_string(count) + " tags with those of " +
           group.spec.name.str() + ", and AWS allows " + std::to_string(kMostTags) +
           "; take some off first";
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
                            const model::Command& command, const LedgerContext& context,
                            const model::LaunchId& launch, Instant now) {
  std::string request = model::adoption_body({{machine.id}, group.spec.tags, command.scaling_group},
                                             group.spec.name, launch, context.scope.deployment);
  return {launch.n,
          machine.pool(),
          machine.lifecycle,
          machine.subnet,
          {std::move(slot)},
          kAdoptedVersion,
          std::move(request),
          context.keeper,
          now,
          now + context.timing.submit_window};
}

base::Status place(const model::Instance& machine, const GroupState& group,
                   const model::Command& command, const LedgerContext& context,
                   LedgerRecord& record, Instant now) {
  if (is_named(record, machine.id) && !is_owned(group, machine))
    return refuse(machine.id.str() + " does not carry the tags of " + group.spec.name.str() +
                  " any more, and holds a slot until that is certain; try again in two minutes");
  if (is_in(record, machine.id)) return {};
  if (std::string why = hindrance(group, command.scaling_group, machine); !why.empty())
    return refuse(std::move(why));
  std::optional<SlotName> slot = free_slot(group, record, machine.subnet);
  if (!slot)
    return refuse(group.spec.name.str() + " has no free slot in " + machine.subnet.str() + " for " +
                  machine.id.str() + "; raise its capacity");
  const model::LaunchId launch{record.incarnation, ++record.counter};
  record.open.push_back(entry_for(machine, *std::move(slot), group, command, context, launch, now));
  return {};
}

// ---- members of an Auto Scaling group ----

const model::AutoScalingMember* member_of(const model::AutoScalingGroup& scaling,
                                          const InstanceId& id) {
  for (const model::AutoScalingMember& member : scaling.members)
    if (member.id == id) return &member;
  return nullptr;
}

// Those that the command names or, when it names none, all that are not on their way out.
std::vector<InstanceId> wanted_ids(const PendingCommand& pending) {
  std::vector<InstanceId> ids = pending.command.instances;
  if (!ids.empty() || !pending.scaling || pending.scaling->empty()) return ids;
  for (const model::AutoScalingMember& member : pending.scaling->front().members)
    if (!model::is_detached(member) && !model::is_being_ended(member)) ids.push_back(member.id);
  return ids;
}

// Machines that are to leave by earlier orders, and have not left.
int leaving_already(const model::AutoScalingGroup& scaling, const LedgerRecord& record) {
  int count = 0;
  for (const model::OpenLaunch& entry : record.open) {
    const auto adoption = model::parse_adoption(entry.request);
    if (!adoption || adoption->scaling_group != scaling.name) continue;
    const auto* member = member_of(scaling, adoption->instances.front());
    count += member && model::can_be_detached(*member);
  }
  return count;
}

base::Status can_leave(const model::AutoScalingGroup& scaling, const InstanceId& id) {
  const std::string& name = scaling.name.str();
  const model::AutoScalingMember* member = member_of(scaling, id);
  if (!member) return refuse(id.str() + " is no member of the Auto Scaling group " + name);
  if (model::can_be_detached(*member) || model::is_detached(*member)) return {};
  return refuse(id.str() + " is " + member->lifecycle_state + " in the Auto Scaling group " + name +
                "; only members that are InService or Standby can leave it");
}

base::Status can_spare(const model::AutoScalingGroup& scaling, int count, int leaving) {
  const int left = scaling.desired - count - leaving;
  if (count == 0 || left >= scaling.min) return {};
  return refuse("the Auto Scaling group " + scaling.name.str() + " has MinSize " +
                std::to_string(scaling.min) + " and a desired capacity of " +
                std::to_string(scaling.desired) + "; lower its MinSize to " +
                std::to_string(std::max(0, left)) + " first");
}

base::Status check_members(const PendingCommand& pending, const LedgerRecord& record) {
  const std::string& name = pending.command.scaling_group.str();
  if (name.empty()) return {};
  CHECK(pending.scaling);
  if (pending.scaling->empty())
    return refuse("there is no Auto Scaling group " + name + " in this region and account");
  const model::AutoScalingGroup& scaling = pending.scaling->front();
  const std::vector<InstanceId> ids = wanted_ids(pending);
  if (ids.empty()) return refuse("the Auto Scaling group " + name + " has no members");
  if (ids.size() > model::kMostAdopted)
    return refuse("the Auto Scaling group " + name + " has " + std::to_string(ids.size()) +
                  " members; name at most " + std::to_string(model::kMostAdopted) + " of them");
  int count = 0;
  for (const InstanceId& id : ids) {
    if (is_in(record, id)) continue;
    RETURN_IF_ERROR(can_leave(scaling, id));
    count += model::can_be_detached(*member_of(scaling, id));
  }
  return can_spare(scaling, count, leaving_already(scaling, record));
}

// Who they are, and what AWS shows of them.
model::Call question_about(const PendingCommand& pending) {
  const model::AutoScalingGroupName& name = pending.command.scaling_group;
  if (!name.empty() && !pending.scaling) return model::DescribeAutoScalingGroups{{name}, 0, {}};
  model::DescribeInstances call;
  model::Filter ids{"instance-id", {}};  // Unlike a list of ids, it may name unknown ones.
  for (const InstanceId& id : wanted_ids(pending)) ids.values.push_back(id.str());
  call.filters = {std::move(ids)};
  return call;
}

}  // namespace

void want_adoptions(GroupState& group, const WantContext& context) {
  for (const PendingCommand& pending : group.commands) {
    if (pending.command.kind != model::CommandKind::kAdopt || pending.found ||
        !pending.hindrance.empty())
      continue;
    context.board.start({WorkKind::kFindAdopted, group.spec.name.str(), pending.command.id.value},
                        group.spec.name, question_about(pending), context.now, context.out);
  }
}

void adoption_answered(GroupState& group, const Flight& flight,
                       const model::CallCompleted& completed, const AnswerContext& context) {
  const auto is_it = [&](const PendingCommand& one) {
    return one.command.id.value == flight.key.n;
  };
  const auto pending = std::find_if(group.commands.begin(), group.commands.end(), is_it);
  if (!completed.result && completed.result.error().retry == base::Retry::kNever) {
    context.board.succeeded(flight.key);
    if (pending != group.commands.end())
      pending->hindrance =
          "AWS does not tell of the machines: " + base::to_string(completed.result.error());
    return;
  }
  if (std::holds_alternative<model::DescribeInstances>(flight.call)) {
    const auto* reply = reply_of<model::InstancesReply>(group, flight, completed, context);
    if (reply && pending != group.commands.end()) pending->found = reply->instances;
    return;
  }
  const auto* reply = reply_of<model::AutoScalingGroupsReply>(group, flight, completed, context);
  if (!reply || pending == group.commands.end()) return;
  pending->scaling = reply->groups;
  // Nobody is to be asked for; adopt() says why.
  const size_t count = wanted_ids(*pending).size();
  if (reply->groups.empty() || count == 0 || count > model::kMostAdopted) pending->found.emplace();
}

bool is_adoption(const model::OpenLaunch& entry) {
  return model::kind_of_launch(entry.request) == model::LaunchKind::kAdoption;
}

std::string hindrance_since(const GroupState& group, const model::OpenLaunch& entry,
                            const model::Instance& machine, bool has_left) {
  // An answer was lost, and it is ours by this very entry. The record may be being read again.
  const model::LaunchId launch{group.ledger.record->incarnation, entry.n};
  const std::string* tag = machine.tag(model::kLaunchTag);
  if (tag && *tag == to_string(launch)) return {};
  const SlotName& slot = entry.slots.front();
  if (!is_wanted_slot(group, slot))
    return "the slot " + slot.str() + " is wanted no more, so " + machine.id.str() +
           " is left as it is; raise the capacity of " + group.spec.name.str() +
           " and adopt it again, or end it yourself";
  const model::AutoScalingGroupName leaves = model::parse_adoption(entry.request)->scaling_group;
  return has_left ? keeper_of(leaves, machine) : hindrance(group, leaves, machine);
}

bool has_or_adopts(const GroupState& group, const InstanceId& id) {
  if (group.ledger.record && is_in(*group.ledger.record, id)) return true;
  return std::any_of(group.commands.begin(), group.commands.end(), [&](const auto& pending) {
    return pending.found && pending.hindrance.empty() &&
           std::any_of(pending.found->begin(), pending.found->end(),
                       [&](const model::Instance& machine) { return machine.id == id; });
  });
}

base::Status adopt(const PendingCommand& pending, const GroupState& group,
                   const LedgerContext& context, LedgerRecord& record, Instant now) {
  if (!pending.hindrance.empty()) return refuse(pending.hindrance);
  CHECK(pending.found);
  if (record.retired_at) return refuse(group.spec.name.str() + " is retired; resume it first");
  RETURN_IF_ERROR(check_members(pending, record));
  for (const InstanceId& id : wanted_ids(pending))
    if (std::none_of(pending.found->begin(), pending.found->end(),
                     [&](const model::Instance& one) { return one.id == id; }))
      return refuse("there is no instance " + id.str() + " in this region and account");
  LedgerRecord next = record;
  for (const model::Instance& machine : *pending.found)
    RETURN_IF_ERROR(place(machine, group, pending.command, context, next, now));
  record = std::move(next);
  return {};
}

}  // namespace control
