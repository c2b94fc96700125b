#include "engine/journal_outbox.h"

#include <utility>

#include "base/check.h"
#include "engine/journal_quarantine.h"

namespace engine {
namespace {

using base::Result;
using base::Status;
using notify::Letter;
using store::Row;

Result<Letter> read_letter(const Row& row) {
  return Letter{row.integer(0), row.text(1), row.text(2), row.text(3),   row.text(4),
                row.text(5),    row.text(6), row.text(7), row.instant(8)};
}

Result<int64_t> read_integer(const Row& row) { return row.integer(0); }

}  // namespace

Status insert_letters(store::Database& database, const std::vector<Letter>& letters) {
  for (const Letter& it : letters)
    RETURN_IF_ERROR(database.run(
        "insert or ignore into outbox(target, id, kind, event, group_name, text, document, at_ms) "
        "values(?, ?, ?, ?, ?, ?, ?, ?)",
        {it.target, it.id, it.kind, it.event, it.group, it.text, it.document, it.at}));
  return {};
}

Result<std::vector<Letter>> Outbox::claimed(const std::string& target) {
  return database_.collect(
      "select seq, target, id, kind, event, group_name, text, document, at_ms from outbox "
      "where target = ? and is_claimed = 1 order by seq",
      {target}, read_letter);
}

Result<std::vector<Letter>> Outbox::waiting(const std::string& target, int64_t limit) {
  return database_.collect(
      "select seq, target, id, kind, event, group_name, text, document, at_ms from outbox "
      "where target = ? and is_claimed = 0 order by seq limit ?",
      {target, limit}, read_letter);
}

Result<std::map<std::string, int64_t>> Outbox::counts() {
  using Count = std::pair<std::string, int64_t>;
  ASSIGN_OR_RETURN(const std::vector<Count> rows,
                   database_.collect("select target, count(*) from outbox group by target", {},
                                     [](const Row& row) -> Result<Count> {
                                       return Count{row.text(0), row.integer(1)};
                                     }));
  return std::map<std::string, int64_t>(rows.begin(), rows.end());
}

Result<int64_t> Outbox::count(const std::string& target) {
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> found,
      database_.find("select count(*) from outbox where target = ?", {target}, read_integer));
  return found.value_or(0);
}

Status Outbox::claim(const std::vector<Letter>& letters) {
  CHECK(!letters.empty());
  return database_.run("update outbox set is_claimed = 1 where target = ? and seq between ? and ?",
                       {letters.front().target, letters.front().seq, letters.back().seq});
}

Status Outbox::give_up(const std::vector<Letter>& letters, const Unusable& as) {
  return database_.transaction([&]() -> Status {
    RETURN_IF_ERROR(insert_unusable(database_, as));
    return remove(letters);
  });
}

Status Outbox::remove(const std::vector<Letter>& letters) {
  CHECK(!letters.empty());
  return database_.run("delete from outbox where target = ? and seq between ? and ?",
                       {letters.front().target, letters.front().seq, letters.back().seq});
}

}  // namespace engine
