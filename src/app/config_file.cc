#include "app/config_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/state_folder.h"
#include "app/whole_file.h"
#include "aws/credentials.h"

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

std::optional<Config> load_config_or_explain(const std::string& path) {
  ConfigResult config = load_config_file(path);
  if (config) return *std::move(config);
  for (const Problem& problem : config.error())
    std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  return std::nullopt;
}

}  // namespace app
