// Notification: one thing that people are told, as a value.
//
// Its id names the occurrence, not the telling: whoever is told twice, after a crash or by two
// keepers, can drop the second. Texts from outside are printable before they come in here.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/ids.h"
#include "model/incident.h"

namespace notify {

enum class Kind {
  kGroupUnheld,  // Fewer slots than min_healthy are in service, for a minute.
  kIncident,     // A machine is lost or about to be.
  kBrake,        // Something fails until a person acts.
  kQuarantine,   // A message could not be read and was kept.
};

enum class Event { kBegan, kEnded, kKept };

// What lasts until a person acts. `group` is empty for a trouble of the keeper's own.
struct Trouble {
  model::GroupName group;
  std::string name;
  std::string why;

  friend bool operator==(const Trouble&, const Trouble&) = default;
};

std::string_view to_string(Kind kind);  // "group-unheld", "incident", "brake", "quarantine"
std::optional<Kind> parse_kind(std::string_view text);
std::string_view to_string(Event event);  // "began", "ended", "kept"

struct Notification {
  std::string id;
  Kind kind = Kind::kIncident;
  Event event = Event::kBegan;
  model::GroupName group;  // Empty for what concerns no group.
  model::SlotName slot;
  model::InstanceId instance;
  std::string instance_name;
  model::Pool pool;
  std::string cause;
  std::optional<base::Instant> deadline;
  std::string action;   // What is being done about it.
  std::string outcome;  // Of what ended.
  model::InstanceId replacement;
  std::optional<base::Duration> took;  // From the beginning to the end.
  base::Instant at;
  std::string text;  // All of it in a sentence.

  friend bool operator==(const Notification&, const Notification&) = default;
};

// Interruption and loss happen to a machine once, whoever hears of it and when; it may fail and
// recover, or be recommended, more than once.
std::string incident_notification_id(const model::Incident& incident, Event event);
// What has a beginning and belongs to a group, or to the keeper when `group` is empty.
std::string lasting_notification_id(const model::KeeperName& keeper, const model::GroupName& group,
                                    std::string_view what, base::Instant since, Event event);
// One message may have come to the queues of two sites, and is then two.
std::string quarantine_notification_id(std::string_view site, std::string_view body);

// The body that a receiver of JSON gets; see docs/formats.md.
std::string document_of(const Notification& notification, const model::KeeperName& keeper);

}  // namespace notify
