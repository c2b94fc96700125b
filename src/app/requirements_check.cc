#include "app/requirements_check.h"

#include <utility>

namespace app {
namespace {

using model::Requirements;

// The same, but for one bound.
std::vector<std::pair<std::string, Requirements>> relaxed(const Requirements& wanted) {
  std::vector<std::pair<std::string, Requirements>> all;
  const auto without = [&](const char* bound, auto relax) {
    Requirements wider = wanted;
    relax(wider);
    if (wider != wanted) all.emplace_back(bound, std::move(wider));
  };
  without("vcpu", [](Requirements& r) { r.least_vcpus = 1, r.most_vcpus = 0; });
  without("memory_gib", [](Requirements& r) { r.least_memory_mib = r.most_memory_mib = 0; });
  without("arch",
          [](Requirements& r) { r.architecture = r.architecture == "arm64" ? "x86_64" : "arm64"; });
  without("allow", [](Requirements& r) { r.allowed.clear(); });
  without("exclude", [](Requirements& r) { r.excluded.clear(); });
  return all;
}

}  // namespace

std::string why_unmet(const Requirements& wanted,
                      const std::vector<model::InstanceTypeInfo>& offered) {
  std::string helps;
  for (const auto& [bound, wider] : relaxed(wanted)) {
    const size_t count = model::types_that_meet(wider, offered).size();
    if (count > 0)
      helps += (helps.empty() ? "" : ", ") + bound + " (" + std::to_string(count) + " without it)";
  }
  const std::string none =
      "none of " + std::to_string(offered.size()) + " instance types meets them; ";
  if (helps.empty()) return none + "no bound alone excludes them all; allowed: wider ones";
  return none + "what excludes them: " + helps + "; allowed: a wider one";
}

}  // namespace app
