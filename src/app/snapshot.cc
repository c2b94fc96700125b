#include "app/snapshot.h"

#include <algorithm>
#include <array>

#include "base/quote.h"
#include "model/adoption.h"

namespace app {
namespace {

constexpr std::array<std::string_view, 7> kSlotStates{
    "empty", "launching", "adopting", "starting", "serving", "unhealthy", "doomed"};

SlotState state_of(const control::GroupState& group, const model::InstanceId& holder) {
  const auto doom = group.doomed.find(holder);
  if (doom != group.doomed.end() && doom->second.kind != model::IncidentKind::kUnhealthy)
    return SlotState::kDoomed;
  if (group.ailing.contains(holder) || group.is_doomed(holder)) return SlotState::kUnhealthy;
  return control::serves(group, holder) ? SlotState::kServing : SlotState::kStarting;
}

SlotView free_slot(const model::LedgerRecord* record, const model::SlotName& name);

SlotView held_slot(const control::GroupState& group, const model::SlotName& name,
                   const model::Holder& holder) {
  SlotView slot{name,
                state_of(group, holder.instance),
                holder.instance,
                holder.lifecycle,
                holder.pool,
                {},
                holder.since};
  if (group.is_gone(holder.instance)) slot.state = free_slot(group.last_record(), name).state;
  if (const model::Instance* instance = group.find(holder.instance))
    slot.private_ip = instance->private_ip;
  return slot;
}

void show_adoption(const model::OpenLaunch& launch, SlotView& slot) {
  const auto adoption = model::parse_adoption(launch.request);
  if (!adoption) return;
  slot.state = SlotState::kAdopting;
  slot.holder = adoption->instances.front();
  slot.leaves = adoption->scaling_group;
}

SlotView free_slot(const model::LedgerRecord* record, const model::SlotName& name) {
  SlotView slot;
  slot.name = name;
  if (!record) return slot;
  for (const model::OpenLaunch& launch : record->open) {
    if (!std::binary_search(launch.slots.begin(), launch.slots.end(), name)) continue;
    slot.state = SlotState::kLaunching;
    slot.pool = launch.pool;
    slot.lifecycle = launch.lifecycle;
    slot.since = launch.opened_at;
    show_adoption(launch, slot);
  }
  return slot;
}

std::vector<SlotView> slots_of(const control::GroupState& group) {
  const model::LedgerRecord* record = group.last_record();
  std::vector<SlotView> slots;
  size_t held = 0;
  for (int i = 0; i < group.spec.capacity; ++i) {
    const model::SlotName name = model::slot_name(group.spec.name, i);
    const bool is_held = record && record->holders.contains(name);
    slots.push_back(is_held ? held_slot(group, name, record->holders.at(name))
                            : free_slot(record, name));
    held += is_held;
  }
  if (!record || held == record->holders.size()) return slots;
  const auto is_shown = [&](const model::SlotName& name) {
    const auto index = model::slot_index(group.spec.name, name);
    return index && *index < group.spec.capacity;
  };
  for (const auto& [name, holder] : record->holders)
    if (!is_shown(name)) slots.push_back(held_slot(group, name, holder));
  return slots;
}

void show_orders(const model::LedgerRecord& record, std::vector<SlotView>& slots) {
  for (SlotView& slot : slots) {
    if (record.exchanging.contains(slot.name)) slot.order = "replace";
    if (record.holds.contains(slot.name)) slot.order = "hold";  // Which puts an exchange off.
  }
}

// Slots that have no machine, and get none, by a person's word.
std::string empty_on_hold(const control::GroupState& group, const model::LedgerRecord& record) {
  std::vector<model::SlotName> empty;
  for (const auto& [slot, since] : record.holds) {
    const auto holder = record.holders.find(slot);
    if (holder == record.holders.end() || group.is_gone(holder->second.instance))
      empty.push_back(slot);
  }
  if (empty.empty()) return {};
  const std::string others =
      empty.size() == 1 ? " has" : " and " + std::to_string(empty.size() - 1) + " more have";
  return empty.front().str() + others + " no machine and is on hold: nothing is launched until " +
         "`group release`";
}

std::string lacking(const model::GroupSpec& spec, const model::LedgerRecord& record) {
  if (record.lacking.empty()) return {};
  base::Instant since = record.lacking.begin()->second;
  for (const auto& [slot, lacks_since] : record.lacking) since = std::min(since, lacks_since);
  return (spec.max_price
              ? "Spot has nothing for $" + to_string(*spec.max_price) + " an hour or less for "
              : "Spot has no capacity for ") +
         std::to_string(record.lacking.size()) + (record.lacking.size() == 1 ? " slot" : " slots") +
         " since " + base::to_iso8601(since);
}

// A machine whose end AWS has announced for a day is exchanged within minutes where there is
// capacity.
std::string announced_ends(const control::GroupState& group, const model::LedgerRecord& record,
                           base::Instant now) {
  constexpr base::Duration kPatience = base::Duration::minutes(10);
  for (const auto& [slot, holder] : record.holders) {
    const auto known = group.retirements.find(holder.instance);
    if (known == group.retirements.end() || known->second.is_called_off ||
        group.is_gone(holder.instance) || now < known->second.since + kPatience)
      continue;
    const std::string when =
        known->second.date ? " at " + base::to_iso8601(*known->second.date) : "";
    return "AWS ends " + holder.instance.str() + " of " + slot.str() + when +
           ", and nothing could be launched in its place yet";
  }
  return {};
}

void append(std::string& text, const std::string& more) {
  text += (text.empty() || more.empty() ? "" : "; ") + more;
}

// What only time mends, or a person who wanted it so.
std::string wait_of(const control::GroupState& group, base::Instant now) {
  if (group.ledger.unusable) return "the ledger's record was written by another version or damaged";
  const model::LedgerRecord* record = group.record();
  if (!record && group.last_record())
    return "the ledger cannot be read at the moment: what is shown is what it said last";
  if (!record) return "the ledger has not been read yet";
  if (record->paused_since)
    return "paused since " + base::to_iso8601(*record->paused_since) +
           ": it is watched, and nothing is changed";
  if (record->retired_at) return "retired at " + base::to_iso8601(*record->retired_at);
  if (record->no_launch_before && now < *record->no_launch_before)
    return "no launches before " + base::to_iso8601(*record->no_launch_before) +
           ": the ledger is new, and machines of an older one must show themselves first";
  std::string waits = empty_on_hold(group, *record);
  append(waits, lacking(group.spec, *record));
  append(waits, announced_ends(group, *record, now));
  return waits;
}

// Slots that somebody serves: who holds it, or who held it and stays until the next one serves.
int served_slots(const control::GroupState& group, const std::vector<SlotView>& slots) {
  std::set<model::SlotName> served;
  for (const SlotView& slot : slots)
    if (slot.state == SlotState::kServing) served.insert(slot.name);
  if (const model::LedgerRecord* record = group.last_record())
    for (const model::Retiring& leaver : record->retiring)
      if (record->holders.contains(leaver.slot) &&
          state_of(group, leaver.instance) == SlotState::kServing)
        served.insert(leaver.slot);
  return static_cast<int>(served.size());
}

template <class Is>
std::optional<size_t> first_site(const Snapshots& snapshots, Is is) {
  for (size_t site = 0; site < snapshots.size(); ++site)
    if (is(*snapshots[site])) return site;
  return std::nullopt;
}

bool has_slot(const Snapshot& snapshot, const model::SlotName& slot) {
  for (const auto& group : snapshot.groups)
    if (std::any_of(group->slots.begin(), group->slots.end(),
                    [&](const SlotView& view) { return view.name == slot; }))
      return true;
  return false;
}

// Also while it has no slots, because it is retired.
bool has_group_of(const Snapshot& snapshot, const model::SlotName& slot) {
  return std::any_of(snapshot.groups.begin(), snapshot.groups.end(), [&](const auto& group) {
    return model::slot_index(group->name, slot).has_value();
  });
}

}  // namespace

std::string_view to_string(SlotState state) { return kSlotStates[static_cast<size_t>(state)]; }

GroupView view_of(const control::GroupState& group, base::Instant now) {
  GroupView view;
  view.name = group.spec.name;
  view.looks = group.looks;
  view.capacity = group.spec.capacity;
  view.min_healthy = group.spec.min_healthy;
  for (const auto& [what, why] : group.troubles)
    view.troubles.push_back(base::printable(what + ": " + why));
  for (const auto& [what, why] : group.cautions)
    view.cautions.push_back(base::printable(what + ": " + why));
  view.hindrance = wait_of(group, now);
  for (const std::string& trouble : view.troubles) append(view.hindrance, trouble);
  view.slots = slots_of(group);
  view.healthy = served_slots(group, view.slots);
  for (const auto& [id, incident] : group.incidents) view.incidents.push_back(incident);
  const model::LedgerRecord* record = group.last_record();
  if (!record) return view;
  show_orders(*record, view.slots);
  view.is_paused = record->paused_since.has_value();
  view.is_retired = record->retired_at.has_value();
  view.has_seen_all = group.swept_at != base::Instant();
  view.ledger_revision = record->revision;
  view.open_launches = record->open.size();
  view.retiring = record->retiring;
  return view;
}

GroupView view_before(const model::GroupSpec& group, const std::string& not_begun) {
  GroupView view;
  view.name = group.name;
  view.capacity = group.capacity;
  view.min_healthy = group.min_healthy;
  view.hindrance = not_begun;
  for (int i = 0; i < group.capacity; ++i)
    view.slots.push_back(free_slot(nullptr, model::slot_name(group.name, i)));
  return view;
}

std::vector<PoolView> pools_of(const control::GroupState& group, const control::Brain& brain,
                               base::Instant now) {
  const model::LedgerRecord* record = group.last_record();
  static const std::map<model::Pool, base::Instant> kNothingCools;
  market::Knowledge known{
      brain.prices(), record ? record->cooling : kNothingCools, brain.advisor(), {}, group.scores};
  if (record)
    for (const auto& [slot, holder] : record->holders) ++known.in_use[holder.pool];
  std::set<model::Zone> zones;
  for (const auto& [subnet, zone] : group.zones) zones.insert(zone);
  std::vector<PoolView> pools;
  for (const model::Zone& zone : zones) {
    int rank = 0;
    for (market::RankedPool& pool : market::rank(group.spec, zone, known, now))
      pools.push_back({++rank, std::move(pool)});
  }
  return pools;
}

void refresh(const control::Brain& brain, base::Instant now, GroupViews& views) {
  constexpr base::Duration kPoolsLast = base::Duration::seconds(5);
  views.resize(brain.groups().size());
  auto view = views.begin();
  for (const auto& [name, group] : brain.groups()) {
    if (!*view || (*view)->looks != group.looks) {
      auto fresh = std::make_shared<GroupView>(view_of(group, now));
      const bool is_recent = *view && (*view)->pools && now < (*view)->pools_at + kPoolsLast;
      fresh->pools_at = is_recent ? (*view)->pools_at : now;
      fresh->pools =
          is_recent ? (*view)->pools
                    : std::make_shared<const std::vector<PoolView>>(pools_of(group, brain, now));
      *view = std::move(fresh);
    }
    ++view;
  }
}

void observe(const engine::Engine& engine, Snapshot& snapshot) {
  snapshot.has_seen_all = engine.brain().has_seen_all();
  snapshot.blocked_by = engine.blocked_by();
  snapshot.queue_trouble = base::printable(engine.queue_trouble());
  snapshot.troubles = engine.troubles();
  for (notify::Trouble& trouble : snapshot.troubles) trouble.why = base::printable(trouble.why);
  snapshot.foreign_notices = engine.brain().foreign_notices();
  snapshot.stats = engine.stats();
}

const GroupView* Snapshot::find(std::string_view group) const {
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& view) { return view->name.str() == group; });
  return found == groups.end() ? nullptr : found->get();
}

std::optional<size_t> site_of_group(const Snapshots& snapshots, std::string_view group) {
  return first_site(snapshots, [&](const Snapshot& site) { return site.find(group) != nullptr; });
}

size_t site_of_command(const Snapshots& snapshots, const model::Command& command) {
  if (!model::is_about_slot(command.kind))
    return site_of_group(snapshots, command.subject).value_or(0);
  const model::SlotName slot(command.subject);
  if (const auto found =
          first_site(snapshots, [&](const Snapshot& site) { return has_slot(site, slot); }))
    return *found;
  return first_site(snapshots, [&](const Snapshot& site) { return has_group_of(site, slot); })
      .value_or(0);
}

std::optional<size_t> find_site(const Snapshots& snapshots, std::string_view name) {
  return first_site(snapshots, [&](const Snapshot& site) { return site.site == name; });
}

std::vector<size_t> sites_of_notice(const Snapshots& snapshots, const model::Notice& notice) {
  std::vector<size_t> sites;
  for (size_t i = 0; i < snapshots.size(); ++i) {
    const Snapshot& site = *snapshots[i];
    const bool may_be_its_account =
        site.account.empty() || notice.account.empty() || site.account == notice.account;
    const bool may_be_its_region = notice.region.empty() || site.region == notice.region;
    if (may_be_its_account && may_be_its_region) sites.push_back(i);
  }
  return sites;
}

base::Instant time_of(const Snapshots& snapshots) {
  const auto begun =
      first_site(snapshots, [](const Snapshot& site) { return site.not_begun.empty(); });
  return snapshots[begun.value_or(0)]->at;
}

std::string site_names(const Snapshots& snapshots) {
  std::string names;
  for (const auto& site : snapshots) names += (names.empty() ? "" : ", ") + site->site;
  return names;
}

}  // namespace app
