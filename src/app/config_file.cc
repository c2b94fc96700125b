#include "app/config_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "app/config_rules.h"
#include "app/state_folder.h"
#include "aws/credentials.h"
#include "base/quote.h"

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

// At most one byte more than is allowed.
std::string read_some(int file, std::string& text) {
  std::array<char, 16384> piece{};
  while (text.size() <= kMostConfigBytes) {
    const size_t room = std::min(piece.size(), kMostConfigBytes + 1 - text.size());
    const ssize_t count = read(file, piece.data(), room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return reason(errno);
    if (count == 0) return "";
    text.append(piece.data(), static_cast<size_t>(count));
  }
  return "it is larger than 1 MiB";
}

// Why not; empty when `text` is the whole file.
std::string read_whole(const std::string& path, std::string& text) {
  // Without O_NONBLOCK, opening a FIFO would wait for its writer.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  std::string why = why_unreadable(file);
  if (why.empty()) why = read_some(file, text);
  if (file >= 0) close(file);
  return why;
}

}  // namespace

Defaults host_defaults() {
  std::array<char, 256> name{};
  Defaults defaults;
  if (gethostname(name.data(), name.size() - 1) == 0) defaults.host_name = name.data();
  defaults.host_name.resize(std::min(defaults.host_name.find('.'), defaults.host_name.size()));
  defaults.state_dir = default_state_dir(aws::process_environment(), geteuid() == 0);
  return defaults;
}

ConfigResult load_config_file(const std::string& path) {
  std::string text;
  if (const std::string why = read_whole(path, text); !why.empty())
    return tl::unexpected(std::vector<Problem>{{path, 1, 1, "cannot be read: " + why}});
  return load_config(text, path, host_defaults());
}

base::Status read_webhook_files(Config& config) {
  for (NotifyConfig& target : config.notify) {
    if (target.webhook_file.empty()) continue;
    const std::string what =
        "webhook_file of " + target.name + ", " + base::quote(target.webhook_file) + ", ";
    std::string text;
    if (const std::string why = read_whole(target.webhook_file, text); !why.empty())
      return base::fail("UnreadableWebhookFile", what + "cannot be read: " + why);
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    if (!kWebhook.accepts(text))
      return base::fail("UnusableWebhookFile", what + "does not hold a URL that can be used; " +
                                                   "allowed: " + std::string(kWebhook.allowed));
    target.webhook = std::move(text);
  }
  return {};
}

std::optional<Config> load_config_or_explain(const std::string& path) {
  ConfigResult config = load_config_file(path);
  if (config) return *std::move(config);
  for (const Problem& problem : config.error())
    std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  return std::nullopt;
}

}  // namespace app
