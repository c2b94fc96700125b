#include "sim/person.h"

#include <algorithm>
#include <utility>

#include "control/commands.h"

namespace sim {
namespace {

using base::Duration;
using model::CommandKind;
using model::LedgerRecord;

constexpr int kMostCapacity = 8;
constexpr Duration kPeacePeriod = Duration::seconds(10);

}  // namespace

Person::Person(Timeline& timeline, const std::vector<std::unique_ptr<Host>>& hosts,
               std::vector<model::GroupSpec>& groups, const LedgerChecker& ledger, FileOf file_of,
               OrderHook hook, Violate violate, base::Prng dice)
    : timeline_(timeline),
      hosts_(hosts),
      groups_(groups),
      ledger_(ledger),
      file_of_(std::move(file_of)),
      hook_(std::move(hook)),
      violate_(std::move(violate)),
      dice_(dice) {}

bool Person::order_something() {
  if (std::none_of(hosts_.begin(), hosts_.end(), [](const auto& host) { return host->is_up(); }))
    return false;
  const model::GroupSpec& group = groups_[dice_.below(groups_.size())];
  const auto index = static_cast<int>(dice_.below(static_cast<uint64_t>(group.capacity)));
  const std::string slot = model::slot_name(group.name, index).str();
  constexpr CommandKind kKinds[] = {CommandKind::kHold,          CommandKind::kReplace,
                                    CommandKind::kReplaceAll,    CommandKind::kReplaceOld,
                                    CommandKind::kStopReplacing, CommandKind::kPause,
                                    CommandKind::kRetire};
  const CommandKind kind = kKinds[dice_.below(std::size(kKinds))];
  const std::string& subject = is_about_slot(kind) ? slot : group.name.str();
  give(kind, subject);
  if (kind == CommandKind::kHold) give_later(CommandKind::kRelease, subject);
  if (kind == CommandKind::kPause || kind == CommandKind::kRetire)
    give_later(CommandKind::kResume, subject);
  return true;
}

bool Person::edit_something() {
  model::GroupSpec& group = groups_[dice_.below(groups_.size())];
  group.capacity = static_cast<int>(dice_.between(1, kMostCapacity));
  group.min_healthy = std::max(1, group.capacity - 1);
  for (size_t i = 0; i < hosts_.size(); ++i)
    timeline_.after(Duration::seconds(dice_.between(0, 30)),
                    [this, i] { hosts_[i]->reload(file_of_(i)); });
  return true;
}

void Person::make_peace() {
  for (const auto& [name, record] : ledger_.last()) take_back(record);
  timeline_.after(kPeacePeriod, [this] { make_peace(); });
}

void Person::take_back(const LedgerRecord& record) {
  if (record.paused_since || record.retired_at) give(CommandKind::kResume, record.group.str());
  for (const auto& [slot, since] : record.holds) give(CommandKind::kRelease, slot.str());
}

void Person::give_later(CommandKind kind, const std::string& subject) {
  timeline_.after(Duration::seconds(dice_.between(10, 900)),
                  [this, kind, subject] { give(kind, subject); });
}

// To whichever keeper is up; the one that is not tells nobody, and a person tries again.
void Person::give(CommandKind kind, const std::string& subject) {
  const size_t first = dice_.below(hosts_.size());
  for (size_t i = 0; i < hosts_.size(); ++i) {
    Host& host = *hosts_[(first + i) % hosts_.size()];
    if (!host.is_up()) continue;
    const model::Command command{{}, kind, subject};
    host.order(command, [this, command, given = ++given_](const base::Status& status) {
      hook_(command.kind, control::is_so(status));
      if (control::is_so(status)) check_stored(command, given);
    });
    return;
  }
}

// What was answered stands in the ledger, unless another order came after it.
void Person::check_stored(const model::Command& command, uint64_t given) {
  if (given != given_) return;
  const auto is_missing = [&](const LedgerRecord& record) {
    switch (command.kind) {
      case CommandKind::kHold: return !record.holds.contains(model::SlotName(command.subject));
      case CommandKind::kPause: return !record.paused_since;
      case CommandKind::kRetire: return !record.retired_at;
      default: return false;
    }
  };
  for (const auto& [name, record] : ledger_.last()) {
    const bool is_its = is_about_slot(command.kind) ? command.subject.starts_with(name.str() + "-")
                                                    : command.subject == name.str();
    if (is_its && is_missing(record))
      violate_("the order " + std::string(to_string(command.kind)) + " " + command.subject +
               " was answered and is not in the ledger");
  }
}

}  // namespace sim
