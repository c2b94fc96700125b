// Rig: an Engine in a test, with a real journal on a disk that can fail, and all else in memory.
//
// TinyCloud carries out calls and keeps the ledger, so both outlive a crash as AWS does. The queue
// hands out what a test puts into it and forgets only what was removed. Time moves when the engine
// has nothing left to do. A crash is an exception thrown by the crash hook: the life is destroyed,
// and the disk loses what was not synced.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/tiny_cloud.h"
#include "engine/engine.h"
#include "store/lossy_vfs.h"

namespace engine::testing {

struct Died {};

class RigClock : public ports::Clock {
 public:
  base::Instant now() const override { return at; }
  base::Instant at = control::testing::at(0);
};

class RigQueue : public ports::Queue {
 public:
  void put(std::string body) {
    messages_.push_back({"m", "receipt-" + std::to_string(++receipts_), std::move(body), {}, 1});
    show();
  }
  void receive(ports::ReceiveOptions,
               std::function<void(base::Result<std::vector<ports::QueueMessage>>)> done) override {
    waiting_.push_back(std::move(done));
    show();
  }
  void remove(std::vector<std::string> receipts,
              std::function<void(base::Result<std::vector<std::string>>)> done) override {
    if (on_remove) on_remove();
    for (const std::string& receipt : receipts)
      shown_ -=
          std::erase_if(messages_, [&](const auto& message) { return message.receipt == receipt; });
    done(std::vector<std::string>());
  }
  void depth(std::function<void(base::Result<ports::QueueDepth>)> done) override {
    done(ports::QueueDepth{static_cast<int64_t>(messages_.size()), 0});
  }
  // The keeper died: whoever waited is gone, and what it was given becomes visible again.
  void forget_receivers() {
    waiting_.clear();
    shown_ = 0;
  }
  size_t size() const { return messages_.size(); }

  std::function<void()> on_remove;

 private:
  void show() {
    if (waiting_.empty() || shown_ >= messages_.size()) return;
    std::vector<ports::QueueMessage> batch(messages_.begin() + static_cast<ptrdiff_t>(shown_),
                                           messages_.end());
    shown_ = messages_.size();
    auto done = std::move(waiting_.front());
    waiting_.pop_front();
    done(std::move(batch));
  }

  std::deque<ports::QueueMessage> messages_;
  std::deque<std::function<void(base::Result<std::vector<ports::QueueMessage>>)>> waiting_;
  size_t shown_ = 0;  // Messages before this are in somebody's hands.
  int receipts_ = 0;
};

// Both ports before TinyCloud. Answers within the call, as the local ledger does.
class RigCloud : public ports::Cloud, public ports::Ledger {
 public:
  void submit(model::CallId id, model::Call call) override { carry_out(id, call); }
  void read(model::CallId id, model::LedgerRead read) override { carry_out(id, read); }
  void compare_and_set(model::CallId id, model::LedgerWrite write) override {
    carry_out(id, std::move(write));
  }

  control::testing::TinyCloud tiny;
  ports::CompletionSink sink;
  std::function<void(model::CallId, const model::Call&)> on_call;
  const RigClock* clock = nullptr;

 private:
  void carry_out(model::CallId id, const model::Call& call) {
    if (on_call) on_call(id, call);
    sink({id, clock->at, clock->at, tiny.carry_out(call, clock->at)});
  }
};

// Where mail arrives, or does not.
class RigMessenger : public ports::Messenger {
 public:
  void post(ports::Mail mail, std::function<void(ports::MailAnswer)> done) override {
    posted.push_back(mail);
    done(answer ? answer(mail) : ports::MailAnswer{ports::Delivery::kDelivered, {}, {}});
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> all;
    for (const ports::Mail& mail : posted) all.push_back(mail.id);
    return all;
  }

  std::vector<ports::Mail> posted;
  std::function<ports::MailAnswer(const ports::Mail&)> answer;
};

class Rig {
 public:
  explicit Rig(model::GroupSpec spec = control::testing::group_spec()) : spec_(std::move(spec)) {
    cloud.clock = &clock;
    cloud.tiny.id_digits = 8;
  }

  // A first life that makes the group whole: a new ledger launches nothing for a horizon.
  bool make_whole() {
    start();
    const bool lived = run_for(base::Duration::minutes(5));
    cloud.tiny.log.clear();
    cloud.tiny.bodies.clear();
    return lived && cloud.tiny.record().holders.size() == static_cast<size_t>(spec_.capacity);
  }

  void start() {
    engine_.reset();
    journal_.reset();
    database_.reset();
    queue.forget_receivers();
    database_ = store::Database::open("journal", {.vfs = disk.name()}).value();
    journal_ = Journal::open(*database_).value();
    mailbox_ = std::make_shared<Mailbox>(nullptr);
    cloud.sink = mailbox_->completion_sink();
    control::BrainOptions options;
    options.keeper = control::testing::kMe;
    options.scope = control::testing::ledger_context().scope;
    options.seed = ++lives_;
    engine_ = Engine::start({cloud,
                             cloud,
                             queue,
                             clock,
                             *journal_,
                             mailbox_,
                             {},
                             [this](CrashPoint point) { pass(point); },
                             &messenger,
                             subscriptions},
                            std::move(options), {spec_})
                  .value();
  }
  // As an operator who changes the file and restarts the keeper.
  void restart_with(model::GroupSpec spec) {
    spec_ = std::move(spec);
    start();
  }

  // False when the armed crash point ended this life; the disk has then lost its power.
  bool run_for(base::Duration duration) {
    const base::Instant end = clock.at + duration;
    try {
      while (clock.at < end) turn_and_wait(end);
      return true;
    } catch (const Died&) {
      base::Prng prng(lives_);
      armed_.reset();
      disk.power_loss(prng);
      return false;
    }
  }
  void die_at(CrashPoint point) { armed_ = point; }

  Engine& engine() { return *engine_; }
  Journal& journal() { return *journal_; }
  Mailbox& mailbox() { return *mailbox_; }

  RigClock clock;
  store::LossyVfs disk;
  RigQueue queue;
  RigCloud cloud;
  RigMessenger messenger;
  std::vector<notify::Subscription> subscriptions{
      {"ops",
       {notify::Kind::kGroupUnheld, notify::Kind::kIncident, notify::Kind::kBrake,
        notify::Kind::kQuarantine},
       {}}};

 private:
  void turn_and_wait(base::Instant end) {
    const base::Instant due = engine_->turn();
    engine_->answer_people();
    if (!mailbox_->empty()) return;
    clock.at = std::min(end, std::max(due, clock.at + base::Duration::millis(1)));
  }
  void pass(CrashPoint point) const {
    if (armed_ == point) throw Died();
  }

  model::GroupSpec spec_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Journal> journal_;
  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<Engine> engine_;
  std::optional<CrashPoint> armed_;
  uint64_t lives_ = 0;
};

// A warning as EventBridge writes it.
inline std::string warning_body(const model::InstanceId& id, base::Instant when) {
  return R"({"version":"0","id":"event-)" + id.str() +
         R"(","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2",)" +
         R"("account":"123456789012","time":")" + base::to_iso8601(when) +
         R"(","region":"us-east-2","resources":["arn:aws:ec2:us-east-2b:instance/)" + id.str() +
         R"("],"detail":{"instance-id":")" + id.str() + R"(","instance-action":"terminate"}})";
}

}  // namespace engine::testing
