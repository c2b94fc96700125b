#include "engine/journal_schema.h"

#include <string_view>

namespace engine {
namespace {

// Keys rise with time: an index on random keys costs an order of magnitude in writes. The
// exceptions are small tables (incident, quarantine, outbox), which are looked up by name.
constexpr std::string_view kFirst = R"sql(
create table meta(
  name text primary key,
  value any not null
) strict, without rowid;

-- autoincrement: a seq that was pruned must not come again below stepped_through.
create table event(
  seq integer primary key autoincrement,
  received_at_ms integer not null,
  source text not null,
  notice text not null,
  body blob not null,
  duplicates integer not null default 0
) strict;

create table event_identity(
  time_ms integer not null,
  prefix integer not null,
  seq integer not null,
  primary key(time_ms, prefix)
) strict, without rowid;

create table event_count(
  kind text primary key,
  events integer not null,
  duplicates integer not null
) strict, without rowid;

create table call(
  seq integer primary key,
  run integer not null,
  call_id integer not null,
  action text not null,
  group_name text not null,
  text text not null,
  at_ms integer not null,
  ended_at_ms integer,
  error_code text,
  unique(run, call_id)
) strict;

create table incident(
  seq integer primary key,
  id text not null,
  group_name text not null,
  opened_at_ms integer not null,
  closed_at_ms integer,
  document text not null,
  unique(id, opened_at_ms)
) strict;
create index incident_open on incident(seq) where closed_at_ms is null;

create table timeline(
  incident integer not null references incident(seq) on delete cascade,
  position integer not null,
  at_ms integer not null,
  what text not null,
  detail text not null,
  primary key(incident, position)
) strict, without rowid;

create table ledger_history(
  seq integer primary key,
  group_name text not null,
  revision integer not null,
  record text not null,
  at_ms integer not null
) strict;

create table quarantine(
  seq integer primary key,
  body_hash blob not null unique,
  body blob not null,
  reason text not null,
  source text not null,
  first_seen_ms integer not null,
  last_seen_ms integer not null,
  attempts integer not null
) strict;

create table ledger(
  group_name text primary key,
  revision integer not null,
  record text not null
) strict, without rowid;
)sql";

// A row is a change; a few pools, looked up by name.
constexpr std::string_view kPrices = R"sql(
create table price(
  instance_type text not null,
  zone text not null,
  product text not null,
  at_ms integer not null,
  usd_micros integer not null,
  primary key(instance_type, zone, product, at_ms)
) strict, without rowid;
)sql";

// What people are told, and the messages for them that could not be brought.
constexpr std::string_view kNotifications = R"sql(
alter table quarantine add column kind text not null default 'message';

-- autoincrement: letters go out in the order of seq, also after all have gone.
create table outbox(
  seq integer primary key autoincrement,
  target text not null,
  id text not null,
  kind text not null,
  event text not null,
  group_name text not null,
  text text not null,
  document text not null,
  at_ms integer not null,
  is_claimed integer not null default 0,
  unique(target, id)
) strict;
create index outbox_order on outbox(target, is_claimed, seq);
)sql";

// Append only: a step that was released is never changed.
constexpr std::string_view kSteps[] = {kFirst, kPrices, kNotifications};

}  // namespace

base::Status migrate_journal(store::Database& database) { return database.migrate(kSteps); }

}  // namespace engine
