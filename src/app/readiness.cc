#include "app/readiness.h"

#include <utility>

#include "app/config.h"

namespace app {
namespace {

// All that a person must mend, in one sentence.
std::string troubles_of(const Snapshot& snapshot) {
  std::string text;
  const auto add = [&](const std::string& who, const std::string& what) {
    text += (text.empty() ? "" : "; ") + who + ": " + what;
  };
  if (!snapshot.queue_trouble.empty()) add("the queue", snapshot.queue_trouble);
  for (const notify::Trouble& trouble : snapshot.troubles)
    add(trouble.group.empty() ? "the keeper" : trouble.group.str(),
        trouble.name + ": " + trouble.why);
  for (const auto& group : snapshot.groups)
    for (const std::string& trouble : group->troubles) add(group->name.str(), trouble);
  return text;
}

std::optional<Unready> unready(const Snapshot& snapshot) {
  if (!snapshot.not_begun.empty()) return Unready{"NotBegun", snapshot.not_begun};
  if (!snapshot.blocked_by.empty())
    return Unready{"JournalUnavailable", "the journal cannot be written: " + snapshot.blocked_by};
  if (std::string troubles = troubles_of(snapshot); !troubles.empty())
    return Unready{"Hindered", std::move(troubles)};
  if (snapshot.has_seen_all) return std::nullopt;
  std::string unseen;
  for (const auto& group : snapshot.groups)
    if (!group->has_seen_all) unseen.append(unseen.empty() ? "" : ", ").append(group->name.str());
  return Unready{"NotSeenAll", "not all has been read yet of: " + unseen};
}

}  // namespace

std::optional<Unready> unready(const Snapshots& snapshots) {
  std::optional<Unready> all;
  for (const auto& snapshot : snapshots) {
    const std::optional<Unready> one = unready(*snapshot);
    if (!one) continue;
    if (!all) all = Unready{one->code, ""};
    all->why += (all->why.empty() ? "" : "; ") + of_site(snapshot->site, one->why);
  }
  return all;
}

}  // namespace app
