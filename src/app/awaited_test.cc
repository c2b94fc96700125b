#include "app/awaited.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>

namespace app {
namespace {

TEST(Awaited, AnAnswerThatIsThereIsTakenWhateverIsWished) {
  std::stop_source stop;
  stop.request_stop();
  Awaited<int> one;
  one.set(1);
  EXPECT_EQ(one.wait(stop.get_token()), 1);
  Awaited<int> failed;
  failed.set(base::fail("Throttled", "later", base::Retry::kBackoff));
  EXPECT_EQ(failed.wait({}).error().code, "Throttled");
}

TEST(Awaited, TheAnswerEndsTheWait) {
  const auto one = std::make_shared<Awaited<int>>();
  auto answer = std::async(std::launch::async, [one] { return one->wait({}); });
  one->set(7);
  EXPECT_EQ(answer.get(), 7);
}

TEST(Awaited, SoDoesTheWishToStopAndALateAnswerHurtsNobody) {
  const auto one = std::make_shared<Awaited<int>>();
  std::stop_source stop;
  auto answer =
      std::async(std::launch::async, [one, &stop] { return one->wait(stop.get_token()); });
  stop.request_stop();
  const auto waited = answer.get();
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, kStopped);
  EXPECT_EQ(waited.error().retry, base::Retry::kNever);
  one->set(7);
}

}  // namespace
}  // namespace app
