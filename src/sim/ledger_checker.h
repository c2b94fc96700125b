// LedgerChecker: reads every record that was ever stored and says whether the launch protocol held.
//
// The rules are those of docs/architecture.md, "Exactly one per slot", checked from outside: no
// instance holds two slots, no slot is launched for twice at once, numbers only grow, a holder
// comes from an entry that covered its slot, and a holder that is displaced is retired or known to
// be gone; slots return to Spot only in their group's window; and what a person ordered is obeyed.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/week_window.h"
#include "model/ledger_record.h"

namespace sim {

using Violate = std::function<void(std::string)>;

class LedgerChecker {
 public:
  explicit LedgerChecker(Violate violate) : violate_(std::move(violate)) {}

  // A record was stored. `is_ours` asks the world whether an instance still lives and carries our
  // tags: one that was given away may be forgotten.
  void stored(const model::LedgerRecord& record,
              const std::function<bool(const model::InstanceId&)>& is_ours);
  // From now on slots of the group may begin to leave on-demand only while the window is open.
  void returns_within(const model::GroupName& group, const base::WeekWindow& window) {
    windows_.insert_or_assign(group, window);
  }
  // The ledger was lost on purpose: the next record begins anew.
  void lost(const model::GroupName& group) { last_.erase(group); }

  // Every instance that ever held a slot, with the slot it held last.
  const std::map<model::InstanceId, model::SlotName>& ever_held() const { return ever_held_; }
  const std::map<model::GroupName, model::LedgerRecord>& last() const { return last_; }
  int records() const { return records_; }

 private:
  void check_alone(const model::LedgerRecord& record);
  void check_step(const model::LedgerRecord& before, const model::LedgerRecord& after,
                  const std::function<bool(const model::InstanceId&)>& is_ours);

  void check_returns(const model::LedgerRecord* before, const model::LedgerRecord& after);
  void check_orders(const model::LedgerRecord& before, const model::LedgerRecord& after);

  Violate violate_;
  std::map<model::GroupName, base::WeekWindow> windows_;
  std::map<model::GroupName, model::LedgerRecord> last_;
  std::map<model::InstanceId, model::SlotName> ever_held_;
  int records_ = 0;
};

}  // namespace sim
