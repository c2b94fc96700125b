#include "sim/front.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>

#include "net/http.h"
#include "net/server.h"
#include "sim/control_api.h"
#include "sim/hosted_region.h"
#include "sim/market_trace.h"

namespace sim {
namespace {

// Bounds how long a clock that was set, or another event that nobody announced, stays unseen.
const base::Duration kLongestNap = base::Duration::seconds(1);

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    return base::fail("UnreadableFile", "cannot read the market file " + path);
  return std::move(text).str();
}

base::Status read_market_file(const std::string& path, RegionOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, read_file(path));
  if (path.ends_with(".json")) {
    ASSIGN_OR_RETURN(auto trace, parse_availability(text));
    options.capacity_traces.push_back(std::move(trace));
    return {};
  }
  if (!path.ends_with(".csv"))
    return base::fail("BadMarketFile", path + " is neither .csv (prices) nor .json (availability)");
  ASSIGN_OR_RETURN(const auto rows, parse_price_csv(text));
  options.price_trace.insert(options.price_trace.end(), rows.begin(), rows.end());
  return {};
}

class Front : public RegionFront {
 public:
  Front(const FrontOptions& options, const ports::Clock& clock)
      : clock_(clock),
        hosted_(options.region, options.speed, clock.now()),
        waker_([this] { wake_when_due(); }) {}

  ~Front() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    changed_.notify_one();
    waker_.join();
    server_.reset();
  }

  base::Status listen(const FrontOptions& options) {
    net::ServerOptions server;
    server.address = options.address;
    server.port = options.port;
    ASSIGN_OR_RETURN(
        server_, net::serve_http(server, [this](net::Request request, auto reply) {
          // Unsigned, so a browser on this host must not be talked into it.
          if (is_control_request(request) && !net::is_from_this_host(request))
            return reply(control_refusal(421, "/_sim/ is for callers on its own host"));
          const std::lock_guard lock(mutex_);
          hosted_.handle(std::move(request), std::move(reply), clock_.now());
          changed_.notify_one();
        }));
    const std::lock_guard lock(mutex_);
    const net::Endpoint at{false, options.address, server_->port(), {}};
    hosted_.region().set_endpoint_url("http://" + at.host_and_port());
    return {};
  }

  int port() const override { return server_->port(); }

  Scene scene() const override {
    const std::lock_guard lock(mutex_);
    return hosted_.region().default_scene();
  }

  void visit(const std::function<void(Region&)>& work) override {
    const std::lock_guard lock(mutex_);
    hosted_.tick(clock_.now());
    work(hosted_.region());
    changed_.notify_one();
  }

 private:
  void wake_when_due() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      const base::Instant now = clock_.now();
      hosted_.tick(now);
      const base::Instant next = std::min(hosted_.next_tick_at(now), now + kLongestNap);
      changed_.wait_for(lock, std::chrono::milliseconds(std::max<int64_t>((next - now).ms(), 1)));
    }
  }

  const ports::Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopping_ = false;
  mutable HostedRegion hosted_;
  std::thread waker_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

base::Result<std::unique_ptr<RegionFront>> start_region_front(FrontOptions options,
                                                              const ports::Clock& clock) {
  if (options.speed < 1 || options.speed > kMostSpeed)
    return base::fail("BadSpeed", "the speed must be from 1 to " + std::to_string(kMostSpeed));
  for (const std::string& path : options.market_files)
    if (auto status = read_market_file(path, options.region); !status)
      return tl::unexpected(base::within(path, status.error()));
  auto front = std::make_unique<Front>(options, clock);
  RETURN_IF_ERROR(front->listen(options));
  return front;
}

std::string describe(const Scene& scene) {
  std::string text = "A simulated AWS region (" + scene.region + ", account " + scene.account +
                     ") is at " + scene.endpoint_url + "\n\n";
  const auto line = [&](const std::string& name, const std::string& value) {
    text += "  " + name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') + value + "\n";
  };
  line("vpc", scene.vpc);
  for (const Subnet& subnet : scene.subnets)
    line("subnet", subnet.id.str() + " (" + subnet.zone.str() + ")");
  line("image", scene.image.str());
  line("launch template", scene.launch_template.str() + " (" + scene.launch_template_name + ")");
  line("target group", scene.target_group.str());
  line("queue", scene.queue_url);
  line("rule", scene.rule);
  line("bucket", scene.bucket);
  text += "\n";
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>{"AWS_ENDPOINT_URL", scene.endpoint_url},
        {"AWS_REGION", scene.region},
        {"AWS_DEFAULT_REGION", scene.region},
        {"AWS_ACCESS_KEY_ID", scene.access_key},
        {"AWS_SECRET_ACCESS_KEY", scene.secret_key}})
    text += "  export " + name + "=" + value + "\n";
  return text;
}

}  // namespace sim
