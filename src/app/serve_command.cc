#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "app/cli.h"
#include "app/config_file.h"
#include "app/config_rules.h"
#include "app/crash_at.h"
#include "app/keeper.h"
#include "app/reading.h"
#include "app/sd_notify.h"
#include "app/seed.h"
#include "app/signals.h"
#include "app/whole_file.h"

namespace app {
namespace {

struct ServeOptions {
  std::string config = kDefaultConfigPath;
  std::string log_level;
  std::string log_format;
  bool follow_region_clock = false;
};

// What the command line says comes before what the file says.
void override_log(const ServeOptions& options, Config& config) {
  if (!options.log_level.empty()) config.log.level = *parse_log_level(options.log_level);
  if (!options.log_format.empty()) config.log.format = *parse_log_format(options.log_format);
}

base::Result<PacedClock> clock_for(const ServeOptions& options, const AwsConfig& aws,
                                   const std::stop_token& stop) {
  if (!options.follow_region_clock) return PacedClock();
  if (!aws.endpoint)
    return base::fail("NoSimulatedClock",
                      "--follow-region-clock needs a simulated region: endpoint_url in [aws]");
  const auto http = net::make_http_client({});
  ASSIGN_OR_RETURN(const Pace pace, region_pace(*http, *aws.endpoint, stop));
  return PacedClock(pace);
}

base::Result<engine::CrashHook> hook_from_environment() {
  const char* const text = std::getenv("SPOTKEEPER_CRASH_AT");
  if (!text) return engine::CrashHook();
  ASSIGN_OR_RETURN(const CrashAt at, parse_crash_at(text));
  return crash_hook(at, [] { kill_this_process(); });
}

base::Result<std::unique_ptr<Keeper>> start_keeper(const ServeOptions& options,
                                                   const Config& config, const Signals& signals) {
  KeeperOptions keeper;
  keeper.config = config;
  keeper.make_log = [](const LogConfig& log) { return base::stderr_logger(log.level, log.format); };
  keeper.environment = aws::process_environment();
  keeper.seed = fresh_seed();
  keeper.pause = [&signals](base::Duration delay) { return signals.pause(delay); };
  ASSIGN_OR_RETURN(keeper.crash_hook, hook_from_environment());
  keeper.clock_of = [options](const AwsConfig& aws, const std::stop_token& stop) {
    return clock_for(options, aws, stop);
  };
  return Keeper::start(std::move(keeper));
}

std::string describe(const Snapshot& site) {
  const std::string whose = site.not_begun.empty() ? "account " + site.account.str() : "not begun";
  return of_site(site.site, whose + ", " + site.region.str());
}

void say_ready(const Keeper& keeper, const Config& config) {
  std::string sites;
  for (const auto& site : keeper.snapshots()) sites += ", " + describe(*site);
  size_t groups = 0;
  for (const SiteConfig& site : config.sites) groups += site.groups.size();
  std::printf("ready %s (keeper %s%s, %zu group%s)\n", keeper.url().c_str(),
              config.keeper.name.str().c_str(), sites.c_str(), groups, groups == 1 ? "" : "s");
  std::fflush(stdout);
  sd_notify("READY=1\nSTATUS=" + keeper.url());
}

// The configuration file's content; empty when it cannot be read.
std::string text_of(const std::string& path) {
  return read_whole_file(path, kMostConfigBytes >> 20).value_or("");
}

// Reads the file again: when somebody wishes for it, and by itself, while the keeper goes without
// something that the file names, to see whether that is there by now.
class Reloads {
 public:
  struct Loaded {
    std::string text;  // Of the file: one that somebody is changing is not taken over unasked.
    std::vector<SiteTrouble> lacks;
  };

  Reloads(const ServeOptions& options, const base::Logger& log, Keeper& keeper, Loaded loaded)
      : options_(options), log_(log), keeper_(keeper), loaded_(std::move(loaded)) {
    say_lacks();
  }

  // Until the end is wished for.
  void serve(const Signals& signals) {
    for (;;) {
      const auto wish = loaded_.lacks.empty() ? signals.wait() : signals.wait_for(kLookAgain);
      if (wish == Signals::kStop) return;
      if (wish == Signals::kReload)
        reload();
      else
        mend();
    }
  }

 private:
  static constexpr base::Duration kLookAgain = base::Duration::seconds(10);

  void reload() {
    std::string text = text_of(options_.config);
    ConfigResult config = load_config_file(options_.config);
    if (!config) {
      for (const Problem& problem : config.error()) refuse(to_string(problem));
      return;
    }
    take_over(*std::move(config), std::move(text));
  }

  void mend() {
    std::string text = text_of(options_.config);
    if (text != loaded_.text) return;
    ConfigResult config = load_config_file(options_.config, Unreadable::kGoneWithout);
    if (config && config->lacks != loaded_.lacks) take_over(*std::move(config), std::move(text));
  }

  void take_over(Config config, std::string text) {
    override_log(options_, config);
    std::vector<SiteTrouble> lacks = config.lacks;
    if (const base::Status status = keeper_.reload(std::move(config)); !status)
      return refuse(status.error().message);
    loaded_ = {std::move(text), std::move(lacks)};
    say_lacks();
  }

  void refuse(const std::string& problem) const {
    log_.error("reload-refused", {{"problem", problem}});
  }

  void say_lacks() const {
    for (const auto& [site, lack] : loaded_.lacks) {
      const base::Logger log = site.empty() ? log_ : log_.with("site", site);
      log.error("going-without",
                {{"what", lack.name}, {"group", lack.group.str()}, {"why", lack.why}});
    }
  }

  const ServeOptions& options_;
  const base::Logger& log_;
  Keeper& keeper_;
  Loaded loaded_;
};

int serve(const ServeOptions& options) {
  const Signals signals;
  const std::string text = text_of(options.config);
  std::optional<Config> config = load_config_or_explain(options.config, Unreadable::kGoneWithout);
  if (!config) return kUnusable;
  override_log(options, *config);
  const base::Logger log = base::stderr_logger(config->log.level, config->log.format);
  auto keeper = start_keeper(options, *config, signals);
  if (!keeper) return explain(keeper.error());
  say_ready(**keeper, *config);
  Reloads reloads(options, log, **keeper, {text, config->lacks});
  reloads.serve(signals);
  sd_notify("STOPPING=1");
  log.info("stopping");
  return kOk;
}

}  // namespace

void add_serve_command(CLI::App& root, Action& action) {
  CLI::App* serve_command =
      root.add_subcommand("serve", "keep the groups of a configuration file at their capacity");
  auto options = std::make_shared<ServeOptions>();
  serve_command->add_option("--config", options->config, "the configuration file")
      ->capture_default_str();
  serve_command->add_option("--log-level", options->log_level, "debug, info, warn, error or off")
      ->check([](const std::string& text) { return must_be(kLogLevel, text); });
  serve_command->add_option("--log-format", options->log_format, "text or json")
      ->check([](const std::string& text) { return must_be(kLogFormat, text); });
  serve_command->add_flag("--follow-region-clock", options->follow_region_clock,
                          "live by the clock of the simulated region at endpoint_url");
  serve_command->footer(
      "Example:\n"
      "  spotkeeper serve --config spotkeeper.toml\n"
      "prints one line that begins with \"ready\" and the API's address. SIGTERM ends it after "
      "the\n"
      "turn under way; SIGHUP reads [log], [market], the groups and [[notify]] of the file again.");
  serve_command->callback([&action, options] { action = [options] { return serve(*options); }; });
}

}  // namespace app
