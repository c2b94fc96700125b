#include <CLI/CLI.hpp>
#include <cstdio>
#include <future>
#include <memory>
#include <string>

#include "app/aws_access.h"
#include "app/cli.h"
#include "app/config_file.h"
#include "app/reading.h"
#include "app/webhooks.h"
#include "base/quote.h"
#include "notify/gather.h"

namespace app {
namespace {

struct TestOptions {
  std::string config = kDefaultConfigPath;
  std::string name;
};

std::string names_of(const std::vector<NotifyConfig>& targets) {
  std::string names;
  for (const NotifyConfig& target : targets) names += (names.empty() ? "" : ", ") + target.name;
  return names;
}

// The one of that name, or all.
base::Result<std::vector<NotifyConfig>> chosen(const TestOptions& options, const Config& config) {
  if (config.notify.empty())
    return base::fail("NoTarget", options.config + " has no [[notify]]: there is nobody to tell");
  if (options.name.empty()) return config.notify;
  for (const NotifyConfig& target : config.notify)
    if (target.name == options.name) return std::vector{target};
  return base::fail("NoTarget", base::quote(options.name) +
                                    " is no [[notify]]; allowed: " + names_of(config.notify));
}

// Why nothing can be posted to it.
std::string why_silent(const Config& config, const NotifyConfig& target) {
  for (const auto& [site, lack] : config.lacks)
    if (lack.name == "webhook_file of " + target.name) return lack.why;
  return "it has no URL";
}

// True when it arrived.
bool try_one(Webhooks& webhooks, const NotifyConfig& target, const notify::Message& message) {
  auto answer = std::make_shared<std::promise<ports::MailAnswer>>();
  webhooks.post({target.name, message.id, message.text, message.document},
                [answer](ports::MailAnswer got) { answer->set_value(std::move(got)); });
  const ports::MailAnswer got = answer->get_future().get();
  const bool arrived = got.delivery == ports::Delivery::kDelivered;
  std::printf("%-6s  %s at %s: %s\n", arrived ? "ok" : "FAILED", target.name.c_str(),
              parse_webhook_url(target.webhook)->origin().c_str(),
              base::printable(got.why).c_str());
  return arrived;
}

int test(const TestOptions& options) {
  const auto config = load_config_or_explain(options.config, Unreadable::kGoneWithout);
  if (!config) return kUnusable;
  const auto targets = chosen(options, *config);
  if (!targets) return explain(targets.error());
  const SystemClock clock;
  // As the first site posts: others differ at most in their bundle of certificates.
  Webhooks webhooks(*targets, client_options_of(config->sites.front().aws), clock);
  const notify::Message message = notify::test_message(config->keeper.name, clock.now());
  bool all_arrived = true;
  for (const NotifyConfig& target : *targets) {
    const bool arrived = !target.webhook.empty() && try_one(webhooks, target, message);
    if (target.webhook.empty())
      std::printf("FAILED  %s: %s\n", target.name.c_str(), why_silent(*config, target).c_str());
    all_arrived = all_arrived && arrived;
  }
  return all_arrived ? kOk : kFailed;
}

}  // namespace

void add_notify_command(CLI::App& root, Action& action) {
  CLI::App* family = root.add_subcommand("notify", "whom the keeper tells what happens");
  family->require_subcommand(1);
  family->footer(
      "Example:\n"
      "  spotkeeper notify test                   one message to each [[notify]]");
  CLI::App* command = family->add_subcommand("test", "send one test message to each target");
  auto options = std::make_shared<TestOptions>();
  command->add_option("name", options->name, "only to the target of that name");
  command->add_option("--config", options->config, "the configuration file")->capture_default_str();
  command->footer(
      "Example:\n"
      "  spotkeeper notify test ops --config spotkeeper.toml\n"
      "says for each target whether the message arrived; the exit code is 1 when one did not. No\n"
      "keeper need run.");
  command->callback([&action, options] { action = [options] { return test(*options); }; });
}

}  // namespace app
