#include "sim/spot_requests.h"

#include "base/check.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

LaunchOrder order_of(const SpotRequest& request) {
  LaunchOrder order;
  order.type = request.type;
  order.subnet = request.subnet;
  order.image = request.image;
  order.lifecycle = model::Lifecycle::kSpot;
  order.max_price = request.max_price;
  order.spot_request = request.id;
  return order;
}

// The status of an open request that the pool refused.
std::string status_of(const Refusal& refusal) {
  if (refusal.code == "SpotMaxPriceTooLow") return "price-too-low";
  if (refusal.code == "InsufficientInstanceCapacity") return "capacity-not-available";
  return "constraint-not-fulfillable";
}

}  // namespace

SpotRequest* SpotRequests::find(const model::SpotRequestId& id) {
  const auto found = context_.world.spot_requests.find(id);
  return found == context_.world.spot_requests.end() ? nullptr : &found->second;
}

void SpotRequests::after(int64_t low_seconds, int64_t high_seconds, Agenda::Task task) {
  const auto delay = base::Duration::millis(dice_.between(low_seconds * 1000, high_seconds * 1000));
  context_.agenda.at(context_.now + delay, std::move(task));
}

void SpotRequests::set_status(SpotRequest& request, std::string state, std::string code,
                              std::string message) {
  // The time is that of the last change, not of the last look.
  if (request.state == state && request.status_code == code) return;
  request.state = std::move(state);
  request.status_code = std::move(code);
  request.status_message = std::move(message);
  request.status_time = context_.now;
}

bool SpotRequests::is_zone_down(const SpotRequest& request) const {
  return context_.faults.zones_down.contains(context_.world.subnets.at(request.subnet).zone);
}

model::SpotRequestId SpotRequests::open(SpotRequest request) {
  const model::SpotRequestId id(make_spot_request_id(dice_));
  request.id = id;
  request.created_at = context_.now;
  set_status(request, "open", "pending-evaluation",
             "Your Spot request has been submitted for review, and is pending evaluation.");
  context_.world.spot_requests.emplace(id, std::move(request));
  after(1, 5, [this, id] { look(id); });
  return id;
}

// While it is open, or may open again.
void SpotRequests::look(const model::SpotRequestId& id) {
  SpotRequest* request = find(id);
  if (!request) return;
  if (request->state == "open") evaluate(*request);
  if (request->state == "open" || (request->is_persistent && request->state == "active"))
    after(15, 60, [this, id] { look(id); });
}

void SpotRequests::evaluate(SpotRequest& request) {
  if (request.is_launching) return;
  if (context_.now >= request.valid_until) {
    set_status(request, "closed", "schedule-expired",
               "Your Spot request is not fulfilled before the specified date.");
    return forget_later(request.id);
  }
  if (is_zone_down(request)) return;
  if (const auto room = instances_.room_for(order_of(request)); !room)
    return set_status(request, "open", status_of(room.error()), room.error().message);
  set_status(request, "open", "pending-fulfillment", "Your Spot request is pending fulfillment.");
  request.is_launching = true;
  after(1, 10, [this, id = request.id] { fulfil(id); });
}

// What has begun goes on when the request was cancelled too late for it.
void SpotRequests::fulfil(const model::SpotRequestId& id) {
  SpotRequest* request = find(id);
  if (!request || !request->is_launching) return;
  request->is_launching = false;
  const bool was_cancelled = request->state == "cancelled";
  const auto launched = instances_.launch(order_of(*request));
  if (!launched && !was_cancelled)
    set_status(*request, "open", status_of(launched.error()), launched.error().message);
  if (launched && was_cancelled)
    set_status(*request, "cancelled", "request-canceled-and-instance-running",
               "Your Spot request was canceled, but your instance is still running.");
}

void SpotRequests::cancel(const model::SpotRequestId& id) {
  SpotRequest* request = find(id);
  CHECK(request != nullptr);
  const bool is_too_late = dice_.below(2) == 0;
  if (request->state == "active")
    return set_status(*request, "cancelled", "request-canceled-and-instance-running",
                      "Your Spot request was canceled, but your instance is still running.");
  if (request->state != "open") return;
  request->is_launching = request->is_launching && is_too_late;
  set_status(*request, "cancelled", "canceled-before-fulfillment",
             "Your Spot request is canceled before it was fulfilled.");
  forget_later(id);
}

void SpotRequests::forget_later(const model::SpotRequestId& id) {
  context_.agenda.at(context_.now + context_.faults.remembered_ended, [this, id] { forget(id); });
}

// One whose instance is still shown goes with it.
void SpotRequests::forget(const model::SpotRequestId& id) {
  const SpotRequest* request = find(id);
  if (request && !context_.world.instances.contains(request->instance))
    context_.world.spot_requests.erase(id);
}

}  // namespace sim
