// Makers of the identifiers AWS would draw: seeded, so a run names things the same way twice.
#pragma once

#include <string>
#include <string_view>

#include "base/prng.h"

namespace sim {

// "i-0" and 16 hexadecimal digits; also for r-, lt-, subnet-, vpc-, ami-.
std::string make_resource_id(std::string_view prefix, base::Prng& dice);
// "sir-" and eight letters and digits.
std::string make_spot_request_id(base::Prng& dice);
std::string make_uuid(base::Prng& dice);
// 16 hexadecimal digits.
std::string make_hex64(base::Prng& dice);

// True for "i-" with 8 or 17 hexadecimal digits, and so on.
bool is_resource_id(std::string_view text, std::string_view prefix);

}  // namespace sim
