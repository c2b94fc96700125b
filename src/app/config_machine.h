// The keys of a [[group]] that say what its machines are, instead of a launch template or a list of
// instance types.
#pragma once

#include <optional>

#include "app/config.h"
#include "app/config_reader.h"
#include "model/launch_data.h"
#include "model/requirements.h"

namespace app {

// The keys that only stand beside `image`.
inline constexpr std::string_view kMachineKeys[] = {
    "key",     "security_groups", "user_data",     "user_data_file",
    "profile", "monitoring",      "block_devices",
};

// `in` reads the group's table, which has `image`.
model::LaunchData read_machine(TableReader& in, const toml::table& table, const Defaults& defaults,
                               Problems& problems);

model::Requirements read_requirements(const toml::table& table, Problems& problems);

}  // namespace app
