// Wants: from what is known of a group to the calls that should be under way for it now.
//
// Level-triggered: each function asks for everything it would like, and the WorkBoard lets through
// what is not under way already, need not wait, and has a token. The order of the calls here is
// their priority when tokens are short.
#pragma once

#include "base/prng.h"
#include "base/time.h"
#include "control/group_state.h"
#include "control/ledger_plan.h"
#include "control/work.h"

namespace control {

struct WantContext {
  const LedgerContext& ledger;
  WorkBoard& board;
  base::Prng& prng;
  Decisions& out;
  base::Instant now;
};

void want_ledger(GroupState& group, const WantContext& context);
void want_launches(GroupState& group, const WantContext& context);
void want_targets(GroupState& group, const WantContext& context);
void want_endings(GroupState& group, const WantContext& context);
void want_confirmations(GroupState& group, const WantContext& context);
void want_polls(GroupState& group, const WantContext& context);
void want_facts(GroupState& group, const WantContext& context);
void want_tags(GroupState& group, const WantContext& context);

}  // namespace control
