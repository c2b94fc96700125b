#include "sim/world.h"

#include <algorithm>
#include <array>

namespace sim {
namespace {

constexpr std::array kKinds = {InterruptionKind::kWarned, InterruptionKind::kWarnedLate,
                               InterruptionKind::kUnwarned, InterruptionKind::kRebalanceOnly};

const std::string* value_of(const std::vector<model::Tag>& tags, std::string_view key) {
  for (const model::Tag& tag : tags)
    if (tag.key == key) return &tag.value;
  return nullptr;
}

}  // namespace

model::InstanceState Instance::state_at(base::Instant when) const {
  for (auto change = history.rbegin(); change != history.rend(); ++change)
    if (change->at <= when) return change->state;
  return history.front().state;
}

const std::string* Instance::tag(std::string_view key) const { return value_of(tags, key); }
const std::string* SpotRequest::tag(std::string_view key) const { return value_of(tags, key); }

const LaunchTemplateVersion* LaunchTemplate::version(std::string_view wanted) const {
  if (wanted == "$Latest") return &versions.back();
  for (const LaunchTemplateVersion& candidate : versions)
    if (wanted == "$Default" ? candidate.number == default_version
                             : std::to_string(candidate.number) == wanted)
      return &candidate;
  return nullptr;
}

bool Fleet::has_failed() const {
  return std::all_of(parts.begin(), parts.end(),
                     [](const FleetPart& part) { return part.ids.empty(); });
}

base::Duration TargetGroup::deregistration_delay() const {
  // Validated when it was set.
  return base::Duration::seconds(std::stoi(attributes.at("deregistration_delay.timeout_seconds")));
}

std::string_view to_string(InterruptionKind kind) {
  switch (kind) {
    case InterruptionKind::kWarned: return "warned";
    case InterruptionKind::kWarnedLate: return "warned-late";
    case InterruptionKind::kUnwarned: return "unwarned";
    case InterruptionKind::kRebalanceOnly: return "rebalance-only";
  }
  return {};
}

std::optional<InterruptionKind> parse_interruption_kind(std::string_view text) {
  for (const InterruptionKind kind : kKinds)
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}

}  // namespace sim
