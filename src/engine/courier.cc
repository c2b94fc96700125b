#include "engine/courier.h"

#include <algorithm>
#include <utility>

#include "notify/retry.h"

namespace engine {
namespace {

using base::Instant;
using base::Result;
using base::Status;
using notify::Letter;
using ports::Delivery;

bool is_too_old(const std::vector<Letter>& letters, Instant now) {
  return now >= letters.back().at + notify::kGiveUpAfter;
}

}  // namespace

Result<Courier> Courier::open(CourierParts parts, const std::vector<std::string>& targets,
                              model::KeeperName keeper, base::Prng prng) {
  Courier courier(std::move(parts), std::move(keeper), prng);
  for (const std::string& target : targets) {
    courier.routes_[target].is_configured = true;
    courier.stats_[target];
  }
  ASSIGN_OR_RETURN(const auto counts, courier.parts_.outbox.counts());
  for (const auto& [target, count] : counts) {
    const bool is_new = courier.routes_.try_emplace(target).second;
    courier.stats_[target].waiting = static_cast<uint64_t>(count);
    if (is_new) courier.say_unclaimed(target, count);
  }
  return courier;
}

void Courier::say_unclaimed(const std::string& target, int64_t count) const {
  parts_.log.warn(
      "notifications-unclaimed",
      {{"target", target},
       {"waiting", count},
       {"why", "no [[notify]] of this name is left; they are kept for a day, then in quarantine"}});
}

void Courier::note_added(const std::vector<Letter>& letters) {
  for (const Letter& letter : letters) {
    routes_.try_emplace(letter.target);
    ++stats_[letter.target].waiting;
  }
}

void Courier::hear(Brought brought) {
  const auto route = routes_.find(brought.target);
  if (route == routes_.end() || !route->second.outgoing) return;
  Outgoing& outgoing = *route->second.outgoing;
  // Another's answer is of a life before a reload.
  if (outgoing.message.id == brought.id) outgoing.answer = std::move(brought.answer);
}

Result<Instant> Courier::turn(Instant now) {
  Instant due = Instant::never();
  for (auto& [target, route] : routes_) {
    if (!route.outgoing && stats_.at(target).waiting == 0) continue;
    ASSIGN_OR_RETURN(const Instant next,
                     route.is_configured ? advance(target, route, now) : keep(target, now));
    due = std::min(due, next);
  }
  return due;
}

Result<Instant> Courier::advance(const std::string& target, Route& route, Instant now) {
  if (route.outgoing && route.outgoing->answer) RETURN_IF_ERROR(settle(target, route, now));
  if (stats_.at(target).waiting > static_cast<uint64_t>(kMostWaiting))
    RETURN_IF_ERROR(shed(target, now));
  if (!route.outgoing) RETURN_IF_ERROR(prepare(target, route, now));
  if (!route.outgoing)
    return stats_.at(target).waiting == 0 ? Instant::never() : route.bucket.next(now);
  if (route.outgoing->is_under_way) return Instant::never();
  if (now < route.outgoing->not_before) return route.outgoing->not_before;
  post(target, *route.outgoing);
  return Instant::never();
}

// Of a target that nobody configures any more.
Result<Instant> Courier::keep(const std::string& target, Instant now) {
  ASSIGN_OR_RETURN(std::vector<Letter> letters, parts_.outbox.claimed(target));
  if (letters.empty()) {
    ASSIGN_OR_RETURN(letters, parts_.outbox.waiting(target, kMostLetters));
  }
  if (letters.empty()) {
    RETURN_IF_ERROR(recount(target));
    return Instant::never();
  }
  if (!is_too_old(letters, now)) return letters.back().at + notify::kGiveUpAfter;
  RETURN_IF_ERROR(give_up(target, letters, "no target of this name is configured", now));
  // The rest in turns of their own: each is a synced write.
  return stats_.at(target).waiting == 0 ? Instant::never() : now + base::Duration::millis(1);
}

Status Courier::settle(const std::string& target, Route& route, Instant now) {
  Outgoing& outgoing = *route.outgoing;
  const ports::MailAnswer& answer = *outgoing.answer;
  if (answer.delivery == Delivery::kDelivered) {
    if (parts_.crash_hook) parts_.crash_hook(CrashPoint::kAfterNotify);
    RETURN_IF_ERROR(parts_.outbox.remove(outgoing.letters));
    ++stats_[target].sent;
  } else if (answer.delivery == Delivery::kRefused) {
    RETURN_IF_ERROR(give_up(target, outgoing.letters, answer.why, now));
  } else if (answer.delivery != Delivery::kHeld && is_too_old(outgoing.letters, now)) {
    RETURN_IF_ERROR(give_up(target, outgoing.letters,
                            "it could not be brought within a day: " + answer.why, now));
  } else {
    try_again(target, outgoing, now);
    return {};
  }
  route.outgoing.reset();
  return recount(target);
}

// Said once per message, as long as it is the same message.
void Courier::try_again(const std::string& target, Outgoing& outgoing, Instant now) {
  ++stats_[target].failed;
  const ports::MailAnswer answer = *std::exchange(outgoing.answer, std::nullopt);
  outgoing.is_under_way = false;
  outgoing.not_before = now + notify::retry_delay(++outgoing.failures, answer.retry_after, prng_);
  parts_.log.write_fields(outgoing.failures == 1 ? base::LogLevel::kWarn : base::LogLevel::kDebug,
                          "notification-failed", {{"target", target}, {"error", answer.why}});
}

Status Courier::give_up(const std::string& target, const std::vector<Letter>& letters,
                        const std::string& why, Instant now) {
  const notify::Message message = notify::message_of(letters, keeper_);
  RETURN_IF_ERROR(parts_.outbox.give_up(
      letters, {message.document, why, target, now, QuarantineKind::kNotification}));
  ++stats_[target].quarantined;
  parts_.log.write_fields(base::LogLevel::kError, "notification-given-up",
                          {{"target", target}, {"error", why}});
  return recount(target);
}

// The oldest of those that nobody has claimed.
Status Courier::shed(const std::string& target, Instant now) {
  ASSIGN_OR_RETURN(const std::vector<Letter> letters, parts_.outbox.waiting(target, kMostLetters));
  if (letters.empty()) return recount(target);
  return give_up(target, letters,
                 "more than " + std::to_string(kMostWaiting) + " notifications waited", now);
}

// What an earlier life claimed goes first, as the message that it was.
Status Courier::prepare(const std::string& target, Route& route, Instant now) {
  ASSIGN_OR_RETURN(std::vector<Letter> letters, parts_.outbox.claimed(target));
  if (letters.empty()) {
    const int64_t left = route.bucket.left(now);
    if (left == 0) return {};
    const auto next = static_cast<int64_t>(
        notify::letters_for_next(static_cast<size_t>(stats_.at(target).waiting), left));
    ASSIGN_OR_RETURN(letters, parts_.outbox.waiting(target, std::min(next, kMostLetters)));
    if (letters.empty()) return recount(target);
    RETURN_IF_ERROR(parts_.outbox.claim(letters));
    route.bucket.take(now);
  }
  notify::Message message = notify::message_of(letters, keeper_);
  route.outgoing = Outgoing{std::move(letters), std::move(message), 0, {}, false, {}};
  return {};
}

void Courier::post(const std::string& target, Outgoing& outgoing) {
  outgoing.is_under_way = true;
  const notify::Message& message = outgoing.message;
  parts_.messenger->post({target, message.id, message.text, message.document},
                         [mailbox = parts_.mailbox, target, id = message.id](auto answer) {
                           mailbox->add(Brought{target, id, std::move(answer)});
                         });
}

Status Courier::recount(const std::string& target) {
  ASSIGN_OR_RETURN(const int64_t count, parts_.outbox.count(target));
  stats_[target].waiting = static_cast<uint64_t>(count);
  return {};
}

}  // namespace engine
