// StateFolder: the folder that one keeper owns while it runs: its journals, its ledgers, its
// identity, its lock.
//
// A site without a name has its journal in the folder itself, each of the others in a folder below
// it that bears its name.
// The lock is the kernel's (on keeper.lock), so it ends with the process however that ends.
// The lock file also says where the owner's API is, for the command line. Nothing is written before
// the lock is held.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "base/result.h"

namespace app {

std::string default_state_dir(const aws::Environment& environment, bool is_root);
// Of the site of that name; empty: of the only one.
std::string journal_path(const std::string& state_dir, const std::string& site = {});

struct JournalPlace {
  std::string site;
  std::string path;
};
// The journals that keepers have left there, whichever there are; by site.
std::vector<JournalPlace> journals_in(const std::string& state_dir);

class StateFolder {
 public:
  // Makes the folder when it is missing and takes its lock. Fails, with a sentence, when another
  // keeper has it, others may write to it, or it cannot be used.
  static base::Result<std::unique_ptr<StateFolder>> take(const std::string& path);
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  // Makes the site's folder when it is missing. Fails when the site has a name and the folder's
  // own journal is there, which is some site's memory of before they had names.
  base::Result<std::string> journal_of(const std::string& site) const;
  // See keeper_identity.h.
  const std::string& identity() const { return identity_; }
  // Where this keeper's API is, for keeper_url.
  base::Status publish_url(const std::string& url);

 private:
  StateFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;
  std::string identity_;
};

// The API of the keeper that has the folder now; nothing when none has, or it has not said yet.
std::optional<std::string> keeper_url(const std::string& state_dir);

}  // namespace app
