#include "control/shared_capacity.h"

#include <algorithm>
#include <string>

#include "control/troubles.h"

namespace control {
namespace {

using base::Instant;
using model::KeeperName;
using model::Keeping;

const std::pair<const KeeperName, Keeping>* one_that_differs(const GroupState& group) {
  for (const auto& entry : group.record()->keepers)
    if (entry.first != group.keeper && entry.second.capacity != group.spec.capacity) return &entry;
  return nullptr;
}

// From a time that nobody has seen yet; clocks differ by less.
bool is_absurd(const LedgerDraft& draft, const Keeping& keeping) {
  return keeping.said_at > draft.now + draft.context.timing.keeper_believed;
}

void forget_silent(LedgerDraft& draft) {
  const base::Duration believed = draft.context.timing.keeper_believed;
  auto& keepers = draft.next.keepers;
  std::erase_if(keepers, [&](const auto& entry) {
    const Instant said_at = entry.second.said_at;
    return entry.first != draft.context.keeper &&
           (said_at + believed <= draft.now || is_absurd(draft, entry.second));
  });
  for (const auto& [keeper, keeping] : keepers)
    if (keeper != draft.context.keeper) draft.look_again_at(keeping.said_at + believed);
}

}  // namespace

int shared_capacity(const GroupState& group, const model::LedgerRecord& record) {
  int most = group.spec.capacity;
  for (const auto& [keeper, keeping] : record.keepers)
    if (keeper != group.keeper) most = std::max(most, keeping.capacity);
  return most;
}

void say_capacity(LedgerDraft& draft) {
  const KeeperName& me = draft.context.keeper;
  auto& keepers = draft.next.keepers;
  // Who was alone had nobody to say it to, and is believed from now on.
  if (!keepers.contains(me))
    for (auto& [keeper, keeping] : keepers) keeping.said_at = draft.now;
  forget_silent(draft);
  const Keeping now{draft.group.spec.capacity, draft.now};
  Keeping& mine = keepers.try_emplace(me, now).first->second;
  const Instant again = keepers.size() == 1 ? Instant::never()
                                            : mine.said_at + draft.context.timing.keeper_says_again;
  if (mine.capacity != now.capacity || draft.now >= again || is_absurd(draft, mine))
    mine = now;
  else
    draft.look_again_at(again);
}

void watch_for_difference(GroupState& group, const Timing& timing, Decisions& out, Instant now) {
  if (!group.record()) return;
  const auto* other = one_that_differs(group);
  if (!other) {
    group.differs_since.reset();
    end_trouble(group, kFilesTrouble);
    return;
  }
  if (!group.differs_since || *group.differs_since > now) group.differs_since = now;
  if (const Instant due = *group.differs_since + timing.files_settle; now < due) {
    out.wake_at = std::min(out.wake_at, due);
    return;
  }
  const std::string& name = other->first.str();
  const std::string theirs = std::to_string(other->second.capacity);
  const std::string ours = std::to_string(group.spec.capacity);
  if (begin_trouble(group, kFilesTrouble,
                    "the file of keeper " + name + " says capacity = " + theirs +
                        ", and this one's says " + ours +
                        ": the slots beyond the smaller number are one keeper's alone, and none is "
                        "ended, until both say the same or " +
                        name + " is gone for an hour"))
    out.remarks.push_back({base::LogLevel::kError,
                           "files-differ",
                           {{"group", group.spec.name.str()},
                            {"other", name},
                            {"capacity", ours},
                            {"other_capacity", theirs}}});
}

}  // namespace control
