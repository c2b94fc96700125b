// Brain: the keeper's mind. step(events, now) -> decisions, and nothing else.
//
// It sees no clock, no thread and no socket. It is level-triggered: an event only makes it look
// sooner, and every decision follows from what is wanted, decided (ledger) and seen. Whatever it
// forgets at a crash comes back from AWS, the ledger and the open incidents of the journal. The
// same brain runs in `serve`, in the demo and under the simulator.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "control/event.h"
#include "control/group_state.h"
#include "control/ledger_plan.h"
#include "control/orphan_requests.h"
#include "control/sweep.h"
#include "control/timing.h"
#include "control/work.h"

namespace control {

struct BrainOptions {
  model::KeeperName keeper;
  model::TokenScope scope;
  Timing timing;
  // Two keepers, and two lives of one keeper, must not share a seed: it names incarnations and
  // writes.
  uint64_t seed = 0;
  market::Advisor advisor;
};

class Brain {
 public:
  // `open_incidents` are the journal's: what was known to be doomed before a restart.
  Brain(BrainOptions options, std::vector<model::GroupSpec> groups,
        std::vector<model::Incident> open_incidents);

  // Goes on with what an earlier brain of this process knew of the same groups; before the first
  // step.
  void inherit(const Brain& before);

  // Takes all events of one turn, then decides once for every group they touched. One that was
  // decided for just now is looked at a moment later; who is doomed is handed out at once.
  Decisions step(std::span<const Event> events, base::Instant now);

  const std::map<model::GroupName, GroupState>& groups() const { return groups_; }
  // True once every group has a ledger and a complete sweep: from then on decisions are whole.
  bool has_seen_all() const;
  // What is known of pools; changes with every read of prices.
  const std::map<model::Pool, base::Money>& prices() const { return context_.prices; }
  const market::Advisor& advisor() const { return context_.advisor; }
  // Instance ids of notices that belong to no group of ours.
  uint64_t foreign_notices() const { return foreign_notices_; }

 private:
  struct Unplaced {
    model::Notice notice;
    base::Instant until;
  };

  // ---- events ----
  void on(const NoticeReceived& event, base::Instant now);
  void on(const model::CallCompleted& event, base::Instant now);
  void on(const Woken&, base::Instant) {}
  void on(const WritesBlocked& event, base::Instant now);
  void on(const WritesAllowed&, base::Instant now);
  void on(const Commanded& event, base::Instant now);
  bool is_from_here(const model::Notice& notice) const;
  GroupState* group_of(const model::InstanceId& id);
  GroupState* subject_of(const model::Command& command);
  void place(const model::Notice& notice, const model::InstanceId& id, GroupState& group,
             base::Instant now);
  void doom_by_notice(GroupState& group, const model::InstanceId& id, const Doom& word);
  void place_waiting(GroupState& group, base::Instant now);

  // ---- completions, by what the call was for ----
  void failed(const Flight& flight, const base::Error& error, base::Instant now);
  void answered(const Flight& flight, const model::CallCompleted& completed, base::Instant now);
  void refuse_taken(GroupState& group);
  void health_answered(const Flight& flight, const model::CallCompleted& completed,
                       const AnswerContext& context);
  void answered_for_all(const Flight& flight, const model::CallCompleted& completed,
                        base::Instant now);
  void swept_instances(const model::InstancesReply& page, const model::CallCompleted& completed,
                       base::Instant now);
  void learn_prices(const std::vector<model::SpotPrice>& prices);
  void swept_statuses(uint64_t list, const model::InstanceStatusReply& page, base::Instant now);
  void swept_spot_requests(const model::SpotRequestsReply& page, base::Instant now);
  void swept_own_requests(const model::SpotRequestsReply& page, base::Instant now);
  void want_own_requests(base::Instant now);

  // ---- decisions ----
  void look_at_touched(base::Instant now);
  base::Instant next_look(const GroupState& group, base::Instant now) const;
  void reconcile(GroupState& group, base::Instant now);
  void want_sweeps(base::Instant now);
  void hand_out_incidents(GroupState& group);
  void touch(const model::GroupName& name) { dirty_.insert(name); }
  void touch_all();
  void remark(base::LogLevel level, std::string what,
              std::vector<std::pair<std::string, std::string>> fields);

  BrainOptions options_;
  base::Prng prng_;
  WorkBoard board_;
  LedgerContext context_;
  std::map<model::GroupName, GroupState> groups_;
  std::vector<model::GroupName> names_;
  std::multimap<model::InstanceId, Unplaced> unplaced_;
  InstanceSweep instance_sweep_;
  StatusSweep status_sweep_;
  model::PageToken spot_page_, own_request_page_;
  base::Instant own_requests_due_;
  OrphanRequests orphans_;
  bool makes_requests_ = false;  // Some group asks for its machines by Spot requests.
  std::set<model::GroupName> dirty_;
  std::set<model::GroupName> warned_;  // A notice of this turn told that somebody is doomed.
  std::map<model::GroupName, base::Instant> wakes_;
  base::Instant sweep_wake_;
  uint64_t foreign_notices_ = 0;
  Decisions turn_;
};

}  // namespace control
