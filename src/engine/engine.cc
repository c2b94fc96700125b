#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "base/quote.h"
#include "engine/call_text.h"
#include "model/decode.h"

namespace engine {
namespace {

using base::Instant;
using model::CallCompleted;

// Often enough that an operator who freed some space sees it noticed, rarely enough for a sick
// disk.
constexpr base::Duration kProbePeriod = base::Duration::seconds(2);
// What a probe writes: as much as the messages of a storm. Where a few bytes still fit a turn may
// not, and would be blocked again and again.
constexpr size_t kProbeBytes = 1 << 20;
constexpr char kProbe[] = "probe";
// What may wait in memory while the journal is blocked; beyond it messages stay in their queue.
constexpr size_t kMostWaiting = 1000;
constexpr size_t kMostPerRemoval = 10;
// In a row, some seconds apart: no longer a hiccup of the network.
constexpr int kManyFailures = 4;
constexpr char kInjectDoor[] = "inject";

base::Result<notify::Herald> make_herald(const EngineParts& parts, const model::KeeperName& keeper,
                                         const std::vector<model::Incident>& open) {
  ASSIGN_OR_RETURN(const std::string text, parts.journal.told());
  auto told = text.empty() ? notify::Told() : notify::parse_told(text);
  // Then something may be told twice; nothing that is kept depends on it.
  if (!told) parts.log.warn("told-unreadable", {{"error", base::to_string(told.error())}});
  return notify::Herald(keeper, std::move(told).value_or(notify::Told()), open);
}

tl::unexpected<base::Error> nothing_quarantined(int64_t seq) {
  return base::fail("NotFound", "nothing in quarantine has the number " + std::to_string(seq));
}

base::Result<Courier> make_courier(const EngineParts& parts, const model::KeeperName& keeper,
                                   uint64_t seed) {
  std::vector<std::string> targets;
  for (const notify::Subscription& subscription : parts.subscriptions)
    targets.push_back(subscription.target);
  return Courier::open(
      {parts.journal.outbox(), parts.messenger, parts.mailbox, parts.log, parts.crash_hook},
      targets, keeper, base::Prng(seed ^ 0x636f7572696572));
}

// In two writes, or the first one would never reach the disk.
base::Status probe(Journal& journal) {
  RETURN_IF_ERROR(journal.set_meta(kProbe, std::string(kProbeBytes, '.')));
  return journal.set_meta(kProbe, "");
}

}  // namespace

Engine::Engine(EngineParts parts, control::Brain brain, model::KeeperName keeper,
               notify::Herald herald, Courier courier, base::Prng prng)
    : parts_(std::move(parts)),
      brain_(std::move(brain)),
      keeper_(std::move(keeper)),
      herald_(std::move(herald)),
      courier_(std::move(courier)),
      receivers_(prng) {}

base::Result<std::unique_ptr<Engine>> Engine::start(EngineParts parts,
                                                    control::BrainOptions options,
                                                    std::vector<model::GroupSpec> groups) {
  ASSIGN_OR_RETURN(auto open, parts.journal.open_incidents());
  ASSIGN_OR_RETURN(auto unstepped, parts.journal.unstepped_events());
  base::Prng prng(options.seed ^ 0x7265636569766572);  // Not the brain's own stream.
  ASSIGN_OR_RETURN(notify::Herald herald, make_herald(parts, options.keeper, open));
  ASSIGN_OR_RETURN(Courier courier, make_courier(parts, options.keeper, options.seed));
  const model::KeeperName keeper = options.keeper;
  control::Brain brain(std::move(options), std::move(groups), std::move(open));
  const Engine* const predecessor = std::exchange(parts.predecessor, nullptr);
  if (predecessor) brain.inherit(predecessor->brain_);
  std::unique_ptr<Engine> engine(new Engine(std::move(parts), std::move(brain), keeper,
                                            std::move(herald), std::move(courier), prng));
  engine->recover(std::move(unstepped));
  if (predecessor) engine->stats_ = predecessor->stats_;
  return engine;
}

Engine::~Engine() {
  for (auto& [id, done] : orders_)
    done(base::fail("OutcomeUnknown",
                    "the keeper is stopping, or was told anew what to keep, and the order may be "
                    "in the ledger already; `group show` tells",
                    base::Retry::kBackoff));
}

void Engine::recover(std::vector<JournaledEvent> unstepped) {
  for (JournaledEvent& event : unstepped) {
    pending_.stepped_through = std::max(pending_.stepped_through, event.seq);
    events_.push_back(control::NoticeReceived{std::move(event.notice)});
  }
}

Instant Engine::turn() {
  ++stats_.turns;
  const Instant now = parts_.clock.now();
  take_in(parts_.mailbox->take(), now);
  probe_journal(now);
  journal_intake();
  control::Decisions decisions = brain_.step(std::exchange(events_, {}), now);
  reached(CrashPoint::kDecided);
  report(decisions.remarks);
  for (control::CommandAnswer& answer : decisions.answers) answers_.push_back(std::move(answer));
  const Instant decided_wake = decisions.wake_at;
  record(decisions, now);
  submit(std::move(decisions), now);
  start_receivers(now);
  const Instant told_at = std::min(bring(now), herald_.look_again());
  const Instant wake_at = std::min({decided_wake, next_probe_, told_at});
  return receivers_.under_way() == 0 ? std::min(wake_at, receivers_.not_before()) : wake_at;
}

void Engine::reached(CrashPoint point) const {
  if (parts_.crash_hook) parts_.crash_hook(point);
}

// ---- in ----

void Engine::take_in(Arrivals arrivals, Instant now) {
  for (Received& received : arrivals.received) {
    if (!received) {
      receive_failed(received.error(), now);
      continue;
    }
    receivers_.answered(received->size());
    queue_trouble_.clear();
    for (ports::QueueMessage& message : *received) take_message(std::move(message), now);
  }
  for (Injected& injected : arrivals.injected) take_injected(std::move(injected), now);
  for (Ordered& ordered : arrivals.ordered) take_order(std::move(ordered));
  for (CallCompleted& completed : arrivals.completions) complete(std::move(completed));
  for (Retried& retried : arrivals.retried) retried.done(retry(retried.seq, now));
  for (Dropped& dropped : arrivals.dropped) dropped.done(drop(dropped.seq));
  for (Brought& brought : arrivals.brought) courier_.hear(std::move(brought));
  stats_.not_removed += arrivals.not_removed.size();
}

void Engine::receive_failed(const base::Error& error, Instant now) {
  ++stats_.receive_failures;
  receivers_.failed(now);
  const std::string why = base::to_string(error);
  const bool lasts = error.retry == base::Retry::kNever || receivers_.failures() >= kManyFailures;
  parts_.log.write_fields(why == queue_trouble_ ? base::LogLevel::kDebug : base::LogLevel::kWarn,
                          "receive-failed", {{"error", why}});
  if (lasts) queue_trouble_ = why;
}

void Engine::take_message(ports::QueueMessage message, Instant now) {
  ++stats_.messages;
  auto notices = model::decode(message.body, now);
  if (notices) {
    for (model::Notice& notice : *notices)
      incoming_.push_back({message.body, std::move(notice), now, "sqs"});
  } else {
    unusable_.push_back({std::move(message.body), notices.error().message, "sqs", now});
  }
  receipts_.push_back(std::move(message.receipt));
}

void Engine::take_injected(Injected injected, Instant now) {
  auto notices = model::decode(injected.body, now);
  if (!notices) return injected.done(tl::unexpected(notices.error()));
  for (model::Notice& notice : *notices)
    incoming_.push_back({injected.body, std::move(notice), now, kInjectDoor});
  waiting_injected_.push_back(std::move(injected));
  if (!blocked_by_.empty()) refuse_injected();
}

void Engine::take_order(Ordered ordered) {
  ordered.command.id = {++last_order_};
  orders_.emplace(ordered.command.id, std::move(ordered.done));
  events_.push_back(control::Commanded{std::move(ordered.command)});
}

void Engine::answer_people() {
  for (control::CommandAnswer& answer : std::exchange(answers_, {})) {
    const auto order = orders_.find(answer.id);
    if (order == orders_.end()) continue;
    order->second(std::move(answer.status));
    orders_.erase(order);
  }
}

// ---- out of quarantine ----

base::Status Engine::retry(int64_t seq, Instant now) {
  if (!blocked_by_.empty())
    return base::fail("JournalUnavailable", blocked_by_, base::Retry::kBackoff);
  ASSIGN_OR_RETURN(const std::optional<Quarantined> item, parts_.journal.quarantined_item(seq));
  if (!item) return nothing_quarantined(seq);
  return item->kind == QuarantineKind::kNotification ? send_again(*item, now)
                                                     : read_again(*item, now);
}

base::Status Engine::drop(const std::optional<int64_t>& seq) {
  if (!blocked_by_.empty())
    return base::fail("JournalUnavailable", blocked_by_, base::Retry::kBackoff);
  if (!seq) return parts_.journal.drop_all_quarantined();
  ASSIGN_OR_RETURN(const std::optional<Quarantined> item, parts_.journal.quarantined_item(*seq));
  if (!item) return nothing_quarantined(*seq);
  return parts_.journal.drop_quarantined(*seq);
}

// A newer spotkeeper may read what an older one could not.
base::Status Engine::read_again(const Quarantined& item, Instant now) {
  ASSIGN_OR_RETURN(std::vector<model::Notice> notices, model::decode(item.body, now));
  std::vector<IncomingEvent> events;
  for (model::Notice& notice : notices)
    events.push_back({item.body, std::move(notice), now, item.source});
  ASSIGN_OR_RETURN(std::vector<JournaledEvent> fresh, parts_.journal.readmit(item.seq, events));
  hear(std::move(fresh));
  return {};
}

// Once the target's URL was mended.
base::Status Engine::send_again(const Quarantined& item, Instant now) {
  const bool is_known =
      std::any_of(parts_.subscriptions.begin(), parts_.subscriptions.end(),
                  [&](const notify::Subscription& one) { return one.target == item.source; });
  if (!is_known)
    return base::fail("NoTarget",
                      "it was for " + base::quote(item.source) + ", which is no [[notify]] now");
  ASSIGN_OR_RETURN(notify::Letter letter, notify::letter_again(item.body, item.source, now));
  RETURN_IF_ERROR(parts_.journal.readmit(item.seq, std::vector{letter}));
  courier_.note_added({std::move(letter)});
  return {};
}

// Makes what arrived durable, then lets the queue forget it.
void Engine::journal_intake() {
  if (!blocked_by_.empty()) return;
  if (!unusable_.empty()) {
    const std::vector<notify::Letter> letters = letters_about_unusable();
    if (const auto status = parts_.journal.quarantine(unusable_, letters); !status)
      return block(status.error());
    courier_.note_added(letters);
    stats_.quarantined += unusable_.size();
    unusable_.clear();
  }
  if (!incoming_.empty()) {
    auto fresh = parts_.journal.append_events(incoming_);
    if (!fresh) return block(fresh.error());
    incoming_.clear();
    reached(CrashPoint::kEventsJournaled);
    hear(*std::move(fresh));
  }
  acknowledge();
}

void Engine::hear(std::vector<JournaledEvent> fresh) {
  for (JournaledEvent& event : fresh) {
    ++stats_.new_events;
    ++stats_.events_by_kind[std::string(to_string(event.notice.kind))];
    pending_.stepped_through = std::max(pending_.stepped_through, event.seq);
    events_.push_back(control::NoticeReceived{std::move(event.notice)});
  }
}

void Engine::acknowledge() {
  for (Injected& injected : std::exchange(waiting_injected_, {})) injected.done({});
  if (receipts_.empty()) return;
  for (size_t from = 0; from < receipts_.size(); from += kMostPerRemoval) {
    const size_t to = std::min(receipts_.size(), from + kMostPerRemoval);
    std::vector<std::string> batch(receipts_.begin() + static_cast<ptrdiff_t>(from),
                                   receipts_.begin() + static_cast<ptrdiff_t>(to));
    parts_.queue.remove(batch, [mailbox = parts_.mailbox, batch](auto failed) {
      auto again = failed ? *std::move(failed) : batch;
      if (!again.empty()) mailbox->add_not_removed(std::move(again));
    });
  }
  receipts_.clear();
  reached(CrashPoint::kEventsAcknowledged);
}

void Engine::complete(CallCompleted completed) {
  if (!completed.result) ++stats_.failures_by_code[completed.result.error().code];
  const auto call = mutating_.find(completed.id);
  if (call != mutating_.end()) {
    if (const auto point = before(call->second)) reached(after(*point));
    pending_.outcomes.push_back(
        {completed.id, completed.result ? "" : completed.result.error().code, completed.ended});
    const auto* write = std::get_if<model::LedgerWrite>(&call->second);
    if (write && completed.result)
      pending_.ledger.push_back(ledger_written(*write, completed.ended));
    mutating_.erase(call);
  }
  events_.push_back(std::move(completed));
}

// ---- out ----

void Engine::record(const control::Decisions& decisions, Instant now) {
  for (const control::PlannedCall& planned : decisions.calls)
    if (model::is_mutating(planned.call))
      pending_.intents.push_back({planned.id, std::string(action_of(planned.call)), planned.group,
                                  text_of(planned.call), now});
  for (const model::Incident& incident : decisions.incidents) {
    stats_.incidents_opened += incident.timeline.size() == 1;
    stats_.incidents_closed += incident.closed_at.has_value();
    std::erase_if(pending_.incidents, [&](const model::Incident& older) {
      return older.id == incident.id && older.opened_at == incident.opened_at;
    });
    pending_.incidents.push_back(incident);
  }
  pending_.prices.insert(pending_.prices.end(), decisions.prices.begin(), decisions.prices.end());
  tell(decisions, now);
  // Outcomes alone can wait for the next turn that must write: they decide nothing.
  if (pending_.intents.empty() && pending_.incidents.empty() && pending_.prices.empty() &&
      pending_.stepped_through == 0 && pending_.letters.empty() && !pending_.told)
    return;
  if (!blocked_by_.empty()) return;
  if (const auto status = parts_.journal.record(pending_); !status) return block(status.error());
  courier_.note_added(pending_.letters);
  pending_ = {};
  reached(CrashPoint::kTurnRecorded);
}

// ---- to people ----

std::vector<notify::Trouble> Engine::troubles() const {
  return parts_.troubles ? parts_.troubles() : std::vector<notify::Trouble>();
}

void Engine::tell(const control::Decisions& decisions, Instant now) {
  if (parts_.subscriptions.empty()) return;
  const std::string before = notify::to_text(herald_.told());
  std::vector<notify::Trouble> known = troubles();
  if (!queue_trouble_.empty()) known.push_back({{}, "queue", queue_trouble_});
  const auto news = herald_.hear({brain_.groups(), decisions.incidents, known, now});
  for (notify::Letter& letter : notify::letters_of(news, parts_.subscriptions, keeper_))
    pending_.letters.push_back(std::move(letter));
  std::string after = notify::to_text(herald_.told());
  if (after != before) pending_.told = std::move(after);
}

std::vector<notify::Letter> Engine::letters_about_unusable() const {
  std::vector<notify::Notification> news;
  for (const Unusable& item : unusable_)
    news.push_back(
        notify::message_kept({item.body, item.reason, item.source, parts_.site}, item.seen_at));
  return notify::letters_of(news, parts_.subscriptions, keeper_);
}

// What was brought could not be marked while the journal cannot be written, and would be brought
// again and again: it waits.
Instant Engine::bring(Instant now) {
  if (!blocked_by_.empty()) return Instant::never();
  const auto due = courier_.turn(now);
  stats_.targets = courier_.stats();
  if (due) return *due;
  block(due.error());
  return Instant::never();
}

// ---- to AWS ----

void Engine::submit(control::Decisions decisions, Instant now) {
  for (control::PlannedCall& planned : decisions.calls) {
    if (model::is_mutating(planned.call) && !blocked_by_.empty()) {
      refuse(planned, now);
      continue;
    }
    route(std::move(planned));
  }
}

// Nothing was sent, and nothing may be until its intent is durable. The intent is forgotten, so
// that the journal never speaks of a call that was not made.
void Engine::refuse(const control::PlannedCall& planned, Instant now) {
  std::erase_if(pending_.intents, [&](const Intent& intent) { return intent.call == planned.id; });
  parts_.mailbox->add(CallCompleted{
      planned.id, now, now, base::fail("JournalUnavailable", blocked_by_, base::Retry::kBackoff)});
}

void Engine::route(control::PlannedCall planned) {
  ++stats_.calls_by_action[std::string(action_of(planned.call))];
  if (const auto point = before(planned.call)) reached(*point);
  if (model::is_mutating(planned.call)) mutating_.emplace(planned.id, planned.call);
  if (const auto* read = std::get_if<model::LedgerRead>(&planned.call))
    return parts_.ledger.read(planned.id, *read);
  if (auto* write = std::get_if<model::LedgerWrite>(&planned.call))
    return parts_.ledger.compare_and_set(planned.id, std::move(*write));
  parts_.cloud.submit(planned.id, std::move(planned.call));
}

void Engine::start_receivers(Instant now) {
  if (!blocked_by_.empty() && incoming_.size() >= kMostWaiting) return;
  for (int i = receivers_.to_start(now); i > 0; --i) {
    receivers_.started();
    parts_.queue.receive(
        {}, [mailbox = parts_.mailbox](Received received) { mailbox->add(std::move(received)); });
  }
}

// ---- the journal's health ----

void Engine::block(const base::Error& error) {
  ++stats_.journal_failures;
  if (!blocked_by_.empty()) return;
  blocked_by_ = base::to_string(error);
  next_probe_ = parts_.clock.now() + kProbePeriod;
  events_.push_back(control::WritesBlocked{blocked_by_});
  refuse_injected();
}

// A person waits for the answer and can try again; the queue does so by itself.
void Engine::refuse_injected() {
  for (Injected& injected : std::exchange(waiting_injected_, {}))
    injected.done(base::fail("JournalUnavailable", blocked_by_, base::Retry::kBackoff));
  std::erase_if(incoming_, [](const IncomingEvent& event) { return event.source == kInjectDoor; });
}

void Engine::probe_journal(Instant now) {
  if (blocked_by_.empty() || now < next_probe_) return;
  next_probe_ = now + kProbePeriod;
  if (!probe(parts_.journal)) return;
  blocked_by_.clear();
  next_probe_ = Instant::never();
  events_.push_back(control::WritesAllowed{});
}

void Engine::report(const std::vector<control::Remark>& remarks) {
  for (const control::Remark& remark : remarks) {
    ++stats_.remarks_by_word[remark.what];
    parts_.log.write_fields(remark.level, remark.what, remark.fields);
  }
}

}  // namespace engine
