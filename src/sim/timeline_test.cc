#include "sim/timeline.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using base::Instant;

class TimelineTest : public ::testing::Test {
 protected:
  Agenda::Task note(int n) {
    return [this, n] { ran_.push_back(n); };
  }

  TestRegion region_;
  Timeline timeline_{region_.region, region_.now};
  const Instant start_ = timeline_.now();
  std::vector<int> ran_;
};

TEST_F(TimelineTest, TasksRunByTimeThenInTheOrderOfTheirMaking) {
  timeline_.after(Duration::seconds(2), note(3));
  timeline_.after(Duration::seconds(1), note(1));
  timeline_.after(Duration::seconds(1), note(2));
  timeline_.run_until(start_ + Duration::seconds(2));
  EXPECT_EQ(ran_, (std::vector<int>{1, 2, 3}));
}

TEST_F(TimelineTest, NothingAfterTheEndRunsAndTheClockStandsAtTheEnd) {
  timeline_.after(Duration::seconds(3), note(1));
  timeline_.run_until(start_ + Duration::seconds(2));
  EXPECT_TRUE(ran_.empty());
  EXPECT_EQ(timeline_.now(), start_ + Duration::seconds(2));
  timeline_.run_until(start_ + Duration::seconds(3));
  EXPECT_EQ(ran_, std::vector<int>{1});
}

TEST_F(TimelineTest, WhatIsDueInThePastRunsNowAndTheClockNeverGoesBack) {
  timeline_.run_until(start_ + Duration::seconds(5));
  timeline_.at(start_, [this] { EXPECT_EQ(timeline_.now(), start_ + Duration::seconds(5)); });
  timeline_.at(start_, note(1));
  timeline_.run_until(timeline_.now());
  EXPECT_EQ(ran_, std::vector<int>{1});
}

TEST_F(TimelineTest, TheRegionHasLivedUpToEveryTask) {
  timeline_.after(Duration::minutes(3), [this] {
    EXPECT_EQ(region_.region.now(), start_ + Duration::minutes(3));
    ran_.push_back(1);
  });
  timeline_.run_until(start_ + Duration::minutes(4));
  EXPECT_EQ(ran_, std::vector<int>{1});
  EXPECT_EQ(region_.region.now(), start_ + Duration::minutes(4));
}

TEST_F(TimelineTest, AHostsClockIsWrongByItsOffset) {
  HostClock clock(timeline_, Duration::seconds(-7));
  EXPECT_EQ(clock.now(), start_ - Duration::seconds(7));
  clock.set_offset(Duration::seconds(3));
  timeline_.run_until(start_ + Duration::seconds(1));
  EXPECT_EQ(clock.now(), start_ - Duration::millis(5950)) << "a step is slewed";
  clock.begin();
  EXPECT_EQ(clock.now(), start_ + Duration::seconds(4)) << "a new process knows of none";
}

}  // namespace
}  // namespace sim
