// The words of a line as a POSIX shell would see them, without anything else that a shell does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aws {

// Blanks part words; '…' and "…" join what stands in them; a backslash takes the next character as
// it is. Nothing when a quote is left open or a backslash ends the line.
std::optional<std::vector<std::string>> split_words(std::string_view line);

}  // namespace aws
