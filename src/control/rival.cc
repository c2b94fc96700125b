#include "control/rival.h"

#include <algorithm>
#include <string>

#include "control/origin.h"
#include "control/troubles.h"

namespace control {
namespace {

// A single call that was under way when the old ledger was lost may bring machines late. A keeper
// launches again and again.
constexpr base::Duration kProof = base::Duration::minutes(3);

bool is_proved(const Rival& rival) { return rival.last >= rival.first + kProof; }

void tell(GroupState& group, const model::Instance& last, Decisions& out) {
  if (!begin_trouble(group, kRivalTrouble,
                     "another ledger keeps a group of this name too: machines of its launches (" +
                         group.rival->incarnation +
                         ") keep coming, and are left alone. Two keepers of one deployment must "
                         "share one ledger: stop one of them, or give it a deployment of its own; "
                         "then restart this one, and what nobody keeps is ended"))
    return;
  out.remarks.push_back({base::LogLevel::kError,
                         "rival-ledger",
                         {{"group", group.spec.name.str()},
                          {"launch", to_string(launch_of(last))},
                          {"instance", last.id.str()}}});
}

void note(GroupState& group, const model::Instance& instance) {
  const std::string incarnation = launch_of(instance).incarnation;
  const base::Instant when = instance.launch_time;
  if (!group.rival || group.rival->incarnation != incarnation)
    group.rival = Rival{incarnation, when, when};
  group.rival->first = std::min(group.rival->first, when);
  group.rival->last = std::max(group.rival->last, when);
}

}  // namespace

bool came_from_elsewhere(const GroupState& group, const model::Instance& instance,
                         const Timing& timing) {
  const std::string incarnation = launch_of(instance).incarnation;
  return !incarnation.empty() && incarnation != group.record()->incarnation &&
         instance.launch_time > group.incarnation_known_at + timing.horizon;
}

bool is_rivals(const GroupState& group, const model::Instance& instance) {
  return group.rival && is_proved(*group.rival) &&
         launch_of(instance).incarnation == group.rival->incarnation;
}

void watch_for_rival(GroupState& group, const std::vector<const model::Instance*>& from_elsewhere,
                     Decisions& out) {
  if (from_elsewhere.empty()) {
    if (!group.rival || !is_proved(*group.rival)) return;
    group.rival.reset();
    end_trouble(group, kRivalTrouble);
    return;
  }
  for (const model::Instance* instance : from_elsewhere) note(group, *instance);
  if (is_proved(*group.rival)) tell(group, *from_elsewhere.back(), out);
}

}  // namespace control
