#include <algorithm>
#include <set>

#include "model/decode.h"
#include "model/fleet_request.h"
#include "peer_client.h"
#include "peers.h"

namespace bench {
namespace {

using base::Duration;
using base::Instant;

constexpr Duration kQuiet = Duration::seconds(1), kLongestGathering = Duration::seconds(10);
constexpr int kMostPerFleet = 1000;
constexpr size_t kTargetsPerCall = 100;
constexpr Duration kTick = Duration::seconds(1);  // How often its controllers look again.

class TenAtATime : public Contender {
 public:
  explicit TenAtATime(Arena& arena) : arena_(arena), client_(arena, "ten") {
    receive();
    tick();
  }

 private:
  using Messages = std::vector<ports::QueueMessage>;

  void receive() {
    client_.queue().receive({10, Duration::seconds(20), Duration::seconds(20)},
                            [this](auto received) { take(received ? *received : Messages()); });
  }

  void take(const Messages& messages) {
    std::vector<model::Target> doomed;
    std::vector<std::string> receipts;
    for (const ports::QueueMessage& message : messages) {
      receipts.push_back(message.receipt);
      const auto notices = model::decode(message.body, arena_.timeline().now());
      for (const model::Notice& notice : notices ? *notices : std::vector<model::Notice>())
        if (notice.kind == model::NoticeKind::kInterruptionWarning &&
            known_.insert(notice.instances.front()).second)
          doomed.push_back({notice.instances.front(), 80});
    }
    if (!doomed.empty()) need(static_cast<int>(doomed.size()));
    leaving_.insert(leaving_.end(), doomed.begin(), doomed.end());
    if (receipts.empty())
      return arena_.timeline().after(Duration::millis(1), [this] { receive(); });
    client_.queue().remove(receipts, [this](const auto&) { receive(); });
  }

  void need(int count) {
    const Instant now = arena_.timeline().now();
    if (needed_ == 0) first_ = now;
    needed_ += count;
    last_ = now;
    const Instant due = std::min(last_ + kQuiet, first_ + kLongestGathering);
    arena_.timeline().at(due, [this] { launch_if_due(); });
  }

  void launch_if_due() {
    const Instant now = arena_.timeline().now();
    if (needed_ == 0 || now < std::min(last_ + kQuiet, first_ + kLongestGathering)) return;
    const int count = std::min(needed_, kMostPerFleet);
    needed_ -= count;
    first_ = last_ = now;
    if (needed_ > 0) arena_.timeline().after(kQuiet, [this] { launch_if_due(); });
    client_.call(model::CreateFleet{fleet(count)},
                 [this, count](const base::Result<model::Reply>& result) {
                   int came = 0;
                   if (result)
                     for (const auto& some : std::get<model::FleetReply>(*result).launched) {
                       came += static_cast<int>(some.ids.size());
                       booting_.insert(some.ids.begin(), some.ids.end());
                     }
                   if (came < count) need(count - came);
                 });
  }

  std::string fleet(int count) {
    const sim::Scene& scene = arena_.region().default_scene();
    model::FleetParameters p;
    p.deployment = "ten";
    p.group = model::GroupName("nodes");
    p.launch = {"nodes", ++fleets_};
    p.launch_template = scene.launch_template;
    p.template_version = 1;
    for (const sim::Subnet& subnet : scene.subnets)
      for (const model::InstanceType& type : arena_.types())
        p.overrides.push_back({type, subnet.id, std::nullopt, std::nullopt});
    p.spot_count = count;
    p.client_token = "ten-" + std::to_string(fleets_);
    return model::fleet_request_body(p);
  }

  void tick() {
    for (const model::InstanceId& id : booting_)
      if (arena_.runs(id)) coming_.push_back({id, 80});
    for (const model::Target& target : coming_) booting_.erase(target.instance);
    if (!coming_.empty() && !is_registering_) register_some();
    if (!leaving_.empty() && !is_deregistering_) deregister_some();
    arena_.timeline().after(kTick, [this] { tick(); });
  }

  static std::vector<model::Target> head_of(const std::vector<model::Target>& all) {
    const size_t most = std::min(all.size(), kTargetsPerCall);
    return {all.begin(), all.begin() + static_cast<ptrdiff_t>(most)};
  }
  static void drop_head(std::vector<model::Target>& all, size_t count) {
    all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(count));
  }

  // One call after the other; one that failed is tried again at the next look.
  void register_some() {
    const std::vector<model::Target> some = head_of(coming_);
    is_registering_ = true;
    client_.call(model::RegisterTargets{arena_.targets(), some},
                 [this, some](const base::Result<model::Reply>& result) {
                   is_registering_ = false;
                   if (!result) return;
                   drop_head(coming_, some.size());
                   if (!coming_.empty()) register_some();
                 });
  }

  void deregister_some() {
    const std::vector<model::Target> some = head_of(leaving_);
    is_deregistering_ = true;
    client_.call(model::DeregisterTargets{arena_.targets(), some},
                 [this, some](const base::Result<model::Reply>& result) {
                   is_deregistering_ = false;
                   if (!result) return;
                   drop_head(leaving_, some.size());
                   if (!leaving_.empty()) deregister_some();
                 });
  }

  Arena& arena_;
  PeerClient client_;
  std::set<model::InstanceId> known_, booting_;
  std::vector<model::Target> leaving_, coming_;
  bool is_registering_ = false, is_deregistering_ = false;
  int needed_ = 0;
  uint64_t fleets_ = 0;
  Instant first_, last_;
};

}  // namespace

std::unique_ptr<Contender> make_ten_at_a_time(Arena& arena) {
  return std::make_unique<TenAtATime>(arena);
}

}  // namespace bench
