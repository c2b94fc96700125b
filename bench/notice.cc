// From a notice in hand to the first call that mutates AWS, and to RunInstances, against the
// physical limit: as many syncs of the same disk as the durability rule demands on that way.
//
// Real engine, journal and local ledger on a real file; a cloud in memory; virtual time between
// the samples. Two syncs stand before the first call (the event; the turn's intents), four before
// the launch (also the ledger entry, and the intents of the turn that saw it written).
#include <fcntl.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>

#include "base/check.h"
#include "measure.h"
#include "control/tiny_cloud.h"
#include "engine/engine.h"
#include "engine/local_ledger.h"

namespace {

using base::Duration;
using base::Instant;
using control::testing::kSlotB;
using control::testing::TinyCloud;

constexpr int kSamples = 200;

struct VirtualClock : ports::Clock {
  Instant now() const override { return at; }
  Instant at = control::testing::at(0);
};

struct IdleQueue : ports::Queue {
  void receive(ports::ReceiveOptions,
               std::function<void(base::Result<std::vector<ports::QueueMessage>>)> done) override {
    waiting = std::move(done);
  }
  void remove(std::vector<std::string>,
              std::function<void(base::Result<std::vector<std::string>>)> done) override {
    done(std::vector<std::string>());
  }
  void depth(std::function<void(base::Result<ports::QueueDepth>)> done) override {
    done(ports::QueueDepth{});
  }
  std::function<void(base::Result<std::vector<ports::QueueMessage>>)> waiting;
};

struct MemoryCloud : ports::Cloud {
  void submit(model::CallId id, model::Call call) override {
    if (model::is_mutating(call) && first_us == 0) first_us = bench::wall_us();
    if (std::holds_alternative<model::RunInstances>(call)) launch_us = bench::wall_us();
    sink({id, clock->at, clock->at, tiny.carry_out(call, clock->at)});
  }
  TinyCloud tiny;
  ports::CompletionSink sink;
  const VirtualClock* clock = nullptr;
  double first_us = 0, launch_us = 0;
};

class Bench {
 public:
  explicit Bench(const std::string& folder)
      : database_(store::Database::open(folder + "/journal", {}).value()),
        journal_(engine::Journal::open(*database_).value()),
        ledger_(*database_, clock_, mailbox_->completion_sink()) {
    cloud_.clock = &clock_;
    cloud_.sink = mailbox_->completion_sink();
    cloud_.tiny.id_digits = 8;
    control::BrainOptions options;
    options.keeper = control::testing::kMe;
    options.scope = control::testing::ledger_context().scope;
    options.seed = 1;
    engine_ = engine::Engine::start({cloud_, ledger_, queue_, clock_, *journal_, mailbox_, {}, {}},
                                    std::move(options), {control::testing::group_spec()})
                  .value();
    run_for(Duration::minutes(20));
  }

  // Microseconds to the first mutating call and to the launch.
  std::pair<double, double> sample() {
    const auto& record = *engine_->brain().groups().begin()->second.record();
    const model::InstanceId victim = record.holders.at(kSlotB).instance;
    const std::string body =
        R"({"version":"0","id":"e-)" + victim.str() +
        R"(","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2",)" +
        R"("account":"123456789012","time":")" + base::to_iso8601(clock_.at) +
        R"(","region":"us-east-2","resources":[],"detail":{"instance-id":")" + victim.str() +
        R"(","instance-action":"terminate"}})";
    CHECK(queue_.waiting);
    cloud_.first_us = cloud_.launch_us = 0;
    const double began = bench::wall_us();
    std::exchange(queue_.waiting, nullptr)(std::vector{ports::QueueMessage{"m", "r", body, {}, 1}});
    while (cloud_.launch_us == 0) engine_->turn();
    const std::pair taken(cloud_.first_us - began, cloud_.launch_us - began);
    run_for(Duration::minutes(2));
    cloud_.tiny.terminate(victim);
    run_for(Duration::minutes(20));
    return taken;
  }

 private:
  void run_for(Duration duration) {
    const Instant end = clock_.at + duration;
    while (clock_.at < end) {
      const Instant due = engine_->turn();
      if (!mailbox_->empty()) continue;
      clock_.at = std::min(end, std::max(due, clock_.at + Duration::millis(1)));
    }
  }

  VirtualClock clock_;
  IdleQueue queue_;
  MemoryCloud cloud_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<engine::Journal> journal_;
  std::shared_ptr<engine::Mailbox> mailbox_ = std::make_shared<engine::Mailbox>(nullptr);
  engine::LocalLedger ledger_;
  std::unique_ptr<engine::Engine> engine_;
};

// The same number of pages, each synced, written over a file beside the journal: SQLite's log is
// written over too, so neither pays for a file that grows.
double synced_writes_us(int fd, int count) {
  const std::string page(4096, 'x');
  const double began = bench::wall_us();
  for (int i = 0; i < count; ++i) {
    CHECK(pwrite(fd, page.data(), page.size(), i * 4096) == static_cast<ssize_t>(page.size()));
    CHECK(fdatasync(fd) == 0);
  }
  return bench::wall_us() - began;
}

void print(const char* what, const std::vector<double>& ours, const std::vector<double>& limit) {
  for (const double part : {0.5, 0.99}) {
    const double a = bench::quantile(ours, part), b = bench::quantile(limit, part);
    std::printf("notice: %-34s p%-2.0f %7.0f us; the syncs alone %7.0f us; ratio %.2f\n", what,
                part * 100, a, b, a / b);
  }
}

}  // namespace

int main() {
  char folder[] = "/var/tmp/spotkeeper-bench-XXXXXX";  // A real disk: /tmp may be memory.
  CHECK(mkdtemp(folder));
  std::vector<double> first, launch, two, four;
  {
    Bench bench(folder);
    const int fd = open((std::string(folder) + "/writes").c_str(), O_CREAT | O_WRONLY, 0600);
    CHECK(fd >= 0);
    synced_writes_us(fd, 4);
    for (int i = 0; i < kSamples; ++i) {
      const auto [to_first, to_launch] = bench.sample();
      first.push_back(to_first);
      launch.push_back(to_launch);
      two.push_back(synced_writes_us(fd, 2));
      four.push_back(synced_writes_us(fd, 4));
    }
    close(fd);
  }
  std::filesystem::remove_all(folder);
  print("to the first mutating call", first, two);
  print("to RunInstances", launch, four);
  return 0;
}
