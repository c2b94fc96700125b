// What the brain hears and what it answers. Events are past tense, decisions are data.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "model/call.h"
#include "model/group.h"
#include "model/incident.h"
#include "model/notice.h"

namespace control {

struct NoticeReceived {
  model::Notice notice;
};
// The time that an earlier decision asked for has come, or simply: look again.
struct Woken {};
// The journal cannot be written (disk full, read-only): nothing that mutates may start.
struct WritesBlocked {
  std::string reason;
};
struct WritesAllowed {};

using Event =
    std::variant<NoticeReceived, model::CallCompleted, Woken, WritesBlocked, WritesAllowed>;

struct PlannedCall {
  model::CallId id;
  model::GroupName group;  // Empty for calls that serve all groups.
  model::Call call;
};

// Something a person or a counter should know. `what` is a stable word ("launch-failed").
struct Remark {
  base::LogLevel level = base::LogLevel::kInfo;
  std::string what;
  std::vector<std::pair<std::string, std::string>> fields;
};

struct Decisions {
  std::vector<PlannedCall> calls;
  std::vector<model::Incident> incidents;  // Those that changed, whole.
  std::vector<Remark> remarks;
  base::Instant wake_at = base::Instant::never();
};

}  // namespace control
