// Context: what the parts of one region share, and the choices a region is made with.
//
// Region owns it; the parts keep a reference. `now` is set by Region before anything runs and is
// constant while a request or a task is handled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "sim/agenda.h"
#include "sim/faults.h"
#include "sim/market_trace.h"
#include "sim/world.h"

namespace sim {

enum class MarketKind {
  kCalm,       // Capacity and prices stay as they are: only what is asked for happens.
  kGenerated,  // Crunches, recoveries and price moves from the seed.
};

struct RegionOptions {
  uint64_t seed = 1;
  std::string region = "us-east-2";
  std::string account = "123456789012";
  base::Instant start = base::Instant::from_unix_seconds(1'772'366'400);  // 2026-03-01T12:00:00Z
  bool verify_signatures = true;
  // Where clients reach the region: the front of queue URLs.
  std::string endpoint_url = "http://127.0.0.1:4566";
  MarketKind market = MarketKind::kGenerated;
  std::vector<PriceRow> price_trace;               // Replace the generated prices of their pools.
  std::vector<AvailabilityTrace> capacity_traces;  // The i-th drives the pools of the i-th zone.
  std::vector<PoolTrace> pool_traces;              // Go before those.
  FaultSettings faults;
  // Every machine runs, and its application answers, so long after its launch; nothing: drawn.
  std::optional<base::Duration> boot;
  // Of a target group, those that drain included. The default quota; AWS raises it when asked.
  size_t most_targets = 1000;
};

// Where AWS documents nothing, a region answers one way or the other for all of its life.
struct Quirks {
  bool burns_failed_tokens = false;    // A failed launch is replayed as failed, not tried again.
  bool one_death_ends_token = false;   // Any dead instance of a launch, not all, ends its token.
  bool replays_failed_fleets = false;  // A fleet that launched nothing is not tried again.
  bool fleets_draw_on_run_limits = false;  // Each pool it launches in, as a RunInstances would.
};

// What the region starts with, for people and harnesses.
struct Scene {
  std::string account, region, endpoint_url;
  std::string access_key, secret_key;
  std::string vpc;
  std::vector<Subnet> subnets;
  model::ImageId image;
  model::SecurityGroupId security_group;  // The VPC's default one.
  std::string key_pair;
  model::LaunchTemplateId launch_template;
  std::string launch_template_name;
  model::TargetGroupArn target_group;
  std::string queue_name, queue_url, queue_arn, rule;
  std::string bucket;
};

struct Context {
  explicit Context(RegionOptions chosen)
      : options(std::move(chosen)), faults(options.faults), now(options.start) {}
  Context(const Context&) = delete;

  RegionOptions options;
  FaultSettings faults;
  base::Instant now;
  World world;
  Agenda agenda;
  Quirks quirks;
};

}  // namespace sim
