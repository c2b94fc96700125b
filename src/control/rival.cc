#include "control/rival.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "control/origin.h"
#include "control/troubles.h"

namespace control {
namespace {

// A single call that was under way when the old ledger was lost may bring machines late, by minutes
// at most. A keeper launches again and again.
constexpr base::Duration kProof = base::Duration::minutes(3);
constexpr base::Duration kLatest = base::Duration::minutes(15);
// Of ledgers that are not proved to launch: nobody has so many.
constexpr size_t kMostSuspects = 8;

bool is_proved(const Rival& rival) { return rival.last >= rival.first + kProof; }

base::Instant begun_at(const GroupState& group) {
  return group.record()->begun_at.value_or(group.incarnation_known_at);
}

void forget_oldest(Rivals& rivals) {
  while (rivals.size() > kMostSuspects)
    rivals.erase(std::min_element(rivals.begin(), rivals.end(), [](const auto& a, const auto& b) {
      return std::pair(is_proved(a.second), a.second.last) <
             std::pair(is_proved(b.second), b.second.last);
    }));
}

}  // namespace

bool came_from_elsewhere(const GroupState& group, const model::Instance& instance,
                         const Timing& timing) {
  const std::string incarnation = launch_of(instance).incarnation;
  return !incarnation.empty() && incarnation != group.record()->incarnation &&
         instance.launch_time > begun_at(group) + timing.horizon;
}

Rivals rivals_by(const GroupState& group, const std::vector<const Seen*>& from_elsewhere) {
  Rivals rivals = group.rivals;
  std::set<std::string> present;
  for (const Seen* seen : from_elsewhere) {
    std::string incarnation = launch_of(seen->instance).incarnation;
    const base::Instant when = seen->instance.launch_time;
    // So late it is proof by itself.
    const bool is_late = when > begun_at(group) + kLatest;
    const base::Instant first = is_late ? begun_at(group) : when;
    Rival& rival = rivals.try_emplace(incarnation, Rival{first, when}).first->second;
    rival = {std::min(rival.first, first), std::max(rival.last, when)};
    present.insert(std::move(incarnation));
  }
  std::erase_if(rivals, [&](const auto& rival) {
    return is_proved(rival.second) && !present.contains(rival.first);
  });
  forget_oldest(rivals);
  return rivals;
}

bool is_rivals(const Rivals& rivals, const model::Instance& instance) {
  const auto rival = rivals.find(launch_of(instance).incarnation);
  return rival != rivals.end() && is_proved(rival->second);
}

void tell_rivals(GroupState& group, Rivals rivals, Decisions& out) {
  group.rivals = std::move(rivals);
  const auto proved = std::find_if(group.rivals.begin(), group.rivals.end(),
                                   [](const auto& rival) { return is_proved(rival.second); });
  if (proved == group.rivals.end()) {
    end_trouble(group, kRivalTrouble);
    return;
  }
  if (begin_trouble(group, kRivalTrouble,
                    "another ledger keeps a group of this name too: machines of its launches (" +
                        proved->first +
                        ") keep coming, and are left alone. Two keepers of one deployment must "
                        "share one ledger: stop one of them, or give it a deployment of its own; "
                        "the machines that it leaves behind are yours to end"))
    out.remarks.push_back({base::LogLevel::kError,
                           "rival-ledger",
                           {{"group", group.spec.name.str()}, {"incarnation", proved->first}}});
}

}  // namespace control
