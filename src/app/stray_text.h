// What the TOML parser must not be shown: characters beyond ASCII outside of quotes and comments.
//
// They are never right there, and toml++ 3.3 has undefined behaviour when it asks whether one of
// U+00A1 to U+0499 is a space. This looks only as closely as that question needs.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace app {

struct TextPlace {
  int line = 1;
  int column = 1;  // In characters.
};

// The first such character. A byte order mark at the beginning is none.
std::optional<TextPlace> find_stray_character(std::string_view text);

}  // namespace app
