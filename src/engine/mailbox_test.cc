#include "engine/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace engine {
namespace {

model::CallCompleted completed(uint64_t id) { return {{id}, {}, {}, model::Reply(model::Done())}; }

TEST(Mailbox, GivesEverythingOnceInTheOrderOfArrival) {
  const auto mailbox = std::make_shared<Mailbox>(nullptr);
  mailbox->add(completed(1));
  mailbox->add(completed(2));
  mailbox->add(Received(std::vector<ports::QueueMessage>(3)));
  mailbox->add_not_removed({"a", "b"});
  EXPECT_FALSE(mailbox->empty());
  const Arrivals arrivals = mailbox->take();
  ASSERT_EQ(arrivals.completions.size(), 2u);
  EXPECT_EQ(arrivals.completions[0].id.value, 1u);
  EXPECT_EQ(arrivals.received.at(0)->size(), 3u);
  EXPECT_EQ(arrivals.not_removed, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(mailbox->empty());
  EXPECT_TRUE(mailbox->take().empty());
}

TEST(Mailbox, TheBellRingsForEveryArrivalAndMayLookInside) {
  int rung = 0;
  std::shared_ptr<Mailbox> mailbox;
  mailbox = std::make_shared<Mailbox>([&] { rung += !mailbox->empty(); });
  mailbox->add(completed(1));
  mailbox->add(Injected{"body", [](base::Status) {}});
  EXPECT_EQ(rung, 2);
}

TEST(Mailbox, ASinkMayBeUsedAfterItsOwnerLeft) {
  auto mailbox = std::make_shared<Mailbox>(nullptr);
  const std::weak_ptr<Mailbox> watch = mailbox;
  auto sink = mailbox->completion_sink();
  mailbox.reset();
  sink(completed(1));
  ASSERT_FALSE(watch.expired());
  EXPECT_EQ(watch.lock()->take().completions.size(), 1u);
  sink = nullptr;
  EXPECT_TRUE(watch.expired());
}

TEST(Mailbox, LosesNothingWhenThreadsAddAtOnce) {
  constexpr uint64_t kEach = 1'000;
  std::atomic<int> rung = 0;
  const auto mailbox = std::make_shared<Mailbox>([&] { ++rung; });
  const auto add_all = [&] {
    for (uint64_t i = 0; i < kEach; ++i) mailbox->add(completed(i));
  };
  std::thread one(add_all), other(add_all);
  size_t taken = 0;
  while (taken < kEach) taken += mailbox->take().completions.size();
  one.join();
  other.join();
  taken += mailbox->take().completions.size();
  EXPECT_EQ(taken, 2 * kEach);
  EXPECT_EQ(rung, 2 * kEach);
}

}  // namespace
}  // namespace engine
