#include "control/ledger_sanity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"

namespace control {
namespace {

using testing::at;
using ::testing::HasSubstr;
using testing::kA;
using testing::kGroup;
using testing::kSlotA;
using testing::kSlotB;

class LedgerSanityTest : public ::testing::Test {
 protected:
  std::string problem() { return implausible(record_, kGroup, at(0)); }

  model::LedgerRecord record_ = testing::record();
};

TEST_F(LedgerSanityTest, WhatAKeeperWritesIsPlausible) {
  record_.no_launch_before = at(90);
  record_.held[kSlotA] = at(90);
  record_.open = {testing::open_launch(3, {kSlotB}, testing::kOther, at(30))};
  record_.retiring = {testing::retiring(testing::kNew, kSlotA, kA, "interruption", at(120))};
  EXPECT_EQ(problem(), "");
}

TEST_F(LedgerSanityTest, ACopyOfAnotherGroupsRecordIsRefused) {
  record_.group = model::GroupName("db");
  EXPECT_THAT(problem(), HasSubstr("db"));
}

TEST_F(LedgerSanityTest, CountsThatCannotGoOnAreRefused) {
  record_.revision = uint64_t{1} << 53;
  EXPECT_THAT(problem(), HasSubstr("counts"));
  record_.revision = 1;
  record_.counter = uint64_t{1} << 53;
  EXPECT_THAT(problem(), HasSubstr("counts"));
}

TEST_F(LedgerSanityTest, WhatIsNoMachinesNameIsRefused) {
  for (const char* text : {"", "i-\x1b[31mRED", "j-0123456789abcdef0", "i-0123 456", "i-A"}) {
    const model::InstanceId odd(text);
    record_.holders[kSlotA].instance = odd;
    EXPECT_THAT(problem(), HasSubstr("names a machine that is none")) << text;
    EXPECT_EQ(problem().find('\x1b'), std::string::npos) << "it is printed";
    record_ = testing::record();
    record_.retiring = {testing::retiring(odd, kSlotA, kA, "interruption", at(120))};
    EXPECT_THAT(problem(), HasSubstr("names a machine that is none")) << text;
    record_ = testing::record();
    record_.exchanging[kSlotA] = odd;
    EXPECT_THAT(problem(), HasSubstr("names a machine that is none")) << text;
    record_ = testing::record();
  }
}

TEST_F(LedgerSanityTest, AWaitWithoutEndIsRefused) {
  const base::Instant far = at(0) + base::Duration::hours(24 * 365);
  for (const auto set : {+[](model::LedgerRecord& r, base::Instant t) { r.no_launch_before = t; },
                         +[](model::LedgerRecord& r, base::Instant t) { r.held[kSlotA] = t; },
                         +[](model::LedgerRecord& r, base::Instant t) { r.returned[kSlotA] = t; },
                         +[](model::LedgerRecord& r, base::Instant t) {
                           r.open = {testing::open_launch(3, {kSlotB}, testing::kOther, at(0))};
                           r.open[0].submit_before = t;
                         }}) {
    record_ = testing::record();
    set(record_, far);
    EXPECT_THAT(problem(), HasSubstr("waits until"));
  }
}

TEST_F(LedgerSanityTest, OneMachineInTwoPlacesIsRefused) {
  record_.holders[kSlotB].instance = kA;
  EXPECT_THAT(problem(), HasSubstr("twice"));
  record_ = testing::record();
  record_.retiring = {testing::retiring(kA, kSlotA, testing::kB, "interruption")};
  EXPECT_THAT(problem(), HasSubstr("twice"));
}

TEST_F(LedgerSanityTest, LaunchesBeyondTheCounterAreRefused) {
  record_.open = {testing::open_launch(4, {kSlotB}, testing::kOther, at(0))};
  EXPECT_THAT(problem(), HasSubstr("numbered"));
}

}  // namespace
}  // namespace control
