#include <algorithm>
#include <deque>
#include <set>

#include "base/check.h"
#include "model/decode.h"
#include "model/spot_request.h"
#include "peer_client.h"
#include "peers.h"

namespace bench {
namespace {

using base::Duration;

constexpr int kMostAtOnce = 1000;  // Functions of an account, unless it asked for more.
constexpr int kMostTries = 5;      // Of a call, in boto3's standing mode.
constexpr int kMostRuns = 3;       // Of a function that is invoked by an event.
constexpr Duration kBetweenLooks = Duration::seconds(15);  // Of boto3's waiters.
constexpr int kListeners = 32;  // EventBridge invokes; the queue is not what is measured.
constexpr Duration kLongestWait = Duration::seconds(20);

class HandlerPerEvent : public Contender {
 public:
  explicit HandlerPerEvent(Arena& arena) : arena_(arena), client_(arena, "s1"), dice_(3) {
    for (int i = 0; i < kListeners; ++i) listen();
  }

 private:
  struct Run {
    model::InstanceId lost;
    model::SubnetId subnet;
    int number = 1;
    model::SpotRequestId request;
    model::InstanceId replacement;
  };
  using RunPtr = std::shared_ptr<Run>;
  using Use = std::function<void(const model::Reply&)>;

  void listen() {
    client_.queue().receive({10, kLongestWait, Duration::seconds(60)}, [this](auto received) {
      std::vector<std::string> receipts;
      for (const ports::QueueMessage& message : received ? *received : Messages()) {
        receipts.push_back(message.receipt);
        const auto notices = model::decode(message.body, arena_.timeline().now());
        for (const model::Notice& notice : notices ? *notices : std::vector<model::Notice>())
          if (notice.kind == model::NoticeKind::kInterruptionWarning) invoke(notice);
      }
      if (!receipts.empty()) client_.queue().remove(receipts, [](const auto&) {});
      arena_.timeline().after(Duration::millis(1), [this] { listen(); });
    });
  }

  void invoke(const model::Notice& notice) {
    auto run = std::make_shared<Run>();
    run->lost = notice.instances.front();
    run->subnet = arena_.region().world().instances.at(run->lost).subnet;
    waiting_.push_back(std::move(run));
    begin_some();
  }

  void begin_some() {
    for (; !waiting_.empty() && running_ < kMostAtOnce; ++running_) {
      const RunPtr run = waiting_.front();
      waiting_.pop_front();
      read_price(run);
    }
  }

  void end(const RunPtr& run, bool is_done) {
    --running_;
    if (!is_done && run->number < kMostRuns) {
      auto again = std::make_shared<Run>();  // It remembers nothing.
      again->lost = run->lost;
      again->subnet = run->subnet;
      again->number = run->number + 1;
      arena_.timeline().after(Duration::minutes(run->number), [this, again] {
        waiting_.push_back(again);
        begin_some();
      });
    }
    begin_some();
  }

  void attempt(const RunPtr& run, const model::Call& call, Use use, int tries = 1) {
    client_.call(call, [this, run, call, use = std::move(use),
                        tries](const base::Result<model::Reply>& result) {
      if (result) return use(*result);
      if (tries >= kMostTries || result.error().retry == base::Retry::kNever)
        return end(run, false);
      const int64_t most_ms = std::min<int64_t>(int64_t{1000} << (tries - 1), 20'000);
      arena_.timeline().after(
          Duration::millis(dice_.between(0, most_ms)),
          [this, run, call, use, tries] { attempt(run, call, use, tries + 1); });
    });
  }

  void read_price(const RunPtr& run) {
    model::DescribeSpotPriceHistory call;
    call.types = {arena_.types().front()};
    call.start = call.end = arena_.timeline().now();
    attempt(run, call, [this, run](const model::Reply&) { request(run); });
  }

  void request(const RunPtr& run) {
    model::SpotRequestParameters p;
    p.launch.image = arena_.region().default_scene().image;
    p.launch.type = arena_.types().front();
    p.launch.subnet = run->subnet;
    p.client_token = "s1-" + std::to_string(++requests_);
    attempt(run, model::RequestSpotInstances{model::spot_request_body(p)},
            [this, run](const model::Reply& reply) {
              run->request = std::get<model::SpotRequestsReply>(reply).requests.at(0).id;
              await_instance(run);
            });
  }

  void await_instance(const RunPtr& run) {
    model::DescribeSpotInstanceRequests call;
    call.ids = {run->request};
    attempt(run, call, [this, run](const model::Reply& reply) {
      const auto& requests = std::get<model::SpotRequestsReply>(reply).requests;
      if (!requests.empty()) run->replacement = requests.front().instance;
      if (!run->replacement.empty()) return await_running(run);
      arena_.timeline().after(kBetweenLooks, [this, run] { await_instance(run); });
    });
  }

  void await_running(const RunPtr& run) {
    model::DescribeInstances call;
    call.ids = {run->replacement};
    attempt(run, call, [this, run](const model::Reply& reply) {
      const auto& instances = std::get<model::InstancesReply>(reply).instances;
      if (!instances.empty() && instances.front().state == model::InstanceState::kRunning)
        return attempt(run, model::RegisterTargets{arena_.targets(), {{run->replacement, 80}}},
                       [this, run](const model::Reply&) { end(run, true); });
      arena_.timeline().after(kBetweenLooks, [this, run] { await_running(run); });
    });
  }

  using Messages = std::vector<ports::QueueMessage>;
  Arena& arena_;
  PeerClient client_;
  base::Prng dice_;
  std::deque<RunPtr> waiting_;
  int running_ = 0;
  int64_t requests_ = 0;
};

}  // namespace

std::unique_ptr<Contender> make_handler_per_event(Arena& arena) {
  return std::make_unique<HandlerPerEvent>(arena);
}

}  // namespace bench
