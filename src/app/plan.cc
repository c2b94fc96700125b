#include "app/plan.h"

#include <algorithm>
#include <set>

#include "engine/call_text.h"
#include "model/ledger_record.h"

namespace app {
namespace {

using model::LedgerRecord;

void append(std::string& text, const std::string& change) {
  text += (text.empty() ? "" : "; ") + change;
}

std::string joined(const std::vector<model::SlotName>& slots) {
  std::string text;
  for (const model::SlotName& slot : slots) text += (text.empty() ? "" : ", ") + slot.str();
  return text;
}

std::string launch_changes(const LedgerRecord& next, const LedgerRecord& current) {
  std::set<uint64_t> known;
  for (const model::OpenLaunch& launch : current.open) known.insert(launch.n);
  std::string text;
  for (const model::OpenLaunch& launch : next.open)
    if (!known.contains(launch.n))
      append(text, "launch " + model::to_string(launch.pool) +
                       (launch.lifecycle == model::Lifecycle::kOnDemand ? " on demand" : "") +
                       " for " + joined(launch.slots));
  return text;
}

std::string holder_changes(const LedgerRecord& next, const LedgerRecord& current) {
  std::string text;
  for (const auto& [slot, holder] : next.holders) {
    const auto before = current.holders.find(slot);
    if (before == current.holders.end() || before->second.instance != holder.instance)
      append(text, "give " + slot.str() + " to " + holder.instance.str());
  }
  for (const auto& [slot, holder] : current.holders)
    if (!next.holders.contains(slot)) append(text, "free " + slot.str());
  return text;
}

std::string retiring_changes(const LedgerRecord& next, const LedgerRecord& current) {
  std::string text;
  for (const model::Retiring& leaver : next.retiring)
    if (std::none_of(current.retiring.begin(), current.retiring.end(),
                     [&](const auto& known) { return known.instance == leaver.instance; }))
      append(text, "retire " + leaver.instance.str() + " (" + leaver.reason + ")");
  return text;
}

std::string ledger_changes(const LedgerRecord& next, const LedgerRecord* current) {
  std::string text;
  if (!current) append(text, "begin the group's ledger");
  if (next.no_launch_before && !current)
    append(text, "launch nothing before " + base::to_iso8601(*next.no_launch_before));
  const LedgerRecord before = current ? *current : LedgerRecord();
  for (const auto& changes :
       {launch_changes(next, before), holder_changes(next, before), retiring_changes(next, before)})
    if (!changes.empty()) append(text, changes);
  return text.empty() ? "note what became of earlier launches" : text;
}

const LedgerRecord* record_of(const control::Brain& brain, const model::GroupName& group) {
  const auto found = brain.groups().find(group);
  return found == brain.groups().end() ? nullptr : found->second.record();
}

// Notes the calls that change something and makes the others; answers how many those were.
size_t divide(const control::Brain& brain, const std::vector<control::PlannedCall>& calls,
              const PlanWorld& world, Plan& plan) {
  size_t reads = 0;
  for (const control::PlannedCall& planned : calls) {
    if (model::is_mutating(planned.call)) {
      plan.steps.push_back({std::string(model::action_of(planned.call)), planned.group,
                            describe_change(planned.call, record_of(brain, planned.group))});
    } else {
      world.read(planned);
      ++reads;
    }
  }
  return reads;
}

std::vector<std::string> cautions_of(const control::Brain& brain) {
  std::vector<std::string> cautions;
  for (const auto& [name, group] : brain.groups())
    for (const auto& [what, why] : group.cautions)
      cautions.push_back(name.str() + ": " + what + ": " + why);
  return cautions;
}

}  // namespace

std::string describe_change(const model::Call& call, const LedgerRecord* current) {
  const auto* write = std::get_if<model::LedgerWrite>(&call);
  if (!write) return engine::text_of(call);
  const auto next = model::parse_ledger_record(write->record);
  return next ? ledger_changes(*next, current) : engine::text_of(call);
}

Plan make_plan(control::Brain& brain, const PlanWorld& world) {
  Plan plan;
  size_t outstanding = 0;
  std::vector<control::Event> events;
  std::set<model::CallId> may_fail;  // What is not known then changes no more than an order.
  for (;;) {
    const control::Decisions decisions = brain.step(events, world.clock.now());
    outstanding += divide(brain, decisions.calls, world, plan);
    plan.cautions = cautions_of(brain);
    for (const control::PlannedCall& planned : decisions.calls)
      if (std::holds_alternative<model::GetSpotPlacementScores>(planned.call))
        may_fail.insert(planned.id);
    if (outstanding == 0) return plan;
    events.clear();
    for (model::CallCompleted& completed : world.wait()) {
      --outstanding;
      if (!completed.result && !may_fail.contains(completed.id))
        plan.failures.push_back(base::to_string(completed.result.error()));
      events.push_back(std::move(completed));
    }
    if (!events.empty()) continue;
    plan.failures.push_back(std::to_string(outstanding) + " reads were not answered in time");
    return plan;
  }
}

}  // namespace app
