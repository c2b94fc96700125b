// Who else reads a keeper's queue, as far as `check --online` can tell from where it runs.
#pragma once

#include <string>

#include "app/asked_ledger.h"
#include "app/queue_claim.h"
#include "base/result.h"
#include "base/time.h"

namespace app {

// `reader` without an identity: that is looked for in `state_dir`. Where there is none, a keeper
// that begins here would be a new one, and refused where another of its name reads. Where it may
// not be read, that one cannot be told from this one: who finds one has not tried, and says why.
base::Result<std::string> check_reader(const AskedLedger& ledger, QueueReader reader,
                                       const std::string& state_dir, base::Instant now);

}  // namespace app
