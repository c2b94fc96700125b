// Orphan requests: Spot requests of this deployment whose group this keeper's file does not name.
//
// The group was taken out of the file while they were open, or only another keeper's file has it.
// Whoever launches by a request tags what comes of it; where nobody does so any more, this keeper
// does: the machine gets the request's tags, so that people see whose it was, and an open request
// is cancelled. Nothing is terminated. The ledger of the group is asked first: what an open launch
// waits for, and everything of a paused group, is left alone.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "base/time.h"
#include "control/answers.h"
#include "control/wants.h"
#include "model/ledger_record.h"

namespace control {

class OrphanRequests {
 public:
  // A page of the sweep over the deployment's requests showed this one.
  void seen(const model::SpotRequest& request, base::Instant now);
  // That was the last page: what it did not show has ended. A sweep that failed showed nothing.
  void sweep_ended();
  void sweep_failed() { shown_.clear(); }

  void want(const WantContext& context);
  void answered(const Flight& flight, const model::CallCompleted& completed,
                const AnswerContext& context);
  // True while something is still to be done, so that it pays to look often.
  bool is_busy() const;

 private:
  struct Orphan {
    model::SpotRequest request;
    model::GroupName group;
    base::Instant since;
    bool is_settled = false;  // Its machine bears tags of ours.
    bool needs_tags = false;  // AWS showed it without.
  };
  struct Ledger {
    base::Instant read_began;
    bool is_usable = false;
    std::optional<model::LedgerRecord> record;
  };
  // Nothing while the ledger must be read first.
  std::optional<bool> is_left_alone(const Orphan& orphan, const WantContext& context) const;
  void want_ledger_of(const Orphan& orphan, const WantContext& context);
  void want_tags_of(const Orphan& orphan, const WantContext& context);
  void take_ledger(const model::GroupName& group, const model::LedgerVersion& version,
                   const model::CallCompleted& completed, base::Instant now);
  void take_machines(const std::vector<model::Instance>& machines);
  void settle(const model::InstanceId& machine);

  std::map<model::SpotRequestId, Orphan> orphans_;
  std::set<model::SpotRequestId> shown_;  // By the pages of the present sweep.
  std::map<model::GroupName, Ledger> ledgers_;
};

// True for the kinds of work that this class starts.
bool is_about_orphans(WorkKind kind);

}  // namespace control
