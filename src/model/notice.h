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
  kTest,        // Sent once when a hook or a subscription is made; means nothing.
  kUnknown,     // Well-formed, of a kind we do not know: kept and counted, never an error.
};

std::string_view to_string(NoticeKind kind);
std::optional<NoticeKind> parse_notice_kind(std::string_view text);

enum class InterruptionAction { kTerminate, kStop, kHibernate };

std::string_view to_string(InterruptionAction action);

struct Notice {
  EventId id;
  NoticeKind kind = NoticeKind::kUnknown;
  std::vector<InstanceId> instances;  // BidEvicted may name several, or none.
  base::Instant time;                 // The event's own; the time of receipt when it has none.
  AccountId account;
  Region region;
  std::string source;       // "aws.ec2", "custom.spot.interruption.simulator", …
  std::string detail_type;  // As it came: what `events list` shows of an unknown kind.
  std::optional<InterruptionAction> action;  // Of an interruption warning, if known.
  std::optional<InstanceState> state;        // Of a state change.
  SpotRequestId spot_request;                // Of a fulfilment.

  friend bool operator==(const Notice&, const Notice&) = default;
};

}  // namespace model
