#include "sim/host.h"

#include <algorithm>

#include "aws/s3_ledger.h"
#include "aws/signed_client.h"
#include "aws/sqs_queue.h"
#include "base/check.h"
#include "sim/faults.h"

namespace sim {
namespace {

using base::Duration;
using base::Instant;

// Thrown through the keeper by its own crash hook: nothing in it catches, everything is destroyed.
struct SimulatedCrash {};

// Tells the checkers what was stored.
class WatchedLedger : public ports::Ledger {
 public:
  WatchedLedger(std::unique_ptr<ports::Ledger> inner, LedgerHook hook)
      : inner_(std::move(inner)), hook_(std::move(hook)) {}
  void read(model::CallId id, model::LedgerRead read) override {
    inner_->read(id, std::move(read));
  }
  void compare_and_set(model::CallId id, model::LedgerWrite write) override {
    writing_ = &write.record;
    inner_->compare_and_set(id, write);
    writing_ = nullptr;
  }
  // For the sink of a ledger that completes inside the call.
  void completed(const model::CallCompleted& completion) {
    if (writing_ && completion.result) hook_(*writing_);
  }

 private:
  std::unique_ptr<ports::Ledger> inner_;
  LedgerHook hook_;
  const std::string* writing_ = nullptr;
};

}  // namespace

// Everything that dies with the process, in the order it was built.
struct Host::Process {
  std::unique_ptr<store::Database> database;
  std::unique_ptr<engine::Journal> journal;
  std::shared_ptr<engine::Mailbox> mailbox;
  std::unique_ptr<aws::CredentialsProvider> credentials;
  std::unique_ptr<VirtualHttp> http;
  std::unique_ptr<aws::SignedClient> client;
  std::unique_ptr<ports::Cloud> cloud;
  std::unique_ptr<ports::Queue> queue;
  std::unique_ptr<ports::Ledger> ledger;
  std::unique_ptr<engine::Engine> engine;

  ~Process() {
    engine.reset();
    ledger.reset();
    queue.reset();
    cloud.reset();
    http.reset();  // Before the client, as net's contract asks.
  }
};

Host::Host(HostOptions options, Timeline& timeline, Region& region, const NetworkFaults& faults,
           ExchangeHook exchange_hook, LedgerHook ledger_hook, base::Logger log, base::Prng dice)
    : options_(std::move(options)),
      timeline_(timeline),
      region_(region),
      faults_(faults),
      exchange_hook_(std::move(exchange_hook)),
      ledger_hook_(std::move(ledger_hook)),
      log_(std::move(log)),
      dice_(dice),
      clock_(timeline, options_.clock_offset),
      disk_(std::make_unique<store::LossyVfs>()) {}

Host::~Host() = default;

const engine::Engine& Host::engine() const {
  CHECK(process_);
  return *process_->engine;
}

engine::Journal& Host::journal() {
  CHECK(process_);
  return *process_->journal;
}

void Host::start() { boot(); }

void Host::boot() {
  clock_.begin();
  auto process = std::make_unique<Process>();
  auto database =
      store::Database::open("keeper.db", {.durability = options_.durability, .vfs = disk_->name()});
  auto journal = database ? engine::Journal::open(**database) : tl::unexpected(database.error());
  if (!journal) {
    // The disk is sick: systemd tries again.
    const int life = ++life_;
    timeline_.after(Duration::seconds(5), [this, life] {
      if (life == life_) boot();
    });
    return;
  }
  process->database = *std::move(database);
  process->journal = *std::move(journal);
  const int life = ++life_;
  process->mailbox = std::make_shared<engine::Mailbox>([this, life] {
    if (life == life_) wake(timeline_.now() + Duration::millis(1));
  });
  const Scene& scene = region_.default_scene();
  process->credentials =
      aws::make_static_credentials({scene.access_key, scene.secret_key, {}, std::nullopt});
  process->http = std::make_unique<VirtualHttp>(
      HostNetwork{options_.name, timeline_, region_, faults_, partitioned_, exchange_hook_},
      dice_.fork());
  process->client = std::make_unique<aws::SignedClient>(*process->http, *process->credentials,
                                                        clock_, scene.region);
  const auto endpoints = aws::Endpoints::make(scene.region, scene.endpoint_url);
  CHECK(endpoints);
  const auto sink = process->mailbox->completion_sink();
  process->cloud = aws::make_aws_cloud(*process->client, *endpoints, clock_, sink);
  process->queue = aws::make_sqs_queue(*process->client, *endpoints, options_.queue_url);
  if (options_.ledger_bucket.empty()) {
    report_stored_records(*process->database);
    auto watch = std::make_shared<WatchedLedger*>(nullptr);
    auto local = std::make_unique<engine::LocalLedger>(
        *process->database, clock_, [sink, watch](model::CallCompleted completion) {
          if (*watch) (*watch)->completed(completion);
          sink(std::move(completion));
        });
    auto watched = std::make_unique<WatchedLedger>(std::move(local), ledger_hook_);
    *watch = watched.get();
    process->ledger = std::move(watched);
  } else {
    process->ledger = aws::make_s3_ledger(*process->client, *endpoints,
                                          {options_.ledger_bucket, "spotkeeper"}, clock_, sink);
  }
  control::BrainOptions brain;
  brain.keeper = model::KeeperName(options_.keeper.empty() ? options_.name : options_.keeper);
  brain.scope = {"sim", model::AccountId(scene.account), model::Region(scene.region)};
  brain.seed = dice_.next();
  brain.advisor = options_.advisor;
  auto engine = engine::Engine::start({*process->cloud, *process->ledger, *process->queue, clock_,
                                       *process->journal, process->mailbox, log_,
                                       [this](engine::CrashPoint) {
                                         if (happens(dice_, options_.crash_per_mille))
                                           throw SimulatedCrash();
                                       }},
                                      std::move(brain), options_.groups);
  if (!engine) return crash(Duration::seconds(5));
  process->engine = *std::move(engine);
  process_ = std::move(process);
  next_turn_ = Instant::never();
  wake(timeline_.now());
}

// A write that was answered with an error may be found on the disk all the same.
void Host::report_stored_records(store::Database& database) {
  engine::LocalLedger ledger(database, clock_, [this](model::CallCompleted completed) {
    if (!completed.result) return;
    const auto& version = std::get<model::LedgerVersion>(*completed.result);
    if (version.etag) ledger_hook_(version.record);
  });
  for (const model::GroupSpec& group : options_.groups) ledger.read({0}, {group.name});
}

void Host::reload(std::vector<model::GroupSpec> groups) {
  options_.groups = std::move(groups);
  if (!process_) return;
  process_.reset();
  boot();
}

void Host::order(model::Command command, std::function<void(base::Status)> done) {
  CHECK(process_);
  process_->mailbox->add(engine::Ordered{std::move(command), std::move(done)});
}

void Host::crash(Duration down) {
  ++crashes_;
  process_.reset();
  disk_->power_loss(dice_);
  const int life = ++life_;
  timeline_.after(down, [this, life] {
    if (life == life_) boot();
  });
}

void Host::lose_disk(Duration down) {
  process_.reset();
  disk_ = std::make_unique<store::LossyVfs>();
  crash(down);
}

void Host::wake(Instant at) {
  if (at >= next_turn_) return;
  next_turn_ = at;
  Instant when = at;
  if (happens(dice_, options_.pause_per_mille))
    when = std::max(at, timeline_.now()) + Duration::millis(dice_.between(100, 60'000));
  const int life = life_;
  timeline_.at(when, [this, life, at] {
    if (life != life_ || next_turn_ != at) return;
    next_turn_ = Instant::never();
    run_turn();
  });
}

void Host::run_turn() {
  try {
    const Instant due = process_->engine->turn();
    // The engine speaks of its own clock.
    if (due != Instant::never()) wake(due - (clock_.now() - timeline_.now()));
  } catch (const SimulatedCrash&) {
    crash(Duration::millis(dice_.between(500, 60'000)));
  }
}

}  // namespace sim
