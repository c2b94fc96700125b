// The life of instances as a client and its queue see it: boots, interruptions, evictions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "model/decode.h"
#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using testing::ElementsAre;

constexpr char kWarning[] = "EC2 Spot Instance Interruption Warning";
constexpr char kStateChange[] = "EC2 Instance State-change Notification";
constexpr char kEviction[] = "AWS Service Event via CloudTrail";

const model::Pool kPool{model::InstanceType("c6i.large"), model::Zone("us-east-2a"), model::kLinux};

std::string detail_of(const boost::json::object& event, const char* key) {
  return base::json::text_or_empty(event.at("detail").as_object(), key);
}

const Instance& only_instance(const TestRegion& r) {
  return r.region.world().instances.begin()->second;
}

// One Spot instance runs, and the queue is empty.
struct RegionAtWork : TestRegion {
  explicit RegionAtWork(RegionOptions options = calm_options()) : TestRegion(std::move(options)) {
    launch();
    wait(Duration::minutes(2));
    drain_queue();
  }
};

TEST(Instances, PublishEveryTransition) {
  TestRegion r;
  const std::string id = r.launch()[0];
  r.wait(Duration::minutes(2));
  r.ec2("TerminateInstances", {{"InstanceId.1", id}});
  r.wait(Duration::minutes(1));
  std::multiset<std::string> states;
  for (const auto& event : r.notices(kStateChange)) {
    EXPECT_EQ(detail_of(event, "instance-id"), id);
    states.insert(detail_of(event, "state"));
  }
  EXPECT_THAT(states, ElementsAre("pending", "running", "shutting-down", "terminated"));
}

TEST(Instances, RunAndAnswerWhenTheRegionIsToldHowLongABootTakes) {
  RegionOptions options = calm_options();
  options.boot = Duration::seconds(45);
  TestRegion r(options);
  r.launch();
  r.wait(Duration::seconds(45) - Duration::millis(1));
  EXPECT_EQ(only_instance(r).state(), model::InstanceState::kPending);
  r.wait(Duration::millis(1));
  EXPECT_EQ(only_instance(r).state(), model::InstanceState::kRunning);
  EXPECT_EQ(only_instance(r).serves_at, r.now);
}

TEST(Instances, AnnounceTheFulfilmentOfTheirSpotRequest) {
  TestRegion r;
  r.launch();
  r.wait(Duration::seconds(2));
  const auto events = r.notices("EC2 Spot Instance Request Fulfillment");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(detail_of(events[0], "spot-instance-request-id"), only_instance(r).spot_request.str());
}

TEST(Instances, AWarningComesTwoMinutesBeforeTheReclaim) {
  RegionAtWork r;
  const std::string id = only_instance(r).id.str();
  ASSERT_TRUE(r.region.interrupt(only_instance(r).id, InterruptionKind::kWarned));
  r.wait(Duration::seconds(2));
  ASSERT_EQ(r.notices(kWarning).size(), 1u);
  r.wait(Duration::seconds(117));
  EXPECT_EQ(r.state_of(id), "running");
  r.wait(Duration::seconds(1));
  EXPECT_EQ(r.state_of(id), "shutting-down");
  EXPECT_EQ(only_instance(r).state_reason_code, "Server.SpotInstanceTermination");
}

TEST(Instances, TheEvictionIsToldAfterTheReclaim) {
  RegionAtWork r;
  r.region.interrupt(only_instance(r).id, InterruptionKind::kWarned);
  r.wait(Duration::seconds(140));
  EXPECT_THAT(r.notices(kEviction), testing::IsEmpty());
  r.wait(Duration::minutes(10));
  const auto events = r.notices(kEviction);
  ASSERT_EQ(events.size(), 1u);
  const auto& details = events[0].at("detail").at("serviceEventDetails").as_object();
  EXPECT_EQ(details.at("instanceIdSet").as_array().at(0), only_instance(r).id.str().c_str());
}

TEST(Instances, AnUnwarnedReclaimIsToldOnlyByStateAndEviction) {
  RegionAtWork r;
  r.region.interrupt(only_instance(r).id, InterruptionKind::kUnwarned);
  EXPECT_FALSE(only_instance(r).is_live());
  r.wait(Duration::minutes(11));
  std::set<std::string> kinds;
  for (const auto& event : r.drain_queue())
    kinds.insert(base::json::text_or_empty(event, "detail-type"));
  EXPECT_THAT(kinds, ElementsAre(kEviction, kStateChange));
}

TEST(Instances, ALateWarningLeavesLessThanTwoMinutes) {
  RegionAtWork r;
  r.region.interrupt(only_instance(r).id, InterruptionKind::kWarnedLate);
  r.wait(Duration::seconds(18));
  EXPECT_THAT(r.notices(kWarning), testing::IsEmpty());
  r.wait(Duration::seconds(100));
  EXPECT_EQ(r.notices(kWarning).size(), 1u);
  r.wait(Duration::seconds(2));
  EXPECT_FALSE(only_instance(r).is_live());
}

TEST(Instances, ARebalanceRecommendationMayHaveNoSequel) {
  RegionAtWork r;
  r.region.interrupt(only_instance(r).id, InterruptionKind::kRebalanceOnly);
  r.wait(Duration::minutes(30));
  EXPECT_EQ(r.notices("EC2 Instance Rebalance Recommendation").size(), 1u);
  EXPECT_TRUE(only_instance(r).is_live());
}

TEST(Instances, SpotStatusTellsOfTheDoomInOneOfTwoWays) {
  std::set<std::string> codes;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    RegionAtWork r(calm_options(seed));
    r.region.interrupt(only_instance(r).id, InterruptionKind::kWarned);
    EXPECT_TRUE(only_instance(r).is_live());
    codes.insert(r.region.world().spot_requests.begin()->second.status_code);
  }
  EXPECT_THAT(codes, ElementsAre("instance-terminated-no-capacity", "marked-for-termination"));
}

TEST(Instances, OnDemandIsNeverInterrupted) {
  TestRegion r;
  r.ec2("RunInstances",
        {{"ImageId", r.region.default_scene().image.str()}, {"MinCount", "1"}, {"MaxCount", "1"}});
  EXPECT_FALSE(r.region.interrupt(only_instance(r).id, InterruptionKind::kWarned));
}

TEST(Instances, ADrainedPoolTakesEverySpotInstanceAndGivesNone) {
  TestRegion r;
  r.launch(3);
  r.wait(Duration::minutes(2));
  ASSERT_TRUE(r.region.drain_pool(kPool));
  for (const auto& [id, instance] : r.region.world().instances) EXPECT_TRUE(instance.reclaim);
  r.wait(Duration::minutes(3));
  EXPECT_EQ(r.region.world().pools.at(kPool).spot_used, 0);
  EXPECT_EQ(r.run().code(), "InsufficientInstanceCapacity");
  r.region.refill_pool(kPool);
  EXPECT_EQ(r.run().code(), "");
}

TEST(Instances, AShrunkPoolTakesOnlyTheExcess) {
  TestRegion r;
  r.launch(5);
  r.region.set_pool_capacity(kPool, 3);
  r.region.set_pool_capacity(kPool, 3);
  int doomed = 0;
  for (const auto& [id, instance] : r.region.world().instances)
    doomed += instance.reclaim.has_value();
  EXPECT_EQ(doomed, 2);
}

TEST(Instances, TheMarketMayRecommendToLeaveMinutesBeforeItTakes) {
  RegionOptions options = calm_options();
  options.faults.rebalance_per_mille = 1000;
  RegionAtWork r(options);
  r.region.set_pool_capacity(kPool, 0);
  ASSERT_TRUE(only_instance(r).reclaim);
  const Duration ahead = only_instance(r).reclaim->at - r.now;
  EXPECT_GT(ahead, Duration::minutes(2));
  r.wait(Duration::seconds(2));
  EXPECT_EQ(r.notices("EC2 Instance Rebalance Recommendation").size(), 1u);
  r.wait(ahead - Duration::seconds(3));
  EXPECT_TRUE(only_instance(r).is_live());
  EXPECT_EQ(r.notices(kWarning).size(), 1u);
  r.wait(Duration::seconds(1));
  EXPECT_FALSE(only_instance(r).is_live());
}

TEST(Instances, MayFailToBoot) {
  RegionOptions options = calm_options();
  options.faults.failed_boot_per_mille = 1000;
  TestRegion r(options);
  const std::string id = r.launch()[0];
  r.wait(Duration::minutes(2));
  EXPECT_EQ(r.state_of(id), "terminated");
  EXPECT_EQ(only_instance(r).state_reason_code, "Server.InternalError");
}

TEST(Instances, EventsMayBeLostDoubledOrLate) {
  const auto warnings_after = [](FaultSettings faults, Duration wait) {
    RegionAtWork r;
    r.region.set_faults(faults);
    r.region.interrupt(only_instance(r).id, InterruptionKind::kWarned);
    r.wait(wait);
    return r.notices(kWarning).size();
  };
  FaultSettings lost = calm_options().faults, doubled = lost, late = lost;
  lost.lost_event_per_mille = 1000;
  doubled.duplicate_event_per_mille = 1000;
  late.late_event_per_mille = 1000;
  EXPECT_EQ(warnings_after(lost, Duration::minutes(20)), 0u);
  EXPECT_EQ(warnings_after(doubled, Duration::minutes(1)), 2u);
  EXPECT_EQ(warnings_after(late, Duration::millis(900)), 0u);
  EXPECT_EQ(warnings_after(late, Duration::minutes(20)), 1u);
}

TEST(Instances, EverySecondQueueOfTheRuleHearsTheSame) {
  RegionAtWork r;
  const std::string url = r.region.add_queue("second-keeper");
  r.region.interrupt(only_instance(r).id, InterruptionKind::kWarned);
  r.wait(Duration::seconds(2));
  const Reply second = r.sqs("ReceiveMessage", {{"QueueUrl", url}});
  EXPECT_NE(second.body.find(kWarning), std::string::npos);
  EXPECT_EQ(r.notices(kWarning).size(), 1u);
}

TEST(Instances, AreRetiredOnTheDayThatWasAnnounced) {
  RegionAtWork r;
  const model::InstanceId id = only_instance(r).id;
  EXPECT_FALSE(r.region.call_off_retirement(id)) << "there is none";
  ASSERT_TRUE(r.region.schedule_retirement(id, r.now + Duration::hours(1)));
  r.wait(Duration::seconds(2));
  const auto notices = r.notices("AWS Health Event");
  ASSERT_EQ(notices.size(), 1u);
  r.wait(Duration::minutes(59));
  EXPECT_TRUE(only_instance(r).is_live());
  r.wait(Duration::minutes(1));
  EXPECT_FALSE(only_instance(r).is_live());
  EXPECT_EQ(only_instance(r).state_reason_code, "Server.ScheduledStop");
}

TEST(Instances, StayWhenTheirRetirementIsCalledOff) {
  RegionAtWork r;
  const model::InstanceId id = only_instance(r).id;
  ASSERT_TRUE(r.region.schedule_retirement(id, r.now + Duration::hours(1)));
  ASSERT_TRUE(r.region.call_off_retirement(id));
  r.wait(Duration::hours(2));
  EXPECT_TRUE(only_instance(r).is_live());
  EXPECT_EQ(r.notices("AWS Health Event").size(), 2u);
}

// What the region writes is what a keeper reads.
TEST(Instances, ARetirementIsReadAsOne) {
  RegionAtWork r;
  const model::InstanceId id = only_instance(r).id;
  const base::Instant date = r.now + Duration::hours(100);
  r.region.schedule_retirement(id, date);
  r.wait(Duration::seconds(2));
  const auto events = r.notices("AWS Health Event");
  ASSERT_EQ(events.size(), 1u);
  const auto notices = model::decode(base::json::serialize(events.front()), r.now);
  ASSERT_TRUE(notices);
  const model::Notice& notice = notices->front();
  EXPECT_EQ(notice.kind, model::NoticeKind::kScheduledChange);
  EXPECT_THAT(notice.instances, ElementsAre(id));
  EXPECT_EQ(notice.action, model::InterruptionAction::kTerminate);
  EXPECT_EQ(notice.deadline->unix_ms() / 1000, date.unix_ms() / 1000);
}

}  // namespace
}  // namespace sim
