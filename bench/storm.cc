// A storm: every machine of one group is warned at once. When are all replacements accepted, when
// healthy, and how much service was lost meanwhile; each beside the bound that AWS's published
// limits, the boot times drawn and the balancer's checks set for anybody.
//
// The shipped keeper on a simulated host, region and network in virtual time: the figures are of
// the simulated clock, but for the CPU seconds.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/check.h"
#include "base/form.h"
#include "measure.h"
#include "sim/elb.h"
#include "sim/host.h"

namespace {

using base::Duration;
using base::Instant;

constexpr int64_t kCheckSeconds = 5, kChecksToBeHealthy = 2;
constexpr int kPerRequest = 100;  // What one launch may ask for, by our own choice.

class Storm {
 public:
  Storm(int machines, model::LaunchBy launch_by)
      : machines_(machines), region_(options()), timeline_(region_, region_.options().start) {
    for (const auto& [key, pool] : region_.world().pools)
      region_.set_pool_capacity(key, 3 * machines);
    sim::HostOptions host;
    host.name = "keeper";
    host.queue_url = region_.add_queue("keeper");
    host.groups = {group(launch_by)};
    host_ = std::make_unique<sim::Host>(
        std::move(host), timeline_, region_, network_,
        [this](const sim::Exchange& exchange) { saw(exchange); }, [](const std::string&) {},
        base::Logger(base::LogLevel::kOff, nullptr), base::Prng(7));
  }

  void run() {
    host_->start();
    // Long enough for the buckets to be full again: a thousand instance tokens come at two a
    // second.
    const Instant limit = timeline_.now() + Duration::hours(2);
    while (healthy() < machines_ && timeline_.now() < limit) step();
    CHECK_MSG(healthy() == machines_, "the group never came up");
    timeline_.run_until(timeline_.now() + Duration::minutes(20));
    began_ = timeline_.now();
    first_of_storm_ = region_.world().instances_launched;
    launches_ = 0;
    const double cpu = bench::cpu_seconds();
    for (const auto& [id, instance] : region_.world().instances)
      if (instance.is_live()) CHECK(region_.interrupt(id, sim::InterruptionKind::kWarned));
    while (timeline_.now() < began_ + Duration::minutes(30) && !is_over()) step();
    cpu_ = bench::cpu_seconds() - cpu;
  }

  void report(const char* how) const {
    const double accepted_bound = request_bound();
    const double healthy_bound = accepted_bound + slowest_boot_ + checks();
    std::printf("storm of %d, %s: %d launch requests, %.1f CPU s\n", machines_, how, launches_,
                cpu_);
    std::printf("  all replacements accepted after %6.1f s; the limits allow %5.1f s\n", accepted_,
                accepted_bound);
    std::printf("  all replacements healthy after  %6.1f s; bound %5.1f s; ratio %.2f\n", healthy_,
                healthy_bound, healthy_ / healthy_bound);
    std::printf("  healthy-target-seconds lost     %6.0f of %.0f\n", lost_,
                static_cast<double>(machines_) * healthy_);
  }

  bool is_over() const { return healthy_ > 0; }

 private:
  static sim::RegionOptions options() {
    sim::RegionOptions region;
    region.verify_signatures = false;
    region.market = sim::MarketKind::kCalm;
    return region;
  }

  model::GroupSpec group(model::LaunchBy launch_by) {
    const sim::Scene& scene = region_.default_scene();
    model::GroupSpec spec;
    spec.name = model::GroupName("web");
    spec.capacity = machines_;
    for (const sim::Subnet& subnet : scene.subnets) spec.subnets.push_back(subnet.id);
    spec.launch_template = {scene.launch_template, "$Latest"};
    spec.types = {model::InstanceType("c6i.large"), model::InstanceType("c5.large"),
                  model::InstanceType("m5.large")};
    spec.target_groups = {{make_target_group(), 80}};
    spec.min_healthy = machines_ - 1;
    spec.launch_by = launch_by;
    spec.launches_per_hour = 100'000;
    return spec;
  }

  void ask_balancer(base::Form form) {
    form.add("Version", "2015-12-01");
    net::Request request;
    request.method = "POST";
    request.headers.add("Host", "elasticloadbalancing.us-east-2.amazonaws.com");
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = form.encode();
    const net::Response response = region_.handle(request, timeline_.now()).response;
    CHECK_MSG(response.status == 200, response.body);
  }

  // A target group takes a thousand targets, those that drain included: with the default of 300 s
  // the old machines of a large group would keep the new ones out for minutes.
  void drain_briefly() {
    base::Form form;
    form.add("Action", "ModifyTargetGroupAttributes");
    form.add("TargetGroupArn", targets_.str());
    form.add("Attributes.member.1.Key", "deregistration_delay.timeout_seconds");
    form.add("Attributes.member.1.Value", "30");
    ask_balancer(std::move(form));
  }

  model::TargetGroupArn make_target_group() {
    base::Form form;
    form.add("Action", "CreateTargetGroup");
    form.add("Name", "served");
    form.add("Protocol", "HTTP");
    form.add("Port", "80");
    form.add("VpcId", region_.default_scene().vpc);
    form.add("HealthCheckIntervalSeconds", std::to_string(kCheckSeconds));
    form.add("HealthyThresholdCount", std::to_string(kChecksToBeHealthy));
    ask_balancer(std::move(form));
    for (const auto& [arn, group] : region_.world().target_groups)
      if (group.name == "served") targets_ = arn;
    drain_briefly();
    return targets_;
  }

  void saw(const sim::Exchange& exchange) {
    launches_ += exchange.action == "RunInstances" || exchange.action == "CreateFleet";
  }

  bool is_healthy(const sim::Instance& instance) const {
    const sim::World& world = region_.world();
    const sim::TargetGroup& group = world.target_groups.at(targets_);
    const sim::TargetKey key{instance.id, 80};
    return instance.state() == model::InstanceState::kRunning && group.targets.contains(key) &&
           sim::health_of(world, group, key, timeline_.now()).state == "healthy";
  }

  int healthy() const {
    int count = 0;
    for (const auto& [id, instance] : region_.world().instances) count += is_healthy(instance);
    return count;
  }

  void step() {
    constexpr Duration kStep = Duration::millis(500);
    timeline_.run_until(timeline_.now() + kStep);
    if (began_ == Instant()) return;
    const double passed = static_cast<double>((timeline_.now() - began_).ms()) / 1000;
    int fresh = 0, fresh_healthy = 0, serving = 0;
    for (const auto& [id, instance] : region_.world().instances) {
      const bool serves = is_healthy(instance);
      serving += serves;
      if (instance.launch_order <= first_of_storm_) continue;
      ++fresh;
      fresh_healthy += serves;
      if (instance.serves_at != Instant::never())
        slowest_boot_ =
            std::max(slowest_boot_,
                     static_cast<double>((instance.serves_at - instance.launch_time).ms()) / 1000);
    }
    lost_ += std::max(0, machines_ - serving) * 0.5;
    if (fresh >= machines_ && accepted_ == 0) accepted_ = passed;
    if (fresh_healthy >= machines_) healthy_ = passed;
  }

  // Five requests at once and two a second after that; a thousand instances at once, two a second.
  double request_bound() const {
    const double requests = (machines_ + kPerRequest - 1) / kPerRequest;
    return std::max(0.0, std::max((requests - 5) / 2, (machines_ - 1000) / 2.0)) + 0.05;
  }
  static double checks() { return static_cast<double>(kCheckSeconds * kChecksToBeHealthy); }

  const int machines_;
  sim::Region region_;
  sim::Timeline timeline_;
  sim::NetworkFaults network_;
  model::TargetGroupArn targets_;
  std::unique_ptr<sim::Host> host_;
  Instant began_;
  int64_t first_of_storm_ = 0;
  int launches_ = 0;
  double accepted_ = 0, healthy_ = 0, lost_ = 0, slowest_boot_ = 0, cpu_ = 0;
};

bool weather(int machines, model::LaunchBy launch_by, const char* how) {
  Storm storm(machines, launch_by);
  storm.run();
  storm.report(how);
  return storm.is_over();
}

}  // namespace

int main() {
  bool is_over = true;
  for (const int machines : {50, 1000}) {
    is_over &= weather(machines, model::LaunchBy::kRunInstances, "RunInstances");
    is_over &= weather(machines, model::LaunchBy::kFleet, "CreateFleet");
  }
  return is_over ? 0 : 1;
}
