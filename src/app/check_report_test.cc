#include "app/check_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace app {
namespace {

using testing::ElementsAre;

class CheckReportTest : public testing::Test {
 protected:
  CheckReport report(std::string site = {}) {
    return {std::move(site), [this](const std::string& line) { lines_.push_back(line); }};
  }

  std::vector<std::string> lines_;
};

TEST_F(CheckReportTest, EachLineBeginsWithItsSign) {
  CheckReport report = this->report("east");
  report.add("queue", std::string("0 messages wait"));
  report.note("machines", "old: i-1");
  report.add("right to launch of web", not_tried("it rains"));
  EXPECT_TRUE(report.is_fine());
  report.add("image of web", base::fail("NoImage", "it is gone"));
  EXPECT_FALSE(report.is_fine());
  EXPECT_THAT(
      lines_,
      ElementsAre("ok      east: queue: 0 messages wait", "note    east: machines: old: i-1",
                  "--      east: right to launch of web: not tried, because it rains",
                  "FAILED  east: image of web: NoImage: it is gone"));
}

TEST_F(CheckReportTest, RefusedCredentialsAreSaidOnceAndEndIt) {
  CheckReport report = this->report();
  report.add("subnets of web", base::fail("ExpiredToken", "it is over its time"));
  report.add("image of web", base::fail("ExpiredToken", "it is over its time"));
  report.add("key of web", not_tried("AWS refuses the credentials"));
  EXPECT_THAT(lines_,
              ElementsAre("FAILED  subnets of web: ExpiredToken: it is over its time",
                          "--      all else: not tried, because AWS refuses the credentials"));
  EXPECT_TRUE(report.has_ended());
  EXPECT_FALSE(report.is_fine());
}

TEST_F(CheckReportTest, AMissingRightEndsNothing) {
  CheckReport report = this->report();
  report.add("image of web", base::fail("UnauthorizedOperation", "you may not"));
  EXPECT_FALSE(report.has_ended());
}

}  // namespace
}  // namespace app
