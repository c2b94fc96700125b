// DemoWatch: looks at the demo's region beside the keeper's journal and says what happened.
//
// The figures and the verdict are the simulator's own checkers', fed with every ledger record that
// the journal kept; what is told comes from the region's truth and from the incidents' timelines.
// Used by one thread, and the region only inside RegionFront::visit.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/demo_view.h"
#include "app/snapshot.h"
#include "engine/journal.h"
#include "sim/ledger_checker.h"
#include "sim/region.h"
#include "sim/world_checker.h"
#include "store/database.h"

namespace app {

class DemoWatch {
 public:
  // Reads the journal at `path` through a connection of its own. The region and `groups` outlive
  // the watch.
  static base::Result<std::unique_ptr<DemoWatch>> open(const std::string& path,
                                                       const sim::Region& region,
                                                       const std::vector<model::GroupSpec>& groups);

  // Looks at everything; answers what happened since the last look, in no order. The more often,
  // the finer the figures.
  std::vector<Happening> look(const Snapshot& snapshot);
  // The changing part of what is shown, as of the last look.
  void describe(const Snapshot& snapshot, DemoState& state) const;
  const DemoCounts& counts() const { return counts_; }

 private:
  DemoWatch(std::unique_ptr<store::Database> database, std::unique_ptr<engine::Journal> journal,
            const sim::Region& region, const std::vector<model::GroupSpec>& groups);

  void violate(std::string what);
  void read_ledger();
  void take_record(const engine::LedgerWritten& written);
  void tell_instances(std::vector<Happening>& told);
  void tell_pools(std::vector<Happening>& told);
  void tell_slots(const Snapshot& snapshot, std::vector<Happening>& told);
  void tell_incidents(std::vector<Happening>& told);
  void count_figures();
  void count_calls(const engine::Stats& stats);
  std::string health(const model::GroupSpec& group, const model::InstanceId& id) const;
  void add_rows(const GroupView& view, const model::GroupSpec& group, DemoState& state) const;

  std::unique_ptr<store::Database> database_;
  std::unique_ptr<engine::Journal> journal_;
  const sim::Region& region_;
  const std::vector<model::GroupSpec>& groups_;
  DemoCounts counts_;
  sim::LedgerChecker ledger_checker_;
  sim::WorldChecker world_checker_;
  std::map<model::GroupName, uint64_t> revisions_;  // The last that was checked.
  std::set<model::InstanceId> reclaims_told_, ends_told_;
  std::set<model::Pool> droughts_told_;
  std::map<model::SlotName, SlotState> slots_told_;  // None changes once it served.
  sim::Figures coming_up_;                           // Before every slot had served once.
  std::map<int64_t, size_t> steps_told_;             // Per incident of the journal.
};

}  // namespace app
