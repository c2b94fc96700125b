// What goes into the journal and what comes out of it, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/call.h"
#include "model/ids.h"
#include "model/incident.h"
#include "model/notice.h"
#include "notify/address.h"

namespace engine {

// One notice, decoded, as it came in.
struct IncomingEvent {
  std::string body;  // The raw message.
  model::Notice notice;
  base::Instant received_at;
  std::string source;  // The door it came through: "sqs", "inject", …
};

struct JournaledEvent {
  int64_t seq = 0;  // In order of arrival; never used twice, also after pruning.
  std::string body;
  model::Notice notice;
  base::Instant received_at;
  std::string source;
  int64_t duplicates = 0;  // How often it came again, also under another event id.

  friend bool operator==(const JournaledEvent&, const JournaledEvent&) = default;
};

enum class QuarantineKind {
  kMessage,       // It came from a queue and could not be read.
  kNotification,  // It was to be told to somebody and could not be brought.
};

std::string_view to_string(QuarantineKind kind);  // "message", "notification"
std::optional<QuarantineKind> parse_quarantine_kind(std::string_view text);

struct Unusable {
  std::string body;
  std::string reason;
  std::string source;  // The door it came through, or the target it was for.
  base::Instant seen_at;
  QuarantineKind kind = QuarantineKind::kMessage;
};

struct Quarantined {
  int64_t seq = 0;
  std::string body;
  std::string reason;  // Of the last attempt.
  std::string source;
  base::Instant first_seen, last_seen;
  int64_t attempts = 0;
  QuarantineKind kind = QuarantineKind::kMessage;

  friend bool operator==(const Quarantined&, const Quarantined&) = default;
};

// A call that is about to be submitted.
struct Intent {
  model::CallId call;
  std::string action;  // model::action_of
  model::GroupName group;
  std::string text;  // The call, for people.
  base::Instant at;

  friend bool operator==(const Intent&, const Intent&) = default;
};

struct Outcome {
  model::CallId call;
  std::string error_code;  // Empty: it succeeded.
  base::Instant at;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct JournaledCall {
  int64_t seq = 0;
  int64_t run = 0;  // Call ids start again with every run of the keeper.
  Intent intent;
  std::optional<Outcome> outcome;

  friend bool operator==(const JournaledCall&, const JournaledCall&) = default;
};

// A ledger record that was written: the ledger itself keeps only the last one.
struct LedgerWritten {
  model::GroupName group;
  uint64_t revision = 0;
  std::string record;
  base::Instant at;

  friend bool operator==(const LedgerWritten&, const LedgerWritten&) = default;
};

// All that one turn of the loop leaves behind.
struct TurnRecord {
  int64_t stepped_through = 0;  // The last event this turn saw; 0 when it saw none.
  std::vector<Intent> intents;
  std::vector<Outcome> outcomes;  // Of calls without a recorded intent: not kept.
  // As they are now, timelines whole: entries beyond those already kept are added. A name may come
  // again with another opened_at: that is another incident of the same machine.
  std::vector<model::Incident> incidents;
  std::vector<LedgerWritten> ledger;
  std::vector<model::SpotPrice> prices;  // Kept where they differ from the pool's latest.
  std::vector<notify::Letter> letters;  // What is to be told of it.
  std::optional<std::string> told;      // notify::Told, when it changed.
};

struct JournaledIncident {
  int64_t seq = 0;
  model::Incident incident;

  friend bool operator==(const JournaledIncident&, const JournaledIncident&) = default;
};

struct EventCount {
  model::NoticeKind kind = model::NoticeKind::kUnknown;
  int64_t events = 0;
  int64_t duplicates = 0;

  friend bool operator==(const EventCount&, const EventCount&) = default;
};

// Which prices are asked for.
struct PriceFilter {
  std::optional<model::InstanceType> type = {};
  std::optional<model::Zone> zone = {};
  base::Instant since = {};  // Those in force then, and all later ones.
};

// Newest first; `before` is the last seq of the page before this one.
struct Page {
  int64_t limit = 100;
  std::optional<int64_t> before = {};
};

}  // namespace engine
