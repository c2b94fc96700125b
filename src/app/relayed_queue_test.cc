// Goal: replacing an engine that waits for messages loses no message and starts no extra receive.
#include "app/relayed_queue.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using Received = RelayedQueue::Received;

// Answers when the test says so, in order.
struct HeldQueue : ports::Queue {
  explicit HeldQueue(std::vector<RelayedQueue::ReceiveDone>& held) : held_(held) {}
  void receive(ports::ReceiveOptions, RelayedQueue::ReceiveDone done) override {
    held_.push_back(std::move(done));
  }
  void remove(std::vector<std::string> receipts, RelayedQueue::RemoveDone done) override {
    done(std::move(receipts));
  }
  void depth(std::function<void(base::Result<ports::QueueDepth>)> done) override {
    done(ports::QueueDepth{2, 1});
  }
  std::vector<RelayedQueue::ReceiveDone>& held_;
};

class RelayedQueueTest : public testing::Test {
 protected:
  void receive(const std::string& who) {
    queue_.receive({}, [this, who](Received received) {
      heard_.push_back(who + " " + (received ? received->at(0).id : received.error().code));
    });
  }
  void answer(size_t which, const std::string& id) {
    held_.at(which)(std::vector<ports::QueueMessage>{{id, {}, {}, {}, 1}});
  }

  std::vector<RelayedQueue::ReceiveDone> held_;
  std::vector<std::string> heard_;
  RelayedQueue queue_{std::make_unique<HeldQueue>(held_)};
};

TEST_F(RelayedQueueTest, PassesEveryReceiveOn) {
  receive("a");
  receive("b");
  EXPECT_EQ(held_.size(), 2u);
  answer(1, "m1");
  held_[0](base::fail("Throttled", "later", base::Retry::kBackoff));
  EXPECT_EQ(heard_, (std::vector<std::string>{"a m1", "b Throttled"}));
}

TEST_F(RelayedQueueTest, HandsAnOldReceiveToTheNewEngine) {
  receive("old");
  queue_.forget_waiting();
  receive("new");
  EXPECT_EQ(held_.size(), 1u) << "one receive is enough for one who waits";
  answer(0, "m1");
  EXPECT_EQ(heard_, std::vector<std::string>{"new m1"});
}

TEST_F(RelayedQueueTest, KeepsWhatComesWhileNobodyWaits) {
  receive("old");
  queue_.forget_waiting();
  answer(0, "m1");
  EXPECT_TRUE(heard_.empty());
  receive("new");
  EXPECT_EQ(heard_, std::vector<std::string>{"new m1"});
  receive("new");
  EXPECT_EQ(held_.size(), 2u) << "what was kept is handed out once";
}

TEST_F(RelayedQueueTest, LeavesDeletionsAndDepthToTheQueue) {
  std::vector<std::string> failed;
  queue_.remove({"r"}, [&](auto receipts) { failed = *receipts; });
  EXPECT_EQ(failed, std::vector<std::string>{"r"});
  int64_t visible = 0;
  queue_.depth([&](auto depth) { visible = depth->visible; });
  EXPECT_EQ(visible, 2);
}

}  // namespace
}  // namespace app
