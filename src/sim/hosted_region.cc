#include "sim/hosted_region.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "sim/control_api.h"

namespace sim {
namespace {

constexpr char kClockPath[] = "/_sim/clock";
// Longer than the 60 s that AWS clients wait for an answer by default.
const base::Duration kLostFor = base::Duration::seconds(65);
// A year: a larger step is a slip of the hand, and the market walks through every hour of it.
constexpr int64_t kMostAdvanceMs = 366LL * 24 * 3'600'000;

// A stream of its own: what is late must not move what else happens in the region.
constexpr uint64_t kLateStream = 0x4c61746543616c6c;

RegionOptions starting_at(RegionOptions options, base::Instant now) {
  options.start = now;
  return options;
}

}  // namespace

HostedRegion::HostedRegion(RegionOptions options, int64_t speed, base::Instant real_now)
    : speed_(speed),
      real_origin_(real_now),
      simulated_origin_(real_now),
      region_(starting_at(std::move(options), real_now)),
      dice_(region_.options().seed ^ kLateStream) {
  CHECK(speed >= 1 && speed <= kMostSpeed);
}

base::Instant HostedRegion::simulated(base::Instant real_now) const {
  const base::Instant mapped = simulated_origin_ + (real_now - real_origin_) * speed_;
  return std::max(mapped, region_.now());
}

base::Instant HostedRegion::next_tick_at(base::Instant real_now) const {
  base::Instant next = region_.next_event_at();
  for (const Poll& poll : polls_) next = std::min(next, poll.until);
  for (const LateCall& late : late_) next = std::min(next, late.until);
  base::Instant real = base::Instant::never();
  if (next != base::Instant::never())
    real = real_now + (next - simulated(real_now)) / speed_ + base::Duration::millis(1);
  for (const LostAnswer& lost : lost_) real = std::min(real, lost.until);
  return real;
}

void HostedRegion::handle(net::Request request, Reply reply, base::Instant real_now) {
  if (request.path == kClockPath) {
    reply(handle_clock(request, real_now));
    return;
  }
  const base::Duration delay = delay_of(request);
  if (delay > base::Duration())
    late_.push_back({std::move(request), std::move(reply), simulated(real_now) + delay});
  else
    act(std::move(request), std::move(reply), real_now);
}

base::Duration HostedRegion::delay_of(const net::Request& request) {
  const FaultSettings& faults = region_.faults();
  if (is_control_request(request) || !happens(dice_, faults.late_call_per_mille)) return {};
  return base::Duration::millis(dice_.between(0, faults.most_call_delay.ms()));
}

void HostedRegion::act(net::Request request, Reply reply, base::Instant real_now) {
  const base::Instant now = simulated(real_now);
  Handled handled = region_.handle(request, now, real_now);
  if (handled.is_lost)
    lost_.push_back({std::move(reply), real_now + kLostFor});
  else if (handled.poll_until > now)
    polls_.push_back({std::move(request), std::move(reply), handled.poll_until});
  else
    reply(std::move(handled.response));
  answer_polls();
}

void HostedRegion::tick(base::Instant real_now) {
  act_late_calls(real_now);
  region_.advance(simulated(real_now));
  answer_polls();
  for (LostAnswer& lost : lost_) {
    if (lost.until > real_now) continue;
    net::Response response;
    response.status = 504;
    lost.reply(std::move(response));
  }
  std::erase_if(lost_, [&](const LostAnswer& lost) { return lost.until <= real_now; });
}

// In the order in which they arrive at last.
void HostedRegion::act_late_calls(base::Instant real_now) {
  const base::Instant now = simulated(real_now);
  std::vector<LateCall> due;
  for (LateCall& late : std::exchange(late_, {}))
    (late.until <= now ? due : late_).push_back(std::move(late));
  std::stable_sort(due.begin(), due.end(),
                   [](const LateCall& a, const LateCall& b) { return a.until < b.until; });
  for (LateCall& late : due) act(std::move(late.request), std::move(late.reply), real_now);
}

// Asks every held call again, in the order of their arrival.
void HostedRegion::answer_polls() {
  std::vector<Poll> waiting;
  for (Poll& poll : std::exchange(polls_, {})) {
    Handled handled = region_.resume(poll.request, region_.now());
    const bool found_nothing = handled.poll_until > region_.now();
    if (found_nothing && poll.until > region_.now())
      waiting.push_back(std::move(poll));
    else
      poll.reply(std::move(handled.response));
  }
  polls_ = std::move(waiting);
}

// GET: the time and the speed. POST {"advance_ms"} jumps ahead, {"speed"} changes the pace.
net::Response HostedRegion::handle_clock(const net::Request& request, base::Instant real_now) {
  const auto in = base::json::parse_object(request.body.empty() ? "{}" : request.body);
  if (!in) return control_refusal(400, "the body must be a JSON object");
  const int64_t advance_ms = base::json::find_int(*in, "advance_ms").value_or(0);
  const int64_t speed = base::json::find_int(*in, "speed").value_or(speed_);
  if (advance_ms < 0 || advance_ms > kMostAdvanceMs || speed < 1 || speed > kMostSpeed)
    return control_refusal(400, "advance_ms must be at most a year, speed 1 to 86400");
  simulated_origin_ = simulated(real_now) + base::Duration::millis(advance_ms);
  real_origin_ = real_now;
  speed_ = speed;
  tick(real_now);
  return control_answer(base::json::serialize(
      base::json::object{{"now", base::to_iso8601(region_.now())}, {"speed", speed_}}));
}

}  // namespace sim
