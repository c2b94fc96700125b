#include <algorithm>
#include <set>
#include <string>

#include "app/config.h"
#include "base/check.h"
#include "fuzz/entry_points.h"

namespace fuzz {
namespace {

void check_problem(const app::Problem& problem, int lines) {
  CHECK(problem.line >= 1 && problem.line <= lines);
  CHECK(problem.column >= 1);
  CHECK(!problem.message.empty());
  CHECK(std::all_of(problem.message.begin(), problem.message.end(),
                    [](char c) { return c >= ' ' && c <= '~'; }));
}

void check_group(const model::GroupSpec& group) {
  CHECK(group.capacity >= 1 && group.capacity <= 1000);
  CHECK(group.min_healthy >= 0 && group.min_healthy <= group.capacity);
  CHECK(!group.name.empty() && !group.subnets.empty() && !group.types.empty());
  CHECK(!group.launch_template.id.empty() && !group.launch_template.version.empty());
  for (const model::TargetGroupRef& target : group.target_groups)
    CHECK(!target.arn.empty() && target.port >= 1 && target.port <= 65535);
}

}  // namespace

void check_config(std::string_view bytes) {
  const auto config = app::load_config(bytes, "f", {"host-1", "/state", ""});
  if (!config) {
    CHECK(!config.error().empty());
    const auto lines = std::count(bytes.begin(), bytes.end(), '\n') + 1;
    for (const app::Problem& problem : config.error())
      check_problem(problem, static_cast<int>(lines));
    return;
  }
  CHECK(!config->sites.empty());
  std::set<std::string> sites;
  for (const app::SiteConfig& site : config->sites) {
    CHECK(!site.aws.region.empty() && !site.queue_url.empty());
    CHECK(sites.insert(site.name).second && site.name.find_first_of("/.") == std::string::npos);
    for (const model::GroupSpec& group : site.groups) check_group(group);
  }
  CHECK(config->sites.size() == 1 || !sites.contains(""));
}

}  // namespace fuzz
