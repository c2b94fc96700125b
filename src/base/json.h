// JSON: Boost.JSON with our limits, and the few readers that every decoder needs.
//
// Include this only from .cc files: it brings all of Boost.JSON.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base::json {

using boost::json::array;
using boost::json::object;
using boost::json::serialize;
using boost::json::value;

// Depth 32 and duplicate keys "last wins", as AWS's own parsers have it.
Result<value> parse(std::string_view text);
// As parse, but the document must be an object.
Result<object> parse_object(std::string_view text);

// The member of that type, or nothing: for input whose fields may be missing or of another type.
const object* find_object(const object& parent, std::string_view key);
const array* find_array(const object& parent, std::string_view key);
std::optional<std::string> find_string(const object& parent, std::string_view key);
std::optional<int64_t> find_int(const object& parent, std::string_view key);
std::optional<bool> find_bool(const object& parent, std::string_view key);
// The string, or "" when there is none.
std::string text_or_empty(const object& parent, std::string_view key);

}  // namespace base::json
