#include "app/config_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/config_document.h"
#include "app/config_rules.h"
#include "app/state_folder.h"
#include "app/whole_file.h"
#include "aws/credentials.h"
#include "base/quote.h"

namespace app {
namespace {

// Editors end a line in many ways, and some begin a file with a mark.
std::string trimmed(std::string text) {
  constexpr char kBlanks[] = " \t\r\n";
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  text.erase(text.find_last_not_of(kBlanks) + 1);
  return text.erase(0, std::min(text.find_first_not_of(kBlanks), text.size()));
}

base::Result<std::string> read_webhook_file(const NotifyConfig& target) {
  const std::string what =
      "webhook_file of " + target.name + ", " + base::quote(target.webhook_file) + ", ";
  const auto text = read_whole_file(target.webhook_file, 1);
  if (!text)
    return base::fail("UnreadableWebhookFile", what + "cannot be read: " + text.error().message);
  std::string url = trimmed(*text);
  if (!kWebhook.accepts(url))
    return base::fail("UnusableWebhookFile", what + "does not hold a URL that can be used; " +
                                                 "allowed: " + std::string(kWebhook.allowed));
  return url;
}

}  // namespace

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

ConfigResult load_config_file(const std::string& path, Unreadable unreadable) {
  const auto text = read_whole_file(path, kMostConfigBytes >> 20);
  if (!text)
    return tl::unexpected(
        std::vector<Problem>{{path, 1, 1, "cannot be read: " + text.error().message}});
  Defaults defaults = host_defaults();
  defaults.unreadable = unreadable;
  return load_config(*text, path, defaults);
}

base::Result<std::string> find_state_dir(const std::string& path) {
  Problems problems(path);
  const auto text = read_whole_file(path, kMostConfigBytes >> 20);
  if (!text) problems.add({1, 1}, "cannot be read: " + text.error().message);
  const auto document = text ? parse_document(*text, problems) : std::nullopt;
  auto found = document ? state_dir_in(*document, host_defaults().state_dir, problems)
                        : std::optional<std::string>();
  if (found) return *std::move(found);
  return base::fail("InvalidConfig",
                    to_string(std::move(problems).in_order().front()) +
                        "; a running keeper can be asked all the same, with --server or "
                        "--state-dir");
}

base::Status read_webhook_files(Config& config, Unreadable unreadable) {
  for (NotifyConfig& target : config.notify) {
    if (target.webhook_file.empty()) continue;
    auto url = read_webhook_file(target);
    target.webhook = url ? *std::move(url) : "";
    if (url) continue;
    if (unreadable == Unreadable::kRefused) return tl::unexpected(url.error());
    config.lacks.push_back({{},
                            {{},
                             "webhook_file of " + target.name,
                             url.error().message + "; until that is mended its messages wait"}});
  }
  return {};
}

std::optional<Config> load_config_or_explain(const std::string& path, Unreadable unreadable) {
  ConfigResult config = load_config_file(path, unreadable);
  if (config) return *std::move(config);
  for (const Problem& problem : config.error())
    std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  return std::nullopt;
}

}  // namespace app
