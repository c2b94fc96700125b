#include "market/price_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market {
namespace {

using base::Instant;
using base::Money;
using testing::ElementsAre;
using testing::IsEmpty;

Instant at(int64_t hours) { return Instant::from_unix_seconds(hours * 3600); }
Money usd(int64_t micros) { return Money::usd_micros(micros); }

model::Pool pool(const char* zone) {
  return {model::InstanceType("c5.large"), model::Zone(zone), model::kLinux};
}

TEST(PriceSummary, AMeanIsWeighedByTimeAndBeginsWithTheStretch) {
  const std::vector<model::SpotPrice> changes = {
      {pool("a"), usd(100), at(0)}, {pool("a"), usd(400), at(12)}, {pool("a"), usd(200), at(13)}};
  EXPECT_THAT(summarize(changes, at(10), at(14)),
              ElementsAre(PriceSummary{pool("a"), usd(200), at(13), usd(100), usd(400),
                                       usd((2 * 100 + 400 + 200) / 4), 2}));
}

TEST(PriceSummary, WhatWasNotKnownYetDoesNotCount) {
  const std::vector<model::SpotPrice> changes = {{pool("a"), usd(300), at(20)},
                                                 {pool("a"), usd(100), at(22)}};
  const auto summaries = summarize(changes, at(0), at(24));
  ASSERT_EQ(summaries.size(), 1u);
  EXPECT_EQ(summaries[0].mean, usd(200));
  EXPECT_EQ(summaries[0].changes, 1);
}

TEST(PriceSummary, EachPoolIsOnItsOwn) {
  const std::vector<model::SpotPrice> changes = {{pool("a"), usd(300), at(0)},
                                                 {pool("b"), usd(100), at(1)}};
  EXPECT_THAT(
      summarize(changes, at(2), at(3)),
      ElementsAre(PriceSummary{pool("a"), usd(300), at(0), usd(300), usd(300), usd(300), 0},
                  PriceSummary{pool("b"), usd(100), at(1), usd(100), usd(100), usd(100), 0}));
  EXPECT_THAT(summarize({}, at(2), at(3)), IsEmpty());
}

TEST(PriceSummary, APriceOfTheMomentIsItsOwnMean) {
  EXPECT_EQ(summarize({{pool("a"), usd(300), at(3)}}, at(2), at(3))[0].mean, usd(300));
}

}  // namespace
}  // namespace market
