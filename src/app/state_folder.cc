#include "app/state_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "app/keeper_identity.h"
#include "base/quote.h"

namespace app {
namespace {

std::string lock_path(const std::string& state_dir) { return state_dir + "/keeper.lock"; }

std::string reason(int number) { return std::generic_category().message(number); }

// A lock of the open file, not of the process: it can be asked about without being taken.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

base::Status make_folder(const std::string& path) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(path, error);
  if (error)
    return base::fail("StateFolder",
                      "cannot make the state folder " + base::quote(path) + ": " + error.message());
  // Bodies of messages may say more than other users of the host should read.
  if (is_new && chmod(path.c_str(), 0700) != 0)
    return base::fail("StateFolder", "cannot protect the state folder " + base::quote(path) + ": " +
                                         reason(errno));
  return {};
}

// Whoever may write there could put a link in the lock's place, or other words in the journal's.
base::Status require_owned(const std::string& path) {
  struct stat folder {};
  if (stat(path.c_str(), &folder) != 0)
    return base::fail("StateFolder", "cannot look at the state folder " + base::quote(path) + ": " +
                                         reason(errno));
  if (folder.st_uid != geteuid() && folder.st_uid != 0)
    return base::fail("StateFolder", "the state folder " + base::quote(path) +
                                         " belongs to another user; chown it to the one who runs "
                                         "this, and chmod 700 it");
  if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return base::fail("StateFolder", "others may write to the state folder " + base::quote(path) +
                                         "; chmod 700 it");
  return {};
}

base::Result<int> open_lock(const std::string& path) {
  const int lock = open(lock_path(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock >= 0) return lock;
  if (errno == ELOOP)
    return base::fail("StateFolder", base::quote(lock_path(path)) +
                                         " is a link, and a lock must not be; remove it");
  return base::fail("StateFolder",
                    "cannot write to the state folder " + base::quote(path) + ": " + reason(errno));
}

}  // namespace

std::string default_state_dir(const aws::Environment& environment, bool is_root) {
  if (const auto given = environment("STATE_DIRECTORY")) return *given;  // From systemd.
  if (is_root) return "/var/lib/spotkeeper";
  if (const auto state = environment("XDG_STATE_HOME")) return *state + "/spotkeeper";
  return environment("HOME").value_or("") + "/.local/state/spotkeeper";
}

std::string journal_path(const std::string& state_dir, const std::string& site) {
  return state_dir + (site.empty() ? "" : "/" + site) + "/keeper.db";
}

std::vector<JournalPlace> journals_in(const std::string& state_dir) {
  std::error_code ignored;  // What cannot be looked at is as good as absent.
  std::vector<std::string> sites{""};
  for (std::filesystem::directory_iterator at(state_dir, ignored), end; at != end;
       at.increment(ignored))
    if (at->is_directory(ignored)) sites.push_back(at->path().filename().string());
  std::sort(sites.begin(), sites.end());
  std::vector<JournalPlace> places;
  for (const std::string& site : sites) {
    const std::string path = journal_path(state_dir, site);
    if (std::filesystem::exists(path, ignored)) places.push_back({site, path});
  }
  return places;
}

base::Result<std::unique_ptr<StateFolder>> StateFolder::take(const std::string& path) {
  // Whatever this process writes there is its owner's alone, also in a folder that was there
  // before.
  umask(S_IRWXG | S_IRWXO);
  RETURN_IF_ERROR(make_folder(path));
  RETURN_IF_ERROR(require_owned(path));
  ASSIGN_OR_RETURN(const int lock, open_lock(path));
  std::unique_ptr<StateFolder> folder(new StateFolder(path, lock));
  const struct flock exclusive = whole_file(F_WRLCK);
  if (fcntl(lock, F_OFD_SETLK, &exclusive) != 0)
    return base::fail("StateFolder", "another keeper is using the state folder " +
                                         base::quote(path) +
                                         "; give each its own with state_dir in [keeper]");
  // What a former owner wrote is no longer true.
  if (ftruncate(lock, 0) != 0)
    return base::fail("StateFolder", "cannot write to the state folder " + base::quote(path) +
                                         ": " + reason(errno));
  ASSIGN_OR_RETURN(folder->identity_, keep_identity(path));
  return folder;
}

StateFolder::~StateFolder() { close(lock_); }

base::Result<std::string> StateFolder::journal_of(const std::string& site) const {
  std::string path = journal_path(path_, site);
  if (site.empty()) return path;
  std::error_code ignored;
  if (const std::string unnamed = journal_path(path_); std::filesystem::exists(unnamed, ignored))
    return base::fail("StateFolder",
                      base::quote(unnamed) +
                          " is a site's journal of before the sites had names; stop the keeper and "
                          "move it, with the files whose names begin with it, into the folder of "
                          "its site, as " +
                          base::quote(path));
  RETURN_IF_ERROR(make_folder(path_ + "/" + site));
  return path;
}

base::Status StateFolder::publish_url(const std::string& url) {
  const ssize_t written = pwrite(lock_, url.data(), url.size(), 0);
  if (written == static_cast<ssize_t>(url.size())) return {};
  // Part of it written: the disk ended there.
  const int number = written < 0 ? errno : ENOSPC;
  return base::fail("StateFolder",
                    "cannot write to " + base::quote(lock_path(path_)) + ": " + reason(number));
}

std::optional<std::string> keeper_url(const std::string& state_dir) {
  const std::string path = lock_path(state_dir);
  const int lock = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return std::nullopt;
  struct flock found = whole_file(F_RDLCK);
  const bool is_held = fcntl(lock, F_OFD_GETLK, &found) == 0 && found.l_type == F_WRLCK;
  close(lock);
  if (!is_held) return std::nullopt;
  std::ifstream file(path);
  std::string url;
  if (!std::getline(file, url) || url.empty()) return std::nullopt;
  return url;
}

}  // namespace app
