#include "model/incident.h"

#include <array>
#include <utility>

namespace model {
namespace {

constexpr std::array<std::pair<IncidentKind, std::string_view>, 5> kKinds{{
    {IncidentKind::kInterruption, "interruption"},
    {IncidentKind::kLoss, "loss"},
    {IncidentKind::kUnhealthy, "unhealthy"},
    {IncidentKind::kRebalance, "rebalance"},
    {IncidentKind::kRetirement, "retirement"},
}};

}  // namespace

std::string_view to_string(IncidentKind kind) { return kKinds[static_cast<size_t>(kind)].second; }

std::optional<IncidentKind> parse_incident_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds)
    if (name == text) return kind;
  return std::nullopt;
}

IncidentId incident_id(const InstanceId& instance, IncidentKind kind) {
  return IncidentId(instance.str() + "/" + std::string(to_string(kind)));
}

}  // namespace model
