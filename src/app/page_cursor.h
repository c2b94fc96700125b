// Where the next page of a list begins that is merged from several sites: a number for each.
//
// The text is the number alone when one site is asked, "12", and otherwise "east:12,west:7"; a site
// that is missing has shown nothing yet. It goes through "next_before" of an answer into "before"
// of the next question.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

using PageCursor = std::map<std::string, int64_t>;  // By the site's name.

// Of several sites.
std::string cursor_text(const PageCursor& cursor);
// Nothing when the text is not of these sites, of which there is at least one.
std::optional<PageCursor> parse_cursor(std::string_view text,
                                       const std::vector<std::string>& sites);

// A whole number from 1.
std::optional<int64_t> parse_positive(std::string_view text);

}  // namespace app
