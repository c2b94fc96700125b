#include "sim/swarm.h"

#include <iterator>

namespace sim {
namespace {

using base::Duration;

// Between forces that are off.
constexpr Duration kNever = Duration::hours(1000);

// Nothing in half of the runs, else up to `most`.
int maybe(base::Prng& dice, int most) {
  return dice.chance_ppm(500'000) ? static_cast<int>(dice.between(1, most)) : 0;
}

void maybe_often(base::Prng& dice, Duration& between, int64_t parts_ppm, int64_t low_minutes,
                 int64_t high_minutes) {
  if (dice.chance_ppm(static_cast<uint64_t>(parts_ppm)))
    between = Duration::minutes(dice.between(low_minutes, high_minutes));
}

NetworkFaults draw_network(base::Prng& dice) {
  NetworkFaults faults;
  faults.slow_per_mille = maybe(dice, 100);
  faults.refused_per_mille = maybe(dice, 50);
  faults.lost_request_per_mille = maybe(dice, 50);
  faults.late_request_per_mille = maybe(dice, 30);
  faults.lost_answer_per_mille = maybe(dice, 80);
  return faults;
}

FaultSettings draw_region(base::Prng& dice) {
  FaultSettings faults;
  faults.throttle_per_mille = maybe(dice, 100);
  faults.error_500_per_mille = maybe(dice, 50);
  faults.error_503_per_mille = maybe(dice, 50);
  faults.s3_conflict_per_mille = maybe(dice, 50);
  faults.lost_event_per_mille = maybe(dice, 200);
  faults.late_event_per_mille = maybe(dice, 200);
  faults.duplicate_event_per_mille = maybe(dice, 200);
  faults.duplicate_receive_per_mille = maybe(dice, 100);
  faults.unwarned_per_mille = maybe(dice, 300);
  faults.late_warning_per_mille = maybe(dice, 300);
  faults.inconsistent_per_mille = maybe(dice, 600);
  faults.failed_boot_per_mille = maybe(dice, 60);
  if (dice.chance_ppm(200'000)) faults.stale_reads = Duration::seconds(dice.between(1, 60));
  return faults;
}

// Of every day, so that it opens and closes within the hours of a run, which begins at noon; in
// zones with and without daylight saving.
base::WeekWindow draw_window(base::Prng& dice) {
  constexpr const char* kRules[] = {"UTC0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "<-02>2",
                                    "IST-5:30"};
  constexpr int kOffsets[] = {0, 11 * 60, -120, 330};
  constexpr int kNoon = 12 * 60, kDay = 24 * 60;
  const size_t zone = dice.below(std::size(kRules));
  const auto opens = static_cast<int>(dice.between(0, 60)) + kNoon + kOffsets[zone];
  const auto length = static_cast<int>(dice.between(5, 60));
  return {{true, opens % kDay, (opens + length) % kDay, "Drawn"},
          *base::TimeZone::parse_posix(kRules[zone])};
}

// What people and AWS change around a keeper: files, attributes, hosts.
void draw_changes(Swarm& swarm, base::Prng& dice) {
  constexpr int kDrains[] = {0, 15, 60, 120};
  if (dice.chance_ppm(400'000)) swarm.drain = Duration::seconds(kDrains[dice.below(4)]);
  maybe_often(dice, swarm.between_drifts, 300'000, 5, 30);
  maybe_often(dice, swarm.between_retirements, 300'000, 5, 40);
  const bool has_two = swarm.groups > 1;
  swarm.partial_files = dice.chance_ppm(400'000) && has_two && swarm.keepers > 1;
  swarm.drops_group = dice.chance_ppm(200'000) && has_two;
}

// What takes the launch protocol round its rarest corners: a ledger lost while a launch is under
// way, clocks far apart with slow answers between two keepers, instances that no list shows again.
void draw_rarities(Swarm& swarm, base::Prng dice) {
  maybe_often(dice, swarm.between_outages, 100'000, 10, 60);
  maybe_often(dice, swarm.between_clock_steps, 100'000, 5, 60);
  if (dice.chance_ppm(100'000))
    swarm.region.remembered_ended = Duration::seconds(dice.between(1, 120));
  if (dice.chance_ppm(100'000))
    swarm.between_ledger_losses = Duration::minutes(dice.between(5, 40));
  if (dice.chance_ppm(100'000)) {
    swarm.keepers = 2;
    swarm.clock_offset = Duration::millis(dice.between(12'000, 15'000));
    swarm.network.slow_per_mille = static_cast<int>(dice.between(300, 900));
  }
  swarm.diverging_files = dice.chance_ppm(250'000);
  if (dice.chance_ppm(500'000)) swarm.fallback_after = Duration::seconds(dice.between(10, 180));
  if (dice.chance_ppm(200'000)) swarm.base_slots = 1;
  constexpr model::OnRebalance kPolicies[] = {
      model::OnRebalance::kIgnore, model::OnRebalance::kLaunchAhead, model::OnRebalance::kReplace};
  swarm.on_rebalance = kPolicies[dice.below(3)];
  if (dice.chance_ppm(50'000)) {
    swarm.keepers = 2;
    swarm.namesakes = true;
  }
  maybe_often(dice, swarm.between_sicknesses, 300'000, 5, 60);
  swarm.fleets = dice.chance_ppm(400'000);
  if (dice.chance_ppm(250'000)) swarm.return_window = draw_window(dice);
  swarm.spot_requests = dice.chance_ppm(250'000);
  draw_changes(swarm, dice);
  swarm.adopts = dice.chance_ppm(200'000);
  swarm.region.scaling_contention_per_mille = maybe(dice, 300);
  maybe_often(dice, swarm.between_orders, 300'000, 2, 20);
  maybe_often(dice, swarm.between_edits, 200'000, 5, 40);
  if (swarm.adopts) swarm.between_orders = swarm.between_edits = kNever;  // Its person is busy.
}

}  // namespace

Swarm draw_swarm(base::Prng& dice) {
  Swarm swarm;
  swarm.keepers = static_cast<int>(dice.between(1, 2));
  swarm.groups = static_cast<int>(dice.between(1, 2));
  swarm.subnets = static_cast<int>(dice.between(1, 3));
  swarm.capacity = static_cast<int>(dice.between(1, 6));
  swarm.network = draw_network(dice);
  swarm.region = draw_region(dice);
  if (dice.chance_ppm(500'000))
    swarm.clock_offset = Duration::millis(dice.between(-30'000, 30'000));
  swarm.crash_per_mille = maybe(dice, 40);
  swarm.pause_per_mille = maybe(dice, 20);
  swarm.between_interruptions = Duration::minutes(dice.between(2, 30));
  maybe_often(dice, swarm.between_kills, 300'000, 10, 60);
  maybe_often(dice, swarm.between_crashes, 300'000, 5, 60);
  maybe_often(dice, swarm.between_partitions, 300'000, 10, 60);
  maybe_often(dice, swarm.between_disk_faults, 200'000, 10, 60);
  maybe_often(dice, swarm.between_droughts, 300'000, 10, 60);
  maybe_often(dice, swarm.between_templates, 300'000, 10, 60);
  maybe_often(dice, swarm.between_ledger_losses, 60'000, 60, 120);
  maybe_often(dice, swarm.between_disk_losses, 60'000, 60, 120);
  // From a copy: a seed without rarities takes the way it took before there were any.
  base::Prng copy = dice;
  draw_rarities(swarm, copy.fork());
  return swarm;
}

Swarm ordinary_day() {
  Swarm day;
  day.groups = 2;
  day.capacity = 6;
  day.network.slow_per_mille = 5;
  day.network.lost_answer_per_mille = 1;
  day.region.throttle_per_mille = 2;
  day.region.error_503_per_mille = 1;
  day.region.duplicate_event_per_mille = 20;
  day.region.lost_event_per_mille = 5;
  day.fallback_after = Duration::seconds(90);
  day.between_interruptions = Duration::minutes(25);
  day.between_droughts = Duration::hours(8);
  day.between_crashes = Duration::hours(12);
  return day;
}

std::string to_string(const Swarm& swarm) {
  const auto number = [](const char* name, int64_t value) {
    return value == 0 ? std::string() : std::string(" ") + name + "=" + std::to_string(value);
  };
  const auto often = [&](const char* name, Duration between) {
    return between < kNever ? number(name, between.ms()) : std::string();
  };
  return "keepers=" + std::to_string(swarm.keepers) + number("groups", swarm.groups) +
         number("capacity", swarm.capacity) + number("subnets", swarm.subnets) +
         number("base", swarm.base_slots) + number("fallback_ms", swarm.fallback_after.ms()) +
         number("window", swarm.return_window.has_value()) + number("namesakes", swarm.namesakes) +
         number("diverging", swarm.diverging_files) + number("fleets", swarm.fleets) +
         number("requests", swarm.spot_requests) + number("adopts", swarm.adopts) +
         number("partial", swarm.partial_files) + number("drops", swarm.drops_group) +
         number("drain_ms", swarm.drain ? swarm.drain->ms() + 1 : 0) +
         often("orders_ms", swarm.between_orders) + often("edits_ms", swarm.between_edits) +
         number("slow", swarm.network.slow_per_mille) +
         number("refused", swarm.network.refused_per_mille) +
         number("lost_request", swarm.network.lost_request_per_mille) +
         number("late_request", swarm.network.late_request_per_mille) +
         number("lost_answer", swarm.network.lost_answer_per_mille) +
         number("throttle", swarm.region.throttle_per_mille) +
         number("500", swarm.region.error_500_per_mille) +
         number("503", swarm.region.error_503_per_mille) +
         number("lost_event", swarm.region.lost_event_per_mille) +
         number("inconsistent", swarm.region.inconsistent_per_mille) +
         number("stale_ms", swarm.region.stale_reads.ms()) +
         number("remembered_ms", swarm.region.remembered_ended.ms()) +
         number("offset_ms", swarm.clock_offset.ms()) + number("crash", swarm.crash_per_mille) +
         number("pause", swarm.pause_per_mille);
}

}  // namespace sim
