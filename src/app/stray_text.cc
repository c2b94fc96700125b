#include "app/stray_text.h"

#include <algorithm>

namespace app {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Behind the closing quotes; where the string breaks off (which the parser reports) without them.
size_t end_of_string(std::string_view text, size_t at) {
  const char quote = text[at];
  const std::string_view triple = quote == '"' ? R"(""")" : "'''";
  const bool is_long = text.substr(at, 3) == triple;
  const std::string_view closing = triple.substr(0, is_long ? 3 : 1);
  for (at += closing.size(); at < text.size(); ++at) {
    if (text[at] == '\n' && !is_long) return at;
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (text.substr(at, closing.size()) == closing) {
      at += closing.size();
      // A long string may end in two quotes of its own: """a""" and two more.
      for (int own = 0; is_long && own < 2 && text.substr(at, 1) == closing.substr(0, 1); ++own)
        ++at;
      return at;
    }
  }
  return text.size();
}

size_t find_stray_byte(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (at < text.size() && is_ascii(text[at])) {
    if (text[at] == '#')
      at = std::min(text.find('\n', at), text.size());
    else if (text[at] == '"' || text[at] == '\'')
      at = end_of_string(text, at);
    else
      ++at;
  }
  return at;
}

}  // namespace

std::optional<TextPlace> find_stray_character(std::string_view text) {
  const size_t at = find_stray_byte(text);
  if (at >= text.size()) return std::nullopt;
  TextPlace place;
  for (char c : text.substr(0, at)) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (c == '\n')
      place = {place.line + 1, 1};
    else if (!continues)
      ++place.column;
  }
  return place;
}

}  // namespace app
