#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "app/cli.h"
#include "app/clock.h"
#include "app/config_rules.h"
#include "app/signals.h"
#include "sim/control_api.h"
#include "sim/front.h"
#include "sim/simulation.h"

namespace app {
namespace {

struct SeedRange {
  uint64_t first = 1, last = 1;
};

// "7" or "1..200".
std::optional<SeedRange> parse_seeds(const std::string& text) {
  SeedRange range;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, range.first);
  if (error != std::errc{}) return std::nullopt;
  range.last = range.first;
  if (rest == end) return range;
  if (end - rest < 3 || rest[0] != '.' || rest[1] != '.') return std::nullopt;
  const auto [finish, bad] = std::from_chars(rest + 2, end, range.last);
  if (bad != std::errc{} || finish != end || range.last < range.first) return std::nullopt;
  return range;
}

struct SimRunOptions {
  std::string seeds = "1..20";
  std::string scenario = "swarm";
  double seconds = 0;
  int64_t interruptions = 0;
  int64_t minutes = 60;
  bool twice = false;
  bool verbose = false;
};

// Sums over runs.
struct Totals {
  int runs = 0, failed = 0;
  int64_t interruptions = 0, warned = 0, in_time = 0, surplus = 0, launches = 0, crashes = 0;
  uint64_t records = 0, throttled = 0;
  int64_t wanted_ms = 0, served_ms = 0, simulated_ms = 0;
  std::map<std::string, uint64_t> reached, calls;

  void add(const sim::SimulationResult& result) {
    ++runs;
    failed += !result.violations.empty();
    const sim::Figures& figures = result.figures;
    warned += figures.interruptions_warned;
    interruptions += figures.interruptions_warned + figures.interruptions_unwarned;
    in_time += figures.replaced_in_time;
    surplus += figures.surplus;
    launches += figures.launches;
    crashes += result.crashes;
    records += result.ledger_records;
    throttled += result.throttled;
    wanted_ms += figures.slot_ms_wanted;
    served_ms += figures.slot_ms_served;
    simulated_ms += result.simulated.ms();
    for (const auto& [word, count] : result.reached) reached[word] += count;
    for (const auto& [word, count] : result.calls) calls[word] += count;
  }
};

void print_failure(const sim::SimulationResult& result) {
  std::printf("seed %llu FAILED (%s)\n", static_cast<unsigned long long>(result.seed),
              to_string(result.swarm).c_str());
  for (const std::string& violation : result.violations) std::printf("  %s\n", violation.c_str());
}

double percent(int64_t part, int64_t whole) {
  return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_totals(const Totals& t, double cpu_seconds) {
  std::printf("runs %d, failed %d; simulated %.1f h, %.0f simulated hours per CPU second\n", t.runs,
              t.failed, static_cast<double>(t.simulated_ms) / 3.6e6,
              static_cast<double>(t.simulated_ms) / 3.6e6 / cpu_seconds);
  std::printf(
      "interruptions %lld (%lld warned, %.1f %% of those healthy again before the reclaim)\n",
      static_cast<long long>(t.interruptions), static_cast<long long>(t.warned),
      percent(t.in_time, t.warned));
  std::printf("launches %lld, surplus %lld, keeper crashes %lld, ledger records %llu\n",
              static_cast<long long>(t.launches), static_cast<long long>(t.surplus),
              static_cast<long long>(t.crashes), static_cast<unsigned long long>(t.records));
  std::printf("capacity held %.2f %%\n", percent(t.served_ms, t.wanted_ms));
  std::printf("REACHED");
  for (const auto& [word, count] : t.reached)
    std::printf(" %s=%llu", word.c_str(), static_cast<unsigned long long>(count));
  std::printf("\n");
}

sim::SimulationOptions simulation_options(const SimRunOptions& options, uint64_t seed) {
  sim::SimulationOptions simulation;
  simulation.seed = seed;
  simulation.chaos = base::Duration::minutes(options.minutes);
  simulation.split_ledger = options.scenario == "canary-split-ledger";
  simulation.unsynced_journal = options.scenario == "canary-unsynced-journal";
  if (options.scenario == "two-keepers") {
    base::Prng dice(seed);
    simulation.swarm = sim::draw_swarm(dice);
    simulation.swarm->keepers = 2;
    simulation.swarm->diverging_files = true;
  } else if (options.scenario != "swarm") {
    // What is broken on purpose must also be met: two keepers for the one, crashes for the other.
    base::Prng dice(seed);
    simulation.swarm = sim::draw_swarm(dice);
    simulation.swarm->keepers = simulation.split_ledger ? 2 : 1;
    simulation.swarm->crash_per_mille = 20;
  }
  if (options.verbose)
    simulation.log = base::stderr_logger(base::LogLevel::kDebug, base::LogFormat::kText);
  return simulation;
}

int run_simulations(const SimRunOptions& options) {
  const auto seeds = parse_seeds(options.seeds);
  if (!seeds) {
    std::fprintf(stderr, "--seeds: \"%s\" is not a seed or a range; allowed: 7 or 1..200\n",
                 options.seeds.c_str());
    return kUnusable;
  }
  Totals totals;
  const auto began = std::chrono::steady_clock::now();
  const std::clock_t cpu_began = std::clock();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  for (uint64_t seed = seeds->first; seed <= seeds->last; ++seed) {
    if (options.seconds > 0 && elapsed() > options.seconds) break;
    if (options.interruptions > 0 && totals.interruptions >= options.interruptions) break;
    const auto simulation = simulation_options(options, seed);
    const sim::SimulationResult result = sim::simulate(simulation);
    totals.add(result);
    if (!result.violations.empty()) print_failure(result);
    if (options.twice && sim::simulate(simulation).trace_hash != result.trace_hash) {
      std::printf("seed %llu FAILED: a second run took another way\n",
                  static_cast<unsigned long long>(seed));
      ++totals.failed;
    }
    std::fflush(stdout);
  }
  print_totals(totals, static_cast<double>(std::clock() - cpu_began) / CLOCKS_PER_SEC);
  return totals.failed == 0 ? kOk : kFailed;
}

struct SimRegionOptions {
  std::string listen = "127.0.0.1:4566";
  uint64_t seed = 1;
  int64_t speed = 1;
  std::vector<std::string> market;
  bool calm = false;
  std::string output = "text";
};

int serve_region(const SimRegionOptions& options) {
  const Signals signals;
  const auto listen = parse_listen(options.listen);
  sim::FrontOptions front;
  front.address = listen->host;
  front.port = listen->port;
  front.speed = options.speed;
  front.market_files = options.market;
  front.region.seed = options.seed;
  if (options.calm) front.region.market = sim::MarketKind::kCalm;
  const SystemClock clock;
  const auto region = sim::start_region_front(std::move(front), clock);
  if (!region) {
    std::fprintf(stderr, "spotkeeper: %s\n", region.error().message.c_str());
    return kUnusable;
  }
  const sim::Scene scene = (*region)->scene();
  std::printf("%s\n", options.output == "json" ? sim::scene_json(scene).c_str()
                                               : sim::describe(scene).c_str());
  std::fflush(stdout);
  while (signals.wait() == Signals::kReload) {
  }
  return kOk;
}

void add_region_command(CLI::App& sim, Action& action) {
  CLI::App* region = sim.add_subcommand("region", "serve a simulated AWS region to any AWS client");
  auto options = std::make_shared<SimRegionOptions>();
  region->add_option("--listen", options->listen, "a loopback address and a port; port 0: any")
      ->check([](const std::string& text) { return must_be(kListen, text); })
      ->capture_default_str();
  region->add_option("--seed", options->seed, "what happens by chance")
      ->check([](const std::string& text) { return must_be(kSeed, text); })
      ->capture_default_str();
  region->add_option("--speed", options->speed, "simulated seconds in a second")
      ->check(CLI::Range(int64_t{1}, int64_t{86'400}))
      ->capture_default_str();
  region->add_option("--market", options->market,
                     "files of recorded prices (.csv) or availability (.json)");
  region->add_flag("--calm", options->calm, "nothing happens that nobody asked for");
  region->add_option("--output", options->output, "how to say where everything is")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  region->footer(
      "Example:\n"
      "  spotkeeper sim region --listen 127.0.0.1:4566 --speed 10\n"
      "prints the region's ids and the variables that point the AWS CLI at it, and serves until\n"
      "it is interrupted. What only a simulation can do is at /_sim/ (docs/simulation.md).");
  region->callback([&action, options] { action = [options] { return serve_region(*options); }; });
}

}  // namespace

void add_sim_commands(CLI::App& root, Action& action) {
  // Ten years: CLI11's own range lets "nan" pass.
  constexpr double kMostSeconds = 315'360'000;
  constexpr int64_t kMostInterruptions = 1'000'000'000'000;
  CLI::App* sim = root.add_subcommand("sim", "a simulated AWS region, and keepers under chaos");
  sim->require_subcommand(1);
  sim->footer(
      "Examples:\n"
      "  spotkeeper sim region                    a region for any AWS client\n"
      "  spotkeeper sim run --seeds 1..50         fifty simulated hours of chaos");
  add_region_command(*sim, action);
  CLI::App* run = sim->add_subcommand(
      "run", "run keepers against a simulated region in virtual time and check every invariant");
  auto options = std::make_shared<SimRunOptions>();
  run->add_option("--seeds", options->seeds, "a seed, or a range A..B")->capture_default_str();
  run->add_option(
         "--scenario", options->scenario,
         "swarm: faults drawn from the seed; two-keepers: the same, always with two keepers "
         "whose files differ; the canaries are broken on purpose and must fail")
      ->check(
          CLI::IsMember({"swarm", "two-keepers", "canary-split-ledger", "canary-unsynced-journal"}))
      ->capture_default_str();
  run->add_option("--seconds", options->seconds, "begin no further run after this many seconds")
      ->check([](const std::string& text) {
        double seconds = -1;
        const bool is_number = CLI::detail::lexical_cast(text, seconds);
        const bool is_fine = is_number && seconds >= 0 && seconds <= kMostSeconds;
        return is_fine ? std::string() : text + " is no limit; allowed: 0 (none) to ten years";
      });
  run->add_option("--interruptions", options->interruptions,
                  "begin no further run after this many interruptions; 0: no limit")
      ->check(CLI::Range(int64_t{0}, kMostInterruptions));
  run->add_option("--minutes", options->minutes, "simulated minutes of chaos in each run")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  run->add_flag("--twice", options->twice, "run every seed twice and compare the traces");
  run->add_flag("--verbose", options->verbose, "print what happens, on standard error");
  run->footer(
      "Example:\n"
      "  spotkeeper sim run --seeds 1..50\n"
      "runs fifty simulated hours of chaos, each of them the same whenever it is run again.");
  run->callback([&action, options] { action = [options] { return run_simulations(*options); }; });
}

}  // namespace app
