// [[notify]] of the configuration file. Include this only from the sources that read the file.
#pragma once

#include <vector>

#include "app/config_reader.h"

namespace app {

// `root` has the key "notify"; the groups are those of the same file. What stands in a webhook_file
// is read with it; a target whose file cannot be used, and is gone without, has no URL.
std::vector<NotifyConfig> read_notify(TableReader& root,
                                      const std::vector<model::GroupSpec>& groups,
                                      const Defaults& defaults, Problems& problems);

}  // namespace app
