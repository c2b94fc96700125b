#include "control/origin.h"

#include <gtest/gtest.h>

#include "control/adoption.h"
#include "control/test_support.h"
#include "model/adoption.h"

namespace control {
namespace {

using testing::kA;

class OriginTest : public ::testing::Test {
 protected:
  int64_t version(std::string id, std::string number) {
    model::Instance machine = testing::instance(kA, "subnet-a", 4);
    machine.tags.push_back({"aws:ec2launchtemplate:id", std::move(id)});
    machine.tags.push_back({"aws:ec2launchtemplate:version", std::move(number)});
    return version_of(group_, machine, 5);
  }

  GroupState group_ = testing::whole_group();
};

TEST_F(OriginTest, TheLaunchIsTheOneOnItsTag) {
  EXPECT_EQ(launch_of(testing::instance(kA, "subnet-a", 4)),
            (model::LaunchId{testing::kIncarnation, 4}));
  EXPECT_EQ(launch_of(model::Instance()), model::LaunchId());
}

TEST_F(OriginTest, TheVersionIsTheOneThatEc2Notes) {
  EXPECT_EQ(version("lt-1", "6"), 6);
  EXPECT_EQ(version("lt-2", "7"), kAdoptedVersion) << "another template's seventh is not ours";
  for (const char* odd : {"", "x", "6x", "-1", "0", "99999999999999999999"})
    EXPECT_EQ(version("lt-1", odd), 5) << odd;
  EXPECT_EQ(version_of(group_, testing::instance(kA, "subnet-a", 4), 5), 5) << "it notes nothing";
}

TEST_F(OriginTest, WhatWasAdoptedIsOfNoVersionOfOurs) {
  model::Instance machine = testing::instance(kA, "subnet-a", 4);
  machine.tags.push_back({model::kAdoptedTag, "yes"});
  EXPECT_EQ(version_of(group_, machine, 7), kAdoptedVersion);
}

}  // namespace
}  // namespace control
