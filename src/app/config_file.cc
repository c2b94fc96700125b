#include "app/config_file.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "app/state_folder.h"
#include "aws/credentials.h"

namespace app {

Defaults host_defaults() {
  std::array<char, 256> name{};
  Defaults defaults;
  if (gethostname(name.data(), name.size() - 1) == 0) defaults.host_name = name.data();
  defaults.host_name.resize(std::min(defaults.host_name.find('.'), defaults.host_name.size()));
  defaults.state_dir = default_state_dir(aws::process_environment(), geteuid() == 0);
  return defaults;
}

ConfigResult load_config_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const auto unreadable = [&](int code) {
    const std::string why = std::generic_category().message(code == 0 ? EIO : code);
    return tl::unexpected(std::vector<Problem>{{path, 1, 1, "cannot be read: " + why}});
  };
  if (!file) return unreadable(errno);
  if (std::filesystem::is_directory(path)) return unreadable(EISDIR);
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return unreadable(errno);
  return load_config(text.str(), path, host_defaults());
}

std::optional<Config> load_config_or_explain(const std::string& path) {
  ConfigResult config = load_config_file(path);
  if (config) return *std::move(config);
  for (const Problem& problem : config.error())
    std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  return std::nullopt;
}

}  // namespace app
