#include "control/tiny_cloud.h"

#include <algorithm>

#include "base/check.h"
#include "control/test_support.h"

namespace control::testing {
namespace {

using base::Instant;
using base::Retry;
using model::InstanceId;
using model::InstanceState;

constexpr int kBootSeconds = 20;
constexpr int kHealthySeconds = 10;
constexpr int kDrainSeconds = 25;
// Longer than any test's burst of work without waiting: beyond it the brain goes in circles.
constexpr int kMostAnswersInATurn = 500;

bool passes(const model::Instance& instance, const model::Filter& filter) {
  const auto wants = [&](const std::string& value) {
    return std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
  };
  if (filter.name == "instance-id") return wants(instance.id.str());
  CHECK_MSG(filter.name.starts_with("tag:"), filter.name);
  const std::string* tag = instance.tag(filter.name.substr(4));
  return tag && wants(*tag);
}

std::string names(const std::vector<model::Target>& targets) {
  std::string text;
  for (const model::Target& target : targets) text += " " + target.instance.str();
  return text;
}

base::Form fields_of(const model::LaunchData& data) {
  base::Form form;
  model::add_launch_data(form, "", data);
  return form;
}

}  // namespace

base::Result<model::Reply> TinyCloud::carry_out(const model::Call& call, Instant now) {
  return std::visit([&](const auto& what) { return on(what, now); }, call);
}

void TinyCloud::begin_whole(Instant now) {
  model::LedgerRecord whole = testing::record();
  for (const auto& [slot, holder] : whole.holders) {
    const std::string subnet = "subnet-" + slot.str().substr(slot.str().size() - 1);
    instances_[holder.instance] = instance(holder.instance, subnet.c_str(), holder.n);
    targets_[holder.instance] = {now - base::Duration::hours(1), std::nullopt};
  }
  text_ = to_text(whole);
  version_ = 1;
  check_commits(whole);
}

void TinyCloud::terminate(const InstanceId& id) {
  instances_.at(id).state = InstanceState::kTerminated;
  targets_.erase(id);
}

void TinyCloud::begin_by_hand(const InstanceId& id, const char* subnet,
                              std::vector<model::Tag> tags) {
  instances_[id] = instance(id, subnet, 0);
  instances_[id].lifecycle = model::Lifecycle::kOnDemand;
  instances_[id].tags = std::move(tags);
}

std::vector<InstanceId> TinyCloud::live() const {
  std::vector<InstanceId> ids;
  for (const auto& [id, instance] : instances_)
    if (model::is_live(instance.state)) ids.push_back(id);
  return ids;
}

model::LedgerRecord TinyCloud::record() const {
  auto parsed = model::parse_ledger_record(text_);
  CHECK(parsed);
  return *std::move(parsed);
}

model::Instance TinyCloud::shown(const model::Instance& instance, Instant now) const {
  model::Instance result = instance;
  if (result.state == InstanceState::kPending && now >= result.launch_time + seconds(kBootSeconds))
    result.state = InstanceState::kRunning;
  return result;
}

// ---- EC2 ----

TinyCloud::Result TinyCloud::on(const model::RunInstances& call, Instant now) {
  const base::Form form = base::Form::parse(call.body).value();
  bodies.insert(call.body);
  log.push_back("RunInstances " + form.get("SubnetId"));
  const std::string token = form.get("ClientToken");
  if (!tokens_.contains(token)) {
    if (dry.contains(model::SubnetId(form.get("SubnetId"))))
      return base::fail("InsufficientInstanceCapacity", "dry", Retry::kNever);
    launch(form, now);
  }
  const auto& [body, ids] = tokens_.at(token);
  if (body != call.body) {
    violations.push_back("one token, two bodies");
    return base::fail("IdempotentParameterMismatch", "other body", Retry::kNever);
  }
  model::InstancesReply reply;
  for (const InstanceId& id : ids)
    if (model::is_live(instances_.at(id).state)) reply.instances.push_back(instances_.at(id));
  if (reply.instances.empty())
    return base::fail("IdempotentInstanceTerminated", "gone", Retry::kNever);
  return reply;
}

InstanceId TinyCloud::next_id() {
  std::string digits = std::to_string(next_instance_++);
  return InstanceId("i-" + std::string(id_digits - digits.size(), '0') + digits);
}

void TinyCloud::launch(const base::Form& form, Instant now) {
  auto& [body, ids] = tokens_[form.get("ClientToken")];
  body = form.encode();
  for (int i = 0; i < std::stoi(form.get("MaxCount")); ++i) {
    const InstanceId id = next_id();
    model::Instance fresh = instance(id, form.get("SubnetId").c_str(), 0);
    fresh.type = model::InstanceType(form.get("InstanceType"));
    fresh.state = InstanceState::kPending;
    fresh.launch_time = now;
    fresh.tags = {
        {form.get("TagSpecification.1.Tag.1.Key"), form.get("TagSpecification.1.Tag.1.Value")},
        {form.get("TagSpecification.1.Tag.2.Key"), form.get("TagSpecification.1.Tag.2.Value")},
        {form.get("TagSpecification.1.Tag.3.Key"), form.get("TagSpecification.1.Tag.3.Value")}};
    instances_[id] = fresh;
    ids.push_back(id);
  }
}

TinyCloud::Result TinyCloud::on(const model::TerminateInstances& call, Instant) {
  const model::LedgerRecord stored = record();
  for (const InstanceId& id : call.ids) {
    log.push_back("TerminateInstances " + id.str());
    for (const auto& [slot, holder] : stored.holders)
      if (holder.instance == id) violations.push_back("a holder was terminated: " + id.str());
    const std::string* owner = instances_.at(id).tag(model::kDeploymentTag);
    if (!owner || *owner != kDeployment) violations.push_back("not ours, and ended: " + id.str());
    terminate(id);
  }
  return model::Done{};
}

TinyCloud::Result TinyCloud::on(const model::DescribeInstances& call, Instant now) {
  model::InstancesReply reply;
  for (const InstanceId& id : call.ids)
    if (!instances_.contains(id))
      return base::fail("InvalidInstanceID.NotFound", id.str(), Retry::kNever);
  for (const auto& [id, instance] : instances_) {
    const bool named =
        call.ids.empty() || std::find(call.ids.begin(), call.ids.end(), id) != call.ids.end();
    const bool matches =
        std::all_of(call.filters.begin(), call.filters.end(),
                    [&](const model::Filter& filter) { return passes(instance, filter); });
    if (named && matches) reply.instances.push_back(shown(instance, now));
  }
  return reply;
}

TinyCloud::Result TinyCloud::on(const model::CreateTags& call, Instant) {
  for (const std::string& id : call.resources)
    for (const model::Tag& tag : call.tags) {
      if (tag.key == model::kGroupTag && scaling_group_of(InstanceId(id)))
        violations.push_back("ours, and a member still: " + id);
      instances_.at(InstanceId(id)).tags.push_back(tag);
    }
  return model::Done{};
}

TinyCloud::Result TinyCloud::on(const model::DescribeSubnets& call, Instant) {
  model::SubnetsReply reply;
  for (const model::SubnetId& id : call.ids)
    reply.subnets.push_back({id, zone_of(id), "vpc-1", 99});
  return reply;
}

// ---- Spot requests ----

TinyCloud::Result TinyCloud::on(const model::RequestSpotInstances& call, Instant now) {
  const base::Form form = base::Form::parse(call.body).value();
  log.push_back("RequestSpotInstances " + form.get("LaunchSpecification.SubnetId"));
  bodies.insert(call.body);
  const auto [made, is_new] = spot_tokens_.try_emplace(form.get("ClientToken"));
  for (int i = 0; is_new && i < std::stoi(form.get("InstanceCount")); ++i) {
    const model::SpotRequestId id("sir-" + std::to_string(spot_forms_.size() + 1));
    model::SpotRequest& request = spot_requests[id];
    request.id = id;
    request.state = "open";
    request.status_code = spot_waits_with;
    for (int tag = 1; tag <= 3; ++tag) {
      const std::string name = "TagSpecification.1.Tag." + std::to_string(tag);
      request.tags.push_back({form.get(name + ".Key"), form.get(name + ".Value")});
    }
    spot_forms_[id] = form;
    made->second.push_back(id);
    const bool is_dry = dry.contains(model::SubnetId(form.get("LaunchSpecification.SubnetId")));
    if (is_dry) request.status_code = "capacity-not-available";
    if (!is_dry && spot_waits_with.empty()) fulfil(id, now);
  }
  model::SpotRequestsReply reply;
  for (const model::SpotRequestId& id : made->second) reply.requests.push_back(spot_requests[id]);
  return reply;
}

void TinyCloud::fulfil(const model::SpotRequestId& id, Instant now) {
  const base::Form& form = spot_forms_.at(id);
  model::Instance fresh = instance(next_id(), form.get("LaunchSpecification.SubnetId").c_str(), 0);
  fresh.type = model::InstanceType(form.get("LaunchSpecification.InstanceType"));
  fresh.state = InstanceState::kPending;
  fresh.launch_time = now;
  fresh.tags.clear();
  instances_[fresh.id] = fresh;
  model::SpotRequest& request = spot_requests.at(id);
  request.state = "active";
  request.status_code = "fulfilled";
  request.instance = fresh.id;
}

TinyCloud::Result TinyCloud::on(const model::CancelSpotInstanceRequests& call, Instant) {
  model::CancelledSpotRequestsReply reply;
  for (const model::SpotRequestId& id : call.ids) {
    log.push_back("CancelSpotInstanceRequests " + id.str());
    if (!spot_requests.contains(id)) continue;
    model::SpotRequest& request = spot_requests.at(id);
    if (request.state == "open") request.status_code = "canceled-before-fulfillment";
    request.state = "cancelled";
    reply.cancelled.push_back({id, request.state});
  }
  return reply;
}

TinyCloud::Result TinyCloud::on(const model::DescribeSpotInstanceRequests& call, Instant) {
  model::SpotRequestsReply reply;
  for (const auto& [id, request] : spot_requests) {
    const auto value = [&](const std::string& filter) -> std::string {
      if (filter == "spot-instance-request-id") return id.str();
      if (filter == "status-code") return request.status_code;
      if (filter == "state") return request.state;
      const std::string* tag = model::find_tag(request.tags, filter.substr(4));
      return tag ? *tag : "";
    };
    if (std::all_of(call.filters.begin(), call.filters.end(), [&](const model::Filter& filter) {
          return std::find(filter.values.begin(), filter.values.end(), value(filter.name)) !=
                 filter.values.end();
        }))
      reply.requests.push_back(request);
  }
  return reply;
}

// ---- launch templates and types ----

TinyCloud::Result TinyCloud::on(const model::CreateLaunchTemplate& call, Instant) {
  log.push_back("CreateLaunchTemplate " + call.name);
  if (!templates.empty())
    return base::fail("InvalidLaunchTemplateName.AlreadyExistsException", call.name, Retry::kNever);
  templates = {{model::LaunchTemplateId("lt-own"), call.name, 1, 1, call.tags}};
  versions = {
      {templates.front().id, 1, true, call.data.image, {}, call.description, fields_of(call.data)}};
  return model::LaunchTemplatesReply{templates, {}};
}

TinyCloud::Result TinyCloud::on(const model::CreateLaunchTemplateVersion& call, Instant) {
  log.push_back("CreateLaunchTemplateVersion " + call.id.str());
  versions.push_back({call.id,
                      versions.back().number + 1,
                      false,
                      call.data.image,
                      {},
                      call.description,
                      fields_of(call.data)});
  return model::LaunchTemplateVersionsReply{{versions.back()}, {}};
}

TinyCloud::Result TinyCloud::on(const model::DescribeLaunchTemplates& call, Instant) {
  model::LaunchTemplatesReply reply;
  for (const model::LaunchTemplate& one : templates)
    if (one.name == call.filters.at(0).values.at(0)) reply.templates.push_back(one);
  return reply;
}

TinyCloud::Result TinyCloud::on(const model::DescribeLaunchTemplateVersions& call, Instant) {
  if (call.id == model::LaunchTemplateId("lt-1"))
    return model::LaunchTemplateVersionsReply{{{call.id, 7, true, {}, {}}}, {}};
  if (versions.empty())
    return base::fail("InvalidLaunchTemplateId.NotFound", call.id.str(), Retry::kNever);
  if (call.version == "$Latest") return model::LaunchTemplateVersionsReply{{versions.back()}, {}};
  return model::LaunchTemplateVersionsReply{versions, {}};
}

TinyCloud::Result TinyCloud::on(const model::DescribeInstanceTypes&, Instant) {
  return model::InstanceTypesReply{offered, {}};
}

// ---- Auto Scaling ----

// Whose member it is; one that is being detached is nobody's.
const model::AutoScalingGroupName* TinyCloud::scaling_group_of(const InstanceId& id) const {
  for (const auto& [name, group] : scaling_groups)
    if (const auto member = group.members.find(id);
        member != group.members.end() && member->second != "Detaching")
      return &name;
  return nullptr;
}

TinyCloud::Result TinyCloud::on(const model::DescribeAutoScalingGroups& call, Instant) {
  model::AutoScalingGroupsReply reply;
  for (const auto& [name, group] : scaling_groups) {
    if (name != call.names.at(0)) continue;
    reply.groups.push_back({name, group.min, 100, group.desired, {}});
    for (const auto& [id, state] : group.members)
      reply.groups.back().members.push_back({id, name, state});
  }
  return reply;
}

TinyCloud::Result TinyCloud::on(const model::DescribeAutoScalingInstances& call, Instant) {
  model::AutoScalingInstancesReply reply;
  for (const auto& [name, group] : scaling_groups)
    for (const auto& [id, state] : group.members)
      if (id == call.ids.at(0)) reply.members.push_back({id, name, state});
  return reply;
}

TinyCloud::Result TinyCloud::on(const model::DetachInstances& call, Instant) {
  const InstanceId& id = call.ids.at(0);
  log.push_back("DetachInstances " + id.str());
  const auto refuse = [&](const std::string& why) {
    return base::fail("ValidationError", id.str() + why, Retry::kNever);
  };
  const auto* owner = scaling_group_of(id);
  if (!owner || *owner != call.group) return refuse(" is not part of the group");
  ScalingGroup& group = scaling_groups.at(call.group);
  if (group.members.at(id) != "InService") return refuse(" is not in InService or Standby");
  if (group.desired - 1 < group.min) return refuse(" is needed for min-size");
  --group.desired;
  group.members[id] = "Detaching";
  std::erase_if(instances_.at(id).tags,
                [](const model::Tag& tag) { return tag.key == model::kAutoScalingGroupTag; });
  return model::Done{};
}

// ---- the balancer ----

TinyCloud::Result TinyCloud::on(const model::RegisterTargets& call, Instant now) {
  log.push_back("RegisterTargets" + names(call.targets));
  for (const model::Target& target : call.targets) {
    if (!committed_.contains(target.instance))
      violations.push_back("registered without a commit: " + target.instance.str());
    targets_[target.instance] = {now, std::nullopt};
  }
  return model::Done{};
}

TinyCloud::Result TinyCloud::on(const model::DeregisterTargets& call, Instant now) {
  log.push_back("DeregisterTargets" + names(call.targets));
  for (const model::Target& target : call.targets)
    if (const auto found = targets_.find(target.instance); found != targets_.end())
      found->second.left = now;
  return model::Done{};
}

TinyCloud::Result TinyCloud::on(const model::DescribeTargetHealth&, Instant now) {
  model::TargetHealthReply reply;
  for (const auto& [id, target] : targets_) {
    if (target.left && now >= *target.left + seconds(kDrainSeconds)) continue;
    const bool healthy = !nobody_is_healthy && now >= target.since + seconds(kHealthySeconds) &&
                         shown(instances_.at(id), now).state == InstanceState::kRunning;
    reply.targets.push_back({{id, 80},
                             target.left ? "draining"
                             : healthy   ? "healthy"
                                         : "initial",
                             {}});
  }
  return reply;
}

TinyCloud::Result TinyCloud::on(const model::ModifyTargetGroupAttributes& call, Instant) {
  for (const auto& [name, value] : call.attributes) {
    log.push_back("ModifyTargetGroupAttributes " + name + "=" + value);
    if (refuses_attributes) return base::fail("AccessDenied", "not allowed", Retry::kNever);
    attributes[name] = value;
  }
  return model::Done{};
}

// ---- the ledger ----

TinyCloud::Result TinyCloud::on(const model::LedgerRead& call, Instant) {
  if (call.group != kGroup) {
    const auto other = other_ledgers.find(call.group);
    if (other == other_ledgers.end()) return model::LedgerVersion{};
    return model::LedgerVersion{"other", other->second};
  }
  if (version_ == 0) return model::LedgerVersion{};
  return model::LedgerVersion{std::to_string(version_), text_};
}

TinyCloud::Result TinyCloud::on(const model::LedgerWrite& call, Instant) {
  const auto stored = version_ ? std::optional(std::to_string(version_)) : std::nullopt;
  if (call.expected != stored) return base::fail(model::kLedgerConflict, "", Retry::kNever);
  log.push_back("LedgerWrite");
  text_ = call.record;
  ++version_;
  check_commits(record());
  return model::LedgerVersion{std::to_string(version_), {}};
}

void TinyCloud::check_commits(const model::LedgerRecord& record) {
  std::set<InstanceId> here;
  for (const auto& [slot, holder] : record.holders) {
    const auto [known, fresh] = committed_.try_emplace(holder.instance, slot);
    if (known->second != slot) violations.push_back("two slots had " + holder.instance.str());
    if (left_.contains(holder.instance))
      violations.push_back("committed again: " + holder.instance.str());
    if (!here.insert(holder.instance).second)
      violations.push_back("holds twice: " + holder.instance.str());
  }
  for (const model::Retiring& leaving : record.retiring) {
    left_.insert(leaving.instance);
    if (!here.insert(leaving.instance).second)
      violations.push_back("holds and leaves: " + leaving.instance.str());
  }
  std::set<model::SlotName> covered;
  for (const model::OpenLaunch& entry : record.open)
    for (const model::SlotName& slot : entry.slots)
      if (!covered.insert(slot).second) violations.push_back("launched twice: " + slot.str());
}

template <class T>
TinyCloud::Result TinyCloud::on(const T&, Instant) {
  if constexpr (std::is_same_v<T, model::DescribeSpotPriceHistory>)
    return model::SpotPricesReply{prices, {}};
  if constexpr (std::is_same_v<T, model::DescribeTargetGroupAttributes>)
    return model::TargetGroupAttributesReply{attributes};
  return base::fail("NotInTheTinyCloud", std::string(model::action_of(T{})), Retry::kNever);
}

// ---- the loop ----

Script::Script(TinyCloud& cloud, Instant& clock, model::KeeperName keeper, uint64_t seed,
               std::vector<model::Incident> open_incidents, model::GroupSpec spec, Timing timing)
    : brain({std::move(keeper), ledger_context().scope, timing, seed, {}}, {std::move(spec)},
            std::move(open_incidents)),
      cloud_(cloud),
      clock_(clock) {}

void Script::step(std::vector<Event> events) {
  Decisions decisions = brain.step(events, clock_);
  for (PlannedCall& planned : decisions.calls) pending.push_back({std::move(planned), clock_});
  for (model::Incident& incident : decisions.incidents) {
    const model::IncidentId id = incident.id;
    if (incident.closed_at) ++closings[id];
    journal[id] = std::move(incident);
  }
  prices = std::move(decisions.prices);
  for (CommandAnswer& answer : decisions.answers)
    answers.insert_or_assign(answer.id, std::move(answer.status));
  wake_at = decisions.wake_at;
}

size_t Script::find(std::string_view action) const {
  size_t index = 0;
  while (index < pending.size() && model::action_of(pending[index].planned.call) != action) ++index;
  return index;
}

base::Result<model::Reply> Script::carry_out(size_t index) {
  return cloud_.carry_out(pending.at(index).planned.call, clock_);
}

void Script::answer(size_t index, base::Result<model::Reply> result) {
  const Pending call = std::move(pending.at(index));
  pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(index));
  clock_ = clock_ + millis(5);
  step({model::CallCompleted{call.planned.id, call.began, clock_, std::move(result)}});
}

void Script::settle() {
  int count = 0;
  while (!pending.empty()) {
    CHECK_MSG(++count < kMostAnswersInATurn, model::action_of(pending.front().planned.call));
    carry_out_and_answer(0);
  }
}

void Script::run_until(Instant end) {
  settle();
  while (clock_ < end) {
    clock_ = std::min(end, std::max(wake_at, clock_ + millis(1)));
    step();
    settle();
  }
}

}  // namespace control::testing
