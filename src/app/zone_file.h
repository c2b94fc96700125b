// The machine's tz database: the rule by which a zone's clocks go from now on.
//
// Asked only while the configuration is loaded; what it answers is a value. Of a zone's file only
// the last line counts, its POSIX TZ rule. "UTC" needs no file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/time_zone.h"

namespace app {

inline constexpr char kSystemZones[] = "/usr/share/zoneinfo";

struct ZoneProblem {
  std::string what;     // Follows "the time zone "X" ".
  std::string allowed;  // What would be right.
};

// `name` is one that base::is_zone_name allows.
tl::expected<base::TimeZone, ZoneProblem> find_time_zone(const std::string& folder,
                                                         std::string_view name);

// The rule that ends a TZif file; nothing when the text is no such file, or has none.
std::optional<base::TimeZone> parse_zone_file(std::string_view text);

}  // namespace app
