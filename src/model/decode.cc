#include "model/decode.h"

#include <array>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/json.h"
#include "base/quote.h"
#include "model/instance.h"

namespace model {
namespace {

namespace json = base::json;
using base::fail;
using base::Instant;
using base::quote;
using base::Result;
using base::Status;

// What SQS carries at most; more than that did not come from a queue.
constexpr size_t kMostBodyBytes = 1 << 20;
// Names end up as keys and labels. AWS's longest (a detail-type) has 128 characters.
constexpr size_t kMostNameBytes = 256;
// Of one eviction; AWS's name a few.
constexpr size_t kMostInstances = 1000;

constexpr char kEc2[] = "aws.ec2";
constexpr char kSimulator[] = "custom.spot.interruption.simulator";
constexpr char kHealth[] = "aws.health";
constexpr char kInterruptionWarning[] = "EC2 Spot Instance Interruption Warning";
constexpr char kTestNotification[] = "autoscaling:TEST_NOTIFICATION";

tl::unexpected<base::Error> malformed(std::string message) {
  return fail("MalformedEvent", std::move(message));
}

Result<json::object> parse_document(std::string_view text) {
  auto document = json::parse(text);
  if (!document) return malformed("not JSON: " + document.error().message);
  if (!document->is_object()) return malformed("not a JSON object");
  return std::move(document->as_object());
}

bool is_spot_request_id(std::string_view text) {
  return text.size() > 4 && text.size() <= 36 && text.starts_with("sir-") &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz", 4) == text.npos;
}

Result<std::string> required(const json::object& detail, std::string_view key) {
  auto text = json::find_string(detail, key);
  if (!text) return malformed("detail." + std::string(key) + " is missing");
  return *std::move(text);
}

Status add_instance(std::string_view text, std::string_view where, Notice& notice) {
  if (!is_instance_id(text))
    return malformed(std::string(where) + " is " + quote(text) +
                     "; allowed: i- and 8 or 17 hexadecimal digits");
  notice.instances.emplace_back(text);
  return {};
}

Status read_instance(const json::object& detail, Notice& notice) {
  ASSIGN_OR_RETURN(const std::string id, required(detail, "instance-id"));
  return add_instance(id, "detail.instance-id", notice);
}

std::optional<InterruptionAction> parse_action(std::string_view text) {
  using enum InterruptionAction;
  for (InterruptionAction action : {kTerminate, kStop, kHibernate})
    if (to_string(action) == text) return action;
  return std::nullopt;
}

// An action that we do not know leaves `action` empty: the instance goes whatever the word is.
Status read_interruption(const json::object& detail, Notice& notice) {
  notice.kind = NoticeKind::kInterruptionWarning;
  notice.action = parse_action(json::text_or_empty(detail, "instance-action"));
  return read_instance(detail, notice);
}

Status read_rebalance(const json::object& detail, Notice& notice) {
  notice.kind = NoticeKind::kRebalance;
  return read_instance(detail, notice);
}

Status read_state_change(const json::object& detail, Notice& notice) {
  notice.kind = NoticeKind::kStateChange;
  RETURN_IF_ERROR(read_instance(detail, notice));
  ASSIGN_OR_RETURN(const std::string state, required(detail, "state"));
  notice.state = parse_instance_state(state);
  if (notice.state) return {};
  return malformed("detail.state is " + quote(state) +
                   "; allowed: pending, running, stopping, stopped, shutting-down, terminated");
}

Status read_fulfilment(const json::object& detail, Notice& notice) {
  notice.kind = NoticeKind::kFulfilment;
  RETURN_IF_ERROR(read_instance(detail, notice));
  ASSIGN_OR_RETURN(const std::string id, required(detail, "spot-instance-request-id"));
  if (!is_spot_request_id(id))
    return malformed("detail.spot-instance-request-id is " + quote(id) +
                     "; allowed: sir- and letters and digits");
  notice.spot_request = SpotRequestId(id);
  return {};
}

// A CloudTrail record, wrapped or raw. An eviction without a set names nobody: still a notice.
Status read_cloudtrail(const json::object& record, Notice& notice) {
  if (json::text_or_empty(record, "eventSource") != "ec2.amazonaws.com" ||
      json::text_or_empty(record, "eventName") != "BidEvictedEvent")
    return {};
  notice.kind = NoticeKind::kBidEvicted;
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

// Health writes an affected instance as its id or as its whole ARN.
void name_if_instance(std::string_view entity, Notice& notice) {
  if (const size_t slash = entity.rfind('/'); slash != std::string_view::npos)
    entity.remove_prefix(slash + 1);
  if (is_instance_id(entity)) notice.instances.emplace_back(entity);
}

// As far as it can be read: nothing here makes an event of an unknown kind an error.
void read_unknown(const json::object& detail, Notice& notice) {
  for (std::string_view key : {"instance-id", "EC2InstanceId"})
    name_if_instance(json::text_or_empty(detail, key), notice);
  if (notice.source != kHealth) return;
  if (auto account = json::find_string(detail, "affectedAccount"))
    notice.account = AccountId(*std::move(account));
  if (auto region = json::find_string(detail, "eventRegion"))
    notice.region = Region(*std::move(region));
  if (const json::array* entities = json::find_array(detail, "affectedEntities"))
    for (const json::value& entity : *entities)
      if (const json::object* object = entity.if_object();
          object && notice.instances.size() < kMostInstances)
        name_if_instance(json::text_or_empty(*object, "entityValue"), notice);
}

struct Shape {
  std::string_view detail_type;
  Status (*read)(const json::object& detail, Notice& notice);
};

constexpr std::array<Shape, 5> kShapes{{
    {kInterruptionWarning, read_interruption},
    {"EC2 Instance Rebalance Recommendation", read_rebalance},
    {"EC2 Instance State-change Notification", read_state_change},
    {"EC2 Spot Instance Request Fulfillment", read_fulfilment},
    {"AWS Service Event via CloudTrail", read_cloudtrail},
}};

// Anybody in the account may put events of a source of his own; only AWS writes "aws.…". So a known
// detail-type counts from EC2 alone, and from the simulator for the one kind that it sends.
const Shape* find_shape(const Notice& notice) {
  const bool simulated = notice.source == kSimulator && notice.detail_type == kInterruptionWarning;
  if (notice.source != kEc2 && !simulated) return nullptr;
  for (const Shape& shape : kShapes)
    if (shape.detail_type == notice.detail_type) return &shape;
  return nullptr;
}

Status read_event_bridge(const json::object& event, Notice& notice) {
  notice.id = EventId(json::text_or_empty(event, "id"));
  notice.source = json::text_or_empty(event, "source");
  notice.account = AccountId(json::text_or_empty(event, "account"));
  notice.region = Region(json::text_or_empty(event, "region"));
  const json::object* detail = json::find_object(event, "detail");
  if (const Shape* shape = find_shape(notice)) {
    if (!detail) return malformed("detail is missing");
    return shape->read(*detail, notice);
  }
  if (detail) read_unknown(*detail, notice);
  return {};
}

Status read_raw_cloudtrail(const json::object& record, Notice& notice) {
  notice.id = EventId(json::text_or_empty(record, "eventID"));
  notice.source = json::text_or_empty(record, "eventSource");
  notice.account = AccountId(json::text_or_empty(record, "recipientAccountId"));
  notice.region = Region(json::text_or_empty(record, "awsRegion"));
  return read_cloudtrail(record, notice);
}

Status read_auto_scaling(const json::object& body, Notice& notice) {
  notice.source = json::text_or_empty(body, "Service");
  notice.account = AccountId(json::text_or_empty(body, "AccountId"));
  if (notice.detail_type == kTestNotification)
    notice.kind = NoticeKind::kTest;
  else
    read_unknown(body, notice);
  return {};
}

// A shape is known by the first of these keys that is a text; its value is what the event is
// counted under. `detail_type` is how one page of AWS's documentation prints it.
struct Envelope {
  std::string_view key;
  std::string_view time_key;
  Status (*read)(const json::object& document, Notice& notice);
};

constexpr std::array<Envelope, 5> kEnvelopes{{
    {"detail-type", "time", read_event_bridge},
    {"detail_type", "time", read_event_bridge},
    {"eventName", "eventTime", read_raw_cloudtrail},
    {"LifecycleTransition", "Time", read_auto_scaling},
    {"Event", "Time", read_auto_scaling},
}};

Status check_names(const Notice& notice) {
  for (const std::string* name : {&notice.id.str(), &notice.source, &notice.detail_type,
                                  &notice.account.str(), &notice.region.str()})
    if (name->size() > kMostNameBytes)
      return malformed("a name is longer than 256 bytes: " + quote(*name));
  return {};
}

EventId id_of_body(std::string_view body) {
  return EventId("body-" + base::hex(base::as_text(base::sha256(body))).substr(0, 16));
}

// `text` is what `document` was parsed from.
Result<Notice> decode_document(const json::object& document, std::string_view text,
                               Instant received_at) {
  for (const Envelope& envelope : kEnvelopes) {
    auto kept = json::find_string(document, envelope.key);
    if (!kept) continue;
    Notice notice;
    notice.detail_type = *std::move(kept);
    notice.time =
        base::parse_iso8601(json::text_or_empty(document, envelope.time_key)).value_or(received_at);
    RETURN_IF_ERROR(envelope.read(document, notice));
    if (notice.id.empty()) notice.id = id_of_body(text);
    RETURN_IF_ERROR(check_names(notice));
    return notice;
  }
  return malformed("no detail-type, eventName, LifecycleTransition or Event: not an event");
}

bool is_sns(const json::object& document) {
  return json::find_string(document, "TopicArn").has_value();
}

// A confirmation of a subscription: nothing that we act on, but a person should see it.
Result<Notice> sns_other(const json::object& envelope, std::string_view text, Instant received_at) {
  Notice notice;
  notice.id = id_of_body(text);
  notice.time = received_at;
  notice.source = "sns";
  notice.detail_type = json::text_or_empty(envelope, "Type");
  RETURN_IF_ERROR(check_names(notice));
  return notice;
}

Result<Notice> decode_sns(const json::object& envelope, std::string_view text,
                          Instant received_at) {
  if (json::text_or_empty(envelope, "Type") != "Notification")
    return sns_other(envelope, text, received_at);
  const auto message = json::find_string(envelope, "Message");
  if (!message) return malformed("Message is missing from the SNS envelope");
  const auto inner = parse_document(*message);
  if (!inner) return malformed("Message of the SNS envelope is " + inner.error().message);
  if (is_sns(*inner)) return malformed("an SNS envelope inside an SNS envelope");
  return decode_document(*inner, *message, received_at);
}

}  // namespace

Result<std::vector<Notice>> decode(std::string_view body, Instant received_at) {
  if (body.size() > kMostBodyBytes)
    return fail("EventTooLarge",
                "the body has " + std::to_string(body.size()) + " bytes; allowed: at most 1048576");
  ASSIGN_OR_RETURN(const json::object document, parse_document(body));
  ASSIGN_OR_RETURN(Notice notice, is_sns(document) ? decode_sns(document, body, received_at)
                                                   : decode_document(document, body, received_at));
  return std::vector<Notice>{std::move(notice)};
}

}  // namespace model
