// Goal: what our codecs, signer and client send is understood by an independent implementation of
// AWS, and what that one answers is understood by us.
// Method: one test per call, each against the moto server that tests/peers/run has started and
// furnished. The tests stand in the order of an instance's life and share the world: the launch's
// instance is registered, described and terminated. A call that moto lacks is recorded as such.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <semaphore>

#include "aws/assumed_role.h"
#include "aws/aws_cloud.h"
#include "aws/fake_clock.h"
#include "aws/profile_credentials.h"
#include "aws/s3_ledger.h"
#include "aws/sqs_queue.h"
#include "aws/web_identity.h"
#include "base/json.h"
#include "model/fleet_request.h"
#include "model/launch_request.h"
#include "model/spot_request.h"
#include "ports/ledger_contract.h"

namespace aws {
namespace {

using testing::Contains;
using testing::Key;
using testing::SizeIs;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  EXPECT_TRUE(value) << name << " is not set: run tests/peers/run";
  return value ? value : "";
}

// The name of something that moto_world.py has made.
std::string world(const char* name) {
  const auto names = base::json::parse_object(variable("SPOTKEEPER_PEER_WORLD"));
  return names ? base::json::text_or_empty(*names, name) : "";
}

Endpoints endpoints() {
  return *Endpoints::make(variable("SPOTKEEPER_PEER_REGION"), variable("SPOTKEEPER_PEER_ENDPOINT"));
}

bool is_lacking(const base::Error& error) {
  return error.code == "Http501" || error.code == "NotYetImplemented" ||
         error.code == "InvalidAction";
}

class Moto : public testing::Test {
 protected:
  // The reply, or nothing after having said why: a failure, or a call that moto lacks.
  template <class T>
  std::optional<T> ask(model::Call call) {
    return ask_with<T>(client, std::move(call));
  }

  template <class T>
  std::optional<T> ask_with(SignedClient& signer, model::Call call) {
    std::promise<model::CallCompleted> promise;
    const auto cloud = make_aws_cloud(signer, endpoints(), clock, [&](model::CallCompleted done) {
      promise.set_value(std::move(done));
    });
    cloud->submit({1}, std::move(call));
    const base::Result<model::Reply> result = promise.get_future().get().result;
    if (result) return std::get<T>(*result);
    note(result.error());
    return std::nullopt;
  }

  void note(const base::Error& error) {
    if (is_lacking(error)) {
      RecordProperty("peer", "lacks it");
    } else {
      ADD_FAILURE() << base::to_string(error);
    }
  }

  FakeClock clock;  // moto looks at no signature's time.
  std::unique_ptr<net::HttpClient> http = net::make_http_client({});
  std::unique_ptr<CredentialsProvider> credentials =
      *make_environment_credentials(process_environment());
  SignedClient client{*http, *credentials, clock, variable("SPOTKEEPER_PEER_REGION")};

  // The instance of the test RunInstances, for those after it.
  static inline model::InstanceId launched;
  static inline model::FleetId fleet_id;  // Likewise, of the test CreateFleet.
  const model::TargetGroupArn group{world("target_group")};

  void TearDown() override { http.reset(); }  // Before what its callbacks use.
};

model::RunInstances launch() {
  model::LaunchParameters launch;
  launch.group = model::GroupName("web");
  launch.launch = {"k3x", 1};
  launch.launch_template = model::LaunchTemplateId(world("launch_template"));
  launch.template_version = 1;
  launch.type = model::InstanceType("c6i.xlarge");
  launch.subnet = model::SubnetId(world("subnet"));
  launch.client_token = "peer-test-token";
  return {model::launch_request_body(launch)};
}

TEST_F(Moto, GetCallerIdentity) {
  const auto identity = ask<model::CallerIdentity>(model::GetCallerIdentity{});
  if (!identity) return;
  EXPECT_EQ(identity->account.str(), "123456789012");
}

TEST_F(Moto, AssumeRole) {
  const auto role = make_assumed_role(
      *http, *credentials, clock, endpoints(),
      {"arn:aws:iam::123456789012:role/ops/keeper", role_session_name("peer"), "their-id"});
  std::promise<base::Result<net::Credentials>> promise;
  role->get([&](auto got) { promise.set_value(std::move(got)); });
  const auto got = promise.get_future().get();
  if (!got) return note(got.error());
  EXPECT_FALSE(got->session_token.empty());
  EXPECT_TRUE(got->expires_at);
  SignedClient as_role{*http, *role, clock, variable("SPOTKEEPER_PEER_REGION")};
  const auto identity = ask_with<model::CallerIdentity>(as_role, model::GetCallerIdentity{});
  http.reset();  // Before what its callbacks use.
  if (!identity) return;
  EXPECT_EQ(identity->arn.substr(0, identity->arn.find('/')),
            "arn:aws:sts::123456789012:assumed-role");
  EXPECT_TRUE(identity->arn.ends_with("/spotkeeper-peer")) << identity->arn;
}

// moto looks at no token; that the call is unsigned and its answer read is what counts here.
TEST_F(Moto, AssumeRoleWithWebIdentity) {
  const std::string file = testing::TempDir() + "spotkeeper_peer_token";
  std::ofstream(file) << "a.b.c\n";
  const Endpoints sts = endpoints();
  const auto role = make_web_identity_role(
      {process_environment(), "", "tests", *http, *http, clock, sts, nullptr},
      {"arn:aws:iam::123456789012:role/keeper", "spotkeeper-tests", file});
  std::promise<base::Result<net::Credentials>> promise;
  role->get([&](auto got) { promise.set_value(std::move(got)); });
  const base::Result<net::Credentials> session = promise.get_future().get();
  std::remove(file.c_str());
  http.reset();  // Before what its callbacks use.
  if (!session) return note(session.error());
  EXPECT_FALSE(session->access_key.empty());
  EXPECT_FALSE(session->session_token.empty());
  EXPECT_TRUE(session->expires_at);
}

TEST_F(Moto, DescribeSubnets) {
  const auto reply =
      ask<model::SubnetsReply>(model::DescribeSubnets{{model::SubnetId(world("subnet"))}, {}});
  if (!reply) return;
  ASSERT_THAT(reply->subnets, SizeIs(1));
  EXPECT_EQ(reply->subnets[0].zone.str(), world("zone"));
  EXPECT_GT(reply->subnets[0].available_addresses, 0);
}

TEST_F(Moto, DescribeImages) {
  const model::ImageId id(world("image"));
  const auto reply = ask<model::ImagesReply>(model::DescribeImages{{id}});
  if (!reply) return;
  ASSERT_THAT(reply->images, SizeIs(1));
  EXPECT_EQ(reply->images[0].id, id);
  EXPECT_EQ(reply->images[0].state, "available");
}

TEST_F(Moto, DescribeKeyPairs) {
  const auto reply = ask<model::KeyPairsReply>(model::DescribeKeyPairs{{world("key_pair")}});
  if (!reply) return;
  EXPECT_EQ(reply->names, std::vector{world("key_pair")});
}

TEST_F(Moto, DescribeSecurityGroups) {
  const model::SecurityGroupId id(world("security_group"));
  const auto reply = ask<model::SecurityGroupsReply>(model::DescribeSecurityGroups{{id}});
  if (!reply) return;
  ASSERT_THAT(reply->groups, SizeIs(1));
  EXPECT_EQ(reply->groups[0].id, id);
  EXPECT_EQ(reply->groups[0].vpc, world("vpc"));
}

TEST_F(Moto, DescribeLaunchTemplateVersions) {
  const auto reply = ask<model::LaunchTemplateVersionsReply>(model::DescribeLaunchTemplateVersions{
      model::LaunchTemplateId(world("launch_template")), "$Latest", {}});
  if (!reply) return;
  ASSERT_THAT(reply->versions, SizeIs(1));
  EXPECT_EQ(reply->versions[0].number, 1);
  EXPECT_EQ(reply->versions[0].image.str(), world("image"));
  EXPECT_EQ(reply->versions[0].type.str(), "c6i.large");
}

TEST_F(Moto, DescribeAvailabilityZones) {
  model::DescribeAvailabilityZones call;
  call.filters = {{"zone-name", {world("zone")}}};
  const auto reply = ask<model::AvailabilityZonesReply>(call);
  if (!reply) return;
  ASSERT_THAT(reply->zones, SizeIs(1));
  EXPECT_EQ(reply->zones[0].state, "available");
  EXPECT_EQ(reply->zones[0].id.str().substr(0, 7), "use2-az");
}

TEST_F(Moto, DescribeInstanceTypes) {
  model::DescribeInstanceTypes call;
  call.types = {model::InstanceType("c6i.large")};
  const auto reply = ask<model::InstanceTypesReply>(call);
  if (!reply) return;
  const model::InstanceTypeInfo expected{
      model::InstanceType("c6i.large"), 2, 4096, {"x86_64"}, true, true, false, false};
  EXPECT_THAT(reply->types, testing::ElementsAre(expected));
}

TEST_F(Moto, CreateLaunchTemplateAndItsVersion) {
  model::CreateLaunchTemplate made;
  made.name = "made";
  made.data.image = model::ImageId(world("image"));
  made.data.type = model::InstanceType("c6i.large");
  made.data.user_data = "#!/bin/sh\n";
  made.data.block_devices.resize(1);
  made.data.block_devices[0].device = "/dev/sdf";
  made.data.block_devices[0].size_gib = 8;
  made.tags = {{"spotkeeper:group", "made"}};
  const auto reply = ask<model::LaunchTemplatesReply>(made);
  if (!reply) return;
  ASSERT_THAT(reply->templates, SizeIs(1));
  EXPECT_EQ(reply->templates[0].name, "made");
  EXPECT_THAT(reply->templates[0].tags, Contains(model::Tag{"spotkeeper:group", "made"}));
  model::CreateLaunchTemplateVersion version;
  version.id = reply->templates[0].id;
  version.data = made.data;
  version.data.type = model::InstanceType("m6i.large");
  const auto second = ask<model::LaunchTemplateVersionsReply>(version);
  if (!second) return;
  ASSERT_THAT(second->versions, SizeIs(1));
  EXPECT_EQ(second->versions[0].number, 2);
  EXPECT_EQ(second->versions[0].type.str(), "m6i.large");
}

TEST_F(Moto, DescribeLaunchTemplates) {
  model::DescribeLaunchTemplates call;
  call.names = {"web"};
  const auto reply = ask<model::LaunchTemplatesReply>(call);
  if (!reply) return;
  ASSERT_THAT(reply->templates, SizeIs(1));
  EXPECT_EQ(reply->templates[0].id.str(), world("launch_template"));
  EXPECT_EQ(reply->templates[0].latest_version, 1);
}

TEST_F(Moto, DescribeSpotPriceHistory) {
  model::DescribeSpotPriceHistory call;
  call.types = {model::InstanceType("c6i.large")};
  call.start = clock.time - base::Duration::hours(1);
  call.end = clock.time;
  const auto reply = ask<model::SpotPricesReply>(call);
  if (!reply) return;
  ASSERT_FALSE(reply->prices.empty());
  EXPECT_EQ(reply->prices[0].pool.type.str(), "c6i.large");
  EXPECT_GT(reply->prices[0].price.micros(), 0);
}

TEST_F(Moto, RunInstances) {
  const auto reply = ask<model::InstancesReply>(launch());
  if (!reply) return;
  ASSERT_THAT(reply->instances, SizeIs(1));
  const model::Instance& instance = reply->instances[0];
  launched = instance.id;
  EXPECT_EQ(instance.type.str(), "c6i.xlarge");
  EXPECT_EQ(instance.lifecycle, model::Lifecycle::kSpot);
  EXPECT_EQ(instance.subnet.str(), world("subnet"));
  EXPECT_EQ(instance.image.str(), world("image"));
  ASSERT_TRUE(instance.tag(model::kLaunchTag));
  EXPECT_EQ(*instance.tag(model::kLaunchTag), "k3x.1");
}

TEST_F(Moto, CreateFleet) {
  model::FleetParameters fleet;
  fleet.group = model::GroupName("fleet");
  fleet.launch = {"k3x", 2};
  fleet.launch_template = model::LaunchTemplateId(world("launch_template"));
  fleet.template_version = 1;
  fleet.overrides = {{model::InstanceType("c6i.xlarge"), model::SubnetId(world("subnet")), {}, {}}};
  fleet.spot_count = 2;
  fleet.client_token = "peer-test-fleet";
  const auto reply = ask<model::FleetReply>(model::CreateFleet{model::fleet_request_body(fleet)});
  if (!reply) return;
  EXPECT_FALSE(reply->id.empty());
  size_t launched_here = 0;
  for (const model::FleetInstances& part : reply->launched) {
    launched_here += part.ids.size();
    EXPECT_EQ(part.lifecycle, model::Lifecycle::kSpot);
    EXPECT_EQ(part.from.launch_template, fleet.launch_template);
    EXPECT_EQ(part.from.type.str(), "c6i.xlarge");
  }
  EXPECT_EQ(launched_here, 2u);
  fleet_id = reply->id;
}

TEST_F(Moto, DescribeFleets) {
  const auto reply = ask<model::FleetsReply>(model::DescribeFleets{{fleet_id}, {}, 0, {}});
  if (!reply) return;
  ASSERT_THAT(reply->fleets, SizeIs(1));
  EXPECT_EQ(reply->fleets[0].id, fleet_id);
  EXPECT_EQ(reply->fleets[0].state, "active");
}

TEST_F(Moto, CreateTags) {
  EXPECT_TRUE(ask<model::Done>(
      model::CreateTags{{launched.str()}, {{model::kDoomedTag, "2026-03-01 & later"}}}));
}

TEST_F(Moto, DescribeInstances) {
  model::DescribeInstances call;
  call.filters = {{"tag:spotkeeper:group", {"web"}},
                  {"instance-state-name", {"pending", "running"}}};
  call.max_results = 100;
  const auto reply = ask<model::InstancesReply>(call);
  if (!reply) return;
  ASSERT_THAT(reply->instances, SizeIs(1));
  const model::Instance& instance = reply->instances[0];
  EXPECT_EQ(instance.id, launched);
  EXPECT_EQ(instance.zone.str(), world("zone"));
  EXPECT_FALSE(instance.private_ip.empty());
  ASSERT_TRUE(instance.tag(model::kDoomedTag));
  EXPECT_EQ(*instance.tag(model::kDoomedTag), "2026-03-01 & later");
}

TEST_F(Moto, DescribeInstancesOfAnUnknownId) {
  std::promise<model::CallCompleted> promise;
  const auto cloud = make_aws_cloud(client, endpoints(), clock, [&](model::CallCompleted done) {
    promise.set_value(std::move(done));
  });
  cloud->submit({1},
                model::DescribeInstances{{model::InstanceId("i-0123456789abcdef0")}, {}, 0, {}});
  const auto result = promise.get_future().get().result;
  ASSERT_FALSE(result);
  EXPECT_TRUE(model::is_not_found(result.error().code)) << base::to_string(result.error());
}

TEST_F(Moto, DescribeInstanceStatus) {
  const auto reply =
      ask<model::InstanceStatusReply>(model::DescribeInstanceStatus{{launched}, {}, 0, {}});
  if (!reply) return;
  ASSERT_THAT(reply->statuses, SizeIs(1));
  EXPECT_EQ(reply->statuses[0].id, launched);
  EXPECT_EQ(reply->statuses[0].system, model::CheckStatus::kOk);
}

TEST_F(Moto, DescribeSpotInstanceRequests) {
  const auto reply = ask<model::SpotRequestsReply>(model::DescribeSpotInstanceRequests{
      {model::SpotRequestId(world("spot_request"))}, {}, 0, {}});
  if (!reply) return;
  ASSERT_THAT(reply->requests, SizeIs(1));
  EXPECT_EQ(reply->requests[0].state, "active");
  EXPECT_EQ(reply->requests[0].status_code, "fulfilled");
  EXPECT_FALSE(reply->requests[0].instance.empty());
}

TEST_F(Moto, RequestSpotInstancesAndCancelSpotInstanceRequests) {
  model::SpotRequestParameters wanted;
  wanted.launch.image = model::ImageId(world("image"));
  wanted.launch.type = model::InstanceType("c6i.large");
  wanted.launch.user_data = "#!/bin/sh\n";
  wanted.max_price = base::Money::usd_micros(100'000);
  wanted.tags = {{"spotkeeper:group", "spot"}};
  wanted.client_token = "peer-test-spot";
  const auto reply =
      ask<model::SpotRequestsReply>(model::RequestSpotInstances{model::spot_request_body(wanted)});
  if (!reply) return;
  ASSERT_THAT(reply->requests, SizeIs(1));
  EXPECT_EQ(reply->requests[0].type, model::SpotRequestType::kOneTime);
  EXPECT_THAT(reply->requests[0].tags, Contains(model::Tag{"spotkeeper:group", "spot"}));
  const model::SpotRequestId id = reply->requests[0].id;
  const auto gone = ask<model::CancelledSpotRequestsReply>(model::CancelSpotInstanceRequests{{id}});
  if (!gone) return;
  EXPECT_THAT(gone->cancelled, testing::ElementsAre(model::CancelledSpotRequest{id, "cancelled"}));
}

TEST_F(Moto, RegisterTargets) {
  EXPECT_TRUE(ask<model::Done>(model::RegisterTargets{group, {{launched, 8080}}}));
}

TEST_F(Moto, DescribeTargetHealth) {
  const auto reply = ask<model::TargetHealthReply>(model::DescribeTargetHealth{group});
  if (!reply) return;
  ASSERT_THAT(reply->targets, SizeIs(1));
  EXPECT_EQ(reply->targets[0].target, (model::Target{launched, 8080}));
  EXPECT_FALSE(reply->targets[0].state.empty());
}

TEST_F(Moto, ModifyTargetGroupAttributes) {
  EXPECT_TRUE(ask<model::Done>(
      model::ModifyTargetGroupAttributes{group, {{"deregistration_delay.timeout_seconds", "90"}}}));
}

TEST_F(Moto, DescribeTargetGroupAttributes) {
  const auto reply =
      ask<model::TargetGroupAttributesReply>(model::DescribeTargetGroupAttributes{group});
  if (!reply) return;
  ASSERT_THAT(reply->attributes, Contains(Key("deregistration_delay.timeout_seconds")));
  EXPECT_EQ(reply->attributes.at("deregistration_delay.timeout_seconds"), "90");
}

TEST_F(Moto, DeregisterTargets) {
  EXPECT_TRUE(ask<model::Done>(model::DeregisterTargets{group, {{launched, 8080}}}));
}

// One of two members leaves, and the minimum is one: the next may not.
TEST_F(Moto, DescribeAutoScalingGroupsAndDetachInstances) {
  const model::AutoScalingGroupName old(world("auto_scaling_group"));
  const auto shown =
      ask<model::AutoScalingGroupsReply>(model::DescribeAutoScalingGroups{{old}, 100, {}});
  if (!shown) return;
  ASSERT_THAT(shown->groups, SizeIs(1));
  ASSERT_THAT(shown->groups[0].members, SizeIs(2));
  EXPECT_EQ(shown->groups[0].min, 1);
  const model::InstanceId id = shown->groups[0].members[0].id;
  const auto members =
      ask<model::AutoScalingInstancesReply>(model::DescribeAutoScalingInstances{{id}, {}});
  if (!members) return;
  EXPECT_THAT(members->members,
              testing::ElementsAre(model::AutoScalingMember{id, old, "InService"}));
  EXPECT_TRUE(ask<model::Done>(model::DetachInstances{old, {id}}));
  const auto after =
      ask<model::AutoScalingGroupsReply>(model::DescribeAutoScalingGroups{{old}, 0, {}});
  if (!after) return;
  ASSERT_THAT(after->groups, SizeIs(1));
  EXPECT_EQ(after->groups[0].desired, 1);
}

TEST_F(Moto, TerminateInstances) {
  EXPECT_TRUE(ask<model::Done>(model::TerminateInstances{{launched}}));
}

TEST_F(Moto, PutEvents) {
  const auto reply = ask<model::PutEventsReply>(
      model::PutEvents{{{"spotkeeper", "Slot Replaced", R"({"slot":"web-a"})"}}});
  if (!reply) return;
  ASSERT_THAT(reply->entries, SizeIs(1));
  EXPECT_FALSE(reply->entries[0].event_id.empty());
}

// ---- the queue ----

class MotoQueue : public Moto {
 protected:
  template <class T>
  T wait(std::function<void(std::function<void(base::Result<T>)>)> start) {
    std::promise<base::Result<T>> promise;
    start([&](base::Result<T> result) { promise.set_value(std::move(result)); });
    base::Result<T> result = promise.get_future().get();
    if (!result) note(result.error());
    return std::move(result).value_or(T{});
  }

  ports::QueueDepth depth() {
    return wait<ports::QueueDepth>([&](auto done) { queue->depth(std::move(done)); });
  }

  std::unique_ptr<ports::Queue> queue = make_sqs_queue(client, endpoints(), world("queue_url"));
};

TEST_F(MotoQueue, GetQueueAttributes) { EXPECT_EQ(depth().visible, 2); }

TEST_F(MotoQueue, ReceiveMessageAndDeleteMessageBatch) {
  using Messages = std::vector<ports::QueueMessage>;
  const auto messages = wait<Messages>([&](auto done) {
    queue->receive({10, base::Duration::seconds(1), base::Duration::seconds(60)}, std::move(done));
  });
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].body, "first");
  EXPECT_EQ(messages[1].body, "second \u00e9");
  EXPECT_EQ(messages[0].receive_count, 1);
  EXPECT_GT(messages[0].sent_at.unix_ms(), 0);
  EXPECT_EQ(depth().in_flight, 2);
  const auto left = wait<std::vector<std::string>>([&](auto done) {
    queue->remove({messages[0].receipt, "no such receipt"}, std::move(done));
  });
  EXPECT_THAT(left, testing::ElementsAre("no such receipt"));
  EXPECT_EQ(depth().in_flight, 1);
}

// ---- the ledger ----

TEST_F(Moto, S3Ledger) {
  std::counting_semaphore<> completed{0};
  ports::expect_ledger_contract([&](const ports::CompletionSink& sink) {
    const auto announce = [&, sink](model::CallCompleted call) {
      sink(std::move(call));
      completed.release();
    };
    // The suite submits one call at a time.
    const auto settle = [&] { completed.acquire(); };
    return ports::OpenedLedger{
        make_s3_ledger(client, endpoints(), {world("bucket"), "keeper"}, clock, announce), settle};
  });
}

}  // namespace
}  // namespace aws
