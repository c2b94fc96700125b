#include "control/troubles.h"

#include <gtest/gtest.h>

#include "control/test_support.h"

namespace control {
namespace {

using base::Retry;
using testing::error;

TEST(Troubles, WhatTheConfigurationNamesAndAwsDoesNotKnowLasts) {
  const base::Error unknown = error("InvalidLaunchTemplateId.NotFound", Retry::kNever);
  EXPECT_TRUE(is_lasting(WorkKind::kReadTemplate, unknown));
  EXPECT_TRUE(is_lasting(WorkKind::kReadSubnets, error("InvalidSubnetID.NotFound", Retry::kNever)));
  EXPECT_TRUE(is_lasting(WorkKind::kReadTargetHealth, error("TargetGroupNotFound", Retry::kNever)));
  EXPECT_TRUE(is_lasting(WorkKind::kWriteLedger, error("NoSuchBucket", Retry::kNever)));
}

TEST(Troubles, AMissingRightLastsWhateverTheWorkIs) {
  for (const WorkKind kind : {WorkKind::kSweepInstances, WorkKind::kTerminate, WorkKind::kRegister})
    EXPECT_TRUE(is_lasting(kind, error("UnauthorizedOperation", Retry::kNever)));
}

TEST(Troubles, WhatTimeOrAnotherInstanceMendsPasses) {
  EXPECT_FALSE(is_lasting(WorkKind::kReadTemplate, error("RequestLimitExceeded", Retry::kBackoff)));
  EXPECT_FALSE(is_lasting(WorkKind::kNameInstance, error("InvalidID.NotFound", Retry::kNever)));
  EXPECT_FALSE(is_lasting(WorkKind::kRegister, error("InvalidTarget", Retry::kNever)));
}

TEST(Troubles, AreNewsOnceUntilTheyEndOrChange) {
  GroupState group;
  EXPECT_TRUE(begin_trouble(group, "DescribeSubnets", "no such subnet"));
  EXPECT_FALSE(begin_trouble(group, "DescribeSubnets", "no such subnet"));
  EXPECT_TRUE(begin_trouble(group, "DescribeSubnets", "not allowed"));
  end_trouble(group, "DescribeSubnets");
  EXPECT_TRUE(group.troubles.empty());
  EXPECT_TRUE(begin_trouble(group, "DescribeSubnets", "not allowed"));
}

TEST(Troubles, TargetGroupsAreToldApart) {
  const Flight read{{WorkKind::kReadTargetHealth, "arn:one"},
                    testing::kGroup,
                    model::DescribeTargetHealth{model::TargetGroupArn("arn:one")}};
  EXPECT_EQ(trouble_of(read), "DescribeTargetHealth of arn:one");
  const Flight ending{{WorkKind::kTerminate, "i-a"}, testing::kGroup, model::TerminateInstances{}};
  EXPECT_EQ(trouble_of(ending), "TerminateInstances");
}

}  // namespace
}  // namespace control
