#include "app/keeper_identity.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "app/seed.h"
#include "app/whole_file.h"
#include "base/digest.h"
#include "base/quote.h"

namespace app {
namespace {

constexpr size_t kBytes = 16;

std::string identity_path(const std::string& state_dir) { return state_dir + "/keeper.identity"; }

// As it is written: its digits, and the end of the line.
bool is_whole(std::string_view text) {
  return text.size() == 2 * kBytes + 1 && text.back() == '\n' &&
         text.find_first_not_of("0123456789abcdef") == 2 * kBytes;
}

tl::unexpected<base::Error> cannot_write(const std::string& path, int number) {
  return base::fail("StateFolder", "cannot write " + base::quote(path) + ": " +
                                       std::generic_category().message(number));
}

// Of a file or a folder, what stands there now is there after a power cut as well.
base::Status sync_and_close(int file, const std::string& path) {
  const int number = file < 0 || fsync(file) != 0 ? errno : 0;
  if (file >= 0) close(file);
  if (number != 0) return cannot_write(path, number);
  return {};
}

base::Status write_synced(const std::string& path, const std::string& text) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  const ssize_t written = file < 0 ? 0 : write(file, text.data(), text.size());
  if (file < 0 || written == static_cast<ssize_t>(text.size())) return sync_and_close(file, path);
  // Part of it written: the disk ended there.
  const int number = written < 0 ? errno : ENOSPC;
  close(file);
  return cannot_write(path, number);
}

// Under another name first: a half of it never stands where it is looked for.
base::Status write_identity(const std::string& state_dir, const std::string& identity) {
  const std::string path = identity_path(state_dir), draft = path + ".new";
  RETURN_IF_ERROR(write_synced(draft, identity + "\n"));
  if (std::rename(draft.c_str(), path.c_str()) != 0) return cannot_write(path, errno);
  return {};
}

}  // namespace

std::string fresh_identity() {
  std::array<uint64_t, kBytes / sizeof(uint64_t)> chance{};
  std::generate(chance.begin(), chance.end(), fresh_seed);
  return base::hex({reinterpret_cast<const char*>(chance.data()), kBytes});
}

base::Result<std::optional<std::string>> identity_in(const std::string& state_dir) {
  const std::string path = identity_path(state_dir);
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (error)
    return base::fail(kIdentityUnreadable,
                      base::quote(path) + " cannot be looked at: " + error.message());
  if (!exists) return std::nullopt;
  const auto text = read_whole_file(path, 1);
  if (!text)
    return base::fail(kIdentityUnreadable,
                      base::quote(path) + " cannot be read: " + text.error().message);
  if (!is_whole(*text))
    return base::fail("StateFolder",
                      base::quote(path) +
                          " is damaged: 32 hexadecimal digits are expected there; remove it, and "
                          "the keeper makes another. On a shared ledger it may have to wait for "
                          "four minutes then, as if it had lost its state folder");
  return text->substr(0, 2 * kBytes);
}

base::Result<std::string> keep_identity(const std::string& state_dir) {
  ASSIGN_OR_RETURN(std::optional<std::string> identity, identity_in(state_dir));
  if (!identity) {
    identity = fresh_identity();
    RETURN_IF_ERROR(write_identity(state_dir, *identity));
  }
  // Also one that was there: the life that made it may have ended before this.
  const int folder = open(state_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  RETURN_IF_ERROR(sync_and_close(folder, state_dir));
  return *std::move(identity);
}

}  // namespace app
