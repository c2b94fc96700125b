// The text of a configuration file as TOML, before any key is looked at. Include this only from the
// sources that read the file.
#pragma once

#include <optional>
#include <string_view>

#include "app/config_reader.h"

namespace app {

// Nothing when it is no TOML, which is then noted.
std::optional<toml::table> parse_document(std::string_view text, Problems& problems);

// Of a document that may have any mistakes elsewhere: `otherwise` where it says none; nothing where
// what it says cannot be used, which is then noted.
std::optional<std::string> state_dir_in(const toml::table& document, const std::string& otherwise,
                                        Problems& problems);

}  // namespace app
