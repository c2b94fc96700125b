#include "notify/herald.h"

#include <algorithm>

#include "control/served.h"

namespace notify {
namespace {

using base::Instant;
using control::GroupState;

// Ledger and machines have been read, and somebody wants it to serve.
bool is_judged(const GroupState& group) {
  const model::LedgerRecord* record = group.record();
  const auto is_known = [&](const model::TargetGroupRef& ref) {
    const auto view = group.targets.find(ref.arn);
    return view != group.targets.end() && view->second.known;
  };
  const auto& refs = group.spec.target_groups;
  return record && !record->retired_at && group.swept_at != Instant() &&
         std::all_of(refs.begin(), refs.end(), is_known);
}

std::map<std::string, std::string> troubles_of(const Sight& sight, const model::GroupName& group) {
  std::map<std::string, std::string> troubles;
  for (const Trouble& trouble : sight.troubles)
    if (trouble.group == group) troubles.emplace(trouble.name, trouble.why);
  return troubles;
}

}  // namespace

Herald::Herald(model::KeeperName keeper, Told told, const std::vector<model::Incident>& open)
    : keeper_(std::move(keeper)), told_(std::move(told)) {
  for (const model::Incident& incident : open) open_.emplace(incident.id, incident.opened_at);
}

std::vector<Notification> Herald::hear(const Sight& sight) {
  look_again_ = Instant::never();
  for (const model::Incident& incident : sight.incidents) hear_incident(incident, sight);
  std::erase_if(told_.groups, [&](const auto& told) { return !sight.groups.contains(told.first); });
  for (const auto& [name, group] : sight.groups) {
    ToldGroup& told = told_.groups[name];
    hear_service(group, told, sight.now);
    Troubles troubles = group.troubles;
    troubles.merge(troubles_of(sight, name));
    // A new life finds its troubles again within a few looks; until then it knows of none.
    if (is_judged(group) || !troubles.empty())
      hear_troubles(name, troubles, told.troubles, sight.now);
  }
  hear_troubles({}, troubles_of(sight, {}), told_.keeper, sight.now);
  return std::exchange(news_, {});
}

void Herald::hear_incident(const model::Incident& incident, const Sight& sight) {
  const auto found = sight.groups.find(incident.group);
  const GroupState* group = found == sight.groups.end() ? nullptr : &found->second;
  const auto key = std::pair(incident.id, incident.opened_at);
  if (open_.insert(key).second) news_.push_back(incident_began(incident, group, sight.now));
  if (!incident.closed_at) return;
  news_.push_back(incident_ended(incident, group));
  open_.erase(key);
}

void Herald::hear_service(const GroupState& group, ToldGroup& told, Instant now) {
  if (!is_judged(group)) {
    told.below_since.reset();
    return;
  }
  const int slots = slots_in_service(group);
  if (slots >= group.spec.min_healthy) {
    if (told.unheld_since)
      news_.push_back(group_held(keeper_, group, slots, {*told.unheld_since, now}));
    told.unheld_since.reset();
    told.below_since.reset();
    return;
  }
  if (told.unheld_since) return;
  if (!told.below_since) told.below_since = now;
  if (!has_come(*told.below_since + kUnheldAfter, now)) return;
  told.unheld_since = std::exchange(told.below_since, std::nullopt);
  news_.push_back(group_unheld(keeper_, group, slots, {*told.unheld_since, now}));
}

void Herald::hear_troubles(const model::GroupName& group, const Troubles& troubles,
                           ToldTroubles& told, Instant now) {
  for (const auto& [name, why] : troubles) {
    const auto [known, is_news] = told.try_emplace(name, ToldTrouble{now, {}});
    known->second.absent_since.reset();
    if (is_news) news_.push_back(trouble_began(keeper_, {group, name, why}, now));
  }
  for (auto known = told.begin(); known != told.end();) {
    const auto next = std::next(known);
    ToldTrouble& trouble = known->second;
    if (!troubles.contains(known->first)) {
      if (!trouble.absent_since) trouble.absent_since = now;
      if (has_come(*trouble.absent_since + kOverAfter, now)) {
        news_.push_back(trouble_ended(keeper_, {group, known->first, {}}, {trouble.since, now}));
        told.erase(known);
      }
    }
    known = next;
  }
}

int Herald::slots_in_service(const GroupState& group) {
  Service& known = service_[group.spec.name];
  if (known.looks != group.looks || group.looks == 0)
    known = {group.looks, control::slots_in_service(group)};
  return known.slots;
}

bool Herald::has_come(Instant time, Instant now) {
  if (now >= time) return true;
  look_again_ = std::min(look_again_, time);
  return false;
}

}  // namespace notify
