#include "control/served.h"

namespace control {

int slots_in_service(const GroupState& group) {
  const model::LedgerRecord* record = group.record();
  if (!record) return 0;
  std::set<model::SlotName> served;
  for (const auto& [slot, holder] : record->holders)
    if (serves(group, holder.instance)) served.insert(slot);
  for (const model::Retiring& leaver : record->retiring)
    if (record->holders.contains(leaver.slot) && serves(group, leaver.instance))
      served.insert(leaver.slot);
  return static_cast<int>(served.size());
}

}  // namespace control
