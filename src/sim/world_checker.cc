#include "sim/world_checker.h"

#include <algorithm>

#include "base/check.h"
#include "control/timing.h"
#include "sim/elb.h"

namespace sim {
namespace {

using base::Duration;
using base::Instant;
using model::InstanceId;

constexpr int64_t kMsPerHour = 3'600'000;
constexpr Duration kLongestWay = Duration::minutes(3);  // Of a call, and more.

// Whose launch it is, by the tags of an instance or of a Spot request.
const model::GroupSpec* group_of(const std::vector<model::GroupSpec>& groups, const auto& tagged) {
  const std::string* name = tagged.tag(model::kGroupTag);
  if (!name || !tagged.tag(model::kLaunchTag)) return nullptr;
  for (const model::GroupSpec& group : groups)
    if (group.name.str() == *name) return &group;
  return nullptr;
}

// What comes from a Spot request has its tags there, and none of its own at first.
const model::GroupSpec* group_of(const std::vector<model::GroupSpec>& groups, const World& world,
                                 const Instance& instance) {
  if (const model::GroupSpec* own = group_of(groups, instance)) return own;
  const auto request = world.spot_requests.find(instance.spot_request);
  return request == world.spot_requests.end() ? nullptr : group_of(groups, request->second);
}

bool has_ended(const Instance& instance) { return !instance.is_live(); }

bool was_taken_by_aws(const Instance& instance) { return instance.reclaim.has_value(); }

}  // namespace

bool bears_our_tags(const Instance& instance) {
  return instance.tag(model::kGroupTag) && instance.tag(model::kLaunchTag) &&
         instance.tag(model::kDeploymentTag);
}

bool WorldChecker::serves(const model::GroupSpec& group, const InstanceId& id) const {
  const World& world = region_.world();
  const auto instance = world.instances.find(id);
  if (instance == world.instances.end() ||
      instance->second.state() != model::InstanceState::kRunning)
    return false;
  if (group.target_groups.empty())
    return region_.now() >= instance->second.serves_at && !instance->second.is_impaired;
  for (const model::TargetGroupRef& ref : group.target_groups) {
    const auto targets = world.target_groups.find(ref.arn);
    if (targets == world.target_groups.end()) return false;
    const TargetKey key{id, ref.port};
    if (!targets->second.targets.contains(key)) return false;
    if (health_of(world, targets->second, key, region_.now()).state != "healthy") return false;
  }
  return true;
}

int WorldChecker::serving_holders(const model::GroupSpec& group) const {
  const auto record = ledger_.last().find(group.name);
  if (record == ledger_.last().end()) return 0;
  int count = 0;
  for (const auto& [slot, holder] : record->second.holders) count += serves(group, holder.instance);
  // One that leaves still serves its slot until the new holder does.
  for (const model::Retiring& entry : record->second.retiring)
    count += serves(group, entry.instance) && !serves(group, entry.replacement);
  return std::min(count, group.capacity);
}

void WorldChecker::look(Instant now) {
  const Duration passed = last_look_ == Instant() ? Duration() : now - last_look_;
  last_look_ = now;
  note_tags(now);
  add_up(passed);
  for (const model::GroupSpec& group : groups_) {
    figures_.slot_ms_wanted += group.capacity * passed.ms();
    figures_.slot_ms_served += serving_holders(group) * passed.ms();
    const auto record = ledger_.last().find(group.name);
    if (record != ledger_.last().end()) stored(record->second, now);
    watch_ends(group, now);
    check_targets(group);
    note_served(group, now);
  }
}

void WorldChecker::note_served(const model::GroupSpec& group, Instant now) {
  const auto record = ledger_.last().find(group.name);
  if (record == ledger_.last().end()) return;
  std::deque<Served>& looks = served_[group.name];
  looks.push_back({now, {}});
  const auto note = [&](const InstanceId& id) {
    if (serves(group, id)) looks.back().by.insert(id);
  };
  for (const auto& [slot, holder] : record->second.holders) note(holder.instance);
  for (const model::Retiring& entry : record->second.retiring) note(entry.instance);
  while (looks.front().at + kLongestWay < now) looks.pop_front();
}

void WorldChecker::stored(const model::LedgerRecord& record, Instant now) {
  if (record.retired_at) retired_[record.group] = now;
}

void WorldChecker::note_tags(Instant now) {
  for (const auto& [id, instance] : region_.world().instances)
    if (instance.is_live() && bears_our_tags(instance)) bore_tags_[id] = now;
}

void WorldChecker::add_up(Duration passed) {
  const World& world = region_.world();
  for (const auto& [id, instance] : world.instances) {
    if (!group_of(groups_, world, instance)) continue;
    if (counted_launches_.insert(id).second) ++figures_.launches;
    if (!instance.is_live()) continue;
    const auto pool = world.pools.find(instance.pool());
    if (pool == world.pools.end()) continue;
    const bool spot = instance.lifecycle == model::Lifecycle::kSpot;
    const base::Money on_demand = pool->second.on_demand_price;
    const base::Money price = spot ? pool->second.price() : on_demand;
    // Parts of a micro-dollar are carried, so that many small looks add up to the whole.
    int64_t& rest = cost_rest_[id];
    rest += price.micros() * passed.ms();
    figures_.cost = figures_.cost + base::Money::usd_micros(rest / kMsPerHour);
    rest %= kMsPerHour;
    figures_.on_demand_cost =
        figures_.on_demand_cost +
        base::Money::usd_micros(on_demand.micros() * passed.ms() / kMsPerHour);
  }
}

// Counts interruptions when they happen, and whether the slot was served by then.
void WorldChecker::watch_ends(const model::GroupSpec& group, Instant) {
  const auto record = ledger_.last().find(group.name);
  for (const auto& [id, instance] : region_.world().instances) {
    if (!has_ended(instance) || group_of(groups_, region_.world(), instance) != &group) continue;
    if (!counted_ends_.insert(id).second) continue;
    if (!ledger_.ever_held().contains(id)) {
      ++figures_.surplus;
      continue;
    }
    if (!was_taken_by_aws(instance)) continue;
    const bool warned = instance.reclaim->kind == InterruptionKind::kWarned;
    ++(warned ? figures_.interruptions_warned : figures_.interruptions_unwarned);
    if (!warned || record == ledger_.last().end()) continue;
    const auto holder = record->second.holders.find(ledger_.ever_held().at(id));
    const bool slot_is_served = holder != record->second.holders.end() &&
                                holder->second.instance != id &&
                                serves(group, holder->second.instance);
    figures_.replaced_in_time += slot_is_served;
  }
}

// Whatever the balancer sends traffic to was committed to a slot first.
void WorldChecker::check_targets(const model::GroupSpec& group) {
  const World& world = region_.world();
  for (const model::TargetGroupRef& ref : group.target_groups) {
    const auto targets = world.target_groups.find(ref.arn);
    if (targets == world.target_groups.end()) continue;
    for (const auto& [key, entry] : targets->second.targets)
      if (!ledger_.ever_held().contains(key.instance) && accused_.insert(key.instance).second)
        violate_(key.instance.str() + " is registered and was never committed");
  }
}

// Its group, and the ledger's word of it; nothing for what does not serve, or is nobody's.
std::optional<WorldChecker::Removal> WorldChecker::removal_of(const InstanceId& id, Instant sent_at,
                                                              Instant now) const {
  const auto found = region_.world().instances.find(id);
  if (found == region_.world().instances.end()) return std::nullopt;
  const Instance& instance = found->second;
  const model::GroupSpec* group = group_of(groups_, region_.world(), instance);
  if (!group || instance.state() != model::InstanceState::kRunning || instance.is_sick ||
      instance.is_impaired)
    return std::nullopt;
  const auto record = ledger_.last().find(group->name);
  if (record == ledger_.last().end()) return std::nullopt;
  return Removal{instance, *group, record->second, sent_at, now};
}

// Never empty a group by our own hand while the machine could still have served.
void WorldChecker::removed(const InstanceId& id, Instant sent_at, Instant now) {
  const std::optional<Removal> removal = removal_of(id, sent_at, now);
  if (!removal) return;
  removal_sent_.try_emplace(id, sent_at);
  const std::string& name = removal->group.name.str();
  if (is_to_be_left(id, removal->record, now))
    violate_(id.str() + " was removed against an order of " + name);
  using Excuse = bool (WorldChecker::*)(const Removal&) const;
  constexpr Excuse kExcuses[] = {&WorldChecker::is_of_retired, &WorldChecker::has_left,
                                 &WorldChecker::is_being_taken, &WorldChecker::is_left_served,
                                 &WorldChecker::was_never_needed};
  if (std::none_of(std::begin(kExcuses), std::end(kExcuses),
                   [&](Excuse excuse) { return (this->*excuse)(*removal); }))
    violate_("removing " + id.str() + " left " + name + " with nobody who serves");
}

// What was sent while the group was retired may arrive after a person has thought better of it.
bool WorldChecker::is_of_retired(const Removal& removal) const {
  const auto retired = retired_.find(removal.group.name);
  return removal.record.retired_at ||
         (retired != retired_.end() && removal.now <= retired->second + Duration::minutes(2));
}

bool WorldChecker::is_being_taken(const Removal& removal) const {
  // Clocks differ by half a minute at most, and a decision travels for some seconds.
  const Duration slack = Duration::seconds(60);
  const auto& reclaim = removal.instance.reclaim;
  return reclaim && removal.now + control::Timing().most_drain + slack >= reclaim->at;
}

// A group of one has nobody else while a launch too many is taken back.
bool WorldChecker::was_never_needed(const Removal& removal) const {
  return removal.group.capacity == 1 && !ledger_.ever_held().contains(removal.instance.id);
}

bool WorldChecker::is_left_served(const Removal& removal) const {
  const auto serves_instead = [&](const InstanceId& other) {
    return other != removal.instance.id && serves(removal.group, other);
  };
  for (const auto& [slot, holder] : removal.record.holders)
    if (serves_instead(holder.instance)) return true;
  // One that AWS takes soon serves until then; taking that one away too would be found.
  for (const model::Retiring& entry : removal.record.retiring)
    if (serves_instead(entry.instance)) return true;
  return was_served_when_sent(removal);
}

// As exactly as the looks are close.
bool WorldChecker::was_served_when_sent(const Removal& removal) const {
  const auto looks = served_.find(removal.group.name);
  if (removal.now - removal.sent_at <= Duration::seconds(1) || looks == served_.end()) return false;
  const auto after = std::find_if(looks->second.begin(), looks->second.end(),
                                  [&](const Served& look) { return look.at > removal.sent_at; });
  if (after == looks->second.begin()) return false;
  const std::set<InstanceId>& served = std::prev(after)->by;
  return std::any_of(served.begin(), served.end(), [&](const InstanceId& other) {
    const auto sent = removal_sent_.find(other);
    const bool is_removed = sent != removal_sent_.end() && sent->second <= removal.sent_at;
    return other != removal.instance.id && !is_removed;
  });
}

// Lists may lag, so whoever took its tags off must wait as long; never longer.
void WorldChecker::ended(const InstanceId& id, Instant now) {
  const auto found = region_.world().instances.find(id);
  if (found == region_.world().instances.end() || bears_our_tags(found->second)) return;
  const auto bore = bore_tags_.find(id);
  if (bore == bore_tags_.end() || now > bore->second + control::Timing().horizon)
    violate_(id.str() + " is not ours, and was ended by us");
}

// Whether it might leave was judged then; another keeper's repetition takes nothing away.
bool WorldChecker::has_left(const Removal& removal) const {
  const auto left = [&](const model::TargetGroupRef& ref) {
    const auto targets = region_.world().target_groups.find(ref.arn);
    if (targets == region_.world().target_groups.end()) return false;
    const auto entry = targets->second.targets.find({removal.instance.id, ref.port});
    return entry != targets->second.targets.end() && entry->second.deregistered_at &&
           *entry->second.deregistered_at + Duration::seconds(1) < removal.now;
  };
  const auto& refs = removal.group.target_groups;
  return std::any_of(refs.begin(), refs.end(), left);
}

bool WorldChecker::is_to_be_left(const InstanceId& id, const model::LedgerRecord& record,
                                 Instant now) const {
  // A sweep, a paused process, a call that is late, and clocks that differ.
  const Duration heard = Duration::minutes(5);
  if (record.paused_since && *record.paused_since + heard <= now) return true;
  const auto on_hold = [&](const auto& hold) {
    const auto holder = record.holders.find(hold.first);
    return hold.second + heard <= now && holder != record.holders.end() &&
           holder->second.instance == id;
  };
  return std::any_of(record.holds.begin(), record.holds.end(), on_hold);
}

bool WorldChecker::holds_or_leaves(const InstanceId& id) const {
  for (const auto& [name, record] : ledger_.last()) {
    for (const auto& [slot, holder] : record.holders)
      if (holder.instance == id) return true;
    for (const model::Retiring& entry : record.retiring)
      if (entry.instance == id) return true;
  }
  return false;
}

bool WorldChecker::is_served(const model::GroupSpec& group, const model::LedgerRecord& record,
                             const model::SlotName& slot) const {
  const auto holder = record.holders.find(slot);
  if (holder == record.holders.end()) return false;
  if (serves(group, holder->second.instance)) return true;
  return std::any_of(
      record.retiring.begin(), record.retiring.end(), [&](const model::Retiring& entry) {
        return entry.replacement == holder->second.instance && serves(group, entry.instance);
      });
}

void WorldChecker::expect_whole(Instant now) {
  for (const model::GroupSpec& group : groups_) {
    const auto record = ledger_.last().find(group.name);
    if (record == ledger_.last().end()) {
      violate_(group.name.str() + " has no ledger");
      continue;
    }
    std::set<model::SlotName> wanted;
    for (int i = 0; i < group.capacity; ++i) {
      const model::SlotName& slot = *wanted.insert(model::slot_name(group.name, i)).first;
      if (!is_served(group, record->second, slot))
        violate_(slot.str() + " is not served at " + base::to_iso8601(now));
    }
    if (!record->second.open.empty()) violate_(group.name.str() + " still has open launches");
    for (const auto& [slot, holder] : record->second.holders)
      if (!wanted.contains(slot)) violate_(slot.str() + " is held and no longer wanted");
    expect_drained_as_said(group);
  }
  expect_accounted();
  expect_tagged();
}

// Who machines of ours are for can be seen, also of groups that no file names any more.
void WorldChecker::expect_tagged() {
  const World& world = region_.world();
  for (const auto& [id, instance] : world.instances) {
    const auto request = world.spot_requests.find(instance.spot_request);
    if (instance.is_live() && !instance.tag(model::kLaunchTag) &&
        request != world.spot_requests.end() && request->second.tag(model::kLaunchTag))
      violate_(id.str() + " came by a Spot request of ours and bears no tags");
  }
  for (const auto& [id, request] : world.spot_requests)
    if (request.state == "open" && request.tag(model::kLaunchTag) && !group_of(groups_, request))
      violate_(id.str() + " is open, and no file names its group");
}

// Connections may last as the file says.
void WorldChecker::expect_drained_as_said(const model::GroupSpec& group) {
  for (const model::TargetGroupRef& ref : group.target_groups) {
    const auto targets = region_.world().target_groups.find(ref.arn);
    if (!ref.drain || targets == region_.world().target_groups.end()) continue;
    if (targets->second.deregistration_delay() != *ref.drain)
      violate_(ref.arn.str() + " drains for " +
               base::to_string(targets->second.deregistration_delay()) + ", and the file says " +
               base::to_string(*ref.drain));
  }
}

void WorldChecker::expect_accounted() {
  const World& world = region_.world();
  for (const auto& [id, instance] : world.instances)
    if (instance.is_live() && group_of(groups_, world, instance) && !holds_or_leaves(id))
      violate_(id.str() + " lives and nobody accounts for it");
  for (const auto& [id, request] : world.spot_requests)
    if ((request.state == "open" || request.is_launching) && group_of(groups_, request))
      violate_(id.str() + " may launch yet and nobody waits for it");
}

}  // namespace sim
