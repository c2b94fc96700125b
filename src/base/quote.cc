#include "base/quote.h"

namespace base {

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c < ' ' || c > '~') c = '?';
  return out;
}

std::string quote(std::string_view text) {
  constexpr size_t kMost = 64;
  return "\"" + printable(text.substr(0, kMost)) + (text.size() > kMost ? "...\"" : "\"");
}

}  // namespace base
