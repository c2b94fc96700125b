#include "notify/compose.h"

#include <array>
#include <utility>

#include "base/quote.h"
#include "control/troubles.h"

namespace notify {
namespace {

using base::Duration;
using base::Instant;
using control::GroupState;
using model::Incident;
using model::IncidentKind;

constexpr size_t kMostReason = 300;  // AWS's own errors can be pages long.

std::string short_text(std::string_view text) {
  return base::printable(text.substr(0, kMostReason));
}

// "12:02:00Z": the day is that of the message.
std::string time_of_day(Instant t) {
  return base::to_iso8601(Instant::from_unix_seconds(t.unix_ms() / 1000)).substr(11);
}

// " at 2026-03-01T12:00:00Z": days ahead, the day matters.
std::string on_date(const std::optional<Instant>& t) {
  return t ? " at " + base::to_iso8601(Instant::from_unix_seconds(t->unix_ms() / 1000)) : "";
}

std::string in_words(Duration d) {
  const int64_t seconds = d.whole_seconds();
  if (seconds < 180) return std::to_string(seconds) + " s";
  if (seconds < 3 * 3600) return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}

// The brain's words for how it came to know, for people.
std::string how_in_words(const std::string& how) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWords{{
      {"warning", "interruption warning"},
      {"spot-status", "status of its Spot request"},
      {"reclaimed", "no warning was heard"},
      {"ledger", "noted in the ledger"},
      {"rebalance", "rebalance recommendation"},
      {"status-checks", "status checks of EC2"},
  }};
  for (const auto& [word, words] : kWords)
    if (word == how) return std::string(words);
  return short_text(how);
}

std::string cause_of(const Incident& incident) {
  return incident.timeline.empty() ? std::string(model::to_string(incident.kind))
                                   : how_in_words(incident.timeline.front().detail);
}

std::string machine(const Notification& it) {
  const std::string who = it.slot.str() + ": " + it.instance.str();
  if (it.pool.type.empty()) return who;
  return who + " (" + it.pool.type.str() + "/" + it.pool.zone.str() + ")";
}

std::string_view first_hindrance(const GroupState& group) {
  for (const char* name : {control::kCrashLoopTrouble, control::kBrakeTrouble,
                           control::kLaunchTrouble, control::kLedgerTrouble})
    if (const auto found = group.troubles.find(name); found != group.troubles.end())
      return found->second;
  return {};
}

std::string action_for(const Incident& incident, const GroupState* group) {
  if (!group) return "nothing: the group is no longer kept";
  if (control::is_paused(*group)) return "nothing is done: the group is paused";
  if (control::is_on_hold(*group, incident.slot)) return "nothing is done: the slot is on hold";
  if (!incident.replacement.empty()) return "it is replaced by " + incident.replacement.str();
  if (const std::string_view why = first_hindrance(*group); !why.empty())
    return "a replacement may have to wait: " + short_text(why);
  const bool is_ahead =
      incident.kind == IncidentKind::kRebalance || incident.kind == IncidentKind::kRetirement;
  return is_ahead ? "a replacement is launched ahead of that" : "a replacement is being launched";
}

std::string name_of(const Incident& incident, const GroupState* group) {
  const model::Instance* seen = group ? group->find(incident.instance) : nullptr;
  const std::string* name = seen ? seen->tag("Name") : nullptr;
  return name ? short_text(*name) : incident.slot.str();
}

Notification about(const Incident& incident, const GroupState* group, Event event) {
  Notification it;
  it.id = incident_notification_id(incident, event);
  it.kind = Kind::kIncident;
  it.event = event;
  it.group = incident.group;
  it.slot = incident.slot;
  it.instance = incident.instance;
  it.instance_name = name_of(incident, group);
  it.pool = incident.pool;
  it.cause = cause_of(incident);
  it.deadline = incident.deadline;
  it.replacement = incident.replacement;
  return it;
}

std::string what_happens(const Notification& it, IncidentKind kind) {
  if (kind == IncidentKind::kLoss) return "ended, and AWS had not announced it (" + it.cause + ")";
  if (kind == IncidentKind::kUnhealthy) return "fails its checks (" + it.cause + ")";
  if (kind == IncidentKind::kRebalance) return "may soon be taken by AWS (" + it.cause + ")";
  if (kind == IncidentKind::kRetirement)
    return "will be retired by AWS" + on_date(it.deadline) + " (" + it.cause + ")";
  if (!it.deadline || *it.deadline <= it.at) return "is taken by AWS (" + it.cause + ")";
  return "will be taken by AWS at " + time_of_day(*it.deadline) + " (" + it.cause + ", " +
         in_words(*it.deadline - it.at) + " left)";
}

// Until the replacement served; a machine that has not left yet keeps the incident open for longer.
Duration time_to_replace(const Incident& incident) {
  for (const model::TimelineEntry& line : incident.timeline)
    if (line.what == "healthy" && line.detail == incident.replacement.str())
      return line.at - incident.opened_at;
  return *incident.closed_at - incident.opened_at;
}

std::string what_became(const Notification& it) {
  if (it.outcome == "replaced")
    return "was replaced by " + it.replacement.str() + ", which served after " + in_words(*it.took);
  if (it.outcome == "recovered") return "passes its checks again and is kept";
  if (it.outcome == "called-off") return "is kept: AWS has called it off";
  if (it.outcome == "slot-gone") return "is no longer needed: nobody wants the slot";
  return "needs nothing more: " + it.outcome;
}

Notification lasting(const model::KeeperName& keeper, const model::GroupName& group,
                     std::string_view what, Event event, const Span& span) {
  Notification it;
  it.id = lasting_notification_id(keeper, group, what, span.since, event);
  it.event = event;
  it.group = group;
  it.at = span.now;
  if (event == Event::kEnded) it.took = span.now - span.since;
  return it;
}

std::string served_in_words(const GroupState& group, int in_service) {
  return std::to_string(in_service) + " of " + std::to_string(group.spec.capacity) +
         " slots served, min_healthy is " + std::to_string(group.spec.min_healthy);
}

std::string action_for(const GroupState& group) {
  if (control::is_paused(group)) return "nothing is done: the group is paused";
  if (const std::string_view why = first_hindrance(group); !why.empty())
    return "machines may have to wait: " + short_text(why);
  const size_t open = group.record() ? group.record()->open.size() : 0;
  if (open > 0) return "launches under way: " + std::to_string(open);
  return "machines are started as AWS has them";
}

}  // namespace

Notification incident_began(const Incident& incident, const GroupState* group, Instant now) {
  Notification it = about(incident, group, Event::kBegan);
  it.at = now;
  it.action = action_for(incident, group);
  it.text = machine(it) + " " + what_happens(it, incident.kind) + "; " + it.action + ".";
  return it;
}

Notification incident_ended(const Incident& incident, const GroupState* group) {
  Notification it = about(incident, group, Event::kEnded);
  it.at = *incident.closed_at;
  it.outcome = incident.outcome;
  it.took = time_to_replace(incident);
  it.text = machine(it) + " " + what_became(it) + ".";
  return it;
}

Notification group_unheld(const model::KeeperName& keeper, const GroupState& group, int in_service,
                          const Span& span) {
  Notification it = lasting(keeper, group.spec.name, "unheld", Event::kBegan, span);
  it.kind = Kind::kGroupUnheld;
  it.cause = served_in_words(group, in_service);
  it.action = action_for(group);
  it.text = group.spec.name.str() + ": " + it.cause + ", since " + time_of_day(span.since) + "; " +
            it.action + ".";
  return it;
}

Notification group_held(const model::KeeperName& keeper, const GroupState& group, int in_service,
                        const Span& span) {
  Notification it = lasting(keeper, group.spec.name, "unheld", Event::kEnded, span);
  it.kind = Kind::kGroupUnheld;
  it.outcome = "held";
  it.cause = served_in_words(group, in_service);
  it.text =
      group.spec.name.str() + ": held again after " + in_words(*it.took) + ": " + it.cause + ".";
  return it;
}

Notification trouble_began(const model::KeeperName& keeper, const Trouble& trouble, Instant now) {
  Notification it =
      lasting(keeper, trouble.group, "trouble/" + trouble.name, Event::kBegan, {now, now});
  it.kind = Kind::kBrake;
  it.cause = short_text(trouble.name + ": " + trouble.why);
  it.action = "it lasts until a person acts";
  it.text = (trouble.group.empty() ? keeper.str() : trouble.group.str()) + ": " + it.cause + "; " +
            it.action + ".";
  return it;
}

Notification trouble_ended(const model::KeeperName& keeper, const Trouble& trouble,
                           const Span& span) {
  Notification it = lasting(keeper, trouble.group, "trouble/" + trouble.name, Event::kEnded, span);
  it.kind = Kind::kBrake;
  it.cause = short_text(trouble.name);
  it.outcome = "over";
  it.text = (trouble.group.empty() ? keeper.str() : trouble.group.str()) + ": over after " +
            in_words(*it.took) + ": " + it.cause + ".";
  return it;
}

Notification message_kept(const KeptMessage& message, Instant now) {
  Notification it;
  it.id = quarantine_notification_id(message.site, message.body);
  it.kind = Kind::kQuarantine;
  it.event = Event::kKept;
  it.at = now;
  it.cause = short_text(message.reason);
  it.action = "it was kept; spotkeeper quarantine list shows it";
  it.text =
      "a message from " + message.door + " could not be read: " + it.cause + "; " + it.action + ".";
  return it;
}

}  // namespace notify
