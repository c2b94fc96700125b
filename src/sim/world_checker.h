// WorldChecker: looks at the region's truth beside the ledger's last word, again and again, and
// says what must not be. It also keeps the figures of the report: only the world knows them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "model/group.h"
#include "sim/ledger_checker.h"
#include "sim/region.h"

namespace sim {

struct Figures {
  int64_t interruptions_warned = 0, interruptions_unwarned = 0;
  int64_t replaced_in_time = 0;  // Of the warned: a healthy holder stood there when AWS took it.
  int64_t surplus = 0;           // Instances launched for us that never held a slot.
  int64_t slot_ms_wanted = 0, slot_ms_served = 0;
  base::Money cost, on_demand_cost;
  int64_t launches = 0;
};

// All three of them. Whose deployment it is the world does not know.
bool bears_our_tags(const Instance& instance);

class WorldChecker {
 public:
  WorldChecker(const Region& region, const LedgerChecker& ledger,
               const std::vector<model::GroupSpec>& groups, Violate violate)
      : region_(region), ledger_(ledger), groups_(groups), violate_(std::move(violate)) {}

  // A record was stored.
  void stored(const model::LedgerRecord& record, base::Instant now);
  // Looks at the world as it is now; the more often, the finer the figures.
  void look(base::Instant now);
  // After a calm as long as the bounds: everything must be whole again.
  void expect_whole(base::Instant now);
  // Somebody else may have registered it.
  void spare(const model::InstanceId& id) { accused_.insert(id); }
  // A keeper's deregistration or termination took effect.
  void removed(const model::InstanceId& id, base::Instant sent_at, base::Instant now);
  // A keeper's termination took effect: on one of ours, or on one that was until a horizon ago.
  void ended(const model::InstanceId& id, base::Instant now);

  const Figures& figures() const { return figures_; }

 private:
  bool is_ours(const Instance& instance) const;
  bool serves(const model::GroupSpec& group, const model::InstanceId& id) const;
  bool holds_or_leaves(const model::InstanceId& id) const;
  // By its holder, or by the former one that its holder is about to relieve.
  bool is_served(const model::GroupSpec& group, const model::LedgerRecord& record,
                 const model::SlotName& slot) const;
  int serving_holders(const model::GroupSpec& group) const;
  void watch_ends(const model::GroupSpec& group, base::Instant now);
  void check_targets(const model::GroupSpec& group);
  void note_tags(base::Instant now);
  void add_up(base::Duration passed);
  void note_served(const model::GroupSpec& group, base::Instant now);

  // A healthy machine of a group is taken out of its balancer, or ended. It is no crime when one of
  // these holds.
  struct Removal {
    const Instance& instance;
    const model::GroupSpec& group;
    const model::LedgerRecord& record;
    base::Instant sent_at, now;
  };
  std::optional<Removal> removal_of(const model::InstanceId& id, base::Instant sent_at,
                                    base::Instant now) const;
  bool is_of_retired(const Removal& removal) const;
  // The balancer sends it nothing any more, since a while.
  bool has_left(const Removal& removal) const;
  bool is_being_taken(const Removal& removal) const;
  // By another holder or leaver that we do not remove as well, now or when the call was sent that
  // has travelled since.
  bool is_left_served(const Removal& removal) const;
  bool was_served_when_sent(const Removal& removal) const;
  bool was_never_needed(const Removal& removal) const;

  // Neither a live instance of ours nor an open Spot request is forgotten.
  void expect_accounted();
  // A person said that this machine is to be left alone, and every keeper has had time to hear it.
  bool is_to_be_left(const model::InstanceId& id, const model::LedgerRecord& record,
                     base::Instant now) const;
  void expect_tagged();
  void expect_drained_as_said(const model::GroupSpec& group);

  const Region& region_;
  const LedgerChecker& ledger_;
  const std::vector<model::GroupSpec>& groups_;
  Violate violate_;
  Figures figures_;
  base::Instant last_look_;
  std::map<model::GroupName, base::Instant> retired_;  // When it last was.
  // Which holders and leavers served at each of the last looks.
  struct Served {
    base::Instant at;
    std::set<model::InstanceId> by;
  };
  std::map<model::GroupName, std::deque<Served>> served_;
  std::map<model::InstanceId, base::Instant> removal_sent_;  // The first of each.
  std::map<model::InstanceId, base::Instant> bore_tags_;     // When it was last seen to.
  std::set<model::InstanceId> counted_ends_;
  std::set<model::InstanceId> counted_launches_;
  std::set<model::InstanceId> accused_;  // Of being registered; once is enough.
  std::map<model::InstanceId, int64_t> cost_rest_;
};

}  // namespace sim
