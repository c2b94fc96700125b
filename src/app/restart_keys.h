// Which keys of a changed configuration file take effect at a restart only.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace app {

// What differs in `coming` and a reload cannot take over, as people find it in the file: "state_dir
// in [keeper]", "region in [[aws]] of west". Nothing: it can all be taken over.
std::vector<std::string> keys_of_restart(const Config& now, const Config& coming);

// "a, b and c"
std::string listed(const std::vector<std::string>& items);

}  // namespace app
