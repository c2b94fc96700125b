#include "sim/virtual_http.h"

#include <utility>

#include "sim/faults.h"

namespace sim {
namespace {

using base::Duration;

constexpr Duration kPollStep = Duration::millis(500);  // How often a long poll looks again.

// The last part of the QueueUrl in a JSON body.
std::string queue_name(const net::Request& request) {
  constexpr std::string_view kField = "\"QueueUrl\":\"";
  const size_t from = request.body.find(kField);
  if (from == std::string::npos) return {};
  const size_t end = request.body.find('"', from + kField.size());
  const size_t slash = request.body.rfind('/', end);
  return request.body.substr(slash + 1, end - slash - 1);
}

}  // namespace

std::string action_name(const net::Request& request) {
  if (const std::string* target = request.headers.find("X-Amz-Target"))
    return target->substr(target->rfind('.') + 1);
  constexpr std::string_view kAction = "Action=";
  if (const size_t at = request.body.find(kAction); at == 0) {
    const size_t end = request.body.find('&');
    return request.body.substr(kAction.size(), end - kAction.size());
  }
  return request.method + " " + request.path;
}

// Shared by the host and by what is on its way: the host may die first.
struct VirtualHttp::Door {
  HostNetwork network;
  base::Prng dice;
  bool host_is_alive = true;
};

// One request on its way. `done` is called at most once, and never after the host's death.
struct VirtualHttp::Attempt : std::enable_shared_from_this<VirtualHttp::Attempt> {
  Attempt(std::shared_ptr<Door> to, net::Request what, Done callback)
      : door(std::move(to)),
        request(std::move(what)),
        done(std::move(callback)),
        sent_at(door->network.timeline.now()) {}

  void finish(base::Result<net::Response> result) {
    if (Done callback = std::exchange(done, nullptr); callback && door->host_is_alive)
      callback(std::move(result));
  }

  Duration latency() {
    const Duration drawn = Duration::millis(door->dice.between(2, 60));
    const Duration fixed = door->network.faults.each_way;
    const Duration usual = fixed == Duration() ? drawn : fixed;
    const bool slow = happens(door->dice, door->network.faults.slow_per_mille);
    return slow ? usual + Duration::millis(door->dice.between(500, 8'000)) : usual;
  }

  void travel(Duration timeout) {
    const NetworkFaults& faults = door->network.faults;
    Timeline& timeline = door->network.timeline;
    auto self = shared_from_this();
    if (door->network.partitioned || happens(door->dice, faults.refused_per_mille)) {
      timeline.after(Duration::seconds(door->dice.between(0, 5)), [self] {
        self->finish(base::fail("ConnectFailed", "no route", base::Retry::kReconnect));
      });
      return;
    }
    timeline.after(timeout, [self] {
      self->finish(base::fail("Timeout", "no answer in time", base::Retry::kUnknownOutcome));
    });
    if (happens(door->dice, faults.lost_request_per_mille)) return;
    Duration delay = latency();
    if (happens(door->dice, faults.late_request_per_mille))
      delay = Duration::millis(door->dice.between(1'000, 100'000));
    timeline.after(delay, [self] { self->arrive(); });
  }

  void arrive() {
    HostNetwork& network = door->network;
    Handled handled = network.region.handle(request, network.timeline.now());
    if (handled.poll_until > network.timeline.now())
      wait_for_messages(handled.poll_until);
    else
      answer(std::move(handled));
  }

  // The caller of a receive is willing to wait. A dead host waits for nothing.
  void wait_for_messages(base::Instant until) {
    HostNetwork& network = door->network;
    if (!done || !door->host_is_alive) return;
    const World& world = network.region.world();
    const auto queue = world.queues.find(queue_name(request));
    const bool nothing = queue == world.queues.end() || queue->second.visible.empty();
    if (nothing && network.timeline.now() < until) {
      network.timeline.after(
          kPollStep, [self = shared_from_this(), until] { self->wait_for_messages(until); });
      return;
    }
    answer(network.region.resume(request, network.timeline.now()));
  }

  void answer(Handled handled) {
    HostNetwork& network = door->network;
    if (network.hook)
      network.hook({network.timeline.now(), sent_at, network.host, action_name(request),
                    handled.response.status, handled.acted_status, request.body,
                    handled.response.body});
    if (handled.is_lost || network.partitioned ||
        happens(door->dice, network.faults.lost_answer_per_mille))
      return;
    network.timeline.after(
        latency(), [self = shared_from_this(), response = std::move(handled.response)]() mutable {
          self->finish(std::move(response));
        });
  }

  std::shared_ptr<Door> door;
  net::Request request;
  Done done;
  base::Instant sent_at;
};

VirtualHttp::VirtualHttp(HostNetwork network, base::Prng dice)
    : door_(std::make_shared<Door>(Door{std::move(network), dice, true})) {}

VirtualHttp::~VirtualHttp() { door_->host_is_alive = false; }

void VirtualHttp::send(const net::Endpoint&, net::Request request, Duration timeout, Done done) {
  std::make_shared<Attempt>(door_, std::move(request), std::move(done))->travel(timeout);
}

}  // namespace sim
