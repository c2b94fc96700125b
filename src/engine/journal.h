// Journal: what the keeper remembers, and what makes "nothing acknowledged before it is durable"
// true.
//
// Each method that writes is one transaction: when it returned without an error, its effect
// survives the loss of power; when it failed, nothing of it is seen, and repeating it is always
// right (appending, because events are known again by their identity; recording, because a turn
// states what is). Events are found once however often they arrive: see event_identity.h. Owned by
// the loop's thread. The command line opens the same file read-only while a keeper runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/journal_outbox.h"
#include "engine/journal_records.h"
#include "store/database.h"

namespace engine {

// A page asked for with more than this is cut to it: an answer has a bound.
inline constexpr int64_t kMostRows = 1000;
// A month of five changes a day in 600 pools.
inline constexpr int64_t kMostPrices = 100'000;
// Of a group whose ledger record is large (some hundred slots) the history is kept up to so much.
inline constexpr size_t kLargeRecordBytes = 64 << 10;
inline constexpr size_t kMostHistoryBytes = 64 << 20;

enum class IncidentFilter { kAll, kOpen };

class Journal {
 public:
  // Brings the schema up to date and starts a new run, unless the database is read-only.
  // The database outlives the journal.
  static base::Result<std::unique_ptr<Journal>> open(store::Database& database);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // ---- writing ----
  // Answers the events that are new, in their order. Once this returns the messages may be deleted.
  base::Result<std::vector<JournaledEvent>> append_events(
      const std::vector<IncomingEvent>& incoming);
  // With what is to be told of them.
  base::Status quarantine(const std::vector<Unusable>& items,
                          const std::vector<notify::Letter>& letters = {});
  base::Status record(const TurnRecord& turn);
  base::Status set_meta(std::string_view name, std::string_view value);
  // Forgets stepped events, calls, ledger writes, closed incidents and what is in quarantine of
  // before that time. What is open or not stepped yet stays; so do the counts, and the price in
  // force then.
  // Redelivery of a forgotten event counts as new: keep more than the queue's retention.
  base::Status prune(base::Instant before);
  // After a retry that worked, or because a person said so.
  base::Status drop_quarantined(int64_t seq);
  base::Status drop_all_quarantined();
  // Out of quarantine, as the events or the letters that it has become.
  base::Result<std::vector<JournaledEvent>> readmit(int64_t seq,
                                                    const std::vector<IncomingEvent>& events);
  base::Status readmit(int64_t seq, const std::vector<notify::Letter>& letters);

  // What people are to be told; of the same file, so it lives no longer than the journal's.
  Outbox outbox() { return Outbox(database_); }

  // ---- recovery ----
  // Durable events that no recorded turn has seen, oldest first.
  base::Result<std::vector<JournaledEvent>> unstepped_events();
  base::Result<std::vector<model::Incident>> open_incidents();
  // "deployment_id", "keeper_name", …
  base::Result<std::optional<std::string>> meta(std::string_view name);
  // As a turn recorded it last; empty when none did.
  base::Result<std::string> told();

  // ---- for people ----
  base::Result<std::vector<JournaledEvent>> events(const Page& page);
  // Of one group, or of all.
  base::Result<std::vector<JournaledIncident>> incidents(
      IncidentFilter filter, const Page& page, const std::optional<model::GroupName>& group = {});
  // The latest of that name.
  base::Result<std::optional<JournaledIncident>> incident(const model::IncidentId& id);
  base::Result<std::vector<Quarantined>> quarantined(const Page& page);
  base::Result<std::optional<Quarantined>> quarantined_item(int64_t seq);
  base::Result<std::vector<JournaledCall>> calls(const Page& page);
  base::Result<std::vector<LedgerWritten>> ledger_history(const model::GroupName& group,
                                                          int64_t limit);
  // By pool, then by time. More than kMostPrices are too many to answer: they are cut there.
  base::Result<std::vector<model::SpotPrice>> prices(const PriceFilter& filter);
  // Since the journal began, pruned or not.
  base::Result<std::vector<EventCount>> counts_by_kind();

 private:
  explicit Journal(store::Database& database) : database_(database) {}

  base::Result<int64_t> number(std::string_view name);
  base::Status set_number(std::string_view name, int64_t value);
  base::Status start_run();

  base::Result<std::optional<int64_t>> find_seq(const IncomingEvent& event);
  base::Result<int64_t> insert_event(const IncomingEvent& event);
  base::Status count(model::NoticeKind kind, int64_t events, int64_t duplicates);
  base::Result<std::optional<JournaledEvent>> append(const IncomingEvent& event);
  base::Status append_all(const std::vector<IncomingEvent>& incoming,
                          std::vector<JournaledEvent>& fresh);

  base::Status record_intent(const Intent& intent);
  base::Status record_outcome(const Outcome& outcome);
  base::Status record_incident(const model::Incident& incident);
  base::Status record_ledger(const LedgerWritten& written);
  base::Status record_price(const model::SpotPrice& price);
  base::Status prune_prices(base::Instant before);
  base::Status step_through(int64_t seq);
  base::Status add_timeline(std::vector<JournaledIncident>& incidents);
  base::Status prune_events(base::Instant before);

  store::Database& database_;
  int64_t run_ = 0;
};

}  // namespace engine
