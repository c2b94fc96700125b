// The Date header: by how much our clock differs from AWS's.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace aws {

// "Sun, 01 Mar 2026 12:00:00 GMT", the one form that servers send today.
std::optional<base::Instant> parse_http_date(std::string_view text);

}  // namespace aws
