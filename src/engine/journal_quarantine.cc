#include "engine/journal_quarantine.h"

#include "base/digest.h"

namespace engine {
namespace {

using store::Blob;

// The same message may come through any door; a notification is another one for each target.
base::Sha256 identity_of(const Unusable& item) {
  if (item.kind == QuarantineKind::kMessage) return base::sha256(item.body);
  return base::sha256(std::string(to_string(item.kind)) + "\n" + item.source + "\n" + item.body);
}

}  // namespace

base::Status insert_unusable(store::Database& database, const Unusable& item) {
  const base::Sha256 hash = identity_of(item);
  return database.run(
      "insert into quarantine(body_hash, kind, body, reason, source, first_seen_ms, last_seen_ms, "
      "attempts) values(?1, ?2, ?3, ?4, ?5, ?6, ?6, 1) on conflict(body_hash) do update set "
      "reason = excluded.reason, last_seen_ms = excluded.last_seen_ms, attempts = attempts + 1",
      {Blob{base::as_text(hash)}, to_string(item.kind), Blob{item.body}, item.reason, item.source,
       item.seen_at});
}

}  // namespace engine
