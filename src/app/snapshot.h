// Snapshot: what a site's keeper knew after its last turn, as a value for the API, metrics and
// views.
//
// The loop makes one after every turn and hands it out; nobody else ever sees the engine's state.
// A group's view is made anew only after a turn that decided for it: a turn costs what it touched.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/engine.h"
#include "market/ranking.h"
#include "model/command.h"
#include "model/incident.h"
#include "model/notice.h"
#include "model/pool.h"

namespace app {

enum class SlotState {
  kEmpty,      // Nobody holds it, and no launch for it is open.
  kLaunching,  // A launch for it is open.
  kAdopting,   // A machine that runs already is about to hold it.
  kStarting,   // Held, and not serving yet (or no longer).
  kServing,    // Held, and serves.
  kUnhealthy,  // Held, and its holder fails its checks.
  kDoomed,     // Its holder is being taken away.
};

std::string_view to_string(SlotState state);

struct SlotView {
  model::SlotName name;
  SlotState state = SlotState::kEmpty;
  model::InstanceId holder;  // Empty when there is none; while it is adopted, who will be.
  model::Lifecycle lifecycle = model::Lifecycle::kSpot;
  model::Pool pool;
  std::string private_ip;
  std::optional<base::Instant> since;
  std::string order = {};  // "hold" or "replace", by a person's word.
  // Whose member the machine is that is adopted, or was until just now.
  model::AutoScalingGroupName leaves = {};
};

// One pool of a group, and what its place depends on.
struct PoolView {
  int rank = 0;  // 1 is tried first, in its zone.
  market::RankedPool pool;
};

struct GroupView {
  model::GroupName name;
  uint64_t looks = 0;  // Of the group when this was seen.
  int capacity = 0;
  int min_healthy = 0;
  int healthy = 0;  // Holders that serve and are not about to be taken.
  bool has_seen_all = false;
  bool is_paused = false;             // By a person's word: watched only.
  bool is_retired = false;            // By a person's word: nobody is to serve.
  std::string hindrance;              // Why nothing happens; empty when nothing hinders.
  std::vector<std::string> troubles;  // The part of it that a person must mend.
  std::vector<std::string> cautions;  // What works, but less well than it could.
  uint64_t ledger_revision = 0;
  size_t open_launches = 0;
  std::vector<SlotView> slots;  // As wanted, then those that are no longer wanted.
  std::vector<model::Retiring> retiring;
  std::vector<model::Incident> incidents;  // Open ones.
  // By zone, the best first. Made anew every few seconds: prices and cooling pools change slowly.
  std::shared_ptr<const std::vector<PoolView>> pools;
  base::Instant pools_at;
};

using GroupViews = std::vector<std::shared_ptr<const GroupView>>;  // By name.

struct Snapshot {
  std::string site;  // Its name; empty: the only one.
  model::KeeperName keeper;
  std::string deployment;
  // Why its groups are not kept: it could not be begun yet. Empty once it was.
  std::string not_begun;
  model::AccountId account;  // Empty until it was begun.
  model::Region region;
  base::Instant at;        // The keeper's own clock.
  base::Instant due_real;  // When the next turn begins at the latest, by the system's clock.
  bool has_seen_all = false;
  std::string blocked_by;                 // Why the journal cannot be written; empty when it can.
  std::string queue_trouble;              // Why the queue cannot be read; empty when it can.
  std::vector<notify::Trouble> troubles;  // Beside those of the views; printable.
  uint64_t foreign_notices = 0;
  engine::Stats stats;
  GroupViews groups;

  const GroupView* find(std::string_view group) const;
};

// Of all sites, in the order of the file; at least one.
using Snapshots = std::vector<std::shared_ptr<const Snapshot>>;

// The group of that name, whichever site keeps it; the number of that site.
std::optional<size_t> site_of_group(const Snapshots& snapshots, std::string_view group);
// The site that knows the command's subject; the first one when none does, which says so.
size_t site_of_command(const Snapshots& snapshots, const model::Command& command);
// The site of that name.
std::optional<size_t> find_site(const Snapshots& snapshots, std::string_view name);
// Those that a notice can be about, by its account and region.
std::vector<size_t> sites_of_notice(const Snapshots& snapshots, const model::Notice& notice);
// What the keepers' clocks showed: one that keeps groups, if there is one.
base::Instant time_of(const Snapshots& snapshots);
// "east, west"
std::string site_names(const Snapshots& snapshots);

GroupView view_of(const control::GroupState& group, base::Instant now);
// Of a group whose site could not be begun yet.
GroupView view_before(const model::GroupSpec& group, const std::string& not_begun);

std::vector<PoolView> pools_of(const control::GroupState& group, const control::Brain& brain,
                               base::Instant now);

// Makes the missing and the outdated views anew. `views` are of this very brain, or empty.
void refresh(const control::Brain& brain, base::Instant now, GroupViews& views);

// Fills what the engine knows, but for the groups.
void observe(const engine::Engine& engine, Snapshot& snapshot);

}  // namespace app
