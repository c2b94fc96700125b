#include "notify/bucket.h"

#include <gtest/gtest.h>

namespace notify {
namespace {

using base::Duration;
using base::Instant;

const Instant kNow = Instant::from_unix_seconds(1'000'000);

int take_all(Bucket& bucket, Instant now) {
  int taken = 0;
  for (; bucket.left(now) > 0; ++taken) bucket.take(now);
  return taken;
}

TEST(Bucket, GivesTenAtOnceAndThenOneEachTenSeconds) {
  Bucket bucket;
  EXPECT_EQ(take_all(bucket, kNow), 10);
  EXPECT_EQ(bucket.next(kNow), kNow + Duration::seconds(10));
  EXPECT_EQ(take_all(bucket, kNow + Duration::millis(9'999)), 0);
  EXPECT_EQ(take_all(bucket, kNow + Duration::seconds(10)), 1);
  EXPECT_EQ(take_all(bucket, kNow + Duration::seconds(45)), 3);
  EXPECT_EQ(bucket.next(kNow + Duration::seconds(45)), kNow + Duration::seconds(50));
}

TEST(Bucket, HoldsNoMoreThanTenHoweverLongItIsLeftAlone) {
  Bucket bucket;
  take_all(bucket, kNow);
  EXPECT_EQ(take_all(bucket, kNow + Duration::hours(100)), 10);
  EXPECT_EQ(take_all(bucket, kNow + Duration::hours(100) + Duration::seconds(10)), 1);
}

TEST(Bucket, AClockThatWasSetBackTakesNothingAway) {
  Bucket bucket;
  bucket.take(kNow);
  EXPECT_EQ(bucket.left(kNow - Duration::hours(1)), 9);
}

}  // namespace
}  // namespace notify
