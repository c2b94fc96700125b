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
#include "aws/s3_ledger.h"
#include "aws/sqs_queue.h"
#include "base/log.h"
#include "base/quote.h"

namespace app {
namespace {

struct CheckOptions {
  std::string config = kDefaultConfigPath;
  bool online = false;
};

// What AWS knows of a configuration, asked line by line; all of it, whatever fails.
class OnlineCheck {
 public:
  OnlineCheck(AwsAccess& aws, const Config& config) : aws_(aws), config_(config) {}

  // True when nothing failed.
  bool run() {
    line("account", account());
    line("queue", queue());
    if (config_.ledger) line("ledger", ledger());
    for (const model::GroupSpec& group : config_.groups) {
      const std::string of_group = " of " + group.name.str();
      line("subnets" + of_group, subnets(group));
      line("launch template" + of_group, launch_template(group.launch_template));
      for (const model::TargetGroupRef& ref : group.target_groups)
        line("target group" + of_group, target_group(ref));
    }
    return failures_ == 0;
  }

 private:
  void line(const std::string& what, const base::Result<std::string>& found) {
    const std::string text = found ? *found : base::to_string(found.error());
    std::printf("%-6s  %s: %s\n", found ? "ok" : "FAILED", what.c_str(),
                base::printable(text).c_str());
    failures_ += !found;
  }

  base::Result<std::string> account() {
    ASSIGN_OR_RETURN(const model::AccountId id,
                     verify_account(aws_, config_.aws,
                                    base::stderr_logger(config_.log.level, config_.log.format)));
    return id.str() + ", by the credentials of " + aws_.credentials_origin();
  }

  base::Result<std::string> queue() {
    const auto queue = aws::make_sqs_queue(aws_.client(), aws_.endpoints(), config_.queue_url);
    auto answer = std::make_shared<std::promise<base::Result<ports::QueueDepth>>>();
    queue->depth([answer](auto depth) { answer->set_value(std::move(depth)); });
    ASSIGN_OR_RETURN(const ports::QueueDepth depth, answer->get_future().get());
    return std::to_string(depth.visible) + " messages wait";
  }

  // That it can be read; that it can be written shows when a keeper starts.
  base::Result<std::string> ledger() {
    auto answer = std::make_shared<std::promise<base::Result<model::Reply>>>();
    const auto ledger = aws::make_s3_ledger(aws_.client(), aws_.endpoints(),
                                            {config_.ledger->bucket, config_.ledger->prefix},
                                            clock_, [answer](model::CallCompleted completed) {
                                              answer->set_value(std::move(completed.result));
                                            });
    const model::GroupName group =
        config_.groups.empty() ? model::GroupName("any") : config_.groups.front().name;
    ledger->read({1}, {group});
    ASSIGN_OR_RETURN(const model::Reply reply, answer->get_future().get());
    return config_.ledger->bucket + " can be read";
  }

  base::Result<std::string> subnets(const model::GroupSpec& group) {
    ASSIGN_OR_RETURN(const model::Reply reply, aws_.ask(model::DescribeSubnets{group.subnets, {}}));
    std::string text;
    for (const model::Subnet& subnet : std::get<model::SubnetsReply>(reply).subnets)
      text += (text.empty() ? "" : ", ") + subnet.id.str() + " in " + subnet.zone.str();
    return text;
  }

  base::Result<std::string> launch_template(const model::LaunchTemplateRef& ref) {
    ASSIGN_OR_RETURN(const model::Reply reply,
                     aws_.ask(model::DescribeLaunchTemplateVersions{ref.id, ref.version, {}}));
    const auto& versions = std::get<model::LaunchTemplateVersionsReply>(reply).versions;
    if (versions.empty())
      return base::fail("NoSuchVersion", ref.id.str() + " has no version " + ref.version);
    return ref.id.str() + ", version " + std::to_string(versions.front().number) + ", image " +
           versions.front().image.str();
  }

  base::Result<std::string> target_group(const model::TargetGroupRef& ref) {
    ASSIGN_OR_RETURN(const model::Reply reply, aws_.ask(model::DescribeTargetHealth{ref.arn}));
    const size_t count = std::get<model::TargetHealthReply>(reply).targets.size();
    return std::to_string(count) + " targets are registered";
  }

  AwsAccess& aws_;
  const Config& config_;
  const SystemClock clock_;
  int failures_ = 0;
};

std::string kinds_of(const NotifyConfig& target) {
  std::string kinds;
  for (const notify::Kind kind : target.on)
    kinds.append(kinds.empty() ? "" : ", ").append(notify::to_string(kind));
  return kinds;
}

void say_who_is_told(const NotifyConfig& target) {
  const WebhookUrl url = *parse_webhook_url(target.webhook);
  std::printf("notify %s: %s at %s, of %s\n", target.name.c_str(),
              format_of(target, url) == WebhookFormat::kSlack ? "slack" : "json",
              url.origin().c_str(), kinds_of(target).c_str());
}

void say_fine(const CheckOptions& options, const Config& config) {
  std::printf("%s: fine\n", options.config.c_str());
  const std::string ledger =
      config.ledger ? "s3://" + config.ledger->bucket : std::string("local, for one keeper");
  std::printf("keeper %s in %s, ledger %s, state in %s\n", config.keeper.name.str().c_str(),
              config.aws.region.str().c_str(), ledger.c_str(), config.keeper.state_dir.c_str());
  for (const model::GroupSpec& group : config.groups)
    std::printf(
        "group %s: capacity %d, min_healthy %d, %zu subnets, %zu types, %zu target groups\n",
        group.name.str().c_str(), group.capacity, group.min_healthy, group.subnets.size(),
        group.types.size(), group.target_groups.size());
  for (const NotifyConfig& target : config.notify) say_who_is_told(target);
}

int check(const CheckOptions& options) {
  auto config = load_config_or_explain(options.config);
  if (!config) return kUnusable;
  if (const base::Status status = read_webhook_files(*config); !status)
    return explain(status.error());
  say_fine(options, *config);
  if (!options.online) return kOk;
  const auto aws = AwsAccess::open(*config, aws::process_environment());
  if (!aws) return explain(aws.error());
  return OnlineCheck(**aws, *config).run() ? kOk : kFailed;
}

}  // namespace

void add_check_command(CLI::App& root, Action& action) {
  CLI::App* command = root.add_subcommand("check", "name every mistake in a configuration file");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("--config", options->config, "the configuration file")->capture_default_str();
  command->add_flag("--online", options->online,
                    "ask AWS too: account, queue, ledger, subnets, templates, target groups");
  command->footer(
      "Example:\n"
      "  spotkeeper check --config spotkeeper.toml\n"
      "prints each mistake as file:line:column: what is wrong; what is allowed. Without --online\n"
      "nobody is asked.");
  command->callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace app
