#include "notify/told.h"

#include <gtest/gtest.h>

namespace notify {
namespace {

base::Instant at(int64_t seconds) { return base::Instant::from_unix_seconds(seconds); }

TEST(Told, ItsTextIsReadAgain) {
  Told told;
  told.keeper["queue"] = {at(5), {}};
  told.groups[model::GroupName("web")] = {at(7), {}, {{"launch", {at(6), {}}}}};
  told.groups[model::GroupName("box")].troubles["brake"] = {at(8), {}};
  const auto read = parse_told(to_text(told));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, told);
}

TEST(Told, WhatNobodyWasToldIsNotKept) {
  Told told;
  told.groups[model::GroupName("web")].below_since = at(7);
  EXPECT_EQ(to_text(told), to_text(Told()));
  EXPECT_EQ(*parse_told(to_text(told)), Told());
}

TEST(Told, WhatIsNotItsTextIsRefusedOrLeftOut) {
  EXPECT_FALSE(parse_told("["));
  EXPECT_EQ(*parse_told(R"({"groups":{"web":7},"keeper":{"queue":"x"}})"), Told());
}

}  // namespace
}  // namespace notify
