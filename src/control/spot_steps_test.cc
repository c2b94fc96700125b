// The oldest way to Spot, step by step: what is asked of AWS, in which order, and what is made of
// requests that stay open, come late, or that nobody waits for.
#include "control/spot_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using testing::at;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using testing::kB;
using testing::kMe;
using testing::kOther;
using testing::kSlotB;
using testing::millis;
using ::testing::Not;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

const model::InstanceId kFirst("i-0001");
const model::SpotRequestId kRequest("sir-1");

model::GroupSpec by_request() {
  model::GroupSpec spec = testing::group_spec();
  spec.launch_by = model::LaunchBy::kSpotRequest;
  spec.machine = model::LaunchData();
  spec.machine->image = model::ImageId("ami-1");
  spec.on_demand.fallback_after.reset();
  return spec;
}

class SpotSteps : public ::testing::Test {
 protected:
  SpotSteps() { cloud_.begin_whole(clock_); }
  ~SpotSteps() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  // A keeper that knows everything, when one of three machines is lost.
  void begin_with_a_loss(Script& keeper) {
    keeper.step();
    keeper.run_until(clock_ + seconds(60));
    cloud_.log.clear();
    cloud_.terminate(kB);
    keeper.step(
        {NoticeReceived{testing::state_change(kB, model::InstanceState::kTerminated, clock_)}});
  }
  void answer_until(Script& keeper, std::string_view action) {
    for (int i = 0; i < 100 && !keeper.has(action); ++i) {
      ASSERT_FALSE(keeper.pending.empty()) << action << " was never asked for";
      keeper.carry_out_and_answer(0);
    }
  }

  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(SpotSteps, AFulfilledRequestsMachineIsTaggedBeforeItHoldsASlot) {
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  begin_with_a_loss(keeper);
  answer_until(keeper, "CreateTags");
  EXPECT_EQ(cloud_.record().open.size(), 1u) << "until then the launch is open";
  keeper.run_until(clock_ + seconds(60));
  EXPECT_THAT(cloud_.log, Contains("RequestSpotInstances subnet-b").Times(1));
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kFirst);
  EXPECT_THAT(cloud_.record().open, IsEmpty());
}

TEST_F(SpotSteps, ADryPoolsRequestIsCancelledAtOnceAndAnotherPoolIsAsked) {
  cloud_.dry = {model::SubnetId("subnet-b")};
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  begin_with_a_loss(keeper);
  keeper.run_until(clock_ + seconds(5));
  EXPECT_THAT(cloud_.log, Contains("CancelSpotInstanceRequests sir-1"));
  EXPECT_THAT(cloud_.log, Contains("RequestSpotInstances subnet-b").Times(2));
  EXPECT_EQ(cloud_.bodies.size(), 2u) << "one for each type";
  EXPECT_EQ(cloud_.record().cooling.size(), 2u);
}

TEST_F(SpotSteps, ARequestThatStaysOpenIsCancelledAfterAWhile) {
  cloud_.spot_waits_with = "pending-fulfillment";
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  begin_with_a_loss(keeper);
  const base::Instant began = clock_;
  keeper.run_until(began + seconds(20));
  EXPECT_THAT(cloud_.log, Not(Contains("CancelSpotInstanceRequests sir-1")));
  keeper.run_until(began + seconds(30));
  EXPECT_THAT(cloud_.log, Contains("CancelSpotInstanceRequests sir-1"));
}

// Of two keepers the other one cancelled it, and died before it could say so.
TEST_F(SpotSteps, ARepetitionThatShowsOnlyCancelledRequestsEndsTheLaunch) {
  cloud_.spot_waits_with = "pending-fulfillment";
  {
    Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
    begin_with_a_loss(keeper);
    answer_until(keeper, "RequestSpotInstances");
    keeper.carry_out_and_answer(keeper.find("RequestSpotInstances"));
  }
  cloud_.spot_requests.at(kRequest).state = "cancelled";
  cloud_.spot_requests.at(kRequest).status_code = "canceled-before-fulfillment";
  cloud_.spot_waits_with = "";
  Script again(cloud_, clock_, kMe, 2, {}, by_request());
  again.step();
  again.run_until(clock_ + millis(500));
  EXPECT_THAT(again.brain.groups().begin()->second.troubles, IsEmpty())
      << "our own cancelling is nothing that a person must mend";
  again.run_until(clock_ + seconds(120));
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kFirst);
  EXPECT_THAT(cloud_.record().open, IsEmpty());
}

TEST_F(SpotSteps, ARequestThatAwsHasForgottenEndsTheLaunch) {
  cloud_.spot_waits_with = "pending-fulfillment";
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  begin_with_a_loss(keeper);
  answer_until(keeper, "RequestSpotInstances");
  keeper.carry_out_and_answer(keeper.find("RequestSpotInstances"));
  cloud_.spot_requests.clear();
  cloud_.spot_waits_with = "";
  keeper.run_until(clock_ + seconds(200));
  EXPECT_TRUE(cloud_.record().holders.at(kSlotB).instance != kB);
  EXPECT_THAT(cloud_.record().open, IsEmpty());
}

// AWS may fulfil a request while it is being cancelled.
TEST_F(SpotSteps, WhatCameWhileItWasCancelledIsTaken) {
  cloud_.spot_waits_with = "pending-fulfillment";
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  begin_with_a_loss(keeper);
  const base::Instant began = clock_;
  while (!keeper.has("CancelSpotInstanceRequests") && clock_ < began + seconds(60)) {
    while (!keeper.pending.empty() && !keeper.has("CancelSpotInstanceRequests"))
      keeper.carry_out_and_answer(0);
    if (keeper.has("CancelSpotInstanceRequests")) break;
    clock_ = std::max(keeper.wake_at, clock_ + seconds(1));
    keeper.step();
  }
  ASSERT_TRUE(keeper.has("CancelSpotInstanceRequests"));
  cloud_.fulfil(kRequest, clock_);
  keeper.run_until(clock_ + seconds(20));
  EXPECT_THAT(cloud_.log, Contains("RequestSpotInstances subnet-b").Times(1));
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kFirst);
}

TEST_F(SpotSteps, ANewLifeAsksWithTheSameBytesAndGetsTheSameMachine) {
  {
    Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
    begin_with_a_loss(keeper);
    answer_until(keeper, "CreateTags");
  }
  Script again(cloud_, clock_, kMe, 2, {}, by_request());
  again.step();
  again.run_until(clock_ + seconds(60));
  EXPECT_THAT(cloud_.log, Contains("RequestSpotInstances subnet-b").Times(2));
  EXPECT_EQ(cloud_.bodies.size(), 1u);
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kFirst);
  EXPECT_EQ(cloud_.live().size(), 3u);
}

TEST_F(SpotSteps, AnotherKeeperGoesOnWithTheLaunchOfOneThatDied) {
  {
    Script dying(cloud_, clock_, kOther, 1, {}, by_request());
    begin_with_a_loss(dying);
    answer_until(dying, "CreateTags");
  }
  Script keeper(cloud_, clock_, kMe, 2, {}, by_request());
  keeper.step();
  keeper.run_until(clock_ + seconds(120));
  EXPECT_EQ(cloud_.record().holders.at(kSlotB).instance, kFirst);
  EXPECT_EQ(cloud_.live().size(), 3u);
}

// Of a launch whose entry was lost with its ledger: the open one is cancelled, the machine reaped.
TEST_F(SpotSteps, StraysAreSweptUp) {
  for (const char* id : {"sir-8", "sir-9"}) {
    model::SpotRequest& stray = cloud_.spot_requests[model::SpotRequestId(id)];
    stray.id = model::SpotRequestId(id);
    stray.state = "open";
    stray.status_code = "pending-evaluation";
    stray.tags = {{model::kGroupTag, "web"},
                  {model::kLaunchTag, "otherlife.3"},
                  {model::kDeploymentTag, testing::kDeployment}};
  }
  cloud_.request_form(model::SpotRequestId("sir-9"), "subnet-a");
  cloud_.fulfil(model::SpotRequestId("sir-9"), clock_);
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  keeper.step();
  keeper.run_until(clock_ + seconds(400));
  EXPECT_THAT(cloud_.log,
              IsSupersetOf({"CancelSpotInstanceRequests sir-8", "TerminateInstances i-0001"}));
  EXPECT_EQ(cloud_.live().size(), 3u);
}

// A cancelled request may be fulfilled after the last look at it.
TEST_F(SpotSteps, AMachineThatCameAfterItsRequestWasCancelledIsReaped) {
  const model::SpotRequestId id("sir-9");
  model::SpotRequest& late = cloud_.spot_requests[id];
  late.id = id;
  late.tags = {{model::kGroupTag, "web"},
               {model::kLaunchTag, testing::launch_tag(2)},
               {model::kDeploymentTag, testing::kDeployment}};
  cloud_.request_form(id, "subnet-a");
  cloud_.fulfil(id, clock_);
  late.state = "cancelled";
  late.status_code = "request-canceled-and-instance-running";
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  keeper.step();
  keeper.run_until(clock_ + seconds(400));
  EXPECT_THAT(cloud_.log, Contains("TerminateInstances i-0001"));
  EXPECT_EQ(cloud_.live().size(), 3u);
}

TEST_F(SpotSteps, WhatBelongsToOthersIsLeftAlone) {
  model::SpotRequest& foreign = cloud_.spot_requests[model::SpotRequestId("sir-7")];
  foreign.id = model::SpotRequestId("sir-7");
  foreign.state = "open";
  foreign.status_code = "pending-evaluation";
  foreign.tags = {{model::kGroupTag, "web"},
                  {model::kLaunchTag, "otherlife.3"},
                  {model::kDeploymentTag, "another"}};
  Script keeper(cloud_, clock_, kMe, 1, {}, by_request());
  keeper.step();
  keeper.run_until(clock_ + seconds(300));
  EXPECT_THAT(cloud_.log, Not(Contains("CancelSpotInstanceRequests sir-7")));
}

}  // namespace
}  // namespace control
