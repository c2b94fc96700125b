#include "app/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace app {
namespace {

std::string reason(int number) { return std::generic_category().message(number); }

// Empty when it can be read to its end. A pipe could make the reader wait, a device has no end.
std::string why_unreadable(int file) {
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) return reason(errno);
  if (S_ISDIR(status.st_mode)) return reason(EISDIR);
  return S_ISREG(status.st_mode) ? "" : "it is not a regular file";
}

std::string read_some(int file, size_t most_mebibytes, std::string& text) {
  const size_t most = most_mebibytes << 20;
  std::array<char, 16384> piece{};
  while (text.size() <= most) {
    const size_t room = std::min(piece.size(), most + 1 - text.size());
    const ssize_t count = read(file, piece.data(), room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return reason(errno);
    if (count == 0) return "";
    text.append(piece.data(), static_cast<size_t>(count));
  }
  return "it is larger than " + std::to_string(most_mebibytes) + " MiB";
}

}  // namespace

base::Result<std::string> read_whole_file(const std::string& path, size_t most_mebibytes) {
  // Without O_NONBLOCK, opening a FIFO would wait for its writer.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  std::string text;
  std::string why = why_unreadable(file);
  if (why.empty()) why = read_some(file, most_mebibytes, text);
  if (file >= 0) close(file);
  if (!why.empty()) return base::fail("Unreadable", std::move(why));
  return text;
}

}  // namespace app
