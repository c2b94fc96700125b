#include "engine/journal.h"

#include <algorithm>
#include <limits>

#include "engine/event_identity.h"
#include "engine/journal_quarantine.h"
#include "engine/journal_schema.h"
#include "engine/journal_text.h"

namespace engine {
namespace {

using base::Instant;
using base::Result;
using base::Status;
using model::Incident;
using store::Blob;
using store::Row;

constexpr char kRun[] = "run";
constexpr char kSteppedThrough[] = "stepped_through";
constexpr char kTold[] = "told";
constexpr int64_t kNewest = std::numeric_limits<int64_t>::max();

int64_t limit_of(const Page& page) { return std::clamp<int64_t>(page.limit, 0, kMostRows); }
int64_t before_of(const Page& page) { return page.before.value_or(kNewest); }

Result<int64_t> read_integer(const Row& row) { return row.integer(0); }

Result<JournaledEvent> read_event(const Row& row) {
  ASSIGN_OR_RETURN(model::Notice notice, parse_notice(row.text(2)));
  return JournaledEvent{row.integer(0), row.text(1), std::move(notice),
                        row.instant(3), row.text(4), row.integer(5)};
}

// Without the timeline.
Result<JournaledIncident> read_incident(const Row& row) {
  ASSIGN_OR_RETURN(Incident incident, parse_incident(row.text(1)));
  return JournaledIncident{row.integer(0), std::move(incident)};
}

Result<model::TimelineEntry> read_entry(const Row& row) {
  return model::TimelineEntry{row.instant(0), row.text(1), row.text(2)};
}

Result<Quarantined> read_quarantined(const Row& row) {
  // What a newer spotkeeper put there is shown as what it is not, rather than not at all.
  const auto kind = parse_quarantine_kind(row.text(7)).value_or(QuarantineKind::kMessage);
  return Quarantined{row.integer(0), row.text(1),    row.text(2),    row.text(3),
                     row.instant(4), row.instant(5), row.integer(6), kind};
}

Result<JournaledCall> read_call(const Row& row) {
  const model::CallId id{static_cast<uint64_t>(row.integer(2))};
  JournaledCall call;
  call.seq = row.integer(0);
  call.run = row.integer(1);
  call.intent = {id, row.text(3), model::GroupName(row.text(4)), row.text(5), row.instant(6)};
  if (!row.is_null(7)) call.outcome = Outcome{id, row.text(8), row.instant(7)};
  return call;
}

Result<LedgerWritten> read_ledger_written(const Row& row) {
  return LedgerWritten{model::GroupName(row.text(0)), static_cast<uint64_t>(row.integer(1)),
                       row.text(2), row.instant(3)};
}

Result<model::SpotPrice> read_price(const Row& row) {
  return model::SpotPrice{{model::InstanceType(row.text(0)), model::Zone(row.text(1)), row.text(2)},
                          base::Money::usd_micros(row.integer(4)),
                          row.instant(3)};
}

Result<EventCount> read_count(const Row& row) {
  // A kind that a newer spotkeeper counted is one we do not know.
  const auto kind = model::parse_notice_kind(row.text(0)).value_or(model::NoticeKind::kUnknown);
  return EventCount{kind, row.integer(1), row.integer(2)};
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(store::Database& database) {
  RETURN_IF_ERROR(migrate_journal(database));
  std::unique_ptr<Journal> journal(new Journal(database));
  if (database.access() == store::Access::kReadWrite) RETURN_IF_ERROR(journal->start_run());
  return journal;
}

Status Journal::start_run() {
  ASSIGN_OR_RETURN(const int64_t last, number(kRun));
  run_ = last + 1;
  return set_number(kRun, run_);
}

// ---- meta ----

Result<int64_t> Journal::number(std::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> value,
                   database_.find("select value from meta where name = ?", {name}, read_integer));
  return value.value_or(0);
}

Status Journal::set_number(std::string_view name, int64_t value) {
  return database_.run("insert or replace into meta(name, value) values(?, ?)", {name, value});
}

Result<std::optional<std::string>> Journal::meta(std::string_view name) {
  return database_.find("select value from meta where name = ?", {name},
                        [](const Row& row) -> Result<std::string> { return row.text(0); });
}

Status Journal::set_meta(std::string_view name, std::string_view value) {
  return database_.run("insert or replace into meta(name, value) values(?, ?)", {name, value});
}

Result<std::string> Journal::told() {
  ASSIGN_OR_RETURN(const std::optional<std::string> text, meta(kTold));
  return text.value_or("");
}

// ---- events ----

Result<std::vector<JournaledEvent>> Journal::append_events(
    const std::vector<IncomingEvent>& incoming) {
  std::vector<JournaledEvent> fresh;
  if (incoming.empty()) return fresh;
  RETURN_IF_ERROR(database_.transaction([&]() -> Status { return append_all(incoming, fresh); }));
  return fresh;
}

Status Journal::append_all(const std::vector<IncomingEvent>& incoming,
                           std::vector<JournaledEvent>& fresh) {
  for (const IncomingEvent& event : incoming) {
    ASSIGN_OR_RETURN(std::optional<JournaledEvent> appended, append(event));
    if (appended) fresh.push_back(*std::move(appended));
  }
  return {};
}

// Nothing when it was known already.
Result<std::optional<JournaledEvent>> Journal::append(const IncomingEvent& event) {
  ASSIGN_OR_RETURN(std::optional<int64_t> seq, find_seq(event));
  const bool is_new = !seq;
  if (is_new) {
    ASSIGN_OR_RETURN(seq, insert_event(event));
  } else {
    RETURN_IF_ERROR(
        database_.run("update event set duplicates = duplicates + 1 where seq = ?", {seq}));
  }
  // A second copy brings an id of its own, under which it may come again.
  for (const EventIdentity& identity : identities_of(event))
    RETURN_IF_ERROR(
        database_.run("insert or ignore into event_identity(time_ms, prefix, seq) values(?, ?, ?)",
                      {identity.time_ms, identity.prefix, seq}));
  RETURN_IF_ERROR(count(event.notice.kind, is_new ? 1 : 0, is_new ? 0 : 1));
  if (!is_new) return std::nullopt;
  return JournaledEvent{*seq, event.body, event.notice, event.received_at, event.source, 0};
}

Result<std::optional<int64_t>> Journal::find_seq(const IncomingEvent& event) {
  for (const EventIdentity& identity : identities_of(event)) {
    ASSIGN_OR_RETURN(
        const std::optional<int64_t> seq,
        database_.find("select seq from event_identity where time_ms = ? and prefix = ?",
                       {identity.time_ms, identity.prefix}, read_integer));
    if (seq) return seq;
  }
  return std::nullopt;
}

Result<int64_t> Journal::insert_event(const IncomingEvent& event) {
  RETURN_IF_ERROR(
      database_.run("insert into event(received_at_ms, source, notice, body) values(?, ?, ?, ?)",
                    {event.received_at, event.source, to_text(event.notice), Blob{event.body}}));
  return database_.last_insert_id();
}

Status Journal::count(model::NoticeKind kind, int64_t events, int64_t duplicates) {
  return database_.run(
      "insert into event_count(kind, events, duplicates) values(?, ?, ?) on conflict(kind) do "
      "update set events = events + excluded.events, duplicates = duplicates + excluded.duplicates",
      {to_string(kind), events, duplicates});
}

Result<std::vector<JournaledEvent>> Journal::unstepped_events() {
  ASSIGN_OR_RETURN(const int64_t stepped_through, number(kSteppedThrough));
  return database_.collect(
      "select seq, body, notice, received_at_ms, source, duplicates from event where seq > ? "
      "order by seq",
      {stepped_through}, read_event);
}

Result<std::vector<JournaledEvent>> Journal::events(const Page& page) {
  return database_.collect(
      "select seq, body, notice, received_at_ms, source, duplicates from event where seq < ? "
      "order by seq desc limit ?",
      {before_of(page), limit_of(page)}, read_event);
}

Result<std::vector<EventCount>> Journal::counts_by_kind() {
  return database_.collect("select kind, events, duplicates from event_count order by kind", {},
                           read_count);
}

// ---- quarantine ----

Status Journal::quarantine(const std::vector<Unusable>& items,
                           const std::vector<notify::Letter>& letters) {
  if (items.empty()) return {};
  return database_.transaction([&]() -> Status {
    for (const Unusable& item : items) RETURN_IF_ERROR(insert_unusable(database_, item));
    return insert_letters(database_, letters);
  });
}

Result<std::vector<Quarantined>> Journal::quarantined(const Page& page) {
  return database_.collect(
      "select seq, body, reason, source, first_seen_ms, last_seen_ms, attempts, kind "
      "from quarantine where seq < ? order by seq desc limit ?",
      {before_of(page), limit_of(page)}, read_quarantined);
}

Result<std::optional<Quarantined>> Journal::quarantined_item(int64_t seq) {
  return database_.find(
      "select seq, body, reason, source, first_seen_ms, last_seen_ms, attempts, kind "
      "from quarantine where seq = ?",
      {seq}, read_quarantined);
}

Result<std::vector<JournaledEvent>> Journal::readmit(int64_t seq,
                                                     const std::vector<IncomingEvent>& events) {
  std::vector<JournaledEvent> fresh;
  const Status status = database_.transaction([&]() -> Status {
    RETURN_IF_ERROR(append_all(events, fresh));
    return drop_quarantined(seq);
  });
  if (!status) return tl::unexpected(status.error());
  return fresh;
}

Status Journal::readmit(int64_t seq, const std::vector<notify::Letter>& letters) {
  return database_.transaction([&]() -> Status {
    RETURN_IF_ERROR(insert_letters(database_, letters));
    return drop_quarantined(seq);
  });
}

Status Journal::drop_quarantined(int64_t seq) {
  return database_.run("delete from quarantine where seq = ?", {seq});
}

Status Journal::drop_all_quarantined() { return database_.run("delete from quarantine"); }

// ---- turns ----

Status Journal::record(const TurnRecord& turn) {
  return database_.transaction([&]() -> Status {
    for (const Intent& intent : turn.intents) RETURN_IF_ERROR(record_intent(intent));
    for (const Outcome& outcome : turn.outcomes) RETURN_IF_ERROR(record_outcome(outcome));
    for (const Incident& incident : turn.incidents) RETURN_IF_ERROR(record_incident(incident));
    for (const LedgerWritten& written : turn.ledger) RETURN_IF_ERROR(record_ledger(written));
    for (const model::SpotPrice& price : turn.prices) RETURN_IF_ERROR(record_price(price));
    RETURN_IF_ERROR(insert_letters(database_, turn.letters));
    if (turn.told) RETURN_IF_ERROR(set_meta(kTold, *turn.told));
    return step_through(turn.stepped_through);
  });
}

Status Journal::record_intent(const Intent& intent) {
  return database_.run(
      "insert into call(run, call_id, action, group_name, text, at_ms) "
      "values(?, ?, ?, ?, ?, ?)",
      {run_, intent.call.value, intent.action, intent.group, intent.text, intent.at});
}

Status Journal::record_outcome(const Outcome& outcome) {
  return database_.run(
      "update call set ended_at_ms = ?, error_code = ? where run = ? and call_id = ?",
      {outcome.at, outcome.error_code, run_, outcome.call.value});
}

Status Journal::record_incident(const Incident& incident) {
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> seq,
      database_.find(
          "insert into incident(id, group_name, opened_at_ms, closed_at_ms, document) "
          "values(?, ?, ?, ?, ?) on conflict(id, opened_at_ms) do update set "
          "group_name = excluded.group_name, closed_at_ms = excluded.closed_at_ms, "
          "document = excluded.document returning seq",
          {incident.id, incident.group, incident.opened_at, incident.closed_at, to_text(incident)},
          read_integer));
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> kept,
      database_.find("select count(*) from timeline where incident = ?", {seq}, read_integer));
  for (auto i = static_cast<size_t>(*kept); i < incident.timeline.size(); ++i) {
    const model::TimelineEntry& entry = incident.timeline[i];
    RETURN_IF_ERROR(database_.run(
        "insert into timeline(incident, position, at_ms, what, detail) values(?, ?, ?, ?, ?)",
        {seq, i, entry.at, entry.what, entry.detail}));
  }
  return {};
}

// A group of three keeps weeks of its records; one of 10,000 would fill the disk with them.
Status Journal::record_ledger(const LedgerWritten& written) {
  RETURN_IF_ERROR(database_.run(
      "insert into ledger_history(group_name, revision, record, at_ms) values(?, ?, ?, ?)",
      {written.group, written.revision, written.record, written.at}));
  if (written.record.size() < kLargeRecordBytes) return {};
  const auto most = static_cast<int64_t>(kMostHistoryBytes / written.record.size());
  return database_.run(
      "delete from ledger_history where group_name = ?1 and seq <= (select seq from ledger_history "
      "where group_name = ?1 order by seq desc limit 1 offset ?2)",
      {written.group, std::max<int64_t>(1, most)});
}

// An answer that is older than the last one, or the same, tells nothing new.
Status Journal::record_price(const model::SpotPrice& price) {
  return database_.run(
      "insert into price(instance_type, zone, product, at_ms, usd_micros) "
      "select ?1, ?2, ?3, ?4, ?5 where not exists(select 1 from (select at_ms, usd_micros "
      "from price where instance_type = ?1 and zone = ?2 and product = ?3 "
      "order by at_ms desc limit 1) where usd_micros = ?5 or at_ms >= ?4)",
      {price.pool.type, price.pool.zone, price.pool.product, price.at, price.price.micros()});
}

Status Journal::step_through(int64_t seq) {
  ASSIGN_OR_RETURN(const int64_t stepped_through, number(kSteppedThrough));
  return seq > stepped_through ? set_number(kSteppedThrough, seq) : Status();
}

Result<std::vector<JournaledCall>> Journal::calls(const Page& page) {
  return database_.collect(
      "select seq, run, call_id, action, group_name, text, at_ms, ended_at_ms, error_code "
      "from call where seq < ? order by seq desc limit ?",
      {before_of(page), limit_of(page)}, read_call);
}

Result<std::vector<LedgerWritten>> Journal::ledger_history(const model::GroupName& group,
                                                           int64_t limit) {
  return database_.collect(
      "select group_name, revision, record, at_ms from ledger_history where group_name = ? "
      "order by seq desc limit ?",
      {group, limit_of({limit})}, read_ledger_written);
}

Result<std::vector<model::SpotPrice>> Journal::prices(const PriceFilter& filter) {
  return database_.collect(
      "select instance_type, zone, product, at_ms, usd_micros from price as one "
      "where (?1 is null or instance_type = ?1) and (?2 is null or zone = ?2) "
      "and not exists(select 1 from price as later where later.instance_type = one.instance_type "
      "and later.zone = one.zone and later.product = one.product "
      "and later.at_ms > one.at_ms and later.at_ms <= ?3) "
      "order by instance_type, zone, product, at_ms limit ?4",
      {filter.type, filter.zone, filter.since, kMostPrices}, read_price);
}

// ---- incidents ----

Status Journal::add_timeline(std::vector<JournaledIncident>& incidents) {
  for (auto& [seq, incident] : incidents) {
    ASSIGN_OR_RETURN(incident.timeline,
                     database_.collect("select at_ms, what, detail from timeline "
                                       "where incident = ? order by position",
                                       {seq}, read_entry));
  }
  return {};
}

Result<std::vector<Incident>> Journal::open_incidents() {
  ASSIGN_OR_RETURN(std::vector<JournaledIncident> rows,
                   database_.collect(
                       "select seq, document from incident where closed_at_ms is null order by seq",
                       {}, read_incident));
  RETURN_IF_ERROR(add_timeline(rows));
  std::vector<Incident> open;
  for (JournaledIncident& row : rows) open.push_back(std::move(row.incident));
  return open;
}

Result<std::vector<JournaledIncident>> Journal::incidents(
    IncidentFilter filter, const Page& page, const std::optional<model::GroupName>& group) {
  constexpr char kAll[] =
      "select seq, document from incident where seq < ?1 and (?2 is null or group_name = ?2) "
      "order by seq desc limit ?3";
  constexpr char kOpen[] =
      "select seq, document from incident where seq < ?1 and (?2 is null or group_name = ?2) "
      "and closed_at_ms is null order by seq desc limit ?3";
  ASSIGN_OR_RETURN(std::vector<JournaledIncident> rows,
                   database_.collect(filter == IncidentFilter::kOpen ? kOpen : kAll,
                                     {before_of(page), group, limit_of(page)}, read_incident));
  RETURN_IF_ERROR(add_timeline(rows));
  return rows;
}

Result<std::optional<JournaledIncident>> Journal::incident(const model::IncidentId& id) {
  ASSIGN_OR_RETURN(std::vector<JournaledIncident> rows,
                   database_.collect("select seq, document from incident where id = ? "
                                     "order by opened_at_ms desc limit 1",
                                     {id}, read_incident));
  RETURN_IF_ERROR(add_timeline(rows));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

// ---- pruning ----

Status Journal::prune(Instant before) {
  return database_.transaction([&]() -> Status {
    RETURN_IF_ERROR(prune_events(before));
    RETURN_IF_ERROR(database_.run("delete from call where at_ms < ?", {before}));
    RETURN_IF_ERROR(database_.run("delete from ledger_history where at_ms < ?", {before}));
    RETURN_IF_ERROR(prune_prices(before));
    RETURN_IF_ERROR(database_.run("delete from quarantine where last_seen_ms < ?", {before}));
    return database_.run("delete from incident where closed_at_ms < ?", {before});
  });
}

// What a pool cost then stays: it may cost that still.
Status Journal::prune_prices(Instant before) {
  return database_.run(
      "delete from price where exists(select 1 from price as later "
      "where later.instance_type = price.instance_type and later.zone = price.zone "
      "and later.product = price.product and later.at_ms > price.at_ms and later.at_ms <= ?)",
      {before});
}

Status Journal::prune_events(Instant before) {
  ASSIGN_OR_RETURN(const int64_t stepped_through, number(kSteppedThrough));
  // Arrival and seq rise together, so this looks at no more rows than it deletes.
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> first_kept,
      database_.find(
          "select seq from event where received_at_ms >= ? or seq > ? order by seq limit 1",
          {before, stepped_through}, read_integer));
  const int64_t end = first_kept.value_or(kNewest);
  RETURN_IF_ERROR(database_.run("delete from event where seq < ?", {end}));
  return database_.run("delete from event_identity where time_ms < ? and seq < ?", {before, end});
}

}  // namespace engine
