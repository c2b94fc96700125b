#include "app/page_cursor.h"

#include <algorithm>
#include <charconv>

namespace app {

std::optional<int64_t> parse_positive(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

std::string cursor_text(const PageCursor& cursor) {
  std::string text;
  for (const auto& [site, number] : cursor)
    text += (text.empty() ? "" : ",") + site + ":" + std::to_string(number);
  return text;
}

std::optional<PageCursor> parse_cursor(std::string_view text,
                                       const std::vector<std::string>& sites) {
  if (sites.size() == 1) {
    const auto number = parse_positive(text);
    return number ? std::optional(PageCursor{{sites.front(), *number}}) : std::nullopt;
  }
  PageCursor cursor;
  for (bool is_last = false; !is_last;) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    is_last = comma == text.size();
    text.remove_prefix(is_last ? comma : comma + 1);
    const size_t colon = std::min(part.find(':'), part.size());
    const std::string site(part.substr(0, colon));
    const auto number = parse_positive(part.substr(std::min(colon + 1, part.size())));
    const bool is_known = std::find(sites.begin(), sites.end(), site) != sites.end();
    if (!number || !is_known || !cursor.emplace(site, *number).second) return std::nullopt;
  }
  return cursor;
}

}  // namespace app
