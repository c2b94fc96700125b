#include "app/check_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/check_report.h"
#include "model/aws_error.h"

namespace app {
namespace {

using base::Retry;

class CheckQuestionsTest : public testing::Test {
 protected:
  base::Error ask(model::Call call) { return questions_.ask(std::move(call)).error(); }

  base::Error answer_;
  int asked_ = 0;
  CheckQuestions questions_{[this](const model::Call&) {
    ++asked_;
    return base::Result<model::Reply>(tl::unexpected(answer_));
  }};
};

TEST_F(CheckQuestionsTest, WithRefusedCredentialsNothingMoreIsAsked) {
  answer_ = {"ExpiredToken", "it is over its time", {}, Retry::kBackoff};
  EXPECT_EQ(ask(model::DescribeSubnets{}).code, "ExpiredToken");
  EXPECT_TRUE(is_not_tried(ask(model::DescribeImages{})));
  EXPECT_EQ(asked_, 1);
}

TEST_F(CheckQuestionsTest, AMissingRightIsNamedAndNotAskedForAgain) {
  answer_ = {"UnauthorizedOperation", "You may not", {}, Retry::kNever};
  EXPECT_EQ(
      ask(model::DescribeImages{}).message,
      "DescribeImages is refused: You may not; allow ec2:DescribeImages to the keeper's role");
  EXPECT_EQ(ask(model::DescribeImages{}).message,
            "not tried, because DescribeImages is refused, as said above");
  EXPECT_EQ(ask(model::DescribeSubnets{}).code, "UnauthorizedOperation");
  EXPECT_EQ(asked_, 2);
}

TEST_F(CheckQuestionsTest, ALaunchIsTriedForEveryGroup) {
  answer_ = {"UnauthorizedOperation", "You may not", {}, Retry::kNever};
  for (int group = 0; group < 2; ++group)
    EXPECT_EQ(ask(model::RunInstances{"DryRun=true"}), answer_);
  EXPECT_EQ(asked_, 2);
}

TEST_F(CheckQuestionsTest, OtherFailuresAreAskedForAgain) {
  answer_ = {"RequestLimitExceeded", "slowly", {}, Retry::kBackoff};
  EXPECT_EQ(ask(model::DescribeImages{}), answer_);
  EXPECT_EQ(ask(model::DescribeImages{}), answer_);
}

}  // namespace
}  // namespace app
