#include "app/journal_error.h"

#include <algorithm>
#include <string_view>

#include "base/quote.h"
#include "store/database.h"

namespace app {
namespace {

struct Case {
  std::string_view code;
  const char* what = nullptr;  // Is said of the file; null: the error says it all.
  const char* cure = nullptr;
};

constexpr Case kCases[] = {
    {store::kStoreCorrupt, "is damaged",
     "move it away, with the files whose names begin with it, and start again: who holds which "
     "slot is found again from AWS and the ledger, only the history begins anew; a ledger that is "
     "\"local\" is in the same file, and is found again by the machines' tags, without the orders "
     "that were given"},
    {store::kStoreFull, "cannot be written, because its disk is full", "free space there"},
    {store::kStoreReadOnly, "cannot be written", "let this user write there"},
    {store::kStoreBusy, "is used by another program", "end that one"},
    {store::kStoreFailed, "cannot be used",
     "it must be a file that this user may read and write, on a disk that works"},
    {store::kStoreSchema},
};

const Case* case_of(const base::Error& error) {
  const auto* found = std::find_if(std::begin(kCases), std::end(kCases),
                                   [&](const Case& one) { return one.code == error.code; });
  return found == std::end(kCases) ? nullptr : found;
}

}  // namespace

bool is_about_journal(const base::Error& error) { return case_of(error) != nullptr; }

base::Error with_cure(base::Error error, const std::string& path) {
  if (const Case* one = case_of(error); one && one->what)
    error.message = "the journal " + base::quote(path) + " " + one->what + " (" + error.message +
                    "); " + one->cure;
  return error;
}

}  // namespace app
