// Spot requests of a group that this keeper's file does not name.
#include "control/orphan_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/tiny_cloud.h"

namespace control {
namespace {

using testing::at;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMe;
using testing::kOther;
using ::testing::Not;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

const model::GroupName kOld("old");
const model::SpotRequestId kRequest("sir-9");
const model::InstanceId kMachine("i-0001");
constexpr char kCancelled[] = "CancelSpotInstanceRequests sir-9";

class OrphansTest : public ::testing::Test {
 protected:
  OrphansTest() {
    cloud_.begin_whole(clock_);
    model::SpotRequest& request = cloud_.spot_requests[kRequest];
    request.id = kRequest;
    request.state = "open";
    request.status_code = "pending-evaluation";
    request.tags = {{model::kGroupTag, kOld.str()},
                    {model::kLaunchTag, "oldlife.4"},
                    {model::kDeploymentTag, testing::kDeployment}};
    cloud_.request_form(kRequest, "subnet-a");
  }
  ~OrphansTest() override {
    EXPECT_THAT(cloud_.violations, IsEmpty());
    EXPECT_THAT(cloud_.log, Not(Contains(HasSubstr("TerminateInstances"))));
  }
  // The record of the other group, with that launch open since then.
  model::LedgerRecord waiting(base::Instant since) {
    model::LedgerRecord record;
    record.group = kOld;
    record.incarnation = "oldlife";
    record.counter = 4;
    record.revision = 4;
    record.writer = kOther;
    record.nonce = "nonce";
    record.written_at = since;
    record.open = {testing::open_launch(4, {model::SlotName("old-a")}, kOther, since)};
    return record;
  }
  void store(const model::LedgerRecord& record) { cloud_.other_ledgers[kOld] = to_text(record); }
  bool is_tagged() const { return cloud_.machine(kMachine).tag(model::kGroupTag) != nullptr; }
  // A keeper that knows the group `web` alone, by RunInstances.
  void keep_for(base::Duration time) {
    Script keeper(cloud_, clock_, kMe, 1);
    keeper.step();
    keeper.run_until(clock_ + time);
  }

  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(OrphansTest, AnOpenOneIsCancelledAfterTheHorizon) {
  keep_for(seconds(85));
  EXPECT_THAT(cloud_.log, Not(Contains(kCancelled)));
  keep_for(seconds(120));
  EXPECT_THAT(cloud_.log, Contains(kCancelled).Times(1));
}

TEST_F(OrphansTest, TheMachineOfAFulfilledOneGetsItsTagsAndLives) {
  cloud_.fulfil(kRequest, clock_);
  keep_for(seconds(120));
  ASSERT_TRUE(is_tagged());
  EXPECT_EQ(*cloud_.machine(kMachine).tag(model::kLaunchTag), "oldlife.4");
  EXPECT_EQ(*cloud_.machine(kMachine).tag(model::kDeploymentTag), testing::kDeployment);
  EXPECT_EQ(cloud_.live().size(), 4u);
}

TEST_F(OrphansTest, WhatAnotherKeepersLaunchWaitsForIsLeftAlone) {
  store(waiting(at(30)));
  keep_for(seconds(200));
  EXPECT_THAT(cloud_.log, Not(Contains(kCancelled)));
}

TEST_F(OrphansTest, WhoWaitsForAMachineTagsItUnlessItNeverDoes) {
  store(waiting(at(60)));
  cloud_.fulfil(kRequest, clock_);
  Script keeper(cloud_, clock_, kMe, 1);
  keeper.step();
  keeper.run_until(at(235));
  EXPECT_FALSE(is_tagged());
  keeper.run_until(at(300));
  EXPECT_TRUE(is_tagged());
}

TEST_F(OrphansTest, ALaunchThatNobodyKeepsAnyMoreIsNotWaitedFor) {
  store(waiting(at(0)));
  keep_for(seconds(240));
  EXPECT_THAT(cloud_.log, Contains(kCancelled).Times(1));
}

TEST_F(OrphansTest, AClosedLaunchDoesNotWaitForIt) {
  model::LedgerRecord record = waiting(at(0));
  record.open.clear();
  store(record);
  keep_for(seconds(120));
  EXPECT_THAT(cloud_.log, Contains(kCancelled).Times(1));
}

TEST_F(OrphansTest, NothingOfAPausedGroupIsTouched) {
  model::LedgerRecord record = waiting(at(0));
  record.paused_since = at(1);
  store(record);
  cloud_.fulfil(kRequest, clock_);
  keep_for(seconds(600));
  EXPECT_FALSE(is_tagged());
}

TEST_F(OrphansTest, ARecordThatCannotBeReadProtectsItsRequests) {
  cloud_.other_ledgers[kOld] = "{}";
  keep_for(seconds(600));
  EXPECT_THAT(cloud_.log, Not(Contains(kCancelled)));
}

TEST_F(OrphansTest, AnotherDeploymentsAndNonsenseAreLeftAlone) {
  cloud_.spot_requests.at(kRequest).tags[0].value = "../old";
  keep_for(seconds(300));
  cloud_.spot_requests.at(kRequest).tags[0].value = kOld.str();
  cloud_.spot_requests.at(kRequest).tags[2].value = "another";
  keep_for(seconds(300));
  EXPECT_THAT(cloud_.log, Not(Contains(kCancelled)));
}

// What has its tags already is asked about once and left as it is.
TEST_F(OrphansTest, ATaggedMachineIsNotTaggedAgain) {
  cloud_.fulfil(kRequest, clock_);
  keep_for(seconds(120));
  const size_t tags = cloud_.machine(kMachine).tags.size();
  keep_for(seconds(600));
  EXPECT_EQ(cloud_.machine(kMachine).tags.size(), tags);
}

}  // namespace
}  // namespace control
