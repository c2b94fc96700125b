#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <future>
#include <memory>
#include <string>

#include "app/asked_ledger.h"
#include "app/aws_access.h"
#include "app/check_questions.h"
#include "app/check_report.h"
#include "app/cli.h"
#include "app/config_file.h"
#include "app/launch_check.h"
#include "app/ledger_probe.h"
#include "app/reader_check.h"
#include "app/reading.h"
#include "app/seed.h"
#include "app/strangers.h"
#include "app/webhooks.h"
#include "aws/sqs_queue.h"
#include "base/quote.h"
#include "control/sweep.h"
#include "control/target_attributes.h"
#include "model/aws_error.h"

namespace app {
namespace {

constexpr size_t kPageSize = 1000;  // AWS's own maximum.

struct CheckOptions {
  std::string config = kDefaultConfigPath;
  bool online = false;
};

// What AWS knows of a configuration, asked line by line: all of it, whatever fails, but for the
// credentials, without which nothing can be asked.
class OnlineCheck {
 public:
  OnlineCheck(AwsAccess& aws, const Config& config, const SiteConfig& site)
      : aws_(aws),
        config_(config),
        site_(site),
        // A shared ledger needs no state folder, which may be another user's.
        database_(site.ledger ? store::Database::open(":memory:") : open_ledger_file(config, site)),
        ledger_([this](ports::CompletionSink sink) {
          return open_ledger(site_, aws_, **database_, clock_, std::move(sink));
        }),
        questions_([&aws](model::Call call) { return aws.ask(std::move(call)); }),
        report_(site.name, [](const std::string& line) { std::printf("%s\n", line.c_str()); }) {}
  OnlineCheck(const OnlineCheck&) = delete;

  // True when nothing failed.
  bool run() {
    report_.add("account", account());
    if (!report_.is_fine()) report_.end("the account comes first");
    if (!report_.has_ended()) report_.add("queue", queue());
    if (!report_.has_ended() && site_.ledger) {
      report_.add("ledger", ledger());
      report_.add("queue's reader", reader());
    }
    for (const model::GroupSpec& group : site_.groups)
      if (!report_.has_ended()) check(group);
    if (!report_.has_ended()) others();
    return report_.is_fine();
  }

 private:
  void check(const model::GroupSpec& group) {
    const std::string of_group = " of " + group.name.str();
    const Asker ask = [this](model::Call call) { return questions_.ask(std::move(call)); };
    for (const Finding& finding : check_launch(group, place(), ask))
      report_.add(finding.what + of_group, finding.found);
    report_.add("machines" + of_group, machines(group));
    for (const model::TargetGroupRef& ref : group.target_groups)
      report_.add("target group" + of_group, target_group(ref));
  }

  LaunchPlace place() const { return {config_.keeper.deployment, site_.aws.region, clock_.now()}; }

  // Machines of groups that are not in the file; said only where there are any.
  void others() {
    model::DescribeInstances call;
    call.filters = {{std::string("tag:") + model::kDeploymentTag, {config_.keeper.deployment}},
                    {"tag-key", {model::kGroupTag}}};
    call.max_results = static_cast<int>(kPageSize);
    std::vector<model::Instance> machines;
    do {
      const auto reply = questions_.ask(call);
      if (!reply) return report_.add("machines of other groups", tl::unexpected(reply.error()));
      const auto& page = std::get<model::InstancesReply>(*reply);
      machines.insert(machines.end(), page.instances.begin(), page.instances.end());
      call.next = page.next;
    } while (!call.next.empty());
    std::vector<model::GroupSpec> listed;
    for (const SiteConfig& site : config_.sites)
      listed.insert(listed.end(), site.groups.begin(), site.groups.end());
    const auto found = unlisted(machines, listed);
    if (!found.empty())
      report_.note("machines of groups that are not in the file", describe_unlisted(found));
  }

  base::Result<std::string> account() {
    auto id = ask_account(aws_, site_.aws);
    // A refusal says what time it is at AWS, and that counts from then on.
    if (!id && model::may_be_clock_skew(id.error().code) && id.error().retry != base::Retry::kNever)
      id = ask_account(aws_, site_.aws);
    if (!id) return tl::unexpected(id.error());
    return id->str() + ", by the credentials of " + aws_.credentials_origin();
  }

  base::Result<std::string> queue() {
    const auto queue = aws::make_sqs_queue(aws_.client(), aws_.endpoints(), site_.queue_url);
    auto answer = std::make_shared<std::promise<base::Result<ports::QueueDepth>>>();
    queue->depth([answer](auto depth) { answer->set_value(std::move(depth)); });
    ASSIGN_OR_RETURN(const ports::QueueDepth depth, answer->get_future().get());
    return std::to_string(depth.visible) + " messages wait";
  }

  // That it can be read, and written by one keeper at a time.
  base::Result<std::string> ledger() {
    RETURN_IF_ERROR(probe_conditions(ledger_, keeper_of(config_, site_), fresh_seed()));
    return site_.ledger->bucket + " can be read and written, and honours conditions";
  }

  base::Result<std::string> reader() {
    return check_reader(ledger_, {keeper_of(config_, site_), {}, site_.queue_url},
                        config_.keeper.state_dir, clock_.now());
  }

  base::Result<std::string> machines(const model::GroupSpec& group) {
    if (!database_) return tl::unexpected(database_.error());
    ASSIGN_OR_RETURN(const model::LedgerVersion version, ledger_.read(group.name.str()));
    std::optional<model::LedgerRecord> record;
    if (version.etag) {
      ASSIGN_OR_RETURN(record, model::parse_ledger_record(version.record));
    }
    ASSIGN_OR_RETURN(const auto machines, tagged(group.name));
    const auto unknown = strangers(record, machines);
    if (unknown.empty())
      return std::to_string(machines.size()) + " carry its tags, none unknown to the ledger";
    return base::fail("Strangers", describe_strangers(unknown, record.has_value()));
  }

  // Every machine that carries the group's tags.
  base::Result<std::vector<model::Instance>> tagged(const model::GroupName& group) {
    control::InstanceSweep sweep;
    std::vector<model::Instance> machines;
    for (bool is_done = false; !is_done;) {
      ASSIGN_OR_RETURN(
          const model::Reply reply,
          questions_.ask(sweep.next_page(config_.keeper.deployment, {group}, kPageSize)));
      const auto& page = std::get<model::InstancesReply>(reply);
      machines.insert(machines.end(), page.instances.begin(), page.instances.end());
      is_done = sweep.take(page, clock_.now());
    }
    return machines;
  }

  base::Result<std::string> target_group(const model::TargetGroupRef& ref) {
    ASSIGN_OR_RETURN(const model::Reply reply,
                     questions_.ask(model::DescribeTargetHealth{ref.arn}));
    const size_t count = std::get<model::TargetHealthReply>(reply).targets.size();
    ASSIGN_OR_RETURN(const model::Reply set,
                     questions_.ask(model::DescribeTargetGroupAttributes{ref.arn}));
    std::string text = std::to_string(count) + " targets are registered";
    for (const auto& [what, why] : control::cautions_about(
             ref, std::get<model::TargetGroupAttributesReply>(set), control::Timing()))
      text += "; caution, " + what + ": " + why;
    return text;
  }

  AwsAccess& aws_;
  const Config& config_;
  const SiteConfig& site_;
  const SystemClock clock_;
  const base::Result<std::unique_ptr<store::Database>> database_;
  const AskedLedger ledger_;  // Only with a database.
  CheckQuestions questions_;
  CheckReport report_;
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

void say_fine(const Config& config, const SiteConfig& site) {
  const std::string ledger = site.ledger ? "s3://" + site.ledger->bucket +
                                               (site.ledger->prefix.empty() ? "" : "/") +
                                               site.ledger->prefix
                                         : std::string("local, for one keeper");
  const std::string folder = config.keeper.state_dir + (site.name.empty() ? "" : "/") + site.name;
  std::printf("keeper %s in %s, ledger %s, state in %s\n", keeper_of(config, site).str().c_str(),
              site.aws.region.str().c_str(), ledger.c_str(), folder.c_str());
  for (const model::GroupSpec& group : site.groups)
    std::printf(
        "group %s: capacity %d, min_healthy %d, %zu subnets, %zu types, %zu target groups\n",
        of_site(site.name, group.name.str()).c_str(), group.capacity, group.min_healthy,
        group.subnets.size(), group.types.size(), group.target_groups.size());
}

void say_fine(const CheckOptions& options, const Config& config) {
  std::printf("%s: fine\n", options.config.c_str());
  for (const SiteConfig& site : config.sites) say_fine(config, site);
  for (const NotifyConfig& target : config.notify) say_who_is_told(target);
}

// True when nothing failed. Every site is asked, whatever fails.
base::Result<bool> check_online(const Config& config, const SiteConfig& site) {
  ASSIGN_OR_RETURN(const auto aws, AwsAccess::open(config, site, aws::process_environment()));
  return OnlineCheck(*aws, config, site).run();
}

int check(const CheckOptions& options) {
  const auto config = load_config_or_explain(options.config);
  if (!config) return kUnusable;
  say_fine(options, *config);
  if (!options.online) return kOk;
  int code = kOk;
  for (const SiteConfig& site : config->sites) {
    const auto is_fine = check_online(*config, site);
    if (!is_fine) {
      base::Error error = is_fine.error();
      error.message = of_site(site.name, error.message);
      code = std::max(code, explain(error));
    } else if (!*is_fine) {
      code = std::max(code, kFailed);
    }
  }
  return code;
}

}  // namespace

void add_check_command(CLI::App& root, Action& action) {
  CLI::App* command = root.add_subcommand("check", "name every mistake in a configuration file");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("--config", options->config, "the configuration file")->capture_default_str();
  command->add_flag(
      "--online", options->online,
      "ask AWS too: account, queue, ledger, machines, target groups, all that a launch names");
  command->footer(
      "Example:\n"
      "  spotkeeper check --config spotkeeper.toml\n"
      "prints each mistake as file:line:column: what is wrong; what is allowed. Without --online\n"
      "nobody is asked; with it, a shared ledger's store gets one small object to try conditions\n"
      "on, a launch is tried with DryRun, and nothing else is written. Its lines begin with\n"
      "ok, FAILED (then the exit code is 1), note (nothing is wrong, but you should know), or\n"
      "-- (not tried, and why).");
  command->callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace app
