#include "sim/swarm.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace sim {
namespace {

constexpr uint64_t kSeeds = 300;

Swarm swarm_of(uint64_t seed) {
  base::Prng dice(seed);
  return draw_swarm(dice);
}

bool is_on(base::Duration between) { return between < base::Duration::hours(1000); }

TEST(Swarm, TheSameDiceDrawTheSame) {
  std::set<std::string> kinds;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    EXPECT_EQ(to_string(swarm_of(seed)), to_string(swarm_of(seed)));
    kinds.insert(to_string(swarm_of(seed)));
  }
  EXPECT_GT(kinds.size(), kSeeds * 9 / 10) << "runs should differ in kind";
}

TEST(Swarm, EveryForceIsOnInSomeRunsAndOffInOthers) {
  const std::pair<const char*, std::function<bool(const Swarm&)>> forces[] = {
      {"two keepers", [](const Swarm& s) { return s.keepers == 2; }},
      {"two groups", [](const Swarm& s) { return s.groups == 2; }},
      {"slow", [](const Swarm& s) { return s.network.slow_per_mille > 0; }},
      {"very slow", [](const Swarm& s) { return s.network.slow_per_mille >= 300; }},
      {"refused", [](const Swarm& s) { return s.network.refused_per_mille > 0; }},
      {"lost request", [](const Swarm& s) { return s.network.lost_request_per_mille > 0; }},
      {"late request", [](const Swarm& s) { return s.network.late_request_per_mille > 0; }},
      {"lost answer", [](const Swarm& s) { return s.network.lost_answer_per_mille > 0; }},
      {"return window", [](const Swarm& s) { return s.return_window.has_value(); }},
      {"throttle", [](const Swarm& s) { return s.region.throttle_per_mille > 0; }},
      {"stale reads", [](const Swarm& s) { return s.region.stale_reads.ms() > 0; }},
      {"short memory", [](const Swarm& s) { return s.region.remembered_ended.ms() < 3'600'000; }},
      {"failed boots", [](const Swarm& s) { return s.region.failed_boot_per_mille > 0; }},
      {"wrong clocks", [](const Swarm& s) { return s.clock_offset.ms() != 0; }},
      {"crashes at points", [](const Swarm& s) { return s.crash_per_mille > 0; }},
      {"pauses", [](const Swarm& s) { return s.pause_per_mille > 0; }},
      {"kills", [](const Swarm& s) { return is_on(s.between_kills); }},
      {"crashes", [](const Swarm& s) { return is_on(s.between_crashes); }},
      {"drains", [](const Swarm& s) { return s.drain.has_value(); }},
      {"drifts", [](const Swarm& s) { return is_on(s.between_drifts); }},
      {"retirements", [](const Swarm& s) { return is_on(s.between_retirements); }},
      {"partial files", [](const Swarm& s) { return s.partial_files; }},
      {"dropped groups", [](const Swarm& s) { return s.drops_group; }},
      {"partitions", [](const Swarm& s) { return is_on(s.between_partitions); }},
      {"disk faults", [](const Swarm& s) { return is_on(s.between_disk_faults); }},
      {"droughts", [](const Swarm& s) { return is_on(s.between_droughts); }},
      {"templates", [](const Swarm& s) { return is_on(s.between_templates); }},
      {"ledger losses", [](const Swarm& s) { return is_on(s.between_ledger_losses); }},
      {"disk losses", [](const Swarm& s) { return is_on(s.between_disk_losses); }},
      {"outages", [](const Swarm& s) { return is_on(s.between_outages); }},
      {"orders", [](const Swarm& s) { return is_on(s.between_orders); }},
      {"edits", [](const Swarm& s) { return is_on(s.between_edits); }},
      {"clock steps", [](const Swarm& s) { return is_on(s.between_clock_steps); }},
  };
  for (const auto& [name, is_drawn] : forces) {
    uint64_t drawn = 0;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) drawn += is_drawn(swarm_of(seed));
    EXPECT_GE(drawn, kSeeds / 50) << name;
    EXPECT_LE(drawn, kSeeds * 4 / 5) << name;
  }
}

// What the checkers assume: no clock is off by more than half a minute; the scene has 3 subnets.
TEST(Swarm, StaysWithinWhatTheCheckersAllowFor) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Swarm swarm = swarm_of(seed);
    EXPECT_LE(std::abs(swarm.clock_offset.ms()), 30'000);
    EXPECT_GE(swarm.subnets, 1);
    EXPECT_LE(swarm.subnets, 3);
    EXPECT_GE(swarm.capacity, 1);
  }
}

}  // namespace
}  // namespace sim
