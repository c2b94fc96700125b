#include "app/live_demo.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "app/cli.h"
#include "app/demo_director.h"
#include "app/demo_view.h"
#include "app/demo_watch.h"
#include "app/keeper.h"
#include "app/signals.h"
#include "app/terminal.h"
#include "base/check.h"
#include "base/form.h"
#include "net/sigv4.h"
#include "sim/front.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;

// Four frames a second look alive; at twenty times the speed each look is five seconds, as often as
// the simulator's own.
constexpr Duration kFrame = Duration::millis(250);
constexpr size_t kMostHappenings = 200;  // More than any screen has lines.

// A folder that is gone when this is.
class TemporaryFolder {
 public:
  static base::Result<std::unique_ptr<TemporaryFolder>> make() {
    std::error_code error;
    std::string path =
        (std::filesystem::temp_directory_path(error) / "spotkeeper-demo-XXXXXX").string();
    if (error || !mkdtemp(path.data()))
      return base::fail("TemporaryFolder", "cannot make a temporary folder like " + path);
    return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(std::move(path)));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

// Quick health checks: two minutes are not enough for the default of five times thirty seconds.
model::TargetGroupArn make_target_group(sim::Region& region, Instant signing_time) {
  const sim::Scene& scene = region.default_scene();
  base::Form form;
  form.add("Action", "CreateTargetGroup");
  form.add("Version", "2015-12-01");
  form.add("Name", "served");
  form.add("Protocol", "HTTP");
  form.add("Port", "80");
  form.add("VpcId", scene.vpc);
  form.add("HealthCheckIntervalSeconds", "5");
  form.add("HealthyThresholdCount", "2");
  net::Request request;
  request.method = "POST";
  request.headers.add("Host", "elasticloadbalancing." + scene.region + ".amazonaws.com");
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = form.encode();
  net::sign(request, {scene.access_key, scene.secret_key, {}, {}},
            {scene.region, "elasticloadbalancing"}, signing_time);
  const sim::Handled handled = region.handle(request, region.now(), signing_time);
  CHECK_MSG(handled.response.status == 200, handled.response.body);
  for (const auto& [arn, group] : region.world().target_groups)
    if (group.name == "served") return arn;
  CHECK(false);
  return {};
}

std::vector<model::GroupSpec> demo_groups(const sim::Scene& scene,
                                          const model::TargetGroupArn& target_group) {
  model::GroupSpec web;
  web.name = model::GroupName("web");
  web.capacity = 6;
  for (const sim::Subnet& subnet : scene.subnets) web.subnets.push_back(subnet.id);
  web.launch_template = {scene.launch_template, "$Latest"};
  for (const char* type : {"c6i.large", "c5.large", "m5.large", "m6i.large"})
    web.types.emplace_back(type);
  web.target_groups = {{target_group, 80}};
  web.min_healthy = web.capacity;  // Whoever must go stays until a replacement serves.
  model::GroupSpec workers = web;
  workers.name = model::GroupName("workers");
  workers.capacity = 3;
  workers.target_groups.clear();
  workers.min_healthy = workers.capacity;
  return {web, workers};
}

aws::Environment keys_of(const sim::Scene& scene) {
  return [scene](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "AWS_ACCESS_KEY_ID") return scene.access_key;
    if (std::string_view(name) == "AWS_SECRET_ACCESS_KEY") return scene.secret_key;
    return std::nullopt;
  };
}

// ---- what runs ----

using FrontResult = base::Result<std::unique_ptr<sim::RegionFront>>;

class LiveDemo {
 public:
  explicit LiveDemo(const LiveDemoOptions& options) : options_(options) {}

  // Fails with a sentence about the environment.
  base::Status start();
  // What happened since the last time, oldest first; all of it is in the state, too.
  std::vector<Happening> advance();
  // By hand: what `wish` does to the region.
  void command(void (Director::*wish)(sim::Region&));
  // Ends the keeper after its turn, and looks a last time.
  std::vector<Happening> finish();

  const DemoState& state() const { return state_; }

 private:
  base::Status start_front();
  base::Status start_keeper();
  void say(std::string what);
  std::vector<Happening> look(const Snapshot& snapshot);  // Only while visiting the region.

  const LiveDemoOptions options_;
  const SystemClock clock_;
  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<sim::RegionFront> front_;
  std::vector<model::GroupSpec> groups_;
  Pace pace_;
  std::unique_ptr<Keeper> keeper_;
  std::unique_ptr<Director> director_;
  std::unique_ptr<DemoWatch> watch_;
  std::vector<Happening> said_;  // Since the last look.
  DemoState state_;
};

FrontResult open_front(const LiveDemoOptions& options, const ListenAddress& listen,
                       const ports::Clock& clock) {
  sim::FrontOptions front;
  front.address = listen.host;
  front.port = listen.port;
  front.speed = options.speed;
  front.region.seed = options.seed;
  return sim::start_region_front(std::move(front), clock);
}

base::Status LiveDemo::start() {
  RETURN_IF_ERROR(start_front());
  ASSIGN_OR_RETURN(folder_, TemporaryFolder::make());
  const sim::Region* region = nullptr;
  front_->visit([&](sim::Region& now) {
    region = &now;
    const auto target_group = make_target_group(now, clock_.now());
    groups_ = demo_groups(now.default_scene(), target_group);
    pace_ = {clock_.now(), now.now(), options_.speed};
  });
  RETURN_IF_ERROR(start_keeper());
  size_t machines = 0;
  for (const model::GroupSpec& group : groups_) machines += static_cast<size_t>(group.capacity);
  director_ = std::make_unique<Director>(options_.seed, machines);
  ASSIGN_OR_RETURN(watch_, DemoWatch::open(journal_path(folder_->path()), *region, groups_));
  say("the region is at " + state_.endpoint_url + ", the keeper at " + state_.api_url);
  return {};
}

base::Status LiveDemo::start_front() {
  const ListenAddress usual{"127.0.0.1", kUsualRegionPort};
  FrontResult front = open_front(options_, options_.listen.value_or(usual), clock_);
  const bool is_taken = !front && front.error().code == "ListenFailed" && !options_.listen;
  if (is_taken) front = open_front(options_, {usual.host, 0}, clock_);
  if (!front) return tl::unexpected(front.error());
  front_ = *std::move(front);
  const sim::Scene scene = front_->scene();
  state_.now = clock_.now();  // Where the region's time begins.
  state_.speed = options_.speed;
  state_.region = scene.region;
  state_.endpoint_url = scene.endpoint_url;
  state_.access_key = scene.access_key;
  state_.secret_key = scene.secret_key;
  if (is_taken)
    say("port " + std::to_string(kUsualRegionPort) + " is taken; the region has another one");
  return {};
}

base::Status LiveDemo::start_keeper() {
  const sim::Scene scene = front_->scene();
  KeeperOptions keeper;
  SiteConfig site;
  site.aws.region = model::Region(scene.region);
  site.aws.account = model::AccountId(scene.account);
  site.aws.endpoint = net::parse_endpoint(scene.endpoint_url);
  site.queue_url = scene.queue_url;
  site.groups = groups_;
  keeper.config.sites = {std::move(site)};
  keeper.config.keeper.name = model::KeeperName("demo");
  keeper.config.keeper.state_dir = folder_->path();
  keeper.config.keeper.listen.port = 0;
  keeper.clock_of = [pace = pace_](const AwsConfig&,
                                   const std::stop_token&) -> base::Result<PacedClock> {
    return PacedClock(pace);
  };
  keeper.make_log = [](const LogConfig&) { return base::Logger(); };  // The view tells it all.
  keeper.environment = keys_of(scene);
  keeper.seed = options_.seed;
  ASSIGN_OR_RETURN(keeper_, Keeper::start(std::move(keeper)));
  state_.api_url = keeper_->url();
  return {};
}

void LiveDemo::say(std::string what) { said_.push_back({state_.now, "demo", std::move(what)}); }

std::vector<Happening> LiveDemo::advance() {
  std::vector<Happening> told;
  const auto snapshot = keeper_->snapshots().front();
  front_->visit([&](sim::Region& region) {
    director_->act(region);
    told = look(*snapshot);
  });
  return told;
}

std::vector<Happening> LiveDemo::look(const Snapshot& snapshot) {
  std::vector<Happening> told = std::exchange(said_, {});
  for (Happening& happening : watch_->look(snapshot)) told.push_back(std::move(happening));
  std::stable_sort(told.begin(), told.end(),
                   [](const Happening& a, const Happening& b) { return a.at < b.at; });
  watch_->describe(snapshot, state_);
  auto& kept = state_.happenings;
  kept.insert(kept.end(), told.begin(), told.end());
  if (kept.size() > kMostHappenings)
    kept.erase(kept.begin(), kept.end() - static_cast<ptrdiff_t>(kMostHappenings));
  return told;
}

void LiveDemo::command(void (Director::*wish)(sim::Region&)) {
  front_->visit([&](sim::Region& region) { (director_.get()->*wish)(region); });
}

std::vector<Happening> LiveDemo::finish() {
  const auto snapshot = keeper_->snapshots().front();
  keeper_.reset();
  std::vector<Happening> told;
  front_->visit([&](sim::Region&) { told = look(*snapshot); });
  return told;
}

// ---- how it is shown ----

class Ending {
 public:
  explicit Ending(std::optional<Duration> lasts)
      : until_(lasts ? SystemClock().now() + *lasts : Instant::never()) {}

  bool has_come() const { return signals_.poll() || SystemClock().now() >= until_; }

 private:
  const Signals signals_;
  const Instant until_;
};

void print(const std::vector<Happening>& told) {
  for (const Happening& happening : told) std::printf("%s\n", plain_line(happening).c_str());
  std::fflush(stdout);
}

void show_plainly(LiveDemo& demo, const Ending& ending) {
  while (!ending.has_come()) {
    print(demo.advance());
    std::this_thread::sleep_for(std::chrono::milliseconds(kFrame.ms()));
  }
  print(demo.finish());
}

// False: the person wants to leave.
bool obey(char key, LiveDemo& demo) {
  if (key == 'i') demo.command(&Director::interrupt_one);
  if (key == 's') demo.command(&Director::storm);
  if (key == 'd') demo.command(&Director::drain_or_refill);
  return key != 'q';
}

void show_on_screen(LiveDemo& demo, const Ending& ending) {
  const char* const no_color = std::getenv("NO_COLOR");
  const bool is_plain = no_color && *no_color;
  Terminal terminal;
  while (!ending.has_come()) {
    demo.advance();
    terminal.show(render(demo.state(), {terminal.width(), terminal.height(),
                                        is_plain ? Colours::kNone : Colours::kAnsi}));
    const auto key = terminal.key(kFrame);
    if (key && !obey(*key, demo)) break;
  }
  demo.finish();
}

}  // namespace

int run_live_demo(const LiveDemoOptions& options) {
  const Ending ending(options.lasts);
  LiveDemo demo(options);
  if (const base::Status status = demo.start(); !status) {
    std::fprintf(stderr, "spotkeeper: %s\n", status.error().message.c_str());
    return kUnusable;
  }
  if (Terminal::is_there())
    show_on_screen(demo, ending);
  else
    show_plainly(demo, ending);
  const DemoCounts& counts = demo.state().counts;
  std::printf("\n%s", summary(counts).c_str());
  return counts.violations.empty() ? kOk : kFailed;
}

}  // namespace app
