// LedgerDraft: the record as this turn would leave it, while its writers go over it one by one.
//
// Pure. The steps stand in ledger_plan.cc; what several of them ask or change stands here.
#pragma once

#include <set>
#include <string>

#include "base/time.h"
#include "control/group_state.h"
#include "control/launch_entry.h"
#include "control/ledger_plan.h"
#include "model/ledger_record.h"

namespace control {

// Why an on-demand machine leaves for a Spot one,
inline constexpr char kReturned[] = "returned-to-spot";
// and why one leaves that people wanted exchanged.
inline constexpr char kExchanged[] = "replaced";

// Over which launches_per_hour counts.
inline constexpr base::Duration kBrakePeriod = base::Duration::hours(1);

struct LedgerDraft {
  const GroupState& group;
  const LedgerContext& context;
  base::Instant now;
  model::LedgerRecord next = {};
  base::Instant look_again = base::Instant::never();

  void look_again_at(base::Instant at);

  // True when a machine holds it that is there, and that nobody takes.
  bool is_held(const model::SlotName& slot) const;
  bool is_wanted(const model::SlotName& slot) const;
  // Slots that an open launch is for.
  std::set<model::SlotName> covered_slots() const;

  // What it was replaced by may be empty: by nothing.
  void retire(const model::SlotName& slot, const model::InstanceId& id,
              const model::InstanceId& replacement, std::string reason);
  void add_retiring(model::Retiring entry);
  void cool(const model::Pool& pool, base::Instant until);
  void open(LaunchOrder order);
};

// True for a launch by which an on-demand machine makes room for a Spot one.
bool is_return(const model::Holder& old, const model::OpenLaunch& entry);

}  // namespace control
