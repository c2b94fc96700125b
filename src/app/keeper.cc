#include "app/keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/api.h"
#include "app/asked_ledger.h"
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
  auto database = store::Database::open(path);
  const base::Status migrated =
      database ? engine::migrate_journal(**database) : tl::unexpected(database.error());
  if (migrated) return database;
  if (migrated.error().code != store::kStoreCorrupt) return tl::unexpected(migrated.error());
  return base::fail(store::kStoreCorrupt,
                    base::quote(path) + " is damaged (" + migrated.error().message +
                        "); move it away and start again: who holds which slot is found again from "
                        "AWS and the ledger, only the history begins anew");
}

}  // namespace

// What is made anew when the groups change, in the order it was built.
struct Keeper::Life {
  std::unique_ptr<engine::Journal> journal;
  std::shared_ptr<engine::Mailbox> mailbox;
  std::unique_ptr<ports::Cloud> cloud;
  std::unique_ptr<ports::Ledger> ledger;
  std::unique_ptr<Webhooks> webhooks;
  std::unique_ptr<engine::Engine> engine;
  GroupViews views;  // As last published.
};

Keeper::Keeper(KeeperOptions options)
    : options_(std::move(options)),
      prng_(options_.seed),
      log_(options_.make_log(options_.config.log)) {}

base::Result<std::unique_ptr<Keeper>> Keeper::start(KeeperOptions options) {
  std::unique_ptr<Keeper> keeper(new Keeper(std::move(options)));
  RETURN_IF_ERROR(keeper->open());
  ASSIGN_OR_RETURN(keeper->life_, keeper->begin_life(keeper->options_.config));
  keeper->mailbox_ = keeper->life_->mailbox;
  keeper->publish(keeper->options_.clock.now());
  RETURN_IF_ERROR(keeper->serve_api());
  keeper->loop_ = std::thread([self = keeper.get()] { self->run(); });
  return keeper;
}

base::Status Keeper::open() {
  const Config& config = options_.config;
  ASSIGN_OR_RETURN(folder_, StateFolder::take(config.keeper.state_dir));
  ASSIGN_OR_RETURN(aws_, AwsAccess::open(config, options_.environment));
  ASSIGN_OR_RETURN(account_, verify_account(*aws_, config.aws, log_, options_.pause));
  ASSIGN_OR_RETURN(database_, open_database(folder_->journal()));
  queue_ = std::make_unique<RelayedQueue>(
      aws::make_sqs_queue(aws_->client(), aws_->endpoints(), config.queue_url));
  return config.ledger ? share_ledger() : base::Status();
}

base::Status Keeper::share_ledger() {
  const AskedLedger ledger([this](ports::CompletionSink sink) {
    return open_ledger(options_.config, *aws_, *database_, system_clock_, std::move(sink));
  });
  const QueueReader reader{options_.config.keeper.name, options_.config.queue_url};
  RETURN_IF_ERROR(begin_sharing(ledger, reader, prng_.next(), system_clock_.now(), log_));
  claim_ = std::make_unique<StandingClaim>(standing_claim(ledger, reader, system_clock_, log_));
  return {};
}

// What the engine cannot know.
std::vector<notify::Trouble> Keeper::troubles(std::vector<notify::Trouble> all) const {
  const std::string taken = claim_ ? claim_->trouble() : "";
  if (!taken.empty()) all.push_back({{}, kQueueTakenTrouble, taken});
  return all;
}

base::Result<std::unique_ptr<Keeper::Life>> Keeper::begin_life(const Config& config) {
  auto life = std::make_unique<Life>();
  // A run of its own: call ids begin again.
  ASSIGN_OR_RETURN(life->journal, engine::Journal::open(*database_));
  life->mailbox = std::make_shared<engine::Mailbox>([this] { ring(); });
  const auto sink = life->mailbox->completion_sink();
  const ports::Clock& clock = options_.clock;
  life->cloud = aws::make_aws_cloud(aws_->client(), aws_->endpoints(), clock, sink);
  life->ledger = open_ledger(config, *aws_, *database_, clock, sink);
  life->webhooks =
      std::make_unique<Webhooks>(config.notify, client_options_of(config.aws), system_clock_);
  control::BrainOptions brain;
  brain.keeper = config.keeper.name;
  brain.scope = {config.keeper.deployment, account_, config.aws.region};
  brain.seed = prng_.next();
  brain.advisor = advisor_of(config);
  ASSIGN_OR_RETURN(life->engine,
                   engine::Engine::start({*life->cloud, *life->ledger, *queue_, clock,
                                          *life->journal, life->mailbox, log_, options_.crash_hook,
                                          life->webhooks.get(), subscriptions_of(config.notify),
                                          [this, lacks = config.lacks] { return troubles(lacks); }},
                                         std::move(brain), config.groups));
  return life;
}

base::Status Keeper::serve_api() {
  const ListenAddress& listen = options_.config.keeper.listen;
  net::ServerOptions server;
  server.address = listen.host;
  server.port = listen.port;
  auto api = std::make_shared<Api>(
      folder_->journal(), system_clock_, [this] { return snapshot(); },
      [this](std::string body, auto done) { inject(std::move(body), std::move(done)); },
      [this](model::Command command, auto done) { order(std::move(command), std::move(done)); },
      [this](int64_t quarantined, auto done) { retry(quarantined, std::move(done)); },
      [this](std::optional<int64_t> quarantined, auto done) {
        drop(quarantined, std::move(done));
      });
  ASSIGN_OR_RETURN(server_, net::serve_http(server, [api](net::Request request, auto reply) {
                     api->handle(request, std::move(reply));
                   }));
  return folder_->publish_url(url());
}

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  bell_.notify_one();
  if (loop_.joinable()) loop_.join();
  server_.reset();
  claim_.reset();
  life_.reset();
  leaving_.clear();
  aws_.reset();  // Ends what is under way; from here on nothing rings.
}

std::string Keeper::url() const {
  const net::Endpoint at{false, options_.config.keeper.listen.host, server_->port(), {}};
  return "http://" + at.host_and_port();
}

std::shared_ptr<const Snapshot> Keeper::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

void Keeper::inject(std::string body, std::function<void(base::Status)> done) {
  const std::lock_guard lock(inject_mutex_);
  mailbox_->add(engine::Injected{std::move(body), std::move(done)});
}

void Keeper::order(model::Command command, std::function<void(base::Status)> done) {
  const std::lock_guard lock(inject_mutex_);
  mailbox_->add(engine::Ordered{std::move(command), std::move(done)});
}

void Keeper::retry(int64_t quarantined, std::function<void(base::Status)> done) {
  const std::lock_guard lock(inject_mutex_);
  mailbox_->add(engine::Retried{quarantined, std::move(done)});
}

void Keeper::drop(std::optional<int64_t> quarantined, std::function<void(base::Status)> done) {
  const std::lock_guard lock(inject_mutex_);
  mailbox_->add(engine::Dropped{quarantined, std::move(done)});
}

base::Status Keeper::reload(Config config) {
  const Config& current = options_.config;
  if (config.aws != current.aws || config.queue_url != current.queue_url ||
      config.ledger != current.ledger || config.keeper != current.keeper)
    return base::fail("NeedsRestart",
                      "[aws], [events], [ledger] and [keeper] take effect at a restart only; "
                      "everything stays as it was");
  {
    const std::lock_guard lock(mutex_);
    reload_ = std::move(config);
  }
  bell_.notify_one();
  return {};
}

// ---- the loop's thread ----

void Keeper::run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      rung_ = false;
      if (reload_) {
        coming_ = std::exchange(reload_, std::nullopt);
        next_replace_ = Instant();
        is_replace_failing_ = false;
      }
    }
    replace_life_when_due();
    prune_when_due();
    const Instant due = life_->engine->turn();
    publish(due);
    life_->engine->answer_people();
    wait_until(due);
  }
}

void Keeper::replace_life_when_due() {
  if (!coming_ || system_clock_.now() < next_replace_) return;
  const base::Status status = replace_life(*coming_);
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
base::Status Keeper::replace_life(const Config& config) {
  log_ = options_.make_log(config.log);
  auto life = begin_life(config);
  if (!life) return tl::unexpected(std::move(life).error());
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
  log_.info("reloaded", {{"groups", static_cast<int64_t>(config.groups.size())}});
  return {};
}

// A look-up that is under way cannot be cut short, and the loop does not wait for one.
void Keeper::retire(std::unique_ptr<Webhooks> webhooks) {
  std::erase_if(leaving_, [](const std::future<void>& one) {
    return one.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
  leaving_.push_back(
      std::async(std::launch::async, [old = std::move(webhooks)]() mutable { old.reset(); }));
}

void Keeper::prune_when_due() {
  const Instant now = options_.clock.now();
  if (now < next_prune_) return;
  next_prune_ = now + kPrunePeriod;
  if (const auto pruned = life_->journal->prune(now - kKept); !pruned)
    log_.warn("prune-failed", {{"error", base::to_string(pruned.error())}});
}

void Keeper::publish(Instant due) {
  const Config& config = options_.config;
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->keeper = config.keeper.name;
  snapshot->deployment = config.keeper.deployment;
  snapshot->account = account_;
  snapshot->region = config.aws.region;
  snapshot->at = options_.clock.now();
  snapshot->due_real = system_clock_.now() + std::min(options_.clock.real_until(due), kLongestRest);
  observe(*life_->engine, *snapshot);
  refresh(life_->engine->brain(), snapshot->at, life_->views);
  snapshot->groups = life_->views;
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(snapshot);
}

void Keeper::wait_until(Instant due) {
  const Duration most = coming_ ? options_.reload_pause : kLongestRest;
  const Duration rest = std::min(options_.clock.real_until(due), most);
  std::unique_lock lock(mutex_);
  bell_.wait_for(lock, std::chrono::milliseconds(rest.ms()),
                 [this] { return rung_ || stopping_ || reload_; });
}

void Keeper::ring() {
  {
    const std::lock_guard lock(mutex_);
    rung_ = true;
  }
  bell_.notify_one();
}

}  // namespace app
