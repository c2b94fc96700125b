#include "model/auto_scaling.h"

#include <gtest/gtest.h>

namespace model {
namespace {

AutoScalingMember in(const char* state) { return {InstanceId("i-1"), {}, state}; }

TEST(AutoScaling, OnlyWhoServesOrStandsByCanBeDetached) {
  for (const char* state : {"InService", "Standby"}) EXPECT_TRUE(can_be_detached(in(state)));
  for (const char* state : {"Pending", "Pending:Wait", "EnteringStandby", "Detaching",
                            "Terminating:Wait", "Warmed:Running"})
    EXPECT_FALSE(can_be_detached(in(state))) << state;
}

TEST(AutoScaling, WhoLeavesRunsOnAndWhoIsEndedDoesNot) {
  EXPECT_TRUE(is_detached(in("Detaching")));
  EXPECT_TRUE(is_being_ended(in("Terminating:Proceed")));
  EXPECT_TRUE(is_being_ended(in("Terminated")));
  EXPECT_FALSE(is_detached(in("Terminating")));
  EXPECT_FALSE(is_being_ended(in("Detaching")));
}

TEST(AutoScaling, ANameIsShortAndPlain) {
  EXPECT_TRUE(is_auto_scaling_group_name("web/old group-1"));
  EXPECT_TRUE(is_auto_scaling_group_name(std::string(255, 'a')));
  for (const std::string& name : {std::string(), std::string(256, 'a'), std::string("a:b"),
                                  std::string("a\nb"), std::string("a\x7f")})
    EXPECT_FALSE(is_auto_scaling_group_name(name)) << name;
}

}  // namespace
}  // namespace model
