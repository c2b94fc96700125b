#include "app/shared_ledger.h"

#include <utility>

#include "app/ledger_probe.h"

namespace app {

base::Status begin_sharing(const AskedLedger& ledger, const QueueReader& reader, uint64_t nonce,
                           base::Instant now, const base::Logger& log) {
  const base::Status probed = probe_conditions(ledger, reader.keeper, nonce);
  if (!probed && probed.error().code == kUnsafeLedger) return probed;
  const base::Status claimed = claim_queue(ledger, reader, now);
  if (!claimed && claimed.error().code == kQueueTaken) return claimed;
  if (!probed) log.warn("ledger-not-checked", {{"error", base::to_string(probed.error())}});
  if (!claimed) log.warn("queue-not-claimed", {{"error", base::to_string(claimed.error())}});
  return {};
}

std::function<base::Status()> standing_claim(AskedLedger ledger, QueueReader reader,
                                             const ports::Clock& clock, base::Logger log) {
  return [ledger = std::move(ledger), reader = std::move(reader), &clock, log = std::move(log),
          is_said = false]() mutable {
    const base::Status claimed = claim_queue(ledger, reader, clock.now());
    const bool is_taken = !claimed && claimed.error().code == kQueueTaken;
    if (is_taken && !is_said) log.error("queue-taken", {{"why", claimed.error().message}});
    if (is_taken || claimed) is_said = is_taken;
    return claimed;
  };
}

}  // namespace app
