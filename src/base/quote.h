// Text from outside, made fit for a sentence that a terminal, a log line or a JSON document shows.
#pragma once

#include <string>
#include <string_view>

namespace base {

// With "?" for every byte that is not printable ASCII.
std::string printable(std::string_view text);

// The same in double quotes, cut after 64 bytes.
std::string quote(std::string_view text);

}  // namespace base
