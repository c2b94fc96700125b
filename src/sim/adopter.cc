#include "sim/adopter.h"

#include <algorithm>

#include "base/check.h"
#include "control/commands.h"
#include "model/adoption.h"
#include "model/auto_scaling.h"

namespace sim {
namespace {

using base::Duration;
using model::CommandKind;
using model::InstanceId;
using model::LedgerRecord;

constexpr char kScalingGroup[] = "old";
// A person gives up some day; with gaps of half a minute this is a good part of an hour. Who is
// told that it cannot be done gives up sooner.
constexpr int kMostTries = 40;
constexpr int kTriesOfARefusal = 5;
constexpr int kTriesInTheCalm = 10;

bool names(const LedgerRecord& record, const InstanceId& id) {
  const auto adopts = [&](const model::OpenLaunch& entry) {
    const auto adoption = model::parse_adoption(entry.request);
    return adoption && adoption->instances.front() == id;
  };
  return std::any_of(record.holders.begin(), record.holders.end(),
                     [&](const auto& one) { return one.second.instance == id; }) ||
         std::any_of(record.retiring.begin(), record.retiring.end(),
                     [&](const auto& one) { return one.instance == id; }) ||
         std::any_of(record.open.begin(), record.open.end(), adopts);
}

}  // namespace

void Adopter::begin(const model::GroupSpec& group) {
  CHECK(group.begins_paused);
  group_ = group;
  const auto members = static_cast<int>(dice_.between(0, group.capacity));
  if (members > 0 && !make_scaling_group(members)) return violate_("no Auto Scaling group");
  // Auto Scaling takes its subnets in turn, as slots do.
  for (int i = members; i < group.capacity; ++i)
    if (dice_.below(3) > 0) start_by_hand(model::slot_subnet(group, i));
  act_again();
}

bool Adopter::make_scaling_group(int members) {
  std::string subnets;
  for (const model::SubnetId& subnet : group_.subnets)
    subnets += (subnets.empty() ? "" : ",") + subnet.str();
  base::Form form;
  form.add("Action", "CreateAutoScalingGroup");
  form.add("Version", "2011-01-01");
  form.add("AutoScalingGroupName", kScalingGroup);
  form.add("LaunchTemplate.LaunchTemplateId", region_.default_scene().launch_template.str());
  form.add("MinSize", "0");
  form.add("MaxSize", "10");
  form.add("DesiredCapacity", std::to_string(members));
  form.add("VPCZoneIdentifier", subnets);
  // Half of them stand in our own target group, which they leave when they are detached.
  if (dice_.below(2) == 0 && !group_.target_groups.empty())
    form.add("TargetGroupARNs.member.1", group_.target_groups.front().arn.str());
  desired_at_first_ = members;
  return ask_("autoscaling", form).status == 200;
}

void Adopter::start_by_hand(const model::SubnetId& subnet) {
  base::Form form;
  form.add("Action", "RunInstances");
  form.add("Version", "2016-11-15");
  form.add("ImageId", region_.default_scene().image.str());
  form.add("InstanceType", "m5.large");
  form.add("SubnetId", subnet.str());
  form.add("MinCount", "1");
  form.add("MaxCount", "1");
  const int64_t before = region_.world().instances_launched;
  if (ask_("ec2", form).status != 200) return;
  for (const auto& [id, instance] : region_.world().instances)
    if (instance.launch_order > before) given_.insert(id);
}

void Adopter::begin_calm() { tries_ = kMostTries - kTriesInTheCalm; }

const AutoScalingGroup* Adopter::scaling_group() const {
  const auto found = region_.world().auto_scaling_groups.find(kScalingGroup);
  return found == region_.world().auto_scaling_groups.end() ? nullptr : &found->second;
}

const LedgerRecord* Adopter::record() const {
  const auto found = ledger_.last().find(group_.name);
  return found == ledger_.last().end() ? nullptr : &found->second;
}

// ---- the person ----

void Adopter::act_again() {
  timeline_.after(Duration::seconds(dice_.between(10, 40)), [this] {
    if (!is_waiting_) act();
    act_again();
  });
}

void Adopter::act() {
  const LedgerRecord* known = record();
  if (!known) return;
  const std::vector<InstanceId> ids = stranded(*known);
  const bool has_members = has_members_to_take(*known);
  if (tries_ < kMostTries && (has_members || !ids.empty())) {
    ++tries_;
    if (has_members && (ids.empty() || dice_.below(2) == 0))
      return order({{},
                    CommandKind::kAdopt,
                    group_.name.str(),
                    {},
                    model::AutoScalingGroupName(kScalingGroup)});
    return order({{}, CommandKind::kAdopt, group_.name.str(), ids});
  }
  if (known->paused_since) order({{}, CommandKind::kResume, group_.name.str()});
}

void Adopter::order(model::Command command) {
  const bool is_adoption = command.kind == CommandKind::kAdopt;
  is_waiting_ = true;
  const bool is_given = order_(std::move(command), [this, is_adoption](const base::Status& status) {
    is_waiting_ = false;
    if (!is_adoption) return;
    if (control::is_so(status))
      ++adoptions_;
    else if (status.error().retry == base::Retry::kNever)
      tries_ += kTriesOfARefusal;
  });
  if (!is_given) is_waiting_ = false;
}

// Machines that nobody keeps: started by hand, or detached by a keeper that lost its ledger then.
std::vector<InstanceId> Adopter::stranded(const LedgerRecord& record) const {
  std::vector<InstanceId> ids;
  for (const InstanceId& id : given_) {
    const auto found = region_.world().instances.find(id);
    if (found != region_.world().instances.end() && found->second.is_live() &&
        !found->second.tag(model::kGroupTag) && !found->second.tag(model::kAutoScalingGroupTag) &&
        !names(record, id))
      ids.push_back(id);
  }
  return ids;
}

bool Adopter::has_members_to_take(const LedgerRecord& record) const {
  const AutoScalingGroup* scaling = scaling_group();
  if (!scaling) return false;
  return std::any_of(scaling->members.begin(), scaling->members.end(), [&](const auto& member) {
    return member.second.lifecycle_state == "InService" && !names(record, member.first);
  });
}

// ---- what must hold ----

void Adopter::look() {
  const AutoScalingGroup* scaling = scaling_group();
  if (!scaling) return;
  for (const auto& [id, member] : scaling->members) {
    given_.insert(id);
    const auto found = region_.world().instances.find(id);
    const bool is_kept =
        member.lifecycle_state == "InService" || member.lifecycle_state == "Pending";
    if (is_kept && found != region_.world().instances.end() &&
        found->second.tag(model::kGroupTag) && accused_.insert(id).second)
      violate_(id.str() + " is ours and still a member of its Auto Scaling group");
  }
}

void Adopter::detached(const std::vector<InstanceId>& ids) {
  for (const InstanceId& id : ids)
    if (!detached_.insert(id).second) violate_(id.str() + " was detached twice");
}

// A ledger that was lost takes what it was about to adopt with it.
void Adopter::terminated(const InstanceId& id) {
  if (given_.contains(id) && !ledger_.ever_held().contains(id) && !is_ledger_lost_)
    violate_(id.str() + " was not ours yet, and was ended by us");
}

void Adopter::finish() {
  look();
  if (const AutoScalingGroup* scaling = scaling_group();
      scaling && scaling->desired != desired_at_first_ - static_cast<int>(detached_.size()))
    violate_("the Auto Scaling group wants " + std::to_string(scaling->desired) + " of " +
             std::to_string(desired_at_first_) + ", and " + std::to_string(detached_.size()) +
             " were taken");
  const LedgerRecord* known = record();
  for (const InstanceId& id : detached_) {
    const auto found = region_.world().instances.find(id);
    if (!is_ledger_lost_ && known && found != region_.world().instances.end() &&
        found->second.is_live() && !names(*known, id))
      violate_(id.str() + " left its Auto Scaling group and nobody keeps it");
  }
}

}  // namespace sim
