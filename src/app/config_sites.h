// The sites of the configuration file: [aws] with [events], or [[aws]] entries; where each one's
// ledger is, and [market], which is read for each region. Include this only from the sources that
// read the file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config_reader.h"

namespace app {

// `root` reads `document`. At least one site, also where the file has mistakes.
std::vector<SiteConfig> read_sites(TableReader& root, const toml::table& document,
                                   const Defaults& defaults, Problems& problems);

// Which site keeps the group that `in` reads: the one that its `aws` names, or the only one.
// Nothing when that is noted as a problem.
std::optional<size_t> read_site_of_group(TableReader& in, const toml::table& group,
                                         const std::vector<SiteConfig>& sites, Problems& problems);

}  // namespace app
