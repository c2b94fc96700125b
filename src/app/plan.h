// Plan: what the brain would do now, had it the right to do anything.
//
// Runs the shipped brain on real reads until it has nothing more to read, and keeps the calls that
// would change something instead of making them. What would only follow from their answers (a
// launch follows the ledger write that opens it) is not in the plan.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "control/brain.h"
#include "engine/mailbox.h"
#include "ports/clock.h"

namespace app {

struct PlannedStep {
  std::string action;
  model::GroupName group;
  std::string text;  // One line for a person.
};

struct Plan {
  std::vector<PlannedStep> steps;
  std::vector<std::string> failures;  // Reads that were not answered: the plan may lack something.
  std::vector<std::string> cautions;  // What works, but less well than it could.
};

// What make_plan needs of the outside.
struct PlanWorld {
  // Makes one read; its completion comes through `wait`.
  std::function<void(const control::PlannedCall&)> read;
  // The next completions; none when nothing came in time.
  std::function<std::vector<model::CallCompleted>()> wait;
  const ports::Clock& clock;
};

Plan make_plan(control::Brain& brain, const PlanWorld& world);

// What a ledger write changes, against the record there is (or null); any other call in its own
// words.
std::string describe_change(const model::Call& call, const model::LedgerRecord* current);

}  // namespace app
