#include "base/money.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Money, ReadsPricesExactly) {
  EXPECT_EQ(parse_money("0.0312"), Money::usd_micros(31'200));
  EXPECT_EQ(parse_money("12"), Money::usd_micros(12'000'000));
  EXPECT_EQ(parse_money(".5"), Money::usd_micros(500'000));
  EXPECT_EQ(parse_money("0.123456000"), Money::usd_micros(123'456));
}

TEST(Money, RefusesWhatIsNotAPriceOrTooFine) {
  for (const char* text :
       {"", ".", "-1", "1.2.3", "$3", "0.1234567", "1e3", "99999999999999999999"})
    EXPECT_FALSE(parse_money(text)) << text;
}

TEST(Money, WritesTheShortestFormWithCents) {
  EXPECT_EQ(to_string(Money::usd_micros(31'200)), "0.0312");
  EXPECT_EQ(to_string(Money::usd_micros(1'500'000)), "1.50");
  EXPECT_EQ(to_string(Money::usd_micros(-1)), "-0.000001");
}

}  // namespace
}  // namespace base
