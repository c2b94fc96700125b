// quote: text from outside, made fit for a sentence.
#pragma once

#include <string>
#include <string_view>

namespace base {

// In double quotes, cut after 64 bytes, and plain ASCII ("?" for any other byte): a terminal, a log
// line and a JSON document all take it as it is.
std::string quote(std::string_view text);

}  // namespace base
