// Answers: what a completed call changes in what we know of its group.
//
// One function per kind of work. Expected failures are knowledge too: a dry pool, a burnt token, a
// lost compare-and-set. Nothing here decides what to do next.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "control/group_state.h"
#include "control/timing.h"
#include "control/troubles.h"
#include "control/work.h"
#include "model/call.h"

namespace control {

// The record that is now known to be stored; tells the incidents what it changed.
void adopt_record(GroupState& group, std::optional<model::LedgerRecord> record,
                  const model::KeeperName& keeper, base::Instant now);

struct AnswerContext {
  const Timing& timing;
  const model::KeeperName& keeper;
  WorkBoard& board;
  Decisions& out;
  base::Instant now;
};

void remark(const AnswerContext& context, base::LogLevel level, std::string what,
            std::vector<std::pair<std::string, std::string>> fields);

// Remarks the failure and sets the next attempt.
void note_failed_call(GroupState& group, const Flight& flight, const base::Error& error,
                      const AnswerContext& context);

// The reply of that type; or nothing, after the failure has been noted.
template <class T>
const T* reply_of(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                  const AnswerContext& context) {
  if (!completed.result) {
    note_failed_call(group, flight, completed.result.error(), context);
    return nullptr;
  }
  const T* reply = std::get_if<T>(&*completed.result);
  CHECK_MSG(reply, action_of(flight.call));
  context.board.succeeded(flight.key);
  end_trouble(group, trouble_of(flight));
  return reply;
}

// How the launch with that number goes; null once the ledger no longer has it.
LaunchProgress* progress_of(GroupState& group, uint64_t n);

// Closes the launch: AWS refused it for good. The trouble tells why until the next one succeeds.
void refuse_launch(GroupState& group, LaunchProgress& progress, uint64_t n,
                   const base::Error& error, const AnswerContext& context);

void ledger_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void launch_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void search_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void spot_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                   const AnswerContext& context);
void instances_answered(GroupState& group, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context);
void targets_answered(GroupState& group, const Flight& flight,
                      const model::CallCompleted& completed, const AnswerContext& context);
// What a read of a target group's health says to any group that has it.
void take_health(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                 const AnswerContext& context);
void facts_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                    const AnswerContext& context);
void ending_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void tags_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                   const AnswerContext& context);

}  // namespace control
