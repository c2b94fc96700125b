#include "keeper_way.h"

#include <algorithm>

#include "base/check.h"
#include "sim/host.h"

namespace bench {
namespace {

using base::Duration;

constexpr char kGroup[] = "web";
constexpr int kNamesPerSecond = 8;  // What the keeper takes of the bucket of CreateTags.

class KeeperWay : public Contender {
 public:
  KeeperWay(Arena& arena, model::LaunchBy launch_by) : arena_(arena) {
    sim::HostOptions options;
    options.name = "keeper";
    options.queue_url = arena.region().add_queue("keeper");
    options.groups = {group(launch_by)};
    host_ = std::make_unique<sim::Host>(
        std::move(options), arena.timeline(), arena.region(), arena.network(), arena.hook(),
        [](const std::string&) {}, base::Logger(base::LogLevel::kOff, nullptr), base::Prng(7));
  }

  // Until the ledger knows the fleet, launches are allowed, and every machine has its name.
  void settle() override {
    host_->start();
    const Duration naming = Duration::seconds(arena_.machines() / kNamesPerSecond);
    arena_.timeline().run_until(arena_.timeline().now() + Duration::minutes(5) + naming);
    const control::GroupState& group =
        host_->engine().brain().groups().at(model::GroupName(kGroup));
    CHECK(group.record() && group.record()->retiring.empty());
    CHECK(static_cast<int>(group.record()->holders.size()) == arena_.machines());
  }

 private:
  model::GroupSpec group(model::LaunchBy launch_by) const {
    const sim::Scene& scene = arena_.region().default_scene();
    model::GroupSpec spec;
    spec.name = model::GroupName(kGroup);
    spec.capacity = arena_.machines();
    for (const sim::Subnet& subnet : scene.subnets) spec.subnets.push_back(subnet.id);
    spec.launch_template = {scene.launch_template, "$Latest"};
    spec.types = arena_.types();
    spec.target_groups = {{arena_.targets(), 80}};
    spec.min_healthy = arena_.machines() - 1;
    spec.launch_by = launch_by;
    return spec;
  }

  Arena& arena_;
  std::unique_ptr<sim::Host> host_;
};

}  // namespace

std::vector<model::Tag> keeper_tags() {
  return {
      {model::kGroupTag, kGroup}, {model::kLaunchTag, "earlier.1"}, {model::kDeploymentTag, "sim"}};
}

std::unique_ptr<Contender> make_keeper_way(Arena& arena, model::LaunchBy launch_by) {
  return std::make_unique<KeeperWay>(arena, launch_by);
}

}  // namespace bench
