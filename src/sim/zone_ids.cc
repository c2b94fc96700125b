#include "sim/zone_ids.h"

#include <algorithm>
#include <string>

namespace sim {
namespace {

constexpr uint64_t kZones = 3;

// "se" for "southeast", "c" for "central"; digits stay.
std::string initials(const std::string& part) {
  std::string letters(1, part[0]);
  for (const char* second : {"east", "west"})
    if (part.size() > 5 && part.ends_with(second)) letters += second[0];
  return letters;
}

// "use2" for "us-east-2", "apse1" for "ap-southeast-1", "usgw1" for "us-gov-west-1".
std::string short_name(const std::string& region) {
  std::string text;
  size_t at = 0;
  while (at < region.size()) {
    const size_t dash = std::min(region.find('-', at), region.size());
    const std::string part = region.substr(at, dash - at);
    text += at == 0 ? part : initials(part);
    at = dash + 1;
  }
  return text;
}

}  // namespace

model::ZoneId zone_id_of(const RegionOptions& options, const model::Zone& zone) {
  const auto letter = static_cast<uint64_t>(zone.str().back() - 'a');
  const uint64_t number = 1 + (letter + options.seed) % kZones;
  return model::ZoneId(short_name(options.region) + "-az" + std::to_string(number));
}

}  // namespace sim
