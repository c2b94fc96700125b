#include "notify/notification.h"

#include <array>

#include "base/digest.h"
#include "base/json.h"

namespace notify {
namespace {

using base::json::object;
using base::json::value;

constexpr std::array<std::string_view, 4> kKinds{"group-unheld", "incident", "brake", "quarantine"};
constexpr std::array<std::string_view, 3> kEvents{"began", "ended", "kept"};
// Of 64: enough that two bodies never meet.
constexpr size_t kDigestDigits = 32;

value text_or_null(const std::string& text) { return text.empty() ? value(nullptr) : value(text); }

value time_or_null(const std::optional<base::Instant>& time) {
  return time ? value(base::to_iso8601(*time)) : value(nullptr);
}

value pool_or_null(const model::Pool& pool) {
  if (pool.type.empty()) return nullptr;
  return object{{"instance_type", pool.type.str()}, {"zone", pool.zone.str()}};
}

bool happens_once(model::IncidentKind kind) {
  return kind == model::IncidentKind::kInterruption || kind == model::IncidentKind::kLoss;
}

}  // namespace

std::string_view to_string(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

std::string_view to_string(Event event) { return kEvents[static_cast<size_t>(event)]; }

std::optional<Kind> parse_kind(std::string_view text) {
  for (size_t i = 0; i < kKinds.size(); ++i)
    if (kKinds[i] == text) return static_cast<Kind>(i);
  return std::nullopt;
}

std::string incident_notification_id(const model::Incident& incident, Event event) {
  std::string id = incident.id.str();
  if (!happens_once(incident.kind)) id += "/" + base::to_iso8601(incident.opened_at);
  return id + "/" + std::string(to_string(event));
}

std::string lasting_notification_id(const model::KeeperName& keeper, const model::GroupName& group,
                                    std::string_view what, base::Instant since, Event event) {
  std::string id = keeper.str();
  if (!group.empty()) id += "/" + group.str();
  return id + "/" + std::string(what) + "/" + base::to_iso8601(since) + "/" +
         std::string(to_string(event));
}

std::string quarantine_notification_id(std::string_view site, std::string_view body) {
  const std::string of_site = site.empty() ? "" : std::string(site) + "/";
  return "quarantine/" + of_site +
         base::hex(base::as_text(base::sha256(body))).substr(0, kDigestDigits);
}

std::string document_of(const Notification& it, const model::KeeperName& keeper) {
  return base::json::serialize(object{{"id", it.id},
                                      {"kind", to_string(it.kind)},
                                      {"event", to_string(it.event)},
                                      {"at", base::to_iso8601(it.at)},
                                      {"keeper", keeper.str()},
                                      {"group", text_or_null(it.group.str())},
                                      {"slot", text_or_null(it.slot.str())},
                                      {"instance_id", text_or_null(it.instance.str())},
                                      {"instance_name", text_or_null(it.instance_name)},
                                      {"pool", pool_or_null(it.pool)},
                                      {"cause", text_or_null(it.cause)},
                                      {"deadline", time_or_null(it.deadline)},
                                      {"action", text_or_null(it.action)},
                                      {"outcome", text_or_null(it.outcome)},
                                      {"replacement", text_or_null(it.replacement.str())},
                                      {"took_ms", it.took ? value(it.took->ms()) : value(nullptr)},
                                      {"text", it.text}});
}

}  // namespace notify
