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
#include "model/command.h"
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

// A person tells the keeper what to do. Answered in some later Decisions.
struct Commanded {
  model::Command command;
};

using Event = std::variant<NoticeReceived, model::CallCompleted, Woken, WritesBlocked,
                           WritesAllowed, Commanded>;

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

// The command is in the ledger, or will not be carried out.
struct CommandAnswer {
  model::CommandId id;
  base::Status status;
};

struct Decisions {
  std::vector<PlannedCall> calls;
  std::vector<model::Incident> incidents;  // Those that changed, whole.
  std::vector<Remark> remarks;
  std::vector<CommandAnswer> answers;
  std::vector<model::SpotPrice> prices;  // That this brain did not know before.
  base::Instant wake_at = base::Instant::never();
};

}  // namespace control
