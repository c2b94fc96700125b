#include "base/quote.h"

namespace base {

std::string quote(std::string_view text) {
  constexpr size_t kMost = 64;
  std::string out = "\"";
  for (char c : text.substr(0, kMost)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > kMost ? "...\"" : "\"");
}

}  // namespace base
