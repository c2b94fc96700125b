#include "app/queue_claim.h"

#include <chrono>
#include <optional>
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
  json::object claim{
      {"queue_url", reader.queue_url}, {"keeper", reader.keeper.str()}, {"at_ms", now.unix_ms()}};
  if (!reader.identity.empty()) claim["identity"] = reader.identity;
  return json::serialize(claim);
}

struct Claim {
  std::string keeper;
  std::string identity;  // Empty: written by a version that had none.
  base::Instant at;
};

// What nobody of ours wrote claims nothing; nor does one that is over.
std::optional<Claim> standing_in(const std::string& text, base::Instant now) {
  const auto object = json::parse_object(text);
  if (!object) return std::nullopt;
  const auto at = base::Instant::from_unix_ms(json::find_int(*object, "at_ms").value_or(0));
  // One from the future was written by a clock that was wrong: it would last until then.
  if (at + kClaimTime < now || at > now + kClaimTime) return std::nullopt;
  return Claim{json::text_or_empty(*object, "keeper"), json::text_or_empty(*object, "identity"),
               at};
}

std::string beginning(const QueueReader& reader, const Claim& claim) {
  return "keeper " + base::quote(claim.keeper) + " reads this keeper's queue " + reader.queue_url +
         " as well (it said so at " + base::to_iso8601(claim.at) +
         "), so each would hear half of the notices; ";
}

base::Status taken_by_another(const QueueReader& reader, const Claim& claim) {
  return base::fail(kQueueTaken, beginning(reader, claim) +
                                     "give every keeper a queue of its own, a second target of the "
                                     "same rule. A keeper that is gone is forgotten after four "
                                     "minutes");
}

base::Status taken_by_namesake(const QueueReader& reader, const Claim& claim, base::Instant now) {
  const int64_t left_ms = (claim.at + kClaimTime - now).ms();
  return base::fail(
      kQueueTaken,
      "another " + beginning(reader, claim) +
          "it has the same name and another state folder, so neither could tell the other's "
          "launches from its own. Stop one of them, or give it another name in [keeper] and a "
          "queue of its own. If it is this keeper, asked about from elsewhere, ask where its state "
          "folder is; if it is this keeper before it lost that folder, start again in " +
          std::to_string(left_ms / 1000 + 1) + " s: it is forgotten then");
}

base::Status check_others(const std::string& text, const QueueReader& reader, base::Instant now) {
  const auto claim = standing_in(text, now);
  if (!claim || claim->keeper.empty()) return {};
  if (claim->keeper != reader.keeper.str()) return taken_by_another(reader, *claim);
  const bool is_told = !claim->identity.empty() && !reader.identity.empty();
  if (is_told && claim->identity != reader.identity) return taken_by_namesake(reader, *claim, now);
  return {};
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
