#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using testing::AnyOf;
using testing::IsEmpty;
using testing::SizeIs;

const model::Pool kPool{model::InstanceType("c6i.large"), model::Zone("us-east-2a"), model::kLinux};

struct SpotRegion : TestRegion {
  using TestRegion::TestRegion;

  Reply request(Fields extra = {}) {
    const Scene& scene = region.default_scene();
    Fields fields = {
        {"LaunchSpecification.ImageId", scene.image.str()},
        {"LaunchSpecification.InstanceType", "c6i.large"},
        {"LaunchSpecification.NetworkInterface.1.DeviceIndex", "0"},
        {"LaunchSpecification.NetworkInterface.1.SubnetId", scene.subnets.front().id.str()},
        {"LaunchSpecification.NetworkInterface.1.SecurityGroupId.1", "sg-1"}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return ec2("RequestSpotInstances", fields);
  }
  std::string open(Fields extra = {}) {
    return request(std::move(extra)).text("spotInstanceRequestId");
  }
  Reply cancel(const std::string& id) {
    return ec2("CancelSpotInstanceRequests", {{"SpotInstanceRequestId.1", id}});
  }
  const SpotRequest& shown(const std::string& id) const {
    return region.world().spot_requests.at(model::SpotRequestId(id));
  }
  // "open capacity-not-available".
  std::string status(const std::string& id) {
    const Reply reply = ec2("DescribeSpotInstanceRequests", {{"SpotInstanceRequestId.1", id}});
    return reply.status == 200 ? reply.text("state") + " " + reply.text("code") : reply.code();
  }
  std::string instance_of(const std::string& id) const { return shown(id).instance.str(); }
};

TEST(RequestSpotInstances, IsOpenFirstAndFulfilledSecondsLater) {
  SpotRegion r;
  const std::string id = r.open();
  EXPECT_EQ(r.status(id), "open pending-evaluation");
  EXPECT_TRUE(r.region.world().instances.empty());
  r.wait(Duration::seconds(20));
  EXPECT_EQ(r.status(id), "active fulfilled");
  const Instance& instance = r.region.world().instances.at(model::InstanceId(r.instance_of(id)));
  EXPECT_EQ(instance.spot_request.str(), id);
  EXPECT_THAT(instance.tags, IsEmpty());
  EXPECT_EQ(instance.subnet, r.region.default_scene().subnets[0].id);
  EXPECT_THAT(r.notices("EC2 Spot Instance Request Fulfillment"), SizeIs(1));
}

TEST(RequestSpotInstances, TagsTheRequestAndShowsWhatWasAskedFor) {
  SpotRegion r;
  const Reply reply = r.request({{"InstanceCount", "2"},
                                 {"SpotPrice", "0.08"},
                                 {"TagSpecification.1.ResourceType", "spot-instances-request"},
                                 {"TagSpecification.1.Tag.1.Key", "team"},
                                 {"TagSpecification.1.Tag.1.Value", "blue"}});
  EXPECT_THAT(reply.texts("spotInstanceRequestId"), SizeIs(2));
  EXPECT_EQ(reply.text("spotPrice"), "0.080000");
  EXPECT_EQ(reply.text("instanceType"), "c6i.large");
  EXPECT_EQ(reply.text("validUntil"), "2026-03-08T12:00:00Z");
  r.wait(Duration::seconds(20));
  const Reply listed = r.ec2("DescribeSpotInstanceRequests",
                             {{"Filter.1.Name", "tag:team"}, {"Filter.1.Value.1", "blue"}});
  EXPECT_THAT(listed.texts("spotInstanceRequestId"), SizeIs(2));
  EXPECT_THAT(
      r.ec2("DescribeInstances", {{"Filter.1.Name", "tag:team"}, {"Filter.1.Value.1", "blue"}})
          .texts("instanceId"),
      IsEmpty());
}

TEST(RequestSpotInstances, StaysOpenWhileThePoolIsDryAndIsFulfilledLater) {
  SpotRegion r;
  r.region.drain_pool(kPool);
  const std::string id = r.open();
  r.wait(Duration::hours(3));
  EXPECT_EQ(r.status(id), "open capacity-not-available");
  r.region.refill_pool(kPool);
  r.wait(Duration::minutes(2));
  EXPECT_EQ(r.status(id), "active fulfilled");
}

TEST(RequestSpotInstances, StaysOpenWhileItsPriceIsTooLow) {
  SpotRegion r;
  const std::string id = r.open({{"SpotPrice", "0.0001"}});
  r.wait(Duration::minutes(5));
  EXPECT_EQ(r.status(id), "open price-too-low");
}

TEST(RequestSpotInstances, EndsUnfulfilledWhenItsTimeIsOver) {
  SpotRegion r;
  r.region.drain_pool(kPool);
  const std::string id = r.open({{"ValidUntil", "2026-03-01T12:10:00Z"}});
  r.wait(Duration::minutes(9));
  EXPECT_EQ(r.status(id), "open capacity-not-available");
  r.wait(Duration::minutes(2));
  EXPECT_EQ(r.status(id), "closed schedule-expired");
  r.region.refill_pool(kPool);
  r.wait(Duration::minutes(30));
  EXPECT_TRUE(r.region.world().instances.empty());
  r.wait(Duration::hours(1));
  EXPECT_EQ(r.status(id), "InvalidSpotInstanceRequestID.NotFound");
}

TEST(RequestSpotInstances, RepeatingATokenAnswersTheSameRequests) {
  SpotRegion r;
  const std::string first = r.open({{"ClientToken", "once"}});
  r.wait(Duration::seconds(20));
  const Reply again = r.request({{"ClientToken", "once"}});
  EXPECT_EQ(again.text("spotInstanceRequestId"), first);
  EXPECT_EQ(again.text("state"), "active");
  EXPECT_EQ(r.request({{"ClientToken", "once"}, {"SpotPrice", "1.0"}}).code(),
            "IdempotentParameterMismatch");
  r.wait(Duration::minutes(1));
  EXPECT_EQ(r.region.world().instances.size(), 1u);
}

TEST(RequestSpotInstances, APersistentRequestLaunchesAgainAfterEachEnd) {
  SpotRegion r;
  const std::string id = r.open({{"Type", "persistent"}});
  r.wait(Duration::minutes(2));
  const std::string first = r.instance_of(id);
  r.region.interrupt(model::InstanceId(first), InterruptionKind::kUnwarned);
  EXPECT_EQ(r.status(id), "open instance-terminated-no-capacity");
  r.wait(Duration::minutes(2));
  const std::string second = r.instance_of(id);
  EXPECT_NE(first, second);
  r.ec2("TerminateInstances", {{"InstanceId.1", second}});
  r.wait(Duration::minutes(2));
  EXPECT_NE(r.instance_of(id), second);
  EXPECT_EQ(r.status(id), "active fulfilled");
  r.wait(Duration::hours(2));
  EXPECT_EQ(r.status(id), "active fulfilled") << "its first instances are forgotten, not it";
}

TEST(RequestSpotInstances, AOneTimeRequestEndsWithItsInstance) {
  SpotRegion r;
  const std::string id = r.open();
  r.wait(Duration::minutes(2));
  r.ec2("TerminateInstances", {{"InstanceId.1", r.instance_of(id)}});
  EXPECT_EQ(r.status(id), "closed instance-terminated-by-user");
  r.wait(Duration::hours(2));
  EXPECT_EQ(r.status(id), "InvalidSpotInstanceRequestID.NotFound");
  EXPECT_TRUE(r.region.world().instances.empty());
}

TEST(RequestSpotInstances, RefusesWhatCannotBe) {
  SpotRegion r;
  const std::string spec = "LaunchSpecification.";
  EXPECT_EQ(r.request({{spec + "Colour", "red"}}).code(), "UnknownParameter");
  EXPECT_EQ(r.request({{spec + "UserData", "not base64!"}}).code(), "InvalidUserData.Malformed");
  EXPECT_EQ(r.request({{spec + "SubnetId", "subnet-1"}}).code(), "InvalidParameterCombination");
  EXPECT_EQ(r.request({{"InstanceInterruptionBehavior", "stop"}}).code(),
            "InvalidParameterCombination");
  EXPECT_EQ(r.request({{"Type", "persistent"}, {"InstanceInterruptionBehavior", "stop"}}).code(),
            "UnsupportedOperation");
  EXPECT_EQ(r.request({{"ValidUntil", "2026-03-01T11:00:00Z"}}).code(), "InvalidParameterValue");
  EXPECT_EQ(r.request({{"InstanceCount", "0"}}).code(), "InvalidParameterValue");
  EXPECT_EQ(r.request({{"TagSpecification.1.ResourceType", "instance"}}).code(),
            "InvalidParameterValue");
  EXPECT_TRUE(r.region.world().spot_requests.empty());
}

TEST(CancelSpotInstanceRequests, AnOpenRequestNeverLaunches) {
  SpotRegion r;
  r.region.drain_pool(kPool);
  const std::string id = r.open();
  r.wait(Duration::minutes(1));
  EXPECT_EQ(r.cancel(id).text("state"), "cancelled");
  EXPECT_EQ(r.status(id), "cancelled canceled-before-fulfillment");
  r.region.refill_pool(kPool);
  r.wait(Duration::minutes(30));
  EXPECT_TRUE(r.region.world().instances.empty());
  r.wait(Duration::hours(1));
  EXPECT_EQ(r.status(id), "InvalidSpotInstanceRequestID.NotFound");
}

TEST(CancelSpotInstanceRequests, LeavesARunningInstanceAlone) {
  SpotRegion r;
  const std::string id = r.open({{"Type", "persistent"}});
  r.wait(Duration::minutes(2));
  r.cancel(id);
  EXPECT_EQ(r.status(id), "cancelled request-canceled-and-instance-running");
  const std::string instance = r.instance_of(id);
  EXPECT_EQ(r.state_of(instance), "running");
  r.ec2("TerminateInstances", {{"InstanceId.1", instance}});
  r.wait(Duration::minutes(10));
  EXPECT_EQ(r.status(id), "cancelled instance-terminated-by-user");
  EXPECT_EQ(r.region.world().instances.size(), 1u);
}

TEST(CancelSpotInstanceRequests, MayComeTooLateForALaunchUnderWay) {
  int too_late = 0, in_time = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SpotRegion r(calm_options(seed));
    const std::string id = r.open();
    while (r.status(id) != "open pending-fulfillment") r.wait(Duration::millis(500));
    r.cancel(id);
    EXPECT_EQ(r.status(id), "cancelled canceled-before-fulfillment");
    r.wait(Duration::minutes(1));
    EXPECT_THAT(r.status(id), AnyOf("cancelled canceled-before-fulfillment",
                                    "cancelled request-canceled-and-instance-running"));
    ++(r.region.world().instances.empty() ? in_time : too_late);
  }
  EXPECT_GT(too_late, 0);
  EXPECT_GT(in_time, 0);
}

TEST(CancelSpotInstanceRequests, DoesNothingWhenOneIsUnknown) {
  SpotRegion r;
  r.region.drain_pool(kPool);
  const std::string id = r.open();
  EXPECT_EQ(r.ec2("CancelSpotInstanceRequests",
                  {{"SpotInstanceRequestId.1", id}, {"SpotInstanceRequestId.2", "sir-00000000"}})
                .code(),
            "InvalidSpotInstanceRequestID.NotFound");
  EXPECT_EQ(r.shown(id).state, "open");
}

TEST(RequestSpotInstances, WaitsForAZoneThatIsDown) {
  SpotRegion r;
  FaultSettings faults;
  faults.zones_down = {kPool.zone};
  r.region.set_faults(faults);
  const std::string id = r.open();
  r.wait(Duration::minutes(5));
  EXPECT_EQ(r.shown(id).status_code, "pending-evaluation");
  r.region.set_faults({});
  r.wait(Duration::minutes(2));
  EXPECT_EQ(r.shown(id).status_code, "fulfilled");
}

TEST(RequestSpotInstances, IsAccountedForInTheWorld) {
  SpotRegion r;
  r.region.drain_pool(kPool);
  r.open();
  const auto world = r.control("GET", "world").json();
  const auto& request = world.at("spot_requests").as_array().at(0).as_object();
  EXPECT_EQ(base::json::text_or_empty(request, "state"), "open");
  EXPECT_TRUE(request.at("may_launch").as_bool());
}

}  // namespace
}  // namespace sim
