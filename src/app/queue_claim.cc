#include "app/queue_claim.h"

#include <chrono>
#include <utility>

#include "app/queue_identity.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/quote.h"

namespace app {
namespace {

namespace json = base::json;

constexpr size_t kDigits = 16;  // Of the digest: enough to tell a few queues apart.

std::string name_of(const std::string& queue_url) {
  const base::Sha256 digest = base::sha256(queue_identity(queue_url));
  return "queues/" + base::hex(base::as_text(digest)).substr(0, kDigits);
}

std::string text_of(const QueueReader& reader, base::Instant now) {
  return json::serialize(json::object{
      {"queue_url", reader.queue_url}, {"keeper", reader.keeper.str()}, {"at_ms", now.unix_ms()}});
}

// What nobody of ours wrote claims nothing.
base::Status check_others(const std::string& text, const QueueReader& reader, base::Instant now) {
  const auto claim = json::parse_object(text);
  if (!claim) return {};
  const std::string keeper = json::text_or_empty(*claim, "keeper");
  const auto at = base::Instant::from_unix_ms(json::find_int(*claim, "at_ms").value_or(0));
  if (keeper.empty() || keeper == reader.keeper.str()) return {};
  // One from the future was written by a clock that was wrong: it would last until then.
  if (at + kClaimTime < now || at > now + kClaimTime) return {};
  return base::fail(kQueueTaken,
                    "keeper " + base::quote(keeper) + " reads this keeper's queue " +
                        reader.queue_url + " as well (it said so at " + base::to_iso8601(at) +
                        "), so each would hear half of the notices; give every keeper a queue of "
                        "its own, a second target of the same rule. A keeper that is gone is "
                        "forgotten after four minutes");
}

}  // namespace

base::Status look_whose_queue(const AskedLedger& ledger, const QueueReader& reader,
                              base::Instant now) {
  ASSIGN_OR_RETURN(const model::LedgerVersion version, ledger.read(name_of(reader.queue_url)));
  return check_others(version.record, reader, now);
}

base::Status claim_queue(const AskedLedger& ledger, const QueueReader& reader, base::Instant now) {
  const std::string name = name_of(reader.queue_url);
  ASSIGN_OR_RETURN(const model::LedgerVersion version, ledger.read(name));
  RETURN_IF_ERROR(check_others(version.record, reader, now));
  const auto written = ledger.write(name, version.etag, text_of(reader, now));
  if (written) return {};
  if (written.error().code != ports::kLedgerConflict) return tl::unexpected(written.error());
  // Two keepers began at the same moment; the one that lost finds the other's claim.
  RETURN_IF_ERROR(look_whose_queue(ledger, reader, now));
  return tl::unexpected(written.error());
}

StandingClaim::StandingClaim(std::function<base::Status()> claim, base::Duration period)
    : claim_(std::move(claim)), period_(period), thread_([this] { run(); }) {}

std::string StandingClaim::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

StandingClaim::~StandingClaim() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  bell_.notify_one();
  thread_.join();
}

void StandingClaim::run() {
  const auto period = std::chrono::milliseconds(period_.ms());
  std::unique_lock lock(mutex_);
  while (!bell_.wait_for(lock, period, [this] { return stopping_; })) {
    lock.unlock();
    const base::Status claimed = claim_();
    lock.lock();
    // A store that could not be asked says neither.
    if (claimed || claimed.error().code == kQueueTaken)
      trouble_ = claimed ? "" : claimed.error().message;
  }
}

}  // namespace app
