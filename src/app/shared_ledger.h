// What a keeper asks of a ledger that others share, before it works with it and while it does.
#pragma once

#include <cstdint>
#include <functional>

#include "app/asked_ledger.h"
#include "app/queue_claim.h"
#include "base/log.h"
#include "base/result.h"
#include "ports/clock.h"

namespace app {

// Refuses what is proved unsafe (kUnsafeLedger, kQueueTaken), and goes no further when the ledger
// is to be waited for no longer (kStopped). What could not be asked (S3 is not reached, or refuses)
// must not keep a keeper from its groups: it is said, and the rest asked all the same. `nonce` is
// never the same twice.
base::Status begin_sharing(const AskedLedger& ledger, const QueueReader& reader, uint64_t nonce,
                           base::Instant now, const base::Logger& log);

// The claim that a StandingClaim repeats: an intruder is said once, as long as it stays. The clock
// outlives it.
std::function<base::Status()> standing_claim(AskedLedger ledger, QueueReader reader,
                                             const ports::Clock& clock, base::Logger log);

}  // namespace app
