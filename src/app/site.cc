#include "app/site.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/asked_ledger.h"
#include "app/journal_error.h"
#include "app/shared_ledger.h"
#include "aws/aws_cloud.h"
#include "aws/sqs_queue.h"
#include "base/quote.h"
#include "engine/journal_schema.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;

// A loop that has nothing to do still turns this often, so that one that hangs can be told from it.
constexpr Duration kLongestRest = Duration::seconds(10);
// SQS keeps a message for at most 14 days, so nothing older comes again; a month is for people.
constexpr Duration kKept = Duration::hours(31 * 24);
constexpr Duration kPrunePeriod = Duration::hours(6);

base::Result<std::unique_ptr<store::Database>> open_database(const std::string& path) {
  ASSIGN_OR_RETURN(auto database, store::Database::open(path));
  RETURN_IF_ERROR(engine::migrate_journal(*database));
  return database;
}

}  // namespace

// What is made anew when the groups change, in the order it was built.
struct Site::Life {
  std::unique_ptr<engine::Journal> journal;
  std::shared_ptr<engine::Mailbox> mailbox;
  std::unique_ptr<ports::Cloud> cloud;
  std::unique_ptr<ports::Ledger> ledger;
  std::unique_ptr<Webhooks> webhooks;
  std::unique_ptr<engine::Engine> engine;
  GroupViews views;  // As last published.
};

Site::Site(const KeeperOptions& options, const StateFolder& folder, size_t number, uint64_t seed)
    : options_(options),
      folder_(folder),
      number_(number),
      config_(std::make_shared<const Config>(options.config)),
      prng_(seed),
      log_(make_log(*config_)) {
  auto snapshot = new_snapshot();
  snapshot->not_begun = "it is being begun";
  publish(std::move(snapshot));
  thread_ = std::thread([this] { run(); });
}

Site::~Site() {
  stop();
  thread_.join();
  close();
}

void Site::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.request_stop();
  bell_.notify_one();
}

std::optional<base::Status> Site::outcome() const {
  const std::lock_guard lock(mutex_);
  return is_settled_ ? std::optional(last_attempt_) : std::nullopt;
}

base::Status Site::last_attempt() const {
  const std::lock_guard lock(mutex_);
  return last_attempt_;
}

std::shared_ptr<const Snapshot> Site::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

void Site::enter(std::function<void(engine::Mailbox&)> add, const Done& done) {
  {
    const std::lock_guard lock(inject_mutex_);
    if (mailbox_) return add(*mailbox_);
  }
  done(base::fail(kNotBegun, snapshot()->not_begun, base::Retry::kBackoff));
}

void Site::inject(std::string body, Done done) {
  enter(
      [&](engine::Mailbox& mailbox) {
        mailbox.add(engine::Injected{std::move(body), done});
      },
      done);
}

void Site::order(model::Command command, Done done) {
  enter(
      [&](engine::Mailbox& mailbox) {
        mailbox.add(engine::Ordered{std::move(command), done});
      },
      done);
}

void Site::retry(int64_t quarantined, Done done) {
  enter([&](engine::Mailbox& mailbox) { mailbox.add(engine::Retried{quarantined, done}); }, done);
}

void Site::drop(std::optional<int64_t> quarantined, Done done) {
  enter([&](engine::Mailbox& mailbox) { mailbox.add(engine::Dropped{quarantined, done}); }, done);
}

void Site::reload(std::shared_ptr<const Config> config) {
  {
    const std::lock_guard lock(mutex_);
    reload_ = std::move(config);
  }
  bell_.notify_one();
}

// ---- the thread ----

void Site::run() {
  for (int attempt = 1;; ++attempt) {
    const base::Status begun = begin();
    if (stop_.stop_requested()) return;
    note_attempt(begun, attempt);
    if (begun) return turn_until_stopped();
    close();
    const auto delay = retry_delay(begun.error(), attempt);
    if (!wait(delay.value_or(options_.begin_pause))) return;
    take_reload();
    if (coming_) config_ = std::exchange(coming_, nullptr);
    log_ = make_log(*config_);
  }
}

void Site::note_attempt(const base::Status& status, int attempt) {
  if (!status) {
    const auto delay = retry_delay(status.error(), attempt);
    const Duration pause = delay.value_or(options_.begin_pause);
    const bool is_aws_away = delay && !is_about_journal(status.error());
    // What ends the first attempts is told by whoever waits for their outcome.
    if (delay || is_settled_)
      log_.warn(is_aws_away ? "aws-not-reached" : "site-not-begun",
                {{"error", base::to_string(status.error())}, {"retry_in_ms", pause.ms()}});
    auto snapshot = new_snapshot();
    snapshot->not_begun = base::printable(status.error().message);
    for (const model::GroupSpec& group : site().groups)
      snapshot->groups.push_back(
          std::make_shared<const GroupView>(view_before(group, snapshot->not_begun)));
    publish(std::move(snapshot));
  }
  if (status && attempt > 1) log_.info("site-begun");
  const std::lock_guard lock(mutex_);
  last_attempt_ = status;
  is_settled_ = is_settled_ || status || !retry_delay(status.error(), attempt);
}

base::Status Site::begin() {
  if (const base::Status begun = try_to_begin(); !begun)
    return tl::unexpected(
        with_cure(begun.error(), journal_path(config_->keeper.state_dir, site().name)));
  {
    const std::lock_guard lock(inject_mutex_);
    mailbox_ = life_->mailbox;
  }
  publish_turn(clock_.now());
  return {};
}

base::Status Site::try_to_begin() {
  RETURN_IF_ERROR(open());
  ASSIGN_OR_RETURN(life_, begin_life(*config_));
  return {};
}

base::Status Site::open() {
  ASSIGN_OR_RETURN(clock_, options_.clock_of(site().aws, stop_.get_token()));
  ASSIGN_OR_RETURN(aws_, AwsAccess::open(*config_, site(), options_.environment));
  ASSIGN_OR_RETURN(account_, ask_account(*aws_, site().aws, stop_.get_token()));
  ASSIGN_OR_RETURN(const std::string journal, folder_.journal_of(site().name));
  ASSIGN_OR_RETURN(database_, open_database(journal));
  queue_ = std::make_unique<RelayedQueue>(
      aws::make_sqs_queue(aws_->client(), aws_->endpoints(), site().queue_url));
  return site().ledger ? share_ledger() : base::Status();
}

base::Status Site::share_ledger() {
  const AskedLedger ledger(
      [this, site = site()](ports::CompletionSink sink) {
        return open_ledger(site, *aws_, *database_, system_clock_, std::move(sink));
      },
      stop_.get_token());
  const QueueReader reader{keeper_of(*config_, site()), folder_.identity(), site().queue_url};
  RETURN_IF_ERROR(begin_sharing(ledger, reader, prng_.next(), system_clock_.now(), log_));
  claim_ = std::make_unique<StandingClaim>(standing_claim(ledger, reader, system_clock_, log_));
  return {};
}

// What the engine cannot know.
std::vector<notify::Trouble> Site::troubles(std::vector<notify::Trouble> all) const {
  const std::string taken = claim_ ? claim_->trouble() : "";
  if (!taken.empty()) all.push_back({{}, kQueueTakenTrouble, taken});
  return all;
}

base::Result<std::unique_ptr<Site::Life>> Site::begin_life(const Config& config) {
  const SiteConfig& wanted = config.sites[number_];
  auto life = std::make_unique<Life>();
  // A run of its own: call ids begin again.
  ASSIGN_OR_RETURN(life->journal, engine::Journal::open(*database_));
  life->mailbox = std::make_shared<engine::Mailbox>([this] { ring(); });
  const auto sink = life->mailbox->completion_sink();
  life->cloud = aws::make_aws_cloud(aws_->client(), aws_->endpoints(), clock_, sink);
  life->ledger = open_ledger(wanted, *aws_, *database_, clock_, sink);
  life->webhooks =
      std::make_unique<Webhooks>(config.notify, client_options_of(wanted.aws), system_clock_);
  control::BrainOptions brain;
  brain.keeper = keeper_of(config, wanted);
  brain.scope = {config.keeper.deployment, account_, wanted.aws.region};
  brain.seed = prng_.next();
  brain.advisor = advisor_of(wanted);
  ASSIGN_OR_RETURN(
      life->engine,
      engine::Engine::start(
          {*life->cloud, *life->ledger, *queue_, clock_, *life->journal, life->mailbox, log_,
           options_.crash_hook, life->webhooks.get(), subscriptions_of(config.notify),
           [this, lacks = lacks_of(config, wanted)] { return troubles(lacks); }, wanted.name,
           life_ ? life_->engine.get() : nullptr},
          std::move(brain), wanted.groups));
  return life;
}

// In the order in which one part needs the other; may be repeated.
void Site::close() {
  claim_.reset();
  life_.reset();
  leaving_.clear();
  aws_.reset();  // Ends what is under way; from here on nothing rings.
  queue_.reset();
  database_.reset();
}

void Site::turn_until_stopped() {
  for (;;) {
    take_reload();
    replace_life_when_due();
    prune_when_due();
    const Instant due = life_->engine->turn();
    publish_turn(due);
    life_->engine->answer_people();
    const Duration most = coming_ ? options_.reload_pause : kLongestRest;
    if (!wait(std::min(clock_.real_until(due), most))) return;
  }
}

void Site::take_reload() {
  const std::lock_guard lock(mutex_);
  if (!reload_) return;
  coming_ = std::exchange(reload_, nullptr);
  next_replace_ = Instant();
  is_replace_failing_ = false;
}

void Site::replace_life_when_due() {
  if (!coming_ || system_clock_.now() < next_replace_) return;
  const base::Status status = replace_life(coming_);
  if (status) {
    coming_.reset();
    return;
  }
  next_replace_ = system_clock_.now() + options_.reload_pause;
  if (std::exchange(is_replace_failing_, true)) return;  // Said already.
  log_.error("reload-failed",
             {{"error", "the journal cannot be written: " + base::to_string(status.error()) +
                            "; it is tried again"}});
}

// Fails only for want of the journal: everything else in `config` has been checked.
base::Status Site::replace_life(std::shared_ptr<const Config> config) {
  log_ = make_log(*config);
  auto life = begin_life(*config);
  if (!life) return tl::unexpected(std::move(life).error());
  config_ = std::move(config);
  queue_->forget_waiting();
  engine::Arrivals left;
  {
    const std::lock_guard lock(inject_mutex_);
    mailbox_ = (*life)->mailbox;
    left = life_->mailbox->take();
  }
  // Answers to the old engine's calls mean nothing to the new one; messages and people's events do.
  for (engine::Received& received : left.received) (*life)->mailbox->add(std::move(received));
  for (engine::Injected& injected : left.injected) (*life)->mailbox->add(std::move(injected));
  for (engine::Ordered& ordered : left.ordered) (*life)->mailbox->add(std::move(ordered));
  for (engine::Retried& retried : left.retried) (*life)->mailbox->add(std::move(retried));
  for (engine::Dropped& dropped : left.dropped) (*life)->mailbox->add(std::move(dropped));
  for (engine::Brought& brought : left.brought) (*life)->mailbox->add(std::move(brought));
  std::unique_ptr<Webhooks> webhooks = std::move(life_->webhooks);
  life_ = *std::move(life);  // The old engine posts nothing while it ends.
  retire(std::move(webhooks));
  log_.info("reloaded", {{"groups", static_cast<int64_t>(site().groups.size())}});
  return {};
}

// A look-up that is under way cannot be cut short, and the loop does not wait for one.
void Site::retire(std::unique_ptr<Webhooks> webhooks) {
  std::erase_if(leaving_, [](const std::future<void>& one) {
    return one.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
  leaving_.push_back(
      std::async(std::launch::async, [old = std::move(webhooks)]() mutable { old.reset(); }));
}

void Site::prune_when_due() {
  const Instant now = clock_.now();
  if (now < next_prune_) return;
  next_prune_ = now + kPrunePeriod;
  if (const auto pruned = life_->journal->prune(now - kKept); !pruned)
    log_.warn("prune-failed", {{"error", base::to_string(pruned.error())}});
}

std::shared_ptr<Snapshot> Site::new_snapshot() const {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->site = site().name;
  snapshot->keeper = config_->keeper.name;
  snapshot->deployment = config_->keeper.deployment;
  snapshot->region = site().aws.region;
  snapshot->at = clock_.now();
  snapshot->due_real = Instant::never();
  return snapshot;
}

void Site::publish_turn(Instant due) {
  auto snapshot = new_snapshot();
  snapshot->account = account_;
  snapshot->due_real = system_clock_.now() + std::min(clock_.real_until(due), kLongestRest);
  observe(*life_->engine, *snapshot);
  refresh(life_->engine->brain(), snapshot->at, life_->views);
  snapshot->groups = life_->views;
  publish(std::move(snapshot));
}

void Site::publish(std::shared_ptr<Snapshot> snapshot) {
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(snapshot);
}

bool Site::wait(Duration most) {
  std::unique_lock lock(mutex_);
  bell_.wait_for(lock, std::chrono::milliseconds(most.ms()),
                 [this] { return rung_ || stopping_ || reload_; });
  rung_ = false;
  return !stopping_;
}

void Site::ring() {
  {
    const std::lock_guard lock(mutex_);
    rung_ = true;
  }
  bell_.notify_one();
}

base::Logger Site::make_log(const Config& config) const {
  const base::Logger log = options_.make_log(config.log);
  const std::string& name = config.sites[number_].name;
  return name.empty() ? log : log.with("site", name);
}

}  // namespace app
