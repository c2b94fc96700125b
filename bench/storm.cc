// A storm: every machine of one group is warned at once. When are all replacements accepted, when
// healthy, how much service was lost and how many of the clients' requests failed meanwhile; each
// beside the bound that AWS's published limits, a boot of 45 s and the balancer's checks set for
// anybody, and beside what others do in the same storm.
//
//   bench_storm [machines ...]   50 and 1,000 when left out
//
// The shipped keeper on a simulated host, region and network in virtual time: the figures are of
// the simulated clock, but for the CPU seconds.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arena.h"
#include "keeper_way.h"
#include "peers.h"

namespace {

using base::Duration;
using bench::Arena;

struct Way {
  std::string name;
  std::function<std::unique_ptr<bench::Contender>(Arena&)> make;
  bool is_keeper = false;
  // The quota of the target group for each machine: AWS's 1,000 is for those that drain, too.
  size_t places_per_machine = 2;
  int64_t drain_seconds = 30;
};

std::vector<Way> ways(int machines) {
  const auto keep = [](model::LaunchBy by) {
    return [by](Arena& arena) { return bench::make_keeper_way(arena, by); };
  };
  std::vector<Way> all = {
      {"spotkeeper, RunInstances", keep(model::LaunchBy::kRunInstances), true},
      {"spotkeeper, CreateFleet", keep(model::LaunchBy::kFleet), true},
      {"a handler per event (S1)", bench::make_handler_per_event},
      {"ten messages at a time", bench::make_ten_at_a_time},
  };
  if (machines != 1000) return all;
  all.push_back({"spotkeeper, quota 1,000", keep(model::LaunchBy::kRunInstances), true, 1});
  all.push_back(
      {"spotkeeper, quota 1,000, drain 300 s", keep(model::LaunchBy::kRunInstances), true, 1, 300});
  return all;
}

std::string time_and_ratio(double seconds, double bound) {
  if (seconds == 0) return "never";
  char text[40];
  std::snprintf(text, sizeof text, "%.1f s (%.2f)", seconds, seconds / bound);
  return text;
}

void print_row(const Way& way, const bench::Measures& m, const bench::Bounds& bounds) {
  std::printf("%-37s %6d %16s %17s %7.1f %% %9.0f (%4.1f %%) %9.4f %% %7d %7.1f\n",
              way.name.c_str(), m.launch_calls,
              time_and_ratio(m.accepted_s, bounds.accepted_s).c_str(),
              time_and_ratio(m.healthy_s, bounds.healthy_s).c_str(), 100 * m.at_reclaim,
              m.lost_target_s, 100 * m.lost_target_s / m.wanted_target_s,
              100 * m.failed_requests / m.requests, m.surplus, m.cpu_s);
  std::fflush(stdout);
}

bool weather(int machines, const Way& way, Duration at_most) {
  Arena arena({machines, way.drain_seconds,
               way.places_per_machine * static_cast<size_t>(std::max(machines, 500))});
  arena.fill(way.is_keeper ? bench::keeper_tags() : std::vector<model::Tag>());
  const std::unique_ptr<bench::Contender> contender = way.make(arena);
  const bench::Measures measures = arena.storm(*contender, at_most);
  print_row(way, measures, bench::bounds_of(machines));
  return !way.is_keeper || measures.healthy_s > 0;
}

bool storm(int machines, const std::string& only) {
  const bench::Bounds bounds = bench::bounds_of(machines);
  std::printf(
      "\n%d machines of one group are warned at once. Bounds: accepted %.2f s, healthy "
      "%.2f s, %.0f target-seconds lost\n",
      machines, bounds.accepted_s, bounds.healthy_s, bounds.lost_target_s);
  std::printf("%-37s %6s %16s %17s %9s %18s %11s %7s %7s\n", "", "calls", "accepted (ratio)",
              "healthy (ratio)", "in time", "target-s lost", "failed", "surplus", "CPU s");
  const Duration at_most = Duration::seconds(static_cast<int64_t>(2 * bounds.healthy_s) + 900);
  bool is_whole = true;
  for (const Way& way : ways(machines))
    if (way.name.find(only) != std::string::npos) is_whole &= weather(machines, way, at_most);
  return is_whole;
}

}  // namespace

int main(int count, char** words) {
  std::vector<int> sizes;
  std::string only;  // A part of the names of the ways to take: ten thousand take long in each.
  for (int i = 1; i < count; ++i) {
    if (i + 1 < count && std::string_view(words[i]) == "--only")
      only = words[++i];
    else
      sizes.push_back(std::atoi(words[i]));
  }
  if (sizes.empty()) sizes = {50, 1000};
  bool is_whole = true;
  for (const int machines : sizes) {
    if (machines < 1 || machines > 10'000) {
      std::fprintf(stderr, "a number of machines is out of range; allowed: 1 to 10000\n");
      return 2;
    }
    is_whole &= storm(machines, only);
  }
  return is_whole ? 0 : 1;
}
