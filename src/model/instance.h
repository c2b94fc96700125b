// Instance: what a describe showed of one EC2 instance, and what AWS says of its Spot request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/ids.h"
#include "model/pool.h"

namespace model {

enum class InstanceState { kPending, kRunning, kShuttingDown, kTerminated, kStopping, kStopped };

// "i-" and 8 or 17 hexadecimal digits: anything else never becomes a part of a request.
bool is_instance_id(std::string_view text);

// AWS's spelling ("shutting-down") and its code (32).
std::string_view to_string(InstanceState state);
int code_of(InstanceState state);
std::optional<InstanceState> parse_instance_state(std::string_view text);

// Pending or running: it uses capacity and may serve.
constexpr bool is_live(InstanceState state) {
  return state == InstanceState::kPending || state == InstanceState::kRunning;
}

enum class Lifecycle { kSpot, kOnDemand };

std::string_view to_string(Lifecycle lifecycle);  // "spot", "on-demand"
std::optional<Lifecycle> parse_lifecycle(std::string_view text);

struct Tag {
  std::string key;
  std::string value;

  friend bool operator==(const Tag&, const Tag&) = default;
};

// The value of the tag with that key, or null.
const std::string* find_tag(const std::vector<Tag>& tags, std::string_view key);

struct Instance {
  InstanceId id;
  InstanceType type;
  InstanceState state = InstanceState::kPending;
  Lifecycle lifecycle = Lifecycle::kOnDemand;
  Zone zone;
  SubnetId subnet;
  ImageId image;
  SpotRequestId spot_request;  // Empty for on-demand.
  std::string private_ip;
  std::string public_ip;
  std::string public_dns;
  std::string state_reason;  // "Server.SpotInstanceTermination", "Client.UserInitiatedShutdown", …
  base::Instant launch_time;
  std::vector<Tag> tags;

  Pool pool() const { return {type, zone, kLinux}; }
  const std::string* tag(std::string_view key) const { return find_tag(tags, key); }

  friend bool operator==(const Instance&, const Instance&) = default;
};

// The two status checks; "impaired" twice in a row is a failed machine.
enum class CheckStatus { kOk, kImpaired, kInsufficientData, kInitializing, kNotApplicable };

std::string_view to_string(CheckStatus status);
std::optional<CheckStatus> parse_check_status(std::string_view text);

struct InstanceStatus {
  InstanceId id;
  InstanceState state = InstanceState::kPending;
  CheckStatus system = CheckStatus::kInitializing;
  CheckStatus instance = CheckStatus::kInitializing;

  friend bool operator==(const InstanceStatus&, const InstanceStatus&) = default;
};

enum class SpotRequestType { kOneTime, kPersistent };

std::string_view to_string(SpotRequestType type);  // "one-time", "persistent"
std::optional<SpotRequestType> parse_spot_request_type(std::string_view text);

struct SpotRequest {
  SpotRequestId id;
  std::string state;        // open, active, closed, cancelled, failed, disabled
  std::string status_code;  // "fulfilled", "marked-for-termination", …
  base::Instant status_time;
  InstanceId instance;  // Empty while none has come.
  SpotRequestType type = SpotRequestType::kOneTime;
  std::vector<Tag> tags;  // Its own: an instance does not inherit them.

  friend bool operator==(const SpotRequest&, const SpotRequest&) = default;
};

// True for the status codes that say the instance is being taken while it may still run:
// marked-for-termination, marked-for-stop, and instance-terminated-no-capacity, which AWS sets two
// minutes before the instance ends.
bool says_doomed(std::string_view spot_status_code);

// True for the status codes of an open request that name a lack of capacity, or a price above ours:
// waiting may last for ever.
bool says_no_capacity(std::string_view spot_status_code);

// True when the request will never have another instance than the one it names.
bool is_decided(const SpotRequest& request);

}  // namespace model
