#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/cli.h"
#include "app/config_rules.h"
#include "app/demo_view.h"
#include "app/live_demo.h"
#include "sim/simulation.h"

namespace app {
namespace {

struct DemoOptions {
  bool once = false;
  std::string listen = "127.0.0.1:" + std::to_string(kUsualRegionPort);
  uint64_t seed = 1;
  int64_t speed = 20;
  std::string lasts;
};

uint64_t count_of(const sim::SimulationResult& result, const char* word) {
  const auto found = result.reached.find(word);
  return found == result.reached.end() ? 0 : found->second;
}

DemoCounts counts_of(const sim::SimulationResult& result) {
  DemoCounts counts;
  counts.figures = result.figures;
  for (const auto& [action, count] : result.calls) counts.calls += count;
  counts.throttled = result.throttled;
  counts.ledger_records = static_cast<int>(result.ledger_records);
  counts.violations = result.violations;
  return counts;
}

void print_report(const sim::SimulationResult& result) {
  std::printf("One simulated day: %d groups of %d on Spot, one keeper, seed %llu\n\n",
              result.swarm.groups, result.swarm.capacity,
              static_cast<unsigned long long>(result.seed));
  std::printf("  %-18s %d, dry pools %llu\n", "keeper crashes", result.crashes,
              static_cast<unsigned long long>(count_of(result, "chaos-drought")));
  std::printf("%s", summary(counts_of(result)).c_str());
}

int run_day(uint64_t seed) {
  sim::SimulationOptions options;
  options.seed = seed;
  options.swarm = sim::ordinary_day();
  options.market = sim::MarketKind::kGenerated;
  options.chaos = base::Duration::hours(24);
  const sim::SimulationResult result = sim::simulate(options);
  print_report(result);
  return result.violations.empty() ? kOk : kFailed;
}

int run_live(const DemoOptions& options, bool is_listen_given) {
  LiveDemoOptions live;
  if (is_listen_given) live.listen = parse_listen(options.listen);
  live.seed = options.seed;
  live.speed = options.speed;
  if (!options.lasts.empty()) live.lasts = base::parse_duration(options.lasts);
  return run_live_demo(live);
}

std::string must_be_duration(const std::string& text) {
  return base::parse_duration(text) ? "" : "allowed: a duration like 30s or 10m";
}

constexpr char kFooter[] =
    "Examples:\n"
    "  spotkeeper demo\n"
    "  spotkeeper demo --once                   a whole day at once\n"
    "Without --once a simulated region runs on a loopback port, and the keeper keeps nine "
    "machines\n"
    "in it. On a terminal the view redraws and takes keys; elsewhere every happening is a line.\n"
    "What the region does can be asked of it, or done to it, from a second terminal:\n"
    "  export AWS_ACCESS_KEY_ID=SIMULATED-ACCESS-KEY AWS_SECRET_ACCESS_KEY=simulated-secret-key\n"
    "  aws --endpoint-url http://127.0.0.1:4566 --region us-east-2 ec2 describe-instances \\\n"
    "      --query 'Reservations[].Instances[].[InstanceId,State.Name]' --output text\n"
    "  aws --endpoint-url http://127.0.0.1:4566 --region us-east-2 ec2 terminate-instances \\\n"
    "      --instance-ids ID\n"
    "The keeper replaces what you terminate. Its own API is at the address that the view shows.";

}  // namespace

void add_demo_command(CLI::App& root, Action& action) {
  CLI::App* demo = root.add_subcommand("demo", "see it work, without AWS");
  auto options = std::make_shared<DemoOptions>();
  demo->add_flag("--once", options->once,
                 "a simulated day in this process, then a report; exit 0 if every check held");
  CLI::Option* listen =
      demo->add_option("--listen", options->listen,
                       "where the region listens; another port is taken when this one is not free "
                       "and was not asked for")
          ->check([](const std::string& text) { return must_be(kListen, text); })
          ->capture_default_str();
  demo->add_option("--seed", options->seed, "another seed is another day")
      ->check([](const std::string& text) { return must_be(kSeed, text); })
      ->capture_default_str();
  demo->add_option("--speed", options->speed, "simulated seconds in a second")
      ->check(CLI::Range(int64_t{1}, kMostDemoSpeed))
      ->capture_default_str();
  demo->add_option("--for", options->lasts, "end after this long, for example 30s")
      ->check(must_be_duration);
  demo->footer(kFooter);
  demo->callback([&action, options, listen] {
    const bool is_listen_given = listen->count() > 0;
    action = [options, is_listen_given] {
      return options->once ? run_day(options->seed) : run_live(*options, is_listen_given);
    };
  });
}

}  // namespace app
