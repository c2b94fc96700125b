// Incident: one machine lost or about to be, and everything that was done about it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/ids.h"
#include "model/pool.h"

namespace model {

enum class IncidentKind {
  kInterruption,  // AWS said when it takes the instance.
  kLoss,          // It ended, or was ended by hand, and nobody had warned.
  kUnhealthy,     // It runs and fails its checks.
  kRebalance,     // AWS sees a higher risk for it: replaced ahead, where the group wants that.
  kRetirement,    // AWS said hours or days ahead that it ends or stops it.
};

std::string_view to_string(IncidentKind kind);
std::optional<IncidentKind> parse_incident_kind(std::string_view text);

struct TimelineEntry {
  base::Instant at;
  std::string what;  // "noticed", "launch-appended", "launched", "committed", "registered", …
  std::string detail;
  friend bool operator==(const TimelineEntry&, const TimelineEntry&) = default;
};

struct Incident {
  IncidentId id;  // "<instance>/<kind>": the same occurrence always has the same name.
  IncidentKind kind = IncidentKind::kInterruption;
  GroupName group;
  SlotName slot;
  InstanceId instance;
  Pool pool;
  base::Instant opened_at;
  std::optional<base::Instant> deadline;  // When AWS takes or retires it; unknown for a loss.
  InstanceId replacement;                 // Empty until one is committed.
  std::optional<base::Instant> closed_at;
  std::string outcome;  // "replaced", "gone" (slot no longer wanted), …; empty while open.
  std::vector<TimelineEntry> timeline;

  friend bool operator==(const Incident&, const Incident&) = default;
};

IncidentId incident_id(const InstanceId& instance, IncidentKind kind);

}  // namespace model
