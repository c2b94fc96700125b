// Notice: one thing AWS told us on a queue, whatever shape it came in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/ids.h"
#include "model/instance.h"

namespace model {

enum class NoticeKind {
  kInterruptionWarning,  // Two minutes, usually; none for hibernate.
  kRebalance,            // A higher risk of interruption; may never be followed by one.
  kStateChange,
  kBidEvicted,  // CloudTrail's word that Spot took the instance; may be the only word.
  kFulfilment,  // A Spot request got its instance: the denominator of rates.
  kCapacityReservationInterruption,  // The reservation that the instance runs in ends.
  kScheduledChange,                  // AWS Health: EC2 will stop, end, reboot or repair something.
  kLifecycleAction,                  // An Auto Scaling hook waits to be completed.
  kScalingActivity,                  // An Auto Scaling group launched or ended an instance.
  kScalingFailure,                   // …or could not.
  kFleetStateChange,
  kFleetInstanceChange,
  kFleetRequestChange,  // Of one of the fleet's Spot requests.
  kFleetInformation,
  kFleetError,
  kTest,     // Sent once when a hook or a subscription is made; means nothing.
  kUnknown,  // Well-formed, of a kind we do not know: kept and counted, never an error.
};

std::string_view to_string(NoticeKind kind);
std::optional<NoticeKind> parse_notice_kind(std::string_view text);

enum class InterruptionAction { kTerminate, kStop, kHibernate };

std::string_view to_string(InterruptionAction action);
std::optional<InterruptionAction> parse_interruption_action(std::string_view text);

// Of an announced change; who acts wants `Notice::deadline` too, and `Notice::action`, which is
// empty for a change that the instance survives.
struct ScheduledChange {
  std::string code;        // "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED"
  std::string event_arn;   // The same in every word about this change, the one that closes it too.
  bool is_closed = false;  // Taken back, or over: it calls for nothing any more.

  friend bool operator==(const ScheduledChange&, const ScheduledChange&) = default;
};

enum class LifecycleTransition { kLaunching, kTerminating };

std::string_view to_string(LifecycleTransition transition);  // "launching", "terminating"
std::optional<LifecycleTransition> parse_lifecycle_transition(std::string_view text);

// Of an Auto Scaling group. With a hook it is what CompleteLifecycleAction has to be told.
struct ScalingAction {
  LifecycleTransition transition = LifecycleTransition::kTerminating;
  std::string group;  // The Auto Scaling group's name.
  std::string hook;   // Empty for what is no lifecycle action.
  std::string token;  // Names this one wait of the hook; may be missing, the instance does as well.

  friend bool operator==(const ScalingAction&, const ScalingAction&) = default;
};

struct FleetChange {
  FleetId fleet;
  std::string sub_type;  // AWS's word for what happened: "launched", "launchSpecUnusable", …

  friend bool operator==(const FleetChange&, const FleetChange&) = default;
};

struct Notice {
  EventId id;
  NoticeKind kind = NoticeKind::kUnknown;
  std::vector<InstanceId> instances;  // BidEvicted may name several, or none.
  base::Instant time;                 // The event's own; the time of receipt when it has none.
  AccountId account;
  Region region;
  std::string source;       // "aws.ec2", "custom.spot.interruption.simulator", …
  std::string detail_type;  // As it came: what `events list` shows of an unknown kind.
  std::optional<InterruptionAction> action;  // What AWS will do to the instances, if known.
  std::optional<base::Instant> deadline;     // When it will, if the event says so.
  std::optional<InstanceState> state;        // Of a state change.
  SpotRequestId spot_request;                // Of a fulfilment, and of a fleet's request change.
  std::optional<ScheduledChange> change;     // Of a scheduled change.
  std::optional<ScalingAction> scaling;      // Of Auto Scaling's kinds.
  std::optional<FleetChange> fleet;          // Of a fleet's kinds.

  friend bool operator==(const Notice&, const Notice&) = default;
};

}  // namespace model
