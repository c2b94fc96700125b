// Outbox: what people are to be told and have not been, per target, in the journal's file.
//
// Letters come in with the turn that wrote them, in its transaction. Those that go out together are
// claimed before they are posted, so that a life that ends in between posts the same message again,
// under the same id. Delivered, they are deleted; given up, they move to the quarantine. Each
// method that writes is one transaction. Owned by the loop's thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/journal_records.h"
#include "notify/address.h"
#include "store/database.h"

namespace engine {

// Inside a transaction of the caller's. A letter that waits already is not added again.
base::Status insert_letters(store::Database& database, const std::vector<notify::Letter>& letters);

class Outbox {
 public:
  // The database outlives it.
  explicit Outbox(store::Database& database) : database_(database) {}

  // Oldest first.
  base::Result<std::vector<notify::Letter>> claimed(const std::string& target);
  base::Result<std::vector<notify::Letter>> waiting(const std::string& target, int64_t limit);
  base::Result<std::map<std::string, int64_t>> counts();
  base::Result<int64_t> count(const std::string& target);

  // All are about these letters of one target: consecutive, as they were read.
  base::Status claim(const std::vector<notify::Letter>& letters);
  base::Status remove(const std::vector<notify::Letter>& letters);
  base::Status give_up(const std::vector<notify::Letter>& letters, const Unusable& as);

 private:
  store::Database& database_;
};

}  // namespace engine
