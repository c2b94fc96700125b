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

}  // namespace
}  // namespace app
