// Answers: what a completed call changes in what we know of its group.
//
// One function per kind of work. Expected failures are knowledge too: a dry pool, a burnt token, a
// lost compare-and-set. Nothing here decides what to do next.
#pragma once

#include <optional>

#include "base/time.h"
#include "control/group_state.h"
#include "control/timing.h"
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

void ledger_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void launch_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void search_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void instances_answered(GroupState& group, const Flight& flight,
                        const model::CallCompleted& completed, const AnswerContext& context);
void targets_answered(GroupState& group, const Flight& flight,
                      const model::CallCompleted& completed, const AnswerContext& context);
void facts_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                    const AnswerContext& context);
void ending_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context);
void tags_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                   const AnswerContext& context);

}  // namespace control
