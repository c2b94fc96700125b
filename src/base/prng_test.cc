#include "base/prng.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Prng, TheSameSeedDrawsTheSameNumbers) {
  Prng a(7), b(7), c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const uint64_t x = a.next();
    EXPECT_EQ(x, b.next());
    differs |= x != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(Prng, DrawsStayInRangeAndReachBothEnds) {
  Prng prng(1);
  bool low = false, high = false;
  for (int i = 0; i < 1000; ++i) {
    const int64_t x = prng.between(-2, 3);
    ASSERT_GE(x, -2);
    ASSERT_LE(x, 3);
    low |= x == -2;
    high |= x == 3;
  }
  EXPECT_TRUE(low && high);
}

TEST(Prng, ChancesAndMeansAreAboutWhatWasAsked) {
  Prng prng(2);
  int hits = 0;
  int64_t sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    hits += prng.chance_ppm(250'000);
    sum += prng.exponential(1000);
  }
  EXPECT_NEAR(hits, 25'000, 1000);
  EXPECT_NEAR(static_cast<double>(sum) / 100'000, 1000, 20);
}

TEST(Prng, AForkDoesNotFollowItsParent) {
  Prng parent(3);
  Prng child = parent.fork();
  EXPECT_NE(parent.next(), child.next());
}

}  // namespace
}  // namespace base
