#include "app/reader_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/check_report.h"
#include "app/keeper_identity.h"
#include "app/ledger_rig.h"

namespace app {
namespace {

using testing::HasSubstr;

const base::Instant kNow = base::Instant::from_unix_seconds(1'772'366'400);
const QueueReader kOne{model::KeeperName("one"), "", "https://sqs/1/events"};

class ReaderCheck : public testing::Test {
 protected:
  ReaderCheck() { root_ = mkdtemp(pattern_.data()); }
  ~ReaderCheck() override { std::filesystem::remove_all(root_); }

  void claim(const std::string& name, const std::string& identity) {
    ASSERT_TRUE(
        claim_queue(rig_.ledger(), {model::KeeperName(name), identity, kOne.queue_url}, kNow));
  }
  base::Result<std::string> check() {
    return check_reader(rig_.ledger(), kOne, root_, kNow + base::Duration::minutes(1));
  }
  void expect_taken(const std::string& words) {
    const auto found = check();
    ASSERT_FALSE(found) << *found;
    EXPECT_EQ(found.error().code, kQueueTaken);
    EXPECT_THAT(found.error().message, HasSubstr(words));
  }

  LedgerRig rig_;
  std::string pattern_ = testing::TempDir() + "/reader-XXXXXX";
  std::string root_;
};

TEST_F(ReaderCheck, AKeepersOwnQueueIsFineWhereItsFolderIs) {
  EXPECT_EQ(check(), "no other keeper of this ledger reads it");
  claim("one", *keep_identity(root_));
  EXPECT_EQ(check(), "no other keeper of this ledger reads it");
}

// `serve` would be refused here.
TEST_F(ReaderCheck, WhereNoKeeperHasBeenTheOneThatReadsIsAnother) {
  claim("one", "11");
  expect_taken("another keeper \"one\" reads this keeper's queue");
}

// A set-up without a fault failed when another user asked about it.
TEST_F(ReaderCheck, WhereItsFolderIsHiddenItMayBeItselfOrAnother) {
  claim("one", "11");
  std::filesystem::create_directory(root_ + "/keeper.identity");
  const auto hidden = check();
  ASSERT_FALSE(hidden);
  EXPECT_TRUE(is_not_tried(hidden.error())) << hidden.error().code;
  EXPECT_THAT(hidden.error().message, HasSubstr("a keeper \"one\" reads it"));
  EXPECT_THAT(hidden.error().message, HasSubstr("cannot be read"));
}

TEST_F(ReaderCheck, AnotherNameIsAnotherKeeperFromEverywhere) {
  claim("other", "22");
  expect_taken("keeper \"other\" reads this keeper's queue");
  ASSERT_TRUE(keep_identity(root_));
  expect_taken("keeper \"other\" reads this keeper's queue");
}

TEST_F(ReaderCheck, ANamesakeIsAnotherKeeperForOneThatKnowsItself) {
  claim("one", "33");
  ASSERT_TRUE(keep_identity(root_));
  expect_taken("another keeper \"one\" reads this keeper's queue");
}

TEST_F(ReaderCheck, ADamagedIdentityIsSaid) {
  std::ofstream(root_ + "/keeper.identity") << "half";
  const auto found = check();
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("is damaged"));
}

TEST_F(ReaderCheck, AStoreThatCannotBeAskedTellsNothing) {
  rig_.failing = Failing::kRefusesEverything;
  const auto found = check();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "AccessDenied");
}

}  // namespace
}  // namespace app
