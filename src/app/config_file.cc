#include "app/config_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/config_document.h"
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

std::optional<Config> load_config_or_explain(const std::string& path, Unreadable unreadable) {
  ConfigResult config = load_config_file(path, unreadable);
  if (config) return *std::move(config);
  for (const Problem& problem : config.error())
    std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  return std::nullopt;
}

}  // namespace app
