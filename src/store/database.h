// Database: one connection to one SQLite file, and the only door to it.
//
// Opened in WAL mode with synchronous=FULL: a transaction that returned without an error survives a
// crash and the loss of power; one that did not return leaves nothing half-written. A commit that
// failed is rolled back here, but its error says Retry::kUnknownOutcome: when the process dies
// before the next commit, recovery may still find it whole on the disk. Not thread-safe: one thread
// owns a Database. Other processes may read the file meanwhile. Statements are prepared once per
// SQL text and kept, so texts are constants, never built of values.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/value.h"

struct sqlite3;

namespace store {

inline constexpr char kStoreFull[] = "StoreFull";          // No space, or over a quota.
inline constexpr char kStoreReadOnly[] = "StoreReadOnly";  // The file, or the disk by now.
inline constexpr char kStoreBusy[] = "StoreBusy";          // Another connection holds a lock.
inline constexpr char kStoreCorrupt[] = "StoreCorrupt";
inline constexpr char kStoreSchema[] = "StoreSchema";  // Written by another version of spotkeeper.
inline constexpr char kStoreFailed[] = "StoreFailed";  // Anything else; the message says what.

enum class Access { kReadWrite, kReadOnly };

// kUnsynced never waits for the disk and may lose or tear anything: for what can be rebuilt.
enum class Durability { kSynced, kUnsynced };

struct Options {
  Access access = Access::kReadWrite;
  Durability durability = Durability::kSynced;
  // A reader holds the write lock never, a backup or a checkpoint for far less than this.
  base::Duration busy_timeout = base::Duration::seconds(5);
  // A registered VFS; empty for the operating system's files. A named one (LossyVfs) has no shared
  // memory, so the connection locks the file exclusively: WAL then keeps its index on the heap.
  std::string vfs = {};
};

class Database {
 public:
  // Creates the file when it may write; ":memory:" is a private one for tests.
  static base::Result<std::unique_ptr<Database>> open(const std::string& path,
                                                      const Options& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // One statement without an answer.
  base::Status run(std::string_view sql, std::initializer_list<Value> values = {});

  // Visits each row of the answer; the first error of `visit` ends it and is returned.
  using Visit = std::function<base::Status(const Row&)>;
  base::Status each(std::string_view sql, std::initializer_list<Value> values, const Visit& visit);

  // Every row of the answer through `read`: Row -> Result<T>.
  template <class Read>
  auto collect(std::string_view sql, std::initializer_list<Value> values, Read read);
  // The first row of the answer through `read`, or nothing.
  template <class Read>
  auto find(std::string_view sql, std::initializer_list<Value> values, Read read);

  // Runs `work`: () -> Result<T>. Commits when it succeeds; when it fails or throws, nothing of it
  // remains. Transactions do not nest.
  template <class Work>
  std::invoke_result_t<Work> transaction(Work work);

  // Brings the schema to version `steps.size()`: step i (a script) leads from version i to i + 1,
  // each in its own transaction. A newer file is refused; so is an older one that is open to read
  // only.
  base::Status migrate(std::span<const std::string_view> steps);

  // A compact, consistent copy in a new file, on the disk when this returns; writers do not wait.
  base::Status backup_to(const std::string& path);

  int64_t last_insert_id() const;
  int64_t changed_rows() const;  // By the last statement that wrote.
  Access access() const { return options_.access; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;
  class Transaction;

  Database(std::string path, Options options);
  base::Status connect();
  base::Status configure();
  base::Status run_script(std::string_view script);
  base::Result<int64_t> schema_version();
  base::Status apply_step(std::string_view step, int64_t version);
  base::Result<StatementPtr> take_statement(std::string_view sql);
  void give_back(std::string_view sql, StatementPtr statement);
  base::Status bind(sqlite3_stmt* statement, std::initializer_list<Value> values);
  base::Status visit_rows(sqlite3_stmt* statement, const Visit& visit);
  base::Status begin();
  base::Status commit();
  void roll_back();
  base::Error error(int code) const;

  std::string path_;
  Options options_;
  sqlite3* connection_ = nullptr;
  // Idle statements; one in use is out, so a nested use of the same text prepares a second one.
  std::map<std::string, StatementPtr, std::less<>> statements_;
  bool in_transaction_ = false;
};

template <class Read>
auto Database::collect(std::string_view sql, std::initializer_list<Value> values, Read read) {
  using Item = typename std::invoke_result_t<Read, const Row&>::value_type;
  base::Result<std::vector<Item>> items;
  const base::Status status = each(sql, values, [&](const Row& row) -> base::Status {
    ASSIGN_OR_RETURN(Item item, read(row));
    items->push_back(std::move(item));
    return {};
  });
  if (!status) items = tl::unexpected(status.error());
  return items;
}

template <class Read>
auto Database::find(std::string_view sql, std::initializer_list<Value> values, Read read) {
  using Item = typename std::invoke_result_t<Read, const Row&>::value_type;
  base::Result<std::optional<Item>> found;
  const base::Status status = each(sql, values, [&](const Row& row) -> base::Status {
    if (found->has_value()) return {};
    ASSIGN_OR_RETURN(*found, read(row));
    return {};
  });
  if (!status) found = tl::unexpected(status.error());
  return found;
}

// Rolls back unless it was committed.
class Database::Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (database_.in_transaction_) database_.roll_back();
  }

 private:
  Database& database_;
};

template <class Work>
std::invoke_result_t<Work> Database::transaction(Work work) {
  RETURN_IF_ERROR(begin());
  const Transaction open(*this);
  auto result = work();
  if (result) RETURN_IF_ERROR(commit());
  return result;
}

}  // namespace store
