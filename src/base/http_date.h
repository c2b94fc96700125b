// The form that HTTP, and AWS Health, write dates in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace base {

// "Sun, 01 Mar 2026 12:00:00 GMT", the one form that servers send today. The weekday is not looked
// at: AWS's own examples have wrong ones.
std::optional<Instant> parse_http_date(std::string_view text);
// The same form.
std::string to_http_date(Instant t);

}  // namespace base
