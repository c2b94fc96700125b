#include "app/demo_watch.h"

#include <algorithm>
#include <utility>

#include "model/aws_error.h"
#include "model/ledger_record.h"
#include "sim/elb.h"

namespace app {
namespace {

using base::Instant;
using model::InstanceId;
using sim::InterruptionKind;

// More writes than these between two looks there cannot be: each waits for the disk.
constexpr int64_t kMostWrites = 200;
// More incidents than these neither happen nor change between two looks.
constexpr int64_t kMostIncidents = 50;
constexpr size_t kMostViolations = 20;

std::string reclaim_text(const sim::Instance& instance) {
  const std::string what = instance.id.str() + " in " + to_string(instance.pool());
  const sim::Reclaim& reclaim = *instance.reclaim;
  if (reclaim.kind == InterruptionKind::kUnwarned) return "takes " + what + " without warning";
  return "will take " + what + " in " + minutes_and_seconds(reclaim.at - reclaim.decided_at) +
         (reclaim.kind == InterruptionKind::kWarnedLate ? ", and warns late" : "");
}

std::string end_text(const sim::Instance& instance) {
  return instance.id.str() + " ends (" + instance.state_reason_code + ")";
}

std::string step_text(const model::Incident& incident, const model::TimelineEntry& step) {
  std::string text = incident.slot.str() + " " + std::string(model::to_string(incident.kind)) +
                     " of " + incident.instance.str() + ": " + step.what;
  if (!step.detail.empty()) text += " " + step.detail;
  return text;
}

std::string slot_text(const SlotView& slot) {
  std::string text = slot.name.str() + " " + std::string(to_string(slot.state));
  if (!slot.holder.empty()) text += ": " + slot.holder.str();
  if (!slot.pool.type.empty()) text += " in " + to_string(slot.pool);
  return text;
}

}  // namespace

base::Result<std::unique_ptr<DemoWatch>> DemoWatch::open(
    const std::string& path, const sim::Region& region,
    const std::vector<model::GroupSpec>& groups) {
  ASSIGN_OR_RETURN(auto database,
                   store::Database::open(path, {.access = store::Access::kReadOnly}));
  ASSIGN_OR_RETURN(auto journal, engine::Journal::open(*database));
  return std::unique_ptr<DemoWatch>(
      new DemoWatch(std::move(database), std::move(journal), region, groups));
}

DemoWatch::DemoWatch(std::unique_ptr<store::Database> database,
                     std::unique_ptr<engine::Journal> journal, const sim::Region& region,
                     const std::vector<model::GroupSpec>& groups)
    : database_(std::move(database)),
      journal_(std::move(journal)),
      region_(region),
      groups_(groups),
      ledger_checker_([this](std::string what) { violate(std::move(what)); }),
      world_checker_(region_, ledger_checker_, groups_,
                     [this](std::string what) { violate(std::move(what)); }) {}

void DemoWatch::violate(std::string what) {
  if (counts_.violations.size() < kMostViolations)
    counts_.violations.push_back(base::to_iso8601(region_.now()) + " " + std::move(what));
}

std::vector<Happening> DemoWatch::look(const Snapshot& snapshot) {
  // The ledger first: nothing is done in the region before it stands there.
  read_ledger();
  world_checker_.look(region_.now());
  count_figures();
  counts_.ledger_records = ledger_checker_.records();
  count_calls(snapshot.stats);
  std::vector<Happening> told;
  tell_instances(told);
  tell_pools(told);
  tell_slots(snapshot, told);
  tell_incidents(told);
  return told;
}

void DemoWatch::read_ledger() {
  for (const model::GroupSpec& group : groups_) {
    auto written = journal_->ledger_history(group.name, kMostWrites);
    if (!written) {
      violate("the journal cannot be read: " + base::to_string(written.error()));
      return;
    }
    std::reverse(written->begin(), written->end());
    for (const engine::LedgerWritten& record : *written)
      if (record.revision > revisions_[group.name]) take_record(record);
  }
}

void DemoWatch::take_record(const engine::LedgerWritten& written) {
  revisions_[written.group] = written.revision;
  const auto record = model::parse_ledger_record(written.record);
  if (!record) return violate("an unreadable ledger record was stored");
  ledger_checker_.stored(*record, [this](const InstanceId& id) {
    const auto found = region_.world().instances.find(id);
    return found != region_.world().instances.end() && found->second.is_live();
  });
}

// While the capacity comes up for the first time there is none to hold.
void DemoWatch::count_figures() {
  counts_.figures = world_checker_.figures();
  const bool is_up = !slots_told_.empty() &&
                     std::all_of(slots_told_.begin(), slots_told_.end(), [](const auto& slot) {
                       return slot.second == SlotState::kServing;
                     });
  if (!is_up) coming_up_ = counts_.figures;
  counts_.figures.slot_ms_wanted -= coming_up_.slot_ms_wanted;
  counts_.figures.slot_ms_served -= coming_up_.slot_ms_served;
}

void DemoWatch::count_calls(const engine::Stats& stats) {
  counts_.calls = counts_.throttled = 0;
  for (const auto& [action, count] : stats.calls_by_action) counts_.calls += count;
  for (const auto& [code, count] : stats.failures_by_code)
    if (model::is_throttled(code)) counts_.throttled += count;
}

void DemoWatch::tell_instances(std::vector<Happening>& told) {
  for (const auto& [id, instance] : region_.world().instances) {
    if (!instance.tag(model::kGroupTag)) continue;
    if (instance.reclaim && reclaims_told_.insert(id).second)
      told.push_back({instance.reclaim->decided_at, "region", reclaim_text(instance)});
    if (!instance.is_live() && ends_told_.insert(id).second)
      told.push_back({instance.history.back().at, "region", end_text(instance)});
  }
}

void DemoWatch::tell_pools(std::vector<Happening>& told) {
  for (const auto& [key, pool] : region_.world().pools) {
    if (pool.is_drained == droughts_told_.contains(key)) continue;
    told.push_back(
        {region_.now(), "region",
         "pool " + to_string(key) + (pool.is_drained ? " runs dry" : " has capacity again")});
    if (pool.is_drained)
      droughts_told_.insert(key);
    else
      droughts_told_.erase(key);
  }
}

// How the capacity comes up. What befalls a slot later is an incident's to tell.
void DemoWatch::tell_slots(const Snapshot& snapshot, std::vector<Happening>& told) {
  for (const auto& group : snapshot.groups) {
    for (const SlotView& slot : group->slots) {
      const auto [known, is_new] = slots_told_.try_emplace(slot.name, SlotState::kEmpty);
      if (known->second == SlotState::kServing || known->second == slot.state) continue;
      known->second = slot.state;
      told.push_back({snapshot.at, "keeper", slot_text(slot)});
    }
  }
}

void DemoWatch::tell_incidents(std::vector<Happening>& told) {
  const auto incidents =
      journal_->incidents(engine::IncidentFilter::kAll, {.limit = kMostIncidents});
  if (!incidents)
    return violate("the journal cannot be read: " + base::to_string(incidents.error()));
  for (const auto& [seq, incident] : *incidents) {
    size_t& steps = steps_told_[seq];
    for (; steps < incident.timeline.size(); ++steps) {
      const model::TimelineEntry& step = incident.timeline[steps];
      told.push_back({step.at, "keeper", step_text(incident, step)});
    }
  }
}

// ---- what is shown ----

void DemoWatch::describe(const Snapshot& snapshot, DemoState& state) const {
  state.now = region_.now();
  state.counts = counts_;
  state.slots.clear();
  state.incidents.clear();
  state.dry_pools.clear();
  state.hindrance = snapshot.blocked_by;
  for (const auto& view : snapshot.groups) {
    if (state.hindrance.empty()) state.hindrance = view->hindrance;
    for (const model::GroupSpec& group : groups_)
      if (group.name == view->name) add_rows(*view, group, state);
    state.incidents.insert(state.incidents.end(), view->incidents.begin(), view->incidents.end());
  }
  std::sort(state.incidents.begin(), state.incidents.end(),
            [](const auto& a, const auto& b) { return a.opened_at > b.opened_at; });
  for (const auto& [key, pool] : region_.world().pools)
    if (pool.is_drained) state.dry_pools.push_back(to_string(key));
}

void DemoWatch::add_rows(const GroupView& view, const model::GroupSpec& group,
                         DemoState& state) const {
  const auto deadline = [&](const InstanceId& id) -> std::optional<Instant> {
    for (const model::Incident& incident : view.incidents)
      if (incident.instance == id) return incident.deadline;
    return std::nullopt;
  };
  for (const SlotView& slot : view.slots) {
    const std::string pool = slot.pool.type.empty() ? "" : to_string(slot.pool);
    state.slots.push_back({slot.name.str(), slot.holder.str(), pool,
                           std::string(to_string(slot.state)), health(group, slot.holder),
                           deadline(slot.holder), slot.since});
    for (const model::Retiring& entry : view.retiring) {
      if (entry.slot != slot.name) continue;
      state.slots.push_back({"", entry.instance.str(), "", "leaving", health(group, entry.instance),
                             entry.deadline ? entry.deadline : deadline(entry.instance),
                             entry.since});
    }
  }
}

std::string DemoWatch::health(const model::GroupSpec& group, const InstanceId& id) const {
  const auto found = region_.world().instances.find(id);
  if (found == region_.world().instances.end()) return "";
  const sim::Instance& instance = found->second;
  if (instance.state() != model::InstanceState::kRunning)
    return std::string(model::to_string(instance.state()));
  if (group.target_groups.empty())
    return region_.now() >= instance.checked_at ? "ok" : "initializing";
  const model::TargetGroupRef& ref = group.target_groups.front();
  const sim::TargetGroup& targets = region_.world().target_groups.at(ref.arn);
  const sim::TargetKey key{id, ref.port};
  if (!targets.targets.contains(key)) return "unregistered";
  return sim::health_of(region_.world(), targets, key, region_.now()).state;
}

}  // namespace app
