#include "model/requirements.h"

#include <algorithm>
#include <tuple>

namespace model {
namespace {

bool is_within(int64_t value, int64_t least, int64_t most) {
  return value >= least && (most == 0 || value <= most);
}

bool matches_any(const InstanceType& type, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return matches_pattern(type.str(), pattern);
  });
}

}  // namespace

bool matches_pattern(std::string_view text, std::string_view pattern) {
  size_t at = 0, in = 0;
  // Where the last star stood, and how much of the text it had taken when we went on.
  size_t star = std::string_view::npos, taken = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      taken = at;
    } else if (in < pattern.size() && (pattern[in] == '?' || pattern[in] == text[at])) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

bool meets(const InstanceTypeInfo& info, const Requirements& r) {
  const auto& architectures = info.architectures;
  return info.supports_spot && info.is_current_generation && !info.is_bare_metal &&
         is_within(info.vcpus, r.least_vcpus, r.most_vcpus) &&
         is_within(info.memory_mib, r.least_memory_mib, r.most_memory_mib) &&
         std::find(architectures.begin(), architectures.end(), r.architecture) !=
             architectures.end() &&
         (r.allowed.empty() || matches_any(info.type, r.allowed)) &&
         !matches_any(info.type, r.excluded);
}

std::vector<InstanceType> types_that_meet(const Requirements& requirements,
                                          const std::vector<InstanceTypeInfo>& offered) {
  std::vector<const InstanceTypeInfo*> fit;
  for (const InstanceTypeInfo& info : offered)
    if (meets(info, requirements)) fit.push_back(&info);
  const auto size = [](const InstanceTypeInfo* info) {
    return std::tie(info->vcpus, info->memory_mib, info->type);
  };
  std::sort(fit.begin(), fit.end(),
            [&](const auto* a, const auto* b) { return size(a) < size(b); });
  std::vector<InstanceType> types;
  for (const InstanceTypeInfo* info : fit) types.push_back(info->type);
  return types;
}

}  // namespace model
