#include "app/shared_ledger.h"

#include <string>
#include <utility>

#include "app/awaited.h"
#include "app/ledger_probe.h"

namespace app {
namespace {

// What is proved, and the wish to stop, are nothing to get over.
bool is_final(const base::Status& status) {
  if (status) return false;
  const std::string& code = status.error().code;
  return code == kUnsafeLedger || code == kQueueTaken || code == kStopped;
}

}  // namespace

base::Status begin_sharing(const AskedLedger& ledger, const QueueReader& reader, uint64_t nonce,
                           base::Instant now, const base::Logger& log) {
  const base::Status probed = probe_conditions(ledger, reader.keeper, nonce);
  if (is_final(probed)) return probed;
  const base::Status claimed = claim_queue(ledger, reader, now);
  if (is_final(claimed)) return claimed;
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
