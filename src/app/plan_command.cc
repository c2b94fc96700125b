#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "app/asked_ledger.h"
#include "app/aws_access.h"
#include "app/cli.h"
#include "app/config_file.h"
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
  static base::Result<std::unique_ptr<Inquiry>> open(const Config& config) {
    std::unique_ptr<Inquiry> inquiry(new Inquiry);
    ASSIGN_OR_RETURN(inquiry->aws_, AwsAccess::open(config, aws::process_environment()));
    ASSIGN_OR_RETURN(inquiry->database_, open_ledger_file(config.keeper.state_dir));
    ASSIGN_OR_RETURN(inquiry->journal_, engine::Journal::open(*inquiry->database_));
    Inquiry* const self = inquiry.get();
    inquiry->mailbox_ = std::make_shared<engine::Mailbox>([self] {
      const std::lock_guard lock(self->mutex_);
      self->bell_.notify_one();
    });
    inquiry->connect(config);
    return inquiry;
  }
  ~Inquiry() { aws_.reset(); }  // Whoever might ring the bell ends before it.
  Inquiry(const Inquiry&) = delete;

  base::Result<Plan> plan(const Config& config) {
    ASSIGN_OR_RETURN(const model::AccountId account,
                     verify_account(*aws_, config.aws,
                                    base::stderr_logger(config.log.level, config.log.format)));
    ASSIGN_OR_RETURN(auto open_incidents, journal_->open_incidents());
    control::BrainOptions options;
    options.keeper = config.keeper.name;
    options.scope = {config.keeper.deployment, account, config.aws.region};
    options.advisor = advisor_of(config);
    options.seed = fresh_seed();
    control::Brain brain(std::move(options), config.groups, std::move(open_incidents));
    return make_plan(brain, {[this](const control::PlannedCall& planned) { read(planned); },
                             [this] { return wait(); }, clock_});
  }

 private:
  Inquiry() = default;

  void connect(const Config& config) {
    const auto sink = mailbox_->completion_sink();
    cloud_ = aws::make_aws_cloud(aws_->client(), aws_->endpoints(), clock_, sink);
    ledger_ = open_ledger(config, *aws_, *database_, clock_, sink);
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

std::string document_of(const Plan& plan, Output output) {
  base::json::array steps;
  for (const PlannedStep& step : plan.steps)
    steps.push_back(base::json::object{{"action", step.action},
                                       {"group", step.group.str()},
                                       {"what", base::printable(step.text)}});
  const base::json::object document{{"plan", std::move(steps)}};
  return render(document, "plan", {{"action"}, {"group"}, {"what"}}, output);
}

int print_plan(const PlanOptions& options) {
  const auto config = load_config_or_explain(options.config);
  if (!config) return kUnusable;
  auto inquiry = Inquiry::open(*config);
  if (!inquiry) return explain(inquiry.error());
  const auto plan = (*inquiry)->plan(*config);
  if (!plan) return explain(plan.error());
  std::fputs(document_of(*plan, output_of(options.read)).c_str(), stdout);
  for (const std::string& caution : plan->cautions)
    std::fprintf(stderr, "spotkeeper: caution: %s\n", base::printable(caution).c_str());
  for (const std::string& failure : plan->failures)
    std::fprintf(stderr, "spotkeeper: not seen: %s\n", base::printable(failure).c_str());
  return plan->failures.empty() ? kOk : kFailed;
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
