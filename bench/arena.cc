#include "arena.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/form.h"
#include "measure.h"
#include "sim/elb.h"

namespace bench {
namespace {

using base::Duration;
using base::Instant;

constexpr int64_t kCheckSeconds = 5, kChecksToBeHealthy = 2;
constexpr int kPerFill = 1000;
constexpr size_t kTargetsPerCall = 100;

double seconds(Duration duration) { return static_cast<double>(duration.ms()) / 1000; }

// Every so often the fleet is counted: a look at 20,000 machines costs some milliseconds.
Duration step_of(int machines) { return Duration::millis(machines > 1000 ? 1000 : 250); }

sim::RegionOptions region_options(const ArenaOptions& options) {
  sim::RegionOptions region;
  region.verify_signatures = false;
  region.market = sim::MarketKind::kCalm;
  region.faults.inconsistent_per_mille = 0;
  region.boot = kBoot;
  region.most_targets = options.most_targets;
  return region;
}

}  // namespace

// Of RunInstances five requests come through at once and two a second after that; of instances a
// thousand, and two a second.
Bounds bounds_of(int machines) {
  Bounds bounds;
  const double checks = static_cast<double>(kCheckSeconds * kChecksToBeHealthy);
  for (int i = 0; i < machines; ++i) {
    const double request = std::max(0.0, (i / kPerRequest - 4) / 2.0);
    const double instance = std::max(0.0, (i + 1 - 1000) / 2.0);
    const double accepted = std::max(request, instance) + 2 * seconds(kEachWay);
    const double healthy = accepted - seconds(kEachWay) + seconds(kBoot) + checks;
    bounds.accepted_s = std::max(bounds.accepted_s, accepted);
    bounds.healthy_s = std::max(bounds.healthy_s, healthy);
    bounds.lost_target_s += std::max(0.0, healthy - seconds(kLead));
  }
  return bounds;
}

Arena::Arena(ArenaOptions options)
    : options_(options),
      types_({model::InstanceType("c6i.large"), model::InstanceType("c5.large"),
              model::InstanceType("m5.large")}),
      region_(region_options(options)),
      timeline_(region_, region_.options().start) {
  network_.each_way = kEachWay;
  for (const auto& [key, pool] : region_.world().pools)
    region_.set_pool_capacity(key, 3 * options_.machines);
  make_target_group();
}

// Asks at once and past the limits: to set the scene.
std::string Arena::ask(std::string_view service, base::Form form) {
  form.add("Version", service == "ec2" ? "2016-11-15" : "2015-12-01");
  net::Request request;
  request.method = "POST";
  request.headers.add("Host", std::string(service) + ".us-east-2.amazonaws.com");
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = form.encode();
  region_.set_limits_lifted(true);
  net::Response response = region_.handle(request, timeline_.now()).response;
  region_.set_limits_lifted(false);
  CHECK_MSG(response.status == 200, response.body);
  return std::move(response.body);
}

void Arena::make_target_group() {
  base::Form made;
  made.add("Action", "CreateTargetGroup");
  made.add("Name", "served");
  made.add("Protocol", "HTTP");
  made.add("Port", "80");
  made.add("VpcId", region_.default_scene().vpc);
  made.add("HealthCheckIntervalSeconds", std::to_string(kCheckSeconds));
  made.add("HealthyThresholdCount", std::to_string(kChecksToBeHealthy));
  ask("elasticloadbalancing", std::move(made));
  for (const auto& [arn, group] : region_.world().target_groups)
    if (group.name == "served") targets_ = arn;
  base::Form drain;
  drain.add("Action", "ModifyTargetGroupAttributes");
  drain.add("TargetGroupArn", targets_.str());
  drain.add("Attributes.member.1.Key", "deregistration_delay.timeout_seconds");
  drain.add("Attributes.member.1.Value", std::to_string(options_.drain_seconds));
  ask("elasticloadbalancing", std::move(drain));
}

void Arena::launch_some(const sim::Subnet& subnet, int count, const std::vector<model::Tag>& tags) {
  base::Form form;
  form.add("Action", "RunInstances");
  form.add("MinCount", std::to_string(count));
  form.add("MaxCount", std::to_string(count));
  form.add("ImageId", region_.default_scene().image.str());
  form.add("InstanceType", types_.front().str());
  form.add("SubnetId", subnet.id.str());
  form.add("InstanceMarketOptions.MarketType", "spot");
  if (!tags.empty()) form.add("TagSpecification.1.ResourceType", "instance");
  for (size_t i = 0; i < tags.size(); ++i) {
    const std::string prefix = "TagSpecification.1.Tag." + std::to_string(i + 1);
    form.add(prefix + ".Key", tags[i].key);
    form.add(prefix + ".Value", tags[i].value);
  }
  ask("ec2", std::move(form));
}

void Arena::register_all() {
  std::vector<model::InstanceId> ids;
  for (const auto& [id, instance] : region_.world().instances) ids.push_back(id);
  for (size_t from = 0; from < ids.size(); from += kTargetsPerCall) {
    base::Form form;
    form.add("Action", "RegisterTargets");
    form.add("TargetGroupArn", targets_.str());
    for (size_t i = from; i < std::min(ids.size(), from + kTargetsPerCall); ++i) {
      const std::string prefix = "Targets.member." + std::to_string(i - from + 1);
      form.add(prefix + ".Id", ids[i].str());
      form.add(prefix + ".Port", "80");
    }
    ask("elasticloadbalancing", std::move(form));
  }
}

void Arena::fill(const std::vector<model::Tag>& tags) {
  const auto& subnets = region_.default_scene().subnets;
  const auto zones = static_cast<int>(subnets.size());
  // As many in each subnet as a group has slots there.
  for (int zone = 0; zone < zones; ++zone)
    for (int left = (options_.machines + zones - 1 - zone) / zones; left > 0; left -= kPerFill)
      launch_some(subnets[static_cast<size_t>(zone)], std::min(left, kPerFill), tags);
  timeline_.run_until(timeline_.now() + kBoot);
  register_all();
  timeline_.run_until(timeline_.now() + Duration::minutes(1));
}

bool Arena::runs(const model::InstanceId& id) const {
  const auto found = region_.world().instances.find(id);
  return found != region_.world().instances.end() &&
         found->second.state() == model::InstanceState::kRunning;
}

sim::ExchangeHook Arena::hook() {
  return [this](const sim::Exchange& exchange) {
    if (exchange.action == "RunInstances" || exchange.action == "CreateFleet" ||
        exchange.action == "RequestSpotInstances")
      ++measures_.launch_calls;
  };
}

Arena::Count Arena::count() const {
  const sim::World& world = region_.world();
  const sim::TargetGroup& group = world.target_groups.at(targets_);
  Count counted;
  for (const auto& [id, instance] : world.instances) {
    const bool gets = sim::gets_requests(world, group, {id, 80}, timeline_.now());
    const bool is_fresh = instance.launch_order > first_of_storm_;
    counted.fresh += is_fresh;
    counted.believed += gets;
    counted.dead += gets && !instance.is_live();
    counted.serving += gets && instance.is_live();
    counted.fresh_healthy += is_fresh && gets && instance.is_live();
  }
  return counted;
}

void Arena::look() {
  const Duration step = step_of(options_.machines);
  timeline_.run_until(timeline_.now() + step);
  const double passed = seconds(timeline_.now() - began_), step_s = seconds(step);
  const Count now = count();
  if (now.fresh >= options_.machines && measures_.accepted_s == 0) measures_.accepted_s = passed;
  if (now.fresh_healthy >= options_.machines && measures_.healthy_s == 0)
    measures_.healthy_s = passed;
  if (timeline_.now() <= began_ + kLead)
    measures_.at_reclaim = std::min(1.0, 1.0 * now.fresh_healthy / options_.machines);
  measures_.surplus = std::max(0, now.fresh - options_.machines);
  measures_.wanted_target_s += options_.machines * step_s;
  measures_.lost_target_s += std::max(0, options_.machines - now.serving) * step_s;
  const double asked = options_.machines * kRequestsPerMachine * step_s;
  measures_.requests += asked;
  // Spread evenly; with nobody to send them to, all fail.
  measures_.failed_requests += now.believed == 0 ? asked : asked * now.dead / now.believed;
}

Measures Arena::storm(Contender& contender, Duration at_most) {
  contender.settle();
  CHECK_MSG(count().serving == options_.machines, "the fleet does not serve");
  began_ = timeline_.now();
  first_of_storm_ = region_.world().instances_launched;
  measures_ = {};
  const double cpu = cpu_seconds();
  std::vector<model::InstanceId> fleet;
  for (const auto& [id, instance] : region_.world().instances)
    if (instance.is_live()) fleet.push_back(id);
  for (const model::InstanceId& id : fleet)
    CHECK(region_.interrupt(id, sim::InterruptionKind::kWarned));
  // What still serves when AWS takes it is missed after that.
  const Instant least = began_ + kLead + Duration::minutes(1);
  while (timeline_.now() < began_ + at_most &&
         (measures_.healthy_s == 0 || timeline_.now() < least))
    look();
  measures_.cpu_s = cpu_seconds() - cpu;
  return measures_;
}

}  // namespace bench
