#include "app/ledger_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/ledger_rig.h"

namespace app {
namespace {

using testing::HasSubstr;

const model::KeeperName kKeeper("keeper-1");

TEST(LedgerProbe, FindsNothingWrongWithAStoreThatHonoursConditions) {
  LedgerRig rig;
  EXPECT_TRUE(probe_conditions(rig.ledger(), kKeeper, 1));
  EXPECT_TRUE(probe_conditions(rig.ledger(), kKeeper, 2)) << "its object is there already";
}

TEST(LedgerProbe, RefusesAStoreThatIgnoresACondition) {
  for (const auto& [failing, condition] :
       {std::pair{Failing::kIgnoresIfNoneMatch, "If-None-Match"},
        std::pair{Failing::kIgnoresIfMatch, "If-Match of an older version"}}) {
    LedgerRig rig;
    ASSERT_TRUE(probe_conditions(rig.ledger(), kKeeper, 1));
    rig.failing = failing;
    const base::Status status = probe_conditions(rig.ledger(), kKeeper, 2);
    ASSERT_FALSE(status) << condition;
    EXPECT_EQ(status.error().code, kUnsafeLedger);
    EXPECT_EQ(status.error().retry, base::Retry::kNever);
    EXPECT_THAT(status.error().message, HasSubstr(condition));
  }
}

TEST(LedgerProbe, ProvesNothingByAStoreThatCannotBeAsked) {
  LedgerRig rig;
  rig.failing = Failing::kRefusesEverything;
  const base::Status status = probe_conditions(rig.ledger(), kKeeper, 1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "AccessDenied");
}

// Found by a review: two keepers of one name that began together found the store wanting.
TEST(LedgerProbe, IsNotMisledByAnotherProbeUnderTheSameName) {
  for (const bool is_first : {true, false}) {
    for (int meddled = 1; meddled <= (is_first ? 4 : 3); ++meddled) {
      LedgerRig rig;
      if (!is_first) {
        ASSERT_TRUE(probe_conditions(rig.ledger(), kKeeper, 1));
      }
      int writes = 0;
      rig.before_write = [&] {
        if (++writes != meddled) return;
        EXPECT_TRUE(probe_conditions(rig.ledger(), kKeeper, 3));
      };
      EXPECT_TRUE(probe_conditions(rig.ledger(), kKeeper, 2)) << "before write " << meddled;
      EXPECT_GE(writes, meddled);
    }
  }
}

}  // namespace
}  // namespace app
