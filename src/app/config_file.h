// The configuration file as commands open it: with this host's defaults, and problems on stderr.
#pragma once

#include <optional>
#include <string>

#include "app/config.h"
#include "base/result.h"

namespace app {

inline constexpr char kDefaultConfigPath[] = "/etc/spotkeeper/spotkeeper.toml";

// The host's short name, and the state folder of whoever runs this.
Defaults host_defaults();

// A file that cannot be read, is no regular one, or is larger than 1 MiB is one problem, at 1:1.
ConfigResult load_config_file(const std::string& path,
                              Unreadable unreadable = Unreadable::kRefused);

// The state folder that the file names, or else this host's, whatever else is wrong with the file:
// a running keeper goes on with the one that it has read. Fails when that key cannot be read.
base::Result<std::string> find_state_dir(const std::string& path);

// As load_config_file; nothing when there were problems, which are then on standard error.
std::optional<Config> load_config_or_explain(const std::string& path,
                                             Unreadable unreadable = Unreadable::kRefused);

}  // namespace app
