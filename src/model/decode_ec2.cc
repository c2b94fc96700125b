#include <array>
#include <string>

#include "base/quote.h"
#include "model/decode_detail.h"
#include "model/instance.h"

namespace model::decoding {
namespace {

using base::quote;
using base::Status;

constexpr char kEc2[] = "aws.ec2";
constexpr char kSimulator[] = "custom.spot.interruption.simulator";
constexpr char kWarning[] = "EC2 Spot Instance Interruption Warning";

Status read_instance(const Event& event, Notice& notice) {
  constexpr std::string_view kWhere = "detail.instance-id";
  ASSIGN_OR_RETURN(const std::string id, required(event.detail, kWhere));
  return add_instance(id, kWhere, notice);
}

// An action that we do not know leaves `action` empty: the instance goes whatever the word is.
Status read_interruption(const Event& event, Notice& notice) {
  notice.action = parse_interruption_action(json::text_or_empty(event.detail, "instance-action"));
  return read_instance(event, notice);
}

// The zone's id, which has two names, is not read: no zone is taken from an event.
Status read_reservation_interruption(const Event& event, Notice& notice) {
  notice.deadline =
      base::parse_iso8601(json::text_or_empty(event.detail, "instance-termination-time"));
  return read_interruption(event, notice);
}

Status read_state_change(const Event& event, Notice& notice) {
  RETURN_IF_ERROR(read_instance(event, notice));
  ASSIGN_OR_RETURN(const std::string state, required(event.detail, "detail.state"));
  notice.state = parse_instance_state(state);
  if (notice.state) return {};
  return malformed("detail.state is " + quote(state) +
                   "; allowed: pending, running, stopping, stopped, shutting-down, terminated");
}

Status read_fulfilment(const Event& event, Notice& notice) {
  RETURN_IF_ERROR(read_instance(event, notice));
  ASSIGN_OR_RETURN(const std::string id, required(event.detail, "detail.spot-instance-request-id"));
  if (!is_spot_request_id(id))
    return malformed("detail.spot-instance-request-id is " + quote(id) +
                     "; allowed: sir- and letters and digits");
  notice.spot_request = SpotRequestId(id);
  return {};
}

Status read_service_event(const Event& event, Notice& notice) {
  return read_cloudtrail(event.detail, notice);
}

using enum NoticeKind;

constexpr std::array<Shape, 8> kShapes{{
    {kEc2, kWarning, kInterruptionWarning, read_interruption},
    {kSimulator, kWarning, kInterruptionWarning, read_interruption},
    {kEc2, "EC2 Instance Rebalance Recommendation", kRebalance, read_instance},
    {kEc2, "EC2 Instance State-change Notification", kStateChange, read_state_change},
    {kEc2, "EC2 Spot Instance Request Fulfillment", kFulfilment, read_fulfilment},
    {kEc2, "AWS Service Event via CloudTrail", kUnknown, read_service_event},
    {kEc2, "EC2 Capacity Reservation Instance Interruption Warning",
     kCapacityReservationInterruption, read_reservation_interruption},
    // So spelt on one page of AWS's documentation.
    {kEc2, "EC2 Interruptible Capacity Reservation Instance Interruption Warning",
     kCapacityReservationInterruption, read_reservation_interruption},
}};

}  // namespace

std::span<const Shape> ec2_shapes() { return kShapes; }

// An eviction without a set names nobody: still a notice.
Status read_cloudtrail(const json::object& record, Notice& notice) {
  if (json::text_or_empty(record, "eventSource") != "ec2.amazonaws.com" ||
      json::text_or_empty(record, "eventName") != "BidEvictedEvent")
    return {};
  notice.kind = kBidEvicted;
  const json::object* details = json::find_object(record, "serviceEventDetails");
  const json::array* ids = details ? json::find_array(*details, "instanceIdSet") : nullptr;
  if (!ids) return {};
  if (ids->size() > kMostInstances)
    return malformed("serviceEventDetails.instanceIdSet has " + std::to_string(ids->size()) +
                     " ids; allowed: at most 1000");
  for (const json::value& id : *ids) {
    constexpr std::string_view kWhere = "serviceEventDetails.instanceIdSet";
    if (!id.is_string()) return malformed(std::string(kWhere) + " holds something not a string");
    RETURN_IF_ERROR(add_instance(id.as_string(), kWhere, notice));
  }
  return {};
}

}  // namespace model::decoding
