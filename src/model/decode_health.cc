#include <array>
#include <string>

#include "base/http_date.h"
#include "model/decode_detail.h"

namespace model::decoding {
namespace {

using base::Status;

struct Ending {
  std::string_view code;
  InterruptionAction action;
};

// The scheduled changes that an instance does not survive. What is retired is stopped when it is
// persistent, that is, when its root is a volume.
constexpr std::array<Ending, 6> kEndings{{
    {"AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", InterruptionAction::kTerminate},
    {"AWS_EC2_INSTANCE_RETIREMENT_EXPEDITED", InterruptionAction::kTerminate},
    {"AWS_EC2_INSTANCE_TERMINATION_SCHEDULED", InterruptionAction::kTerminate},
    {"AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED", InterruptionAction::kStop},
    {"AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_EXPEDITED", InterruptionAction::kStop},
    {"AWS_EC2_INSTANCE_STOP_SCHEDULED", InterruptionAction::kStop},
}};

std::optional<InterruptionAction> action_of(std::string_view code) {
  for (const Ending& ending : kEndings)
    if (ending.code == code) return ending.action;
  return std::nullopt;
}

// A backup copy comes through another Region beside the one that counts.
bool calls_for_action(const json::object& detail) {
  return json::text_or_empty(detail, "service") == "EC2" &&
         json::text_or_empty(detail, "eventTypeCategory") == "scheduledChange" &&
         json::text_or_empty(detail, "backupEvent") != "true";
}

// An entity that is resolved is done with, unless all of them are because the change is over.
bool is_done_with(const json::object& entity, std::string_view status_code) {
  return status_code != "closed" && json::text_or_empty(entity, "status") == "RESOLVED";
}

void read_entities(const json::object& detail, Notice& notice) {
  const json::array* entities = json::find_array(detail, "affectedEntities");
  if (!entities) return;
  const std::string status_code = json::text_or_empty(detail, "statusCode");
  for (const json::value& entity : *entities)
    if (const json::object* object = entity.if_object();
        object && notice.instances.size() < kMostInstances && !is_done_with(*object, status_code))
      name_if_instance(json::text_or_empty(*object, "entityValue"), notice);
}

// The same news has the same name whichever way it came, page by page: each page names entities of
// its own, so none has to wait for the others.
void name_news(const json::object& detail, Notice& notice) {
  const std::string communication = json::text_or_empty(detail, "communicationId");
  if (communication.empty()) return;
  const std::string page = json::find_string(detail, "page").value_or("1");
  notice.id = EventId("health/" + communication + "/" + notice.account.str() + "/" + page);
  // Copies are sent at different times; what they tell of was updated at one.
  if (const auto updated = base::parse_http_date(json::text_or_empty(detail, "lastUpdatedTime")))
    notice.time = *updated;
}

Status read_health(const Event& event, Notice& notice) {
  read_affected(event.detail, notice);
  if (!calls_for_action(event.detail)) {
    notice.kind = NoticeKind::kUnknown;
    return {};
  }
  name_news(event.detail, notice);
  ScheduledChange change;
  change.code = json::text_or_empty(event.detail, "eventTypeCode");
  change.event_arn = json::text_or_empty(event.detail, "eventArn");
  change.is_closed = json::text_or_empty(event.detail, "statusCode") == "closed";
  notice.action = action_of(change.code);
  notice.deadline = base::parse_http_date(json::text_or_empty(event.detail, "startTime"));
  notice.change = std::move(change);
  return {};
}

constexpr std::array<Shape, 1> kShapes{{
    {"aws.health", "AWS Health Event", NoticeKind::kScheduledChange, read_health},
}};

}  // namespace

std::span<const Shape> health_shapes() { return kShapes; }

void read_affected(const json::object& detail, Notice& notice) {
  if (auto account = json::find_string(detail, "affectedAccount"))
    notice.account = AccountId(*std::move(account));
  if (auto region = json::find_string(detail, "eventRegion"))
    notice.region = Region(*std::move(region));
  read_entities(detail, notice);
}

}  // namespace model::decoding
