#include "sim/elb.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sim/identifiers.h"

namespace sim {
namespace {

struct AttributeRule {
  std::string_view name;
  std::string_view fallback;
  std::optional<std::pair<int, int>> range;  // Nothing: texts in `choices`.
  std::vector<std::string_view> choices;
};

const std::vector<AttributeRule>& attribute_rules() {
  static const std::vector<AttributeRule> kRules = {
      {"deregistration_delay.timeout_seconds", "300", {{0, 3600}}, {}},
      {"slow_start.duration_seconds", "0", {{0, 900}}, {}},
      {"stickiness.enabled", "false", {}, {"true", "false"}},
      {"stickiness.type", "lb_cookie", {}, {"lb_cookie", "app_cookie"}},
      {"stickiness.lb_cookie.duration_seconds", "86400", {{1, 604'800}}, {}},
      {"load_balancing.algorithm.type",
       "round_robin",
       {},
       {"round_robin", "least_outstanding_requests", "weighted_random"}},
      {"load_balancing.cross_zone.enabled",
       "use_load_balancer_configuration",
       {},
       {"true", "false", "use_load_balancer_configuration"}},
  };
  return kRules;
}

bool is_allowed(const AttributeRule& rule, const std::string& value) {
  if (!rule.range)
    return std::find(rule.choices.begin(), rule.choices.end(), value) != rule.choices.end();
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc{} && end == value.data() + value.size() &&
         number >= rule.range->first && number <= rule.range->second;
}

Health registered_health(const Instance& instance, const TargetGroup& group,
                         const TargetEntry& entry, base::Instant now) {
  if (instance.state() == model::InstanceState::kPending)
    return {"initial", "Elb.RegistrationInProgress"};
  if (!instance.is_live()) return {"unused", "Target.InvalidState"};
  if (instance.is_sick) return {"unhealthy", "Target.FailedHealthChecks"};
  const base::Instant answers_from = std::max(entry.registered_at, instance.serves_at);
  if (now < answers_from + group.check_interval * group.healthy_threshold)
    return {"initial", "Elb.InitialHealthChecking"};
  return {"healthy", {}};
}

std::string describe(std::string_view reason) {
  if (reason == "Elb.InitialHealthChecking") return "Initial health checks in progress";
  if (reason == "Elb.RegistrationInProgress") return "Target registration is in progress";
  if (reason == "Target.DeregistrationInProgress") return "Target deregistration is in progress";
  if (reason == "Target.InvalidState") return "Target is in the stopped or terminated state";
  if (reason == "Target.NotRegistered") return "Target is not registered to the target group";
  return "Health checks failed";
}

void write_group(Xml& xml, const TargetGroup& group) {
  xml.element("member", [&] {
    xml.text("TargetGroupArn", group.arn.str());
    xml.text("TargetGroupName", group.name);
    xml.text("Protocol", group.protocol);
    xml.number("Port", group.port);
    xml.text("VpcId", group.vpc);
    xml.text("TargetType", "instance");
    xml.text("HealthCheckProtocol", group.protocol);
    xml.text("HealthCheckPort", "traffic-port");
    xml.text("HealthCheckPath", group.health_path);
    xml.text("HealthCheckEnabled", "true");
    xml.number("HealthCheckIntervalSeconds", group.check_interval.whole_seconds());
    xml.number("HealthCheckTimeoutSeconds", 5);
    xml.number("HealthyThresholdCount", group.healthy_threshold);
    xml.number("UnhealthyThresholdCount", group.unhealthy_threshold);
    xml.element("Matcher", [&] { xml.text("HttpCode", "200"); });
    xml.element("LoadBalancerArns", [] {});
  });
}

void write_health(Xml& xml, const TargetKey& target, const Health& health) {
  xml.element("member", [&] {
    xml.element("Target", [&] {
      xml.text("Id", target.instance.str());
      xml.number("Port", target.port);
    });
    xml.text("HealthCheckPort", std::to_string(target.port));
    xml.element("TargetHealth", [&] {
      xml.text("State", health.state);
      if (health.reason.empty()) return;
      xml.text("Reason", health.reason);
      xml.text("Description", describe(health.reason));
    });
  });
}

std::string write_attributes(const TargetGroup& group) {
  Xml xml;
  xml.element("Attributes", [&] {
    for (const auto& [key, value] : group.attributes)
      xml.element("member", [&] {
        xml.text("Key", key);
        xml.text("Value", value);
      });
  });
  return xml.str();
}

tl::unexpected<Refusal> not_found() {
  return refuse("TargetGroupNotFound", "One or more target groups not found");
}

tl::unexpected<Refusal> invalid_target(const std::string& id, const char* why) {
  return refuse("InvalidTarget", "The following targets " + std::string(why) + ": '" + id + "'");
}

}  // namespace

Health health_of(const World& world, const TargetGroup& group, const TargetKey& target,
                 base::Instant now) {
  const auto entry = group.targets.find(target);
  if (entry == group.targets.end()) return {"unused", "Target.NotRegistered"};
  if (entry->second.deregistered_at) return {"draining", "Target.DeregistrationInProgress"};
  const auto instance = world.instances.find(target.instance);
  if (instance == world.instances.end()) return {"unused", "Target.InvalidState"};
  return registered_health(instance->second, group, entry->second, now);
}

bool gets_requests(const World& world, const TargetGroup& group, const TargetKey& target,
                   base::Instant now) {
  const auto entry = group.targets.find(target);
  const auto instance = world.instances.find(target.instance);
  if (entry == group.targets.end() || entry->second.deregistered_at ||
      instance == world.instances.end() || instance->second.serves_at == base::Instant::never())
    return false;
  if (instance->second.is_live())
    return registered_health(instance->second, group, entry->second, now).state == "healthy";
  const auto& history = instance->second.history;
  const auto end = std::find_if(history.begin(), history.end(), [](const StateChange& change) {
    return !model::is_live(change.state);
  });
  const base::Instant healthy_from =
      std::max(entry->second.registered_at, instance->second.serves_at) +
      group.check_interval * group.healthy_threshold;
  return healthy_from <= end->at &&
         now < end->at + group.check_interval * group.unhealthy_threshold;
}

Answer<std::string> Elb::call(const base::Form& form) {
  const std::string action = form.get("Action");
  if ((action == "RegisterTargets" || action == "DeregisterTargets") &&
      !limits_.admit_elb(action, context_.now))
    return refuse("Throttling", "Rate exceeded");
  if (action == "DescribeTargetHealth") return describe_target_health(form);
  if (action == "RegisterTargets") return register_targets(form);
  if (action == "DeregisterTargets") return deregister_targets(form);
  if (action == "CreateTargetGroup") return create_target_group(form);
  if (action == "DescribeTargetGroups") return describe_target_groups(form);
  if (action == "DescribeTargetGroupAttributes") return describe_attributes(form);
  if (action == "ModifyTargetGroupAttributes") return modify_attributes(form);
  return refuse("InvalidAction", "The region does not simulate elasticloadbalancing " + action);
}

TargetGroup& Elb::create(const std::string& name, const std::string& vpc, int port) {
  TargetGroup group;
  group.arn = model::TargetGroupArn("arn:aws:elasticloadbalancing:" + context_.options.region +
                                    ":" + context_.options.account + ":targetgroup/" + name + "/" +
                                    make_hex64(dice_));
  group.name = name;
  group.vpc = vpc;
  group.port = port;
  for (const AttributeRule& rule : attribute_rules())
    group.attributes[std::string(rule.name)] = rule.fallback;
  return context_.world.target_groups.emplace(group.arn, group).first->second;
}

Answer<TargetGroup*> Elb::group_of(const base::Form& form) {
  const auto found =
      context_.world.target_groups.find(model::TargetGroupArn(form.get("TargetGroupArn")));
  if (found == context_.world.target_groups.end()) return not_found();
  return &found->second;
}

Answer<std::string> Elb::create_target_group(const base::Form& form) {
  const std::string name = form.get("Name");
  if (name.empty() || name.size() > 32 || name.starts_with('-') || name.ends_with('-'))
    return refuse("ValidationError", "Target group name '" + name + "' is not valid");
  if (form.get("TargetType", "instance") != "instance")
    return refuse("ValidationError", "The region simulates target type instance only");
  const std::string vpc = form.get("VpcId");
  if (vpc != context_.world.vpc)
    return refuse("ValidationError", "The VPC ID '" + vpc + "' is not found");
  ASSIGN_OR_RETURN(const int port, number_of(form, "Port", 80));
  ASSIGN_OR_RETURN(const int interval, number_of(form, "HealthCheckIntervalSeconds", 30));
  ASSIGN_OR_RETURN(const int healthy, number_of(form, "HealthyThresholdCount", 5));
  ASSIGN_OR_RETURN(const int unhealthy, number_of(form, "UnhealthyThresholdCount", 2));
  if (port < 1 || port > 65535 || interval < 5 || interval > 300 || healthy < 2 || healthy > 10 ||
      unhealthy < 2 || unhealthy > 10)
    return refuse("ValidationError", "A number is out of its range");
  for (const auto& [arn, group] : context_.world.target_groups)
    if (group.name == name)
      return refuse("DuplicateTargetGroupName", "A target group with the same name '" + name +
                                                    "' exists, but with different settings");
  TargetGroup& group = create(name, vpc, port);
  group.protocol = form.get("Protocol", "HTTP");
  group.health_path = form.get("HealthCheckPath", "/");
  group.check_interval = base::Duration::seconds(interval);
  group.healthy_threshold = healthy;
  group.unhealthy_threshold = unhealthy;
  Xml xml;
  xml.element("TargetGroups", [&] { write_group(xml, group); });
  return xml.str();
}

Answer<std::string> Elb::describe_target_groups(const base::Form& form) {
  const auto arns = list_of(form, "TargetGroupArns.member");
  const auto names = list_of(form, "Names.member");
  std::vector<const TargetGroup*> chosen;
  for (const auto& [arn, group] : context_.world.target_groups) {
    const bool is_named = std::find(arns.begin(), arns.end(), arn.str()) != arns.end() ||
                          std::find(names.begin(), names.end(), group.name) != names.end();
    if (is_named || (arns.empty() && names.empty())) chosen.push_back(&group);
  }
  if (chosen.size() < arns.size() + names.size()) return not_found();
  Xml xml;
  xml.element("TargetGroups", [&] {
    for (const TargetGroup* group : chosen) write_group(xml, *group);
  });
  return xml.str();
}

Answer<std::vector<TargetKey>> Elb::targets_of(const base::Form& form, const TargetGroup& group) {
  std::vector<TargetKey> targets;
  for (const base::Form& target : groups_of(form, "Targets.member")) {
    const std::string id = target.get("Id");
    ASSIGN_OR_RETURN(const int port, number_of(target, "Port", group.port));
    if (!is_resource_id(id, "i"))
      return refuse("ValidationError", "Instance ID '" + id + "' is not valid");
    if (port < 1 || port > 65535)
      return refuse("ValidationError", "Port '" + std::to_string(port) + "' is not valid");
    targets.push_back({model::InstanceId(id), port});
  }
  return targets;
}

Answer<void> Elb::check_registrable(const TargetKey& target, const TargetGroup& group) {
  const auto instance = context_.world.instances.find(target.instance);
  const std::string& id = target.instance.str();
  if (instance == context_.world.instances.end() || instance->second.found_from > context_.now)
    return invalid_target(id, "do not exist");
  if (instance->second.state() != model::InstanceState::kRunning)
    return invalid_target(id, "are not in a running state and cannot be registered");
  if (!group.targets.contains(target) && group.targets.size() >= context_.options.most_targets)
    return refuse("TooManyTargets", "The target group has the most targets it can have");
  return {};
}

Answer<std::string> Elb::register_targets(const base::Form& form) {
  ASSIGN_OR_RETURN(TargetGroup * group, group_of(form));
  ASSIGN_OR_RETURN(const auto targets, targets_of(form, *group));
  if (targets.empty()) return refuse("ValidationError", "At least one target must be specified");
  for (const TargetKey& target : targets)
    if (auto ok = check_registrable(target, *group); !ok) return tl::unexpected(ok.error());
  for (const TargetKey& target : targets) add_target(*group, target);
  return std::string();
}

void Elb::add_target(TargetGroup& group, const TargetKey& target) {
  TargetEntry& entry = group.targets[target];
  const bool is_new = entry.registered_at == base::Instant() || entry.deregistered_at;
  if (is_new) entry = TargetEntry{context_.now, std::nullopt};
}

// Who is not registered has left already.
void Elb::drop_target(TargetGroup& group, const TargetKey& target) {
  const auto entry = group.targets.find(target);
  if (entry == group.targets.end() || entry->second.deregistered_at) return;
  entry->second.deregistered_at = context_.now;
  forget_when_drained(group.arn, target, context_.now + group.deregistration_delay());
}

void Elb::enter(const model::TargetGroupArn& arn, const model::InstanceId& id) {
  TargetGroup& group = context_.world.target_groups.at(arn);
  add_target(group, {id, group.port});
}

void Elb::leave(const model::TargetGroupArn& arn, const model::InstanceId& id) {
  TargetGroup& group = context_.world.target_groups.at(arn);
  drop_target(group, {id, group.port});
}

Answer<std::string> Elb::deregister_targets(const base::Form& form) {
  ASSIGN_OR_RETURN(TargetGroup * group, group_of(form));
  ASSIGN_OR_RETURN(auto targets, targets_of(form, *group));
  for (const TargetKey& target : targets) drop_target(*group, target);
  return std::string();
}

void Elb::forget_when_drained(const model::TargetGroupArn& arn, const TargetKey& target,
                              base::Instant when) {
  const base::Instant began = context_.now;
  context_.agenda.at(when, [this, arn, target, began] {
    auto& targets = context_.world.target_groups.at(arn).targets;
    const auto entry = targets.find(target);
    // Registered again meanwhile?
    if (entry != targets.end() && entry->second.deregistered_at == began) targets.erase(entry);
  });
}

Answer<std::string> Elb::describe_target_health(const base::Form& form) {
  ASSIGN_OR_RETURN(const TargetGroup* group, group_of(form));
  ASSIGN_OR_RETURN(auto targets, targets_of(form, *group));
  if (targets.empty())
    for (const auto& [target, entry] : group->targets) targets.push_back(target);
  Xml xml;
  xml.element("TargetHealthDescriptions", [&] {
    for (const TargetKey& target : targets)
      write_health(xml, target, health_of(context_.world, *group, target, context_.now));
  });
  return xml.str();
}

Answer<std::string> Elb::describe_attributes(const base::Form& form) {
  ASSIGN_OR_RETURN(const TargetGroup* group, group_of(form));
  return write_attributes(*group);
}

Answer<std::string> Elb::modify_attributes(const base::Form& form) {
  ASSIGN_OR_RETURN(TargetGroup * group, group_of(form));
  auto changed = group->attributes;
  for (const base::Form& pair : groups_of(form, "Attributes.member")) {
    const std::string key = pair.get("Key"), value = pair.get("Value");
    const auto& rules = attribute_rules();
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const AttributeRule& r) { return r.name == key; });
    if (rule == rules.end())
      return refuse("ValidationError",
                    "Target group attribute key '" + key + "' is not recognized");
    if (!is_allowed(*rule, value))
      return refuse("ValidationError", "'" + value + "' is not a valid value for '" + key + "'");
    changed[key] = value;
  }
  group->attributes = std::move(changed);
  return write_attributes(*group);
}

}  // namespace sim
