#include "model/decode.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/quote.h"
#include "model/decode_detail.h"

namespace model {
namespace {

namespace json = base::json;
using base::fail;
using base::Instant;
using base::quote;
using base::Result;
using base::Status;
using decoding::malformed;
using decoding::Shape;

// What SQS carries at most; more than that did not come from a queue.
constexpr size_t kMostBodyBytes = 1 << 20;
// Names end up as keys and labels. AWS's longest (a detail-type) has 128 characters.
constexpr size_t kMostNameBytes = 256;

constexpr char kTestNotification[] = "autoscaling:TEST_NOTIFICATION";

Result<json::object> parse_document(std::string_view text) {
  auto document = json::parse(text);
  if (!document) return malformed("not JSON: " + document.error().message);
  if (!document->is_object()) return malformed("not a JSON object");
  return std::move(document->as_object());
}

// As far as it can be read: nothing here makes an event of an unknown kind an error.
void read_unknown(const json::object& detail, Notice& notice) {
  for (std::string_view key : {"instance-id", "EC2InstanceId"})
    decoding::name_if_instance(json::text_or_empty(detail, key), notice);
  if (notice.source == "aws.health") decoding::read_affected(detail, notice);
}

const Shape* find_shape(const Notice& notice) {
  for (const auto shapes : {decoding::ec2_shapes(), decoding::health_shapes(),
                            decoding::auto_scaling_shapes(), decoding::fleet_shapes()})
    for (const Shape& shape : shapes)
      if (shape.source == notice.source && shape.detail_type == notice.detail_type) return &shape;
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
    notice.kind = shape->kind;
    return shape->read({event, *detail}, notice);
  }
  if (detail) read_unknown(*detail, notice);
  return {};
}

Status read_raw_cloudtrail(const json::object& record, Notice& notice) {
  notice.id = EventId(json::text_or_empty(record, "eventID"));
  notice.source = json::text_or_empty(record, "eventSource");
  notice.account = AccountId(json::text_or_empty(record, "recipientAccountId"));
  notice.region = Region(json::text_or_empty(record, "awsRegion"));
  return decoding::read_cloudtrail(record, notice);
}

Status read_auto_scaling(const json::object& body, Notice& notice) {
  notice.source = json::text_or_empty(body, "Service");
  notice.account = AccountId(json::text_or_empty(body, "AccountId"));
  if (notice.detail_type != kTestNotification) return decoding::read_lifecycle_action(body, notice);
  notice.kind = NoticeKind::kTest;
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

std::vector<std::string_view> names_in(const Notice& notice) {
  std::vector<std::string_view> names{notice.id.str(), notice.source, notice.detail_type,
                                      notice.account.str(), notice.region.str()};
  if (const auto& change = notice.change)
    names.insert(names.end(), {change->code, change->event_arn});
  if (const auto& scaling = notice.scaling)
    names.insert(names.end(), {scaling->group, scaling->hook, scaling->token});
  if (const auto& fleet = notice.fleet)
    names.insert(names.end(), {fleet->fleet.str(), fleet->sub_type});
  return names;
}

Status check_names(const Notice& notice) {
  for (std::string_view name : names_in(notice))
    if (name.size() > kMostNameBytes)
      return malformed("a name is longer than 256 bytes: " + quote(name));
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
