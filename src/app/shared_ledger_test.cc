#include "app/shared_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "app/awaited.h"
#include "app/ledger_probe.h"
#include "app/ledger_rig.h"

namespace app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const QueueReader kOne{model::KeeperName("one"), "11", "https://sqs/1/events"};
const QueueReader kOther{model::KeeperName("other"), "22", "https://sqs/1/events"};

class SharedLedgerTest : public testing::Test {
 protected:
  base::Status begin(const QueueReader& reader) {
    return begin_sharing(rig_.ledger(), reader, ++nonce_, clock_.now(), log_);
  }

  const SystemClock clock_;
  LedgerRig rig_;
  uint64_t nonce_ = 0;
  std::vector<std::string> said_;
  const base::Logger log_{base::LogLevel::kInfo,
                          [this](base::LogLevel, std::string_view message, const base::LogField*,
                                 size_t) { said_.emplace_back(message); }};
};

TEST_F(SharedLedgerTest, ClaimsTheQueueAndRefusesOneThatIsTaken) {
  EXPECT_TRUE(begin(kOne));
  EXPECT_EQ(begin(kOther).error().code, kQueueTaken);
  EXPECT_THAT(said_, IsEmpty());
}

// Found by a review: the queue was not even looked at then.
TEST_F(SharedLedgerTest, AProbeThatCannotBeMadeDoesNotSkipTheClaim) {
  rig_.failing = Failing::kRefusesChecks;
  EXPECT_TRUE(begin(kOne));
  EXPECT_THAT(said_, ElementsAre("ledger-not-checked"));
  EXPECT_EQ(begin(kOther).error().code, kQueueTaken);
}

TEST_F(SharedLedgerTest, AStoreThatCannotBeAskedIsSaidAndKeepsNobodyFromItsGroups) {
  rig_.failing = Failing::kRefusesEverything;
  EXPECT_TRUE(begin(kOne));
  EXPECT_THAT(said_, ElementsAre("ledger-not-checked", "queue-not-claimed"));
}

TEST_F(SharedLedgerTest, AStoreThatIgnoresConditionsIsRefused) {
  rig_.failing = Failing::kIgnoresIfMatch;
  EXPECT_EQ(begin(kOne).error().code, kUnsafeLedger);
}

TEST_F(SharedLedgerTest, ANamesakeIsRefusedAndSaidLikeAnyOtherKeeper) {
  QueueReader namesake = kOne;
  namesake.identity = "33";
  EXPECT_TRUE(begin(kOne));
  EXPECT_EQ(begin(namesake).error().code, kQueueTaken);
  const auto claim = standing_claim(rig_.ledger(), namesake, clock_, log_);
  EXPECT_EQ(claim().error().code, kQueueTaken);
  EXPECT_THAT(said_, ElementsAre("queue-taken"));
}

// Ten seconds and more, for each of seven answers.
TEST_F(SharedLedgerTest, WhoIsToStopWaitsForNoAnswerAndComplainsOfNone) {
  class Silent : public ports::Ledger {
    void read(model::CallId, model::LedgerRead) override {}
    void compare_and_set(model::CallId, model::LedgerWrite) override {}
  };
  std::stop_source stop;
  const AskedLedger silent([](const auto&) { return std::make_unique<Silent>(); },
                           stop.get_token());
  auto begun = std::async(std::launch::async, [&] {
    return begin_sharing(silent, kOne, ++nonce_, clock_.now(), log_);
  });
  auto claimed = std::async(std::launch::async, standing_claim(silent, kOne, clock_, log_));
  stop.request_stop();
  EXPECT_EQ(begun.get().error().code, kStopped);
  EXPECT_EQ(claimed.get().error().code, kStopped);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(SharedLedgerTest, WhoTookTheQueueIsSaidOnceAsLongAsItStays) {
  const auto claim = standing_claim(rig_.ledger(), kOne, clock_, log_);
  EXPECT_TRUE(claim());
  rig_.forget();
  ASSERT_TRUE(claim_queue(rig_.ledger(), kOther, clock_.now()));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(claim().error().code, kQueueTaken);
  EXPECT_THAT(said_, ElementsAre("queue-taken"));
}

}  // namespace
}  // namespace app
