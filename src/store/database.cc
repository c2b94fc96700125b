#include "store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace store {
namespace {

using base::Error;
using base::fail;
using base::Result;
using base::Retry;
using base::Status;

// A write-ahead log that a burst made larger is cut back to this when it is next reset.
constexpr char kWalLimit[] = "pragma journal_size_limit = 67108864";

const char* code_for(int sqlite_code, int system_error) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return kStoreFull;
    case SQLITE_READONLY:
      return kStoreReadOnly;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return kStoreBusy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return kStoreCorrupt;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (system_error == ENOSPC || system_error == EDQUOT) return kStoreFull;
      if (system_error == EROFS) return kStoreReadOnly;
      return kStoreFailed;
    default:
      return kStoreFailed;
  }
}

Retry retry_for(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
      return Retry::kBackoff;
    default:
      return Retry::kNever;
  }
}

int bind_value(sqlite3_stmt* statement, int index, const Value::Content& content) {
  if (const auto* number = std::get_if<int64_t>(&content))
    return sqlite3_bind_int64(statement, index, *number);
  if (const auto* text = std::get_if<std::string_view>(&content))
    // A null pointer would bind NULL, and an empty text is not that.
    return sqlite3_bind_text64(statement, index, text->empty() ? "" : text->data(), text->size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  if (const auto* blob = std::get_if<Blob>(&content))
    return sqlite3_bind_blob64(statement, index, blob->bytes.empty() ? "" : blob->bytes.data(),
                               blob->bytes.size(), SQLITE_STATIC);
  return sqlite3_bind_null(statement, index);
}

// VACUUM INTO does not sync what it wrote.
Status sync_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (!synced) return fail(kStoreFailed, "cannot sync " + path + ": " + std::strerror(reason));
  return {};
}

}  // namespace

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Row::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes ? std::string(static_cast<const char*>(bytes), static_cast<size_t>(size)) : "";
}

base::Instant Row::instant(int column) const {
  return base::Instant::from_unix_ms(integer(column));
}

std::optional<base::Instant> Row::optional_instant(int column) const {
  if (is_null(column)) return std::nullopt;
  return instant(column);
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Database::Database(std::string path, Options options)
    : path_(std::move(path)), options_(std::move(options)) {}

Database::~Database() {
  statements_.clear();
  const int code = sqlite3_close(connection_);
  CHECK_MSG(code == SQLITE_OK, "a statement outlived its database");
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const Options& options) {
  std::unique_ptr<Database> database(new Database(path, options));
  RETURN_IF_ERROR(database->connect());
  RETURN_IF_ERROR(database->configure());
  return database;
}

Status Database::connect() {
  const int mode = options_.access == Access::kReadOnly
                       ? SQLITE_OPEN_READONLY
                       : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const char* vfs = options_.vfs.empty() ? nullptr : options_.vfs.c_str();
  const int flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path_.c_str(), &connection_, flags, vfs);
  if (code != SQLITE_OK) return tl::unexpected(error(code));
  sqlite3_busy_timeout(connection_, static_cast<int>(options_.busy_timeout.ms()));
  return {};
}

Status Database::configure() {
  RETURN_IF_ERROR(run_script("pragma foreign_keys = on"));
  if (!options_.vfs.empty()) RETURN_IF_ERROR(run_script("pragma locking_mode = exclusive"));
  // The first real look into the file: what is not a database is told apart here.
  RETURN_IF_ERROR(schema_version());
  if (options_.access == Access::kReadOnly) return {};
  RETURN_IF_ERROR(run_script("pragma journal_mode = wal"));
  RETURN_IF_ERROR(run_script(kWalLimit));
  return run_script(options_.durability == Durability::kSynced ? "pragma synchronous = full"
                                                               : "pragma synchronous = off");
}

Status Database::run_script(std::string_view script) {
  const int code =
      sqlite3_exec(connection_, std::string(script).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(error(code));
  return {};
}

Status Database::run(std::string_view sql, std::initializer_list<Value> values) {
  return each(sql, values, [](const Row&) { return Status(); });
}

Status Database::each(std::string_view sql, std::initializer_list<Value> values,
                      const Visit& visit) {
  ASSIGN_OR_RETURN(StatementPtr statement, take_statement(sql));
  Status status = bind(statement.get(), values);
  if (status) status = visit_rows(statement.get(), visit);
  give_back(sql, std::move(statement));
  return status;
}

Result<Database::StatementPtr> Database::take_statement(std::string_view sql) {
  if (auto idle = statements_.find(sql); idle != statements_.end() && idle->second)
    return std::move(idle->second);
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(base::within(std::string(sql), error(code)));
  return StatementPtr(statement);
}

void Database::give_back(std::string_view sql, StatementPtr statement) {
  sqlite3_reset(statement.get());  // Repeats the error of the last step, which was reported.
  sqlite3_clear_bindings(statement.get());
  if (auto known = statements_.find(sql); known != statements_.end())
    known->second = std::move(statement);
  else
    statements_.emplace(sql, std::move(statement));
}

Status Database::bind(sqlite3_stmt* statement, std::initializer_list<Value> values) {
  CHECK_MSG(sqlite3_bind_parameter_count(statement) == static_cast<int>(values.size()),
            sqlite3_sql(statement));
  int index = 0;
  for (const Value& value : values) {
    const int code = bind_value(statement, ++index, value.content());
    if (code != SQLITE_OK) return tl::unexpected(error(code));
  }
  return {};
}

Status Database::visit_rows(sqlite3_stmt* statement, const Visit& visit) {
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) RETURN_IF_ERROR(visit(Row(statement)));
  if (code != SQLITE_DONE) return tl::unexpected(base::within(sqlite3_sql(statement), error(code)));
  return {};
}

Status Database::begin() {
  CHECK_MSG(!in_transaction_, "transactions do not nest");
  // Immediate: a transaction that waits for the lock does so here, and not in its middle.
  RETURN_IF_ERROR(run("begin immediate"));
  in_transaction_ = true;
  return {};
}

Status Database::commit() {
  Status status = run("commit");
  if (status) {
    in_transaction_ = false;
  } else if (status.error().code != kStoreBusy) {
    // The frames may be in the log already: see the header.
    status.error().retry = Retry::kUnknownOutcome;
  }
  return status;
}

void Database::roll_back() {
  in_transaction_ = false;
  // SQLite rolls back by itself on a full disk and on failed IO.
  if (sqlite3_get_autocommit(connection_)) return;
  const Status status = run("rollback");
  CHECK_MSG(status.has_value(), base::to_string(status.error()));
}

Result<int64_t> Database::schema_version() {
  ASSIGN_OR_RETURN(const std::optional<int64_t> version,
                   find("pragma user_version", {},
                        [](const Row& row) -> Result<int64_t> { return row.integer(0); }));
  return version.value_or(0);
}

Status Database::migrate(std::span<const std::string_view> steps) {
  const auto ours = static_cast<int64_t>(steps.size());
  ASSIGN_OR_RETURN(const int64_t theirs, schema_version());
  if (theirs > ours || (theirs < ours && options_.access == Access::kReadOnly))
    return fail(kStoreSchema, path_ + " has schema version " + std::to_string(theirs) +
                                  ", this spotkeeper reads version " + std::to_string(ours) +
                                  (theirs > ours ? ": use the newer spotkeeper that wrote it"
                                                 : ": start the keeper once to bring it up"));
  for (int64_t version = theirs; version < ours; ++version)
    RETURN_IF_ERROR(apply_step(steps[static_cast<size_t>(version)], version + 1));
  return {};
}

Status Database::apply_step(std::string_view step, int64_t version) {
  return transaction([&]() -> Status {
    RETURN_IF_ERROR(run_script(step));
    return run_script("pragma user_version = " + std::to_string(version));
  });
}

Status Database::backup_to(const std::string& path) {
  RETURN_IF_ERROR(run("vacuum into ?", {path}));
  return options_.vfs.empty() ? sync_file(path) : Status();
}

int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(connection_); }

int64_t Database::changed_rows() const { return sqlite3_changes64(connection_); }

Error Database::error(int code) const {
  const char* reason = connection_ ? sqlite3_errmsg(connection_) : sqlite3_errstr(code);
  const char* vfs_name = options_.vfs.empty() ? nullptr : options_.vfs.c_str();
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name);
  // Not sqlite3_system_errno: a failed commit leaves that as some earlier error set it.
  const int system_error = vfs ? vfs->xGetLastError(vfs, 0, nullptr) : 0;
  return {code_for(code, system_error), path_ + ": " + reason, {}, retry_for(code)};
}

}  // namespace store
