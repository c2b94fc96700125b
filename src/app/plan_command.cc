#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/asked_ledger.h"
#include "app/aws_access.h"
#include "app/cli.h"
#include "app/config_file.h"
#include "app/json_views.h"
#include "app/plan.h"
#include "app/reading.h"
#include "app/seed.h"
#include "app/table.h"
#include "aws/aws_cloud.h"
#include "base/json.h"
#include "base/log.h"
#include "base/quote.h"
#include "engine/journal.h"

namespace app {
namespace {

// A read ends by itself in less.
constexpr auto kPatience = std::chrono::seconds(20);

struct PlanOptions {
  std::string config = kDefaultConfigPath;
  ReadOptions read;
};

class Inquiry {
 public:
  static base::Result<std::unique_ptr<Inquiry>> open(const Config& config, const SiteConfig& site) {
    std::unique_ptr<Inquiry> inquiry(new Inquiry);
    ASSIGN_OR_RETURN(inquiry->aws_, AwsAccess::open(config, site, aws::process_environment()));
    ASSIGN_OR_RETURN(inquiry->database_, open_ledger_file(config, site));
    ASSIGN_OR_RETURN(inquiry->journal_, engine::Journal::open(*inquiry->database_));
    Inquiry* const self = inquiry.get();
    inquiry->mailbox_ = std::make_shared<engine::Mailbox>([self] {
      const std::lock_guard lock(self->mutex_);
      self->bell_.notify_one();
    });
    inquiry->connect(site);
    return inquiry;
  }
  ~Inquiry() { aws_.reset(); }  // Whoever might ring the bell ends before it.
  Inquiry(const Inquiry&) = delete;

  base::Result<Plan> plan(const Config& config, const SiteConfig& site) {
    ASSIGN_OR_RETURN(
        const model::AccountId account,
        verify_account(*aws_, site.aws, base::stderr_logger(config.log.level, config.log.format)));
    ASSIGN_OR_RETURN(auto open_incidents, journal_->open_incidents());
    control::BrainOptions options;
    options.keeper = keeper_of(config, site);
    options.scope = {config.keeper.deployment, account, site.aws.region};
    options.advisor = advisor_of(site);
    options.seed = fresh_seed();
    control::Brain brain(std::move(options), site.groups, std::move(open_incidents));
    return make_plan(brain, {[this](const control::PlannedCall& planned) { read(planned); },
                             [this] { return wait(); }, clock_});
  }

 private:
  Inquiry() = default;

  void connect(const SiteConfig& site) {
    const auto sink = mailbox_->completion_sink();
    cloud_ = aws::make_aws_cloud(aws_->client(), aws_->endpoints(), clock_, sink);
    ledger_ = open_ledger(site, *aws_, *database_, clock_, sink);
  }

  void read(const control::PlannedCall& planned) {
    if (const auto* of_ledger = std::get_if<model::LedgerRead>(&planned.call))
      return ledger_->read(planned.id, *of_ledger);
    cloud_->submit(planned.id, planned.call);
  }

  std::vector<model::CallCompleted> wait() {
    std::unique_lock lock(mutex_);
    bell_.wait_for(lock, kPatience, [this] { return !mailbox_->empty(); });
    return mailbox_->take().completions;
  }

  const SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable bell_;
  std::shared_ptr<engine::Mailbox> mailbox_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<engine::Journal> journal_;
  std::unique_ptr<AwsAccess> aws_;
  std::unique_ptr<ports::Cloud> cloud_;
  std::unique_ptr<ports::Ledger> ledger_;
};

base::Result<Plan> plan_of(const Config& config, const SiteConfig& site) {
  ASSIGN_OR_RETURN(const auto inquiry, Inquiry::open(config, site));
  return inquiry->plan(config, site);
}

void add_steps(const Plan& plan, const std::string& site, base::json::array& steps) {
  for (const PlannedStep& step : plan.steps)
    steps.push_back(labelled({{"action", step.action},
                              {"group", step.group.str()},
                              {"what", base::printable(step.text)}},
                             site));
}

// What a keeper would go without.
std::vector<std::string> cautions_of(const Config& config) {
  std::vector<std::string> cautions;
  for (const SiteTrouble& lack : config.lacks)
    cautions.push_back(of_site(lack.site, lack.trouble.name + ": " + lack.trouble.why));
  return cautions;
}

// A site that cannot be asked keeps nobody from the others' plans.
int print_plan(const PlanOptions& options) {
  const auto config = load_config_or_explain(options.config, Unreadable::kGoneWithout);
  if (!config) return kUnusable;
  base::json::array steps;
  std::vector<std::string> failures, cautions = cautions_of(*config);
  std::vector<base::Error> errors;
  for (const SiteConfig& site : config->sites) {
    const auto plan = plan_of(*config, site);
    if (!plan) {
      errors.push_back(plan.error());
      errors.back().message = of_site(site.name, plan.error().message);
      continue;
    }
    add_steps(*plan, site.name, steps);
    for (const std::string& caution : plan->cautions)
      cautions.push_back(of_site(site.name, caution));
    for (const std::string& failure : plan->failures)
      failures.push_back(of_site(site.name, failure));
  }
  int code = failures.empty() ? kOk : kFailed;
  if (errors.size() < config->sites.size()) {
    const base::json::object document{{"plan", std::move(steps)}};
    std::fputs(render(document, "plan", {kSiteColumn, {"action"}, {"group"}, {"what"}},
                      output_of(options.read))
                   .c_str(),
               stdout);
  }
  for (const std::string& caution : cautions)
    std::fprintf(stderr, "spotkeeper: caution: %s\n", base::printable(caution).c_str());
  for (const std::string& failure : failures)
    std::fprintf(stderr, "spotkeeper: not seen: %s\n", base::printable(failure).c_str());
  for (const base::Error& error : errors) code = explain(error);
  return code;
}

}  // namespace

void add_plan_command(CLI::App& root, Action& action) {
  CLI::App* plan = root.add_subcommand("plan", "what a keeper would do now, doing nothing");
  auto options = std::make_shared<PlanOptions>();
  plan->add_option("--config", options->config, "the configuration file")->capture_default_str();
  add_output_option(*plan, options->read);
  plan->footer(
      "Example:\n"
      "  spotkeeper plan --config spotkeeper.toml\n"
      "reads what AWS and the ledger show, and prints the first calls that would change "
      "something;\n"
      "\"none\" means that all is as the file wants it.");
  plan->callback([&action, options] { action = [options] { return print_plan(*options); }; });
}

}  // namespace app
