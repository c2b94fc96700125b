#include "app/config_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/config_rules.h"
#include "app/state_folder.h"
#include "app/whole_file.h"
#include "aws/credentials.h"
#include "base/quote.h"

namespace app {

Defaults host_defaults() {
  std::array<char, 256> name{};
  Defaults defaults;
  if (gethostname(name.data(), name.size() - 1) == 0) defaults.host_name = name.data();
  defaults.host_name.resize(std::min(defaults.host_name.find('.'), defaults.host_name.size()));
  defaults.read_file = [](const std::string& path) { return read_whole_file(path, 1); };
  const aws::Environment environment = aws::process_environment();
  defaults.state_dir = default_state_dir(environment, geteuid() == 0);
  defaults.zones = environment("TZDIR").value_or(defaults.zones);
  return defaults;
}

ConfigResult load_config_file(const std::string& path) {
  const auto text = read_whole_file(path, kMostConfigBytes >> 20);
  if (!text)
    return tl::unexpected(
        std::vector<Problem>{{path, 1, 1, "cannot be read: " + text.error().message}});
  return load_config(*text, path, host_defaults());
}

base::Status read_webhook_files(Config& config) {
  for (NotifyConfig& target : config.notify) {
    if (target.webhook_file.empty()) continue;
    const std::string what =
        "webhook_file of " + target.name + ", " + base::quote(target.webhook_file) + ", ";
    const auto read = read_whole_file(target.webhook_file, 1);
    if (!read)
      return base::fail("UnreadableWebhookFile", what + "cannot be read: " + read.error().message);
    std::string text = *read;
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
