// A whole group, and the ledger record that would be written next for it. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "control/ledger_plan.h"
#include "control/test_support.h"

namespace control::testing {

class LedgerPlanTest : public ::testing::Test {
 protected:
  LedgerPlan plan(base::Instant now = at(0)) { return plan_ledger(group_, context_, prng_, now); }

  model::LedgerRecord next(base::Instant now = at(0)) {
    LedgerPlan result = plan(now);
    EXPECT_TRUE(result.next) << "no write was planned";
    return result.next.value_or(model::LedgerRecord());
  }

  model::LedgerRecord& stored() { return *group_.ledger.record; }
  void doom(const model::InstanceId& id) { group_.doomed[id] = taken_at(at(60)); }

  void settle(uint64_t n, std::vector<model::InstanceId> came, std::string outcome = "launched") {
    LaunchProgress& progress = group_.launches[n];
    progress.phase = LaunchProgress::Phase::kSettled;
    progress.came = std::move(came);
    progress.outcome = std::move(outcome);
    progress.settled_at = at(0);
  }

  void store(const model::LedgerRecord& written) { group_.ledger.record = written; }

  void open(model::OpenLaunch entry) {
    stored().counter = entry.n;
    stored().open = {std::move(entry)};
  }

  void lose_ledger() {
    group_.ledger.record.reset();
    group_.ledger.etag.reset();
    group_.ledger_ids.clear();
  }

  GroupState group_ = whole_group();
  LedgerContext context_ = ledger_context();
  base::Prng prng_{1};
};

}  // namespace control::testing
