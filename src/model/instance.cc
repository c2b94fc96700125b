#include "model/instance.h"

#include <array>
#include <utility>

namespace model {
namespace {

constexpr std::array<std::pair<InstanceState, std::string_view>, 6> kStates{{
    {InstanceState::kPending, "pending"},
    {InstanceState::kRunning, "running"},
    {InstanceState::kShuttingDown, "shutting-down"},
    {InstanceState::kTerminated, "terminated"},
    {InstanceState::kStopping, "stopping"},
    {InstanceState::kStopped, "stopped"},
}};

constexpr std::array<std::pair<CheckStatus, std::string_view>, 5> kChecks{{
    {CheckStatus::kOk, "ok"},
    {CheckStatus::kImpaired, "impaired"},
    {CheckStatus::kInsufficientData, "insufficient-data"},
    {CheckStatus::kInitializing, "initializing"},
    {CheckStatus::kNotApplicable, "not-applicable"},
}};

}  // namespace

bool is_instance_id(std::string_view text) {
  if (!text.starts_with("i-") || (text.size() != 10 && text.size() != 19)) return false;
  return text.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

std::string_view to_string(InstanceState state) {
  return kStates[static_cast<size_t>(state)].second;
}

std::string_view to_string(Lifecycle lifecycle) {
  return lifecycle == Lifecycle::kSpot ? "spot" : "on-demand";
}

std::optional<Lifecycle> parse_lifecycle(std::string_view text) {
  for (const Lifecycle lifecycle : {Lifecycle::kSpot, Lifecycle::kOnDemand})
    if (to_string(lifecycle) == text) return lifecycle;
  return std::nullopt;
}

int code_of(InstanceState state) {
  constexpr int kCodes[] = {0, 16, 32, 48, 64, 80};
  return kCodes[static_cast<size_t>(state)];
}

std::optional<InstanceState> parse_instance_state(std::string_view text) {
  for (const auto& [state, name] : kStates)
    if (name == text) return state;
  return std::nullopt;
}

std::string_view to_string(CheckStatus status) {
  return kChecks[static_cast<size_t>(status)].second;
}

std::optional<CheckStatus> parse_check_status(std::string_view text) {
  for (const auto& [status, name] : kChecks)
    if (name == text) return status;
  return std::nullopt;
}

std::string_view to_string(SpotRequestType type) {
  return type == SpotRequestType::kOneTime ? "one-time" : "persistent";
}

std::optional<SpotRequestType> parse_spot_request_type(std::string_view text) {
  for (const SpotRequestType type : {SpotRequestType::kOneTime, SpotRequestType::kPersistent})
    if (to_string(type) == text) return type;
  return std::nullopt;
}

const std::string* find_tag(const std::vector<Tag>& tags, std::string_view key) {
  for (const Tag& tag : tags)
    if (tag.key == key) return &tag.value;
  return nullptr;
}

bool says_doomed(std::string_view code) {
  return code == "marked-for-termination" || code == "marked-for-stop" ||
         code == "instance-terminated-no-capacity";
}

bool says_no_capacity(std::string_view code) {
  return code == "capacity-not-available" || code == "capacity-oversubscribed" ||
         code == "price-too-low";
}

bool is_decided(const SpotRequest& request) {
  return !request.instance.empty() || (request.state != "open" && request.state != "active");
}

}  // namespace model
