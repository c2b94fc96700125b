#include "aws/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/answer.h"
#include "aws/test_support.h"

namespace aws {
namespace {

using base::Instant;
using base::Retry;
using model::Call;
using testing::ElementsAre;
using testing::Pair;

const model::InstanceId kFirst("i-0a10000000000001");
const model::InstanceId kSecond("i-0a10000000000002");
const model::TargetGroupArn kGroup("arn:aws:elasticloadbalancing:us-east-2:123456789012:tg/web/1");

// Every call of the cloud with a golden answer that fits it.
std::vector<std::pair<Call, std::string>> answered_calls() {
  model::PutEvents two;
  two.entries.resize(2);
  return {{model::RunInstances{}, "run_instances.xml"},
          {model::CreateFleet{}, "create_fleet.xml"},
          {model::RequestSpotInstances{}, "request_spot_instances.xml"},
          {model::CancelSpotInstanceRequests{}, "cancel_spot_instance_requests.xml"},
          {model::TerminateInstances{}, "terminate_instances.xml"},
          {model::DescribeInstances{}, "describe_instances.xml"},
          {model::DescribeInstanceStatus{}, "describe_instance_status.xml"},
          {model::DescribeSpotInstanceRequests{}, "describe_spot_instance_requests.xml"},
          {model::DescribeSpotPriceHistory{}, "describe_spot_price_history.xml"},
          {model::CreateTags{}, "create_tags.xml"},
          {model::DescribeFleets{}, "describe_fleets.xml"},
          {model::DescribeSubnets{}, "describe_subnets.xml"},
          {model::DescribeAvailabilityZones{}, "describe_availability_zones.xml"},
          {model::DescribeImages{}, "describe_images.xml"},
          {model::DescribeKeyPairs{}, "describe_key_pairs.xml"},
          {model::DescribeSecurityGroups{}, "describe_security_groups.xml"},
          {model::DescribeInstanceTypes{}, "describe_instance_types.xml"},
          {model::GetSpotPlacementScores{}, "get_spot_placement_scores.xml"},
          {model::CreateLaunchTemplate{}, "create_launch_template.xml"},
          {model::CreateLaunchTemplateVersion{}, "create_launch_template_version.xml"},
          {model::DescribeLaunchTemplates{}, "describe_launch_templates.xml"},
          {model::DescribeLaunchTemplateVersions{}, "describe_launch_template_versions.xml"},
          {model::RegisterTargets{}, "register_targets.xml"},
          {model::DeregisterTargets{}, "deregister_targets.xml"},
          {model::DescribeTargetHealth{}, "describe_target_health.xml"},
          {model::DescribeTargetGroupAttributes{}, "describe_target_group_attributes.xml"},
          {model::ModifyTargetGroupAttributes{}, "modify_target_group_attributes.xml"},
          {model::DescribeAutoScalingGroups{}, "describe_auto_scaling_groups.xml"},
          {model::DescribeAutoScalingInstances{}, "describe_auto_scaling_instances.xml"},
          {model::DetachInstances{}, "detach_instances.xml"},
          {two, "put_events.json"},
          {model::GetCallerIdentity{}, "get_caller_identity.xml"}};
}

TEST(Encode, AQueryIsAPostedFormToTheEndpointsBasePath) {
  const net::Request request =
      encode(model::GetCallerIdentity{}, *net::parse_endpoint("http://127.0.0.1:4566/base"));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/base/");
  EXPECT_EQ(request.headers.get("host"), "127.0.0.1:4566");
  EXPECT_EQ(request.headers.get("content-type"),
            "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(request.body, "Action=GetCallerIdentity&Version=2011-06-15");
}

TEST(Encode, ALaunchGoesOutByteForByte) {
  const std::string body = "Action=RunInstances&Version=2016-11-15&odd=%2a+b&";
  EXPECT_EQ(encode(model::RunInstances{body}, endpoint()).body, body);
  EXPECT_EQ(encode(model::CreateFleet{body}, endpoint()).body, body);
}

TEST(Encode, DescribeInstancesCountsFiltersAndTheirValuesFromOne) {
  model::DescribeInstances call;
  call.filters = {{"tag:spotkeeper:group", {"web"}},
                  {"instance-state-name", {"pending", "running"}}};
  call.max_results = 1000;
  call.next = "page-2==";
  EXPECT_THAT(
      fields_of(call),
      ElementsAre(Pair("Filter.1.Name", "tag:spotkeeper:group"), Pair("Filter.1.Value.1", "web"),
                  Pair("Filter.2.Name", "instance-state-name"), Pair("Filter.2.Value.1", "pending"),
                  Pair("Filter.2.Value.2", "running"), Pair("MaxResults", "1000"),
                  Pair("NextToken", "page-2==")));
}

TEST(Encode, DescribesByIdSendNoPageSize) {
  EXPECT_THAT(fields_of(model::DescribeInstances{{kFirst, kSecond}, {}, 0, {}}),
              ElementsAre(Pair("InstanceId.1", kFirst.str()), Pair("InstanceId.2", kSecond.str())));
  EXPECT_THAT(fields_of(model::DescribeInstanceStatus{{kFirst}, {}, 0, {}}),
              ElementsAre(Pair("InstanceId.1", kFirst.str())));
  EXPECT_THAT(
      fields_of(model::DescribeSpotInstanceRequests{{model::SpotRequestId("sir-1")}, {}, 0, {}}),
      ElementsAre(Pair("SpotInstanceRequestId.1", "sir-1")));
  EXPECT_THAT(fields_of(model::TerminateInstances{{kFirst}}),
              ElementsAre(Pair("InstanceId.1", kFirst.str())));
  EXPECT_THAT(fields_of(model::DescribeSubnets{{model::SubnetId("subnet-1")}, {}}),
              ElementsAre(Pair("SubnetId.1", "subnet-1")));
}

TEST(Encode, PriceHistoryNamesTypesProductAndTimes) {
  model::DescribeSpotPriceHistory call;
  call.types = {model::InstanceType("c6i.large")};
  call.start = Instant::from_unix_seconds(0);
  call.end = Instant::from_unix_seconds(3600);
  EXPECT_THAT(fields_of(call), ElementsAre(Pair("InstanceType.1", "c6i.large"),
                                           Pair("ProductDescription.1", "Linux/UNIX"),
                                           Pair("StartTime", "1970-01-01T00:00:00Z"),
                                           Pair("EndTime", "1970-01-01T01:00:00Z")));
}

TEST(Encode, CreateTagsNamesResourcesThenTags) {
  EXPECT_THAT(
      fields_of(model::CreateTags{{kFirst.str()}, {{"a", "1"}, {"b", ""}}}),
      ElementsAre(Pair("ResourceId.1", kFirst.str()), Pair("Tag.1.Key", "a"),
                  Pair("Tag.1.Value", "1"), Pair("Tag.2.Key", "b"), Pair("Tag.2.Value", "")));
}

TEST(Encode, ALaunchTemplateVersionIsAskedForByItsName) {
  EXPECT_THAT(
      fields_of(
          model::DescribeLaunchTemplateVersions{model::LaunchTemplateId("lt-1"), "$Latest", {}}),
      ElementsAre(Pair("LaunchTemplateId", "lt-1"), Pair("LaunchTemplateVersion.1", "$Latest")));
}

TEST(Encode, TargetsAreMembersOfAList) {
  const std::vector<model::Target> targets{{kFirst, 80}, {kSecond, 8080}};
  const auto expected =
      ElementsAre(Pair("TargetGroupArn", kGroup.str()), Pair("Targets.member.1.Id", kFirst.str()),
                  Pair("Targets.member.1.Port", "80"), Pair("Targets.member.2.Id", kSecond.str()),
                  Pair("Targets.member.2.Port", "8080"));
  EXPECT_THAT(fields_of(model::RegisterTargets{kGroup, targets}), expected);
  EXPECT_THAT(fields_of(model::DeregisterTargets{kGroup, targets}), expected);
}

TEST(Encode, TargetGroupCallsNameTheGroup) {
  const auto group = Pair("TargetGroupArn", kGroup.str());
  EXPECT_THAT(fields_of(model::DescribeTargetHealth{kGroup}), ElementsAre(group));
  EXPECT_THAT(fields_of(model::DescribeTargetGroupAttributes{kGroup}), ElementsAre(group));
  EXPECT_THAT(fields_of(model::ModifyTargetGroupAttributes{kGroup, {{"k", "v"}}}),
              ElementsAre(group, Pair("Attributes.member.1.Key", "k"),
                          Pair("Attributes.member.1.Value", "v")));
}

TEST(Encode, PutEventsIsJsonWithATarget) {
  const net::Request request =
      encode(model::PutEvents{{{"spotkeeper", "Slot Replaced", R"({"a":1})"}}}, endpoint());
  EXPECT_EQ(request.headers.get("X-Amz-Target"), "AWSEvents.PutEvents");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(
      request.body,
      R"({"Entries":[{"Source":"spotkeeper","DetailType":"Slot Replaced","Detail":"{\"a\":1}"}]})");
}

TEST(Service, EveryCallOfTheCloudHasOne) {
  for (const auto& [call, file] : answered_calls())
    EXPECT_FALSE(service_of(call).empty()) << action_of(call);
  EXPECT_EQ(service_of(model::DescribeTargetHealth{}), "elasticloadbalancing");
  EXPECT_EQ(service_of(model::PutEvents{}), "events");
  EXPECT_EQ(service_of(model::GetCallerIdentity{}), "sts");
  EXPECT_EQ(service_of(model::CreateTags{}), "ec2");
}

TEST(Decode, ALaunchAnswersItsInstancesWithTheirTags) {
  const auto reply = decoded<model::InstancesReply>(model::RunInstances{}, "run_instances.xml");
  ASSERT_EQ(reply.instances.size(), 1u);
  const model::Instance& instance = reply.instances[0];
  EXPECT_EQ(instance.id, kFirst);
  EXPECT_EQ(instance.state, model::InstanceState::kPending);
  EXPECT_EQ(instance.state_reason, "pending");
  ASSERT_TRUE(instance.tag(model::kLaunchTag));
  EXPECT_EQ(*instance.tag(model::kLaunchTag), "k3x.17");
}

TEST(Decode, DescribeInstancesJoinsReservationsAndKeepsEveryField) {
  const auto reply =
      decoded<model::InstancesReply>(model::DescribeInstances{}, "describe_instances.xml");
  EXPECT_EQ(reply.next, "page-2==");
  ASSERT_EQ(reply.instances.size(), 2u);
  model::Instance first;
  first.id = kFirst;
  first.type = model::InstanceType("c6i.large");
  first.state = model::InstanceState::kRunning;
  first.lifecycle = model::Lifecycle::kSpot;
  first.zone = model::Zone("us-east-2a");
  first.subnet = model::SubnetId("subnet-0a10000000000001");
  first.image = model::ImageId("ami-0a10000000000001");
  first.spot_request = model::SpotRequestId("sir-0a1000001");
  first.private_ip = "10.0.1.17";
  first.public_ip = "203.0.113.7";
  first.public_dns = "ec2-203-0-113-7.us-east-2.compute.amazonaws.com";
  first.launch_time = *base::parse_iso8601("2026-03-01T12:00:00Z");
  first.tags = {{"Name", "a & b <\u00fc>"}, {"empty", ""}};
  EXPECT_EQ(reply.instances[0], first);
}

TEST(Decode, AnInstanceWithoutTagsSubnetOrLifecycleIsOnDemand) {
  const auto reply =
      decoded<model::InstancesReply>(model::DescribeInstances{}, "describe_instances.xml");
  ASSERT_EQ(reply.instances.size(), 2u);
  const model::Instance& second = reply.instances[1];
  EXPECT_EQ(second.state, model::InstanceState::kTerminated);
  EXPECT_EQ(second.lifecycle, model::Lifecycle::kOnDemand);
  EXPECT_EQ(second.state_reason, "Server.SpotInstanceTermination");
  EXPECT_TRUE(second.tags.empty());
}

TEST(Decode, InstanceStatusKeepsTheTwoChecksApart) {
  const auto reply = decoded<model::InstanceStatusReply>(model::DescribeInstanceStatus{},
                                                         "describe_instance_status.xml");
  EXPECT_THAT(reply.statuses, ElementsAre(model::InstanceStatus{
                                  kFirst, model::InstanceState::kRunning, model::CheckStatus::kOk,
                                  model::CheckStatus::kImpaired}));
}

TEST(Decode, SpotRequestsTellTheirStatusAndPerhapsAnInstance) {
  const auto reply = decoded<model::SpotRequestsReply>(model::DescribeSpotInstanceRequests{},
                                                       "describe_spot_instance_requests.xml");
  ASSERT_EQ(reply.requests.size(), 2u);
  EXPECT_EQ(reply.requests[0], (model::SpotRequest{model::SpotRequestId("sir-0a1000001"),
                                                   "active",
                                                   "marked-for-termination",
                                                   *base::parse_iso8601("2026-03-01T13:00:00Z"),
                                                   kFirst,
                                                   model::SpotRequestType::kOneTime,
                                                   {}}));
  EXPECT_TRUE(reply.requests[1].instance.empty());
  EXPECT_EQ(reply.next, "");
}

TEST(Decode, PricesAreExact) {
  const auto reply = decoded<model::SpotPricesReply>(model::DescribeSpotPriceHistory{},
                                                     "describe_spot_price_history.xml");
  const model::Pool pool{model::InstanceType("c6i.large"), model::Zone("us-east-2a"),
                         model::kLinux};
  EXPECT_THAT(reply.prices,
              ElementsAre(model::SpotPrice{pool, base::Money::usd_micros(31'200),
                                           *base::parse_iso8601("2026-03-01T11:00:00Z")}));
  EXPECT_EQ(reply.next, "more");
}

TEST(Decode, SubnetsTellTheirZoneAndFreeAddresses) {
  const auto reply = decoded<model::SubnetsReply>(model::DescribeSubnets{}, "describe_subnets.xml");
  ASSERT_EQ(reply.subnets.size(), 1u);
  EXPECT_EQ(reply.subnets[0].id.str(), "subnet-0a10000000000001");
  EXPECT_EQ(reply.subnets[0].zone.str(), "us-east-2a");
  EXPECT_EQ(reply.subnets[0].vpc, "vpc-0a10000000000001");
  EXPECT_EQ(reply.subnets[0].available_addresses, 251);
}

TEST(Decode, ATemplateVersionHasItsNumberImageAndType) {
  const auto reply = decoded<model::LaunchTemplateVersionsReply>(
      model::DescribeLaunchTemplateVersions{}, "describe_launch_template_versions.xml");
  ASSERT_EQ(reply.versions.size(), 1u);
  EXPECT_EQ(reply.versions[0].id.str(), "lt-0a10000000000001");
  EXPECT_EQ(reply.versions[0].number, 3);
  EXPECT_TRUE(reply.versions[0].is_default);
  EXPECT_EQ(reply.versions[0].image.str(), "ami-0a10000000000001");
  EXPECT_EQ(reply.versions[0].type.str(), "c6i.large");
}

TEST(Decode, TargetHealthTellsStateAndReason) {
  const auto reply = decoded<model::TargetHealthReply>(model::DescribeTargetHealth{},
                                                       "describe_target_health.xml");
  ASSERT_EQ(reply.targets.size(), 2u);
  EXPECT_EQ(reply.targets[0].target, (model::Target{kFirst, 8080}));
  EXPECT_EQ(reply.targets[0].state, "unhealthy");
  EXPECT_EQ(reply.targets[0].reason, "Target.FailedHealthChecks");
  EXPECT_EQ(reply.targets[1].state, "healthy");
  EXPECT_EQ(reply.targets[1].reason, "");
}

TEST(Decode, TargetGroupAttributesAreAMap) {
  const auto reply = decoded<model::TargetGroupAttributesReply>(
      model::DescribeTargetGroupAttributes{}, "describe_target_group_attributes.xml");
  EXPECT_THAT(reply.attributes, ElementsAre(Pair("deregistration_delay.timeout_seconds", "90"),
                                            Pair("stickiness.enabled", "false")));
}

TEST(Decode, EachEntryOfPutEventsSucceedsOrFailsAlone) {
  model::PutEvents call;
  call.entries.resize(2);
  const auto reply = decoded<model::PutEventsReply>(call, "put_events.json");
  ASSERT_EQ(reply.entries.size(), 2u);
  EXPECT_EQ(reply.entries[0].event_id, "6b1f0d1e-0000-4000-8000-000000000014");
  EXPECT_EQ(reply.entries[1].error_code, "ThrottlingException");
}

TEST(Decode, PutEventsThatAnswersForFewerEntriesIsMalformed) {
  model::PutEvents three;
  three.entries.resize(3);
  const auto reply = decode(three, response(200, golden("put_events.json")));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, kMalformedAnswer);
}

TEST(Decode, WeAreWhoStsSays) {
  const auto reply =
      decoded<model::CallerIdentity>(model::GetCallerIdentity{}, "get_caller_identity.xml");
  EXPECT_EQ(reply.account.str(), "123456789012");
  EXPECT_EQ(reply.arn, "arn:aws:sts::123456789012:assumed-role/keeper/i-0a10000000000001");
}

TEST(Decode, EveryGoldenAnswerIsReadByItsCall) {
  for (const auto& [call, file] : answered_calls())
    EXPECT_TRUE(decode(call, response(200, golden(file)))) << file;
}

TEST(Decode, AnAnswerCutAnywhereIsMalformedAndMayHaveHappened) {
  for (const auto& [call, file] : answered_calls()) {
    const std::string whole = golden(file);
    const size_t last = whole.find_last_of(">}");
    const Retry retry = is_mutating(call) ? Retry::kUnknownOutcome : Retry::kBackoff;
    for (size_t length = 0; length <= last; ++length) {
      const auto reply = decode(call, response(200, whole.substr(0, length)));
      ASSERT_FALSE(reply) << file << " cut at " << length;
      ASSERT_EQ(reply.error().code, kMalformedAnswer) << file << " cut at " << length;
      ASSERT_EQ(reply.error().retry, retry) << file << " cut at " << length;
    }
  }
}

TEST(Decode, HtmlWithStatus200IsMalformed) {
  const std::string html = "<html><body>Welcome to the hotel's network</body></html>";
  for (const auto& [call, file] : answered_calls())
    EXPECT_EQ(decode(call, response(200, html)).error().code, kMalformedAnswer) << action_of(call);
}

TEST(Decode, TheAnswerOfAnotherActionIsMalformed) {
  const auto reply =
      decode(model::DescribeInstances{}, response(200, golden("describe_subnets.xml")));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message,
            "expected DescribeInstancesResponse, got an element DescribeSubnetsResponse");
}

TEST(Decode, AListThatIsMissingIsNotAnEmptyList) {
  const std::string in_result = "<DescribeTargetHealthResponse><DescribeTargetHealthResult>";
  const std::string out_of_it = "</DescribeTargetHealthResult></DescribeTargetHealthResponse>";
  const struct {
    Call call;
    std::string before, list, after;
  } cases[] = {
      {model::DescribeInstances{}, "<DescribeInstancesResponse>", "<reservationSet/>",
       "</DescribeInstancesResponse>"},
      {model::DescribeSubnets{}, "<DescribeSubnetsResponse>", "<subnetSet/>",
       "</DescribeSubnetsResponse>"},
      {model::DescribeTargetHealth{}, in_result, "<TargetHealthDescriptions/>", out_of_it},
  };
  for (const auto& [call, before, list, after] : cases) {
    EXPECT_TRUE(decode(call, response(200, before + list + after))) << action_of(call);
    EXPECT_FALSE(decode(call, response(200, before + after))) << action_of(call);
  }
}

TEST(Decode, ALaunchThatSucceedsWithoutAnInstanceMayHaveHappened) {
  for (const char* list : {"", "<instancesSet/>"}) {
    const std::string body =
        std::string("<RunInstancesResponse>") + list + "</RunInstancesResponse>";
    const auto reply = decode(model::RunInstances{}, response(200, body));
    ASSERT_FALSE(reply) << list;
    EXPECT_EQ(reply.error().retry, Retry::kUnknownOutcome) << list;
  }
}

TEST(Decode, AFieldThatIsMissingOrOddFailsTheAnswer) {
  const struct {
    const char *from, *to;
  } changes[] = {{"<name>running</name>", "<name>rebooting</name>"},
                 {"<instanceId>i-0a10000000000001</instanceId>", ""},
                 {"2026-03-01T12:00:00.000Z", "noon"},
                 {"<key>Name</key>", ""},
                 {"<availabilityZone>us-east-2a</availabilityZone>", ""}};
  for (const auto& [from, to] : changes) {
    std::string body = golden("describe_instances.xml");
    body.replace(body.find(from), std::string(from).size(), to);
    const auto reply = decode(model::DescribeInstances{}, response(200, body));
    ASSERT_FALSE(reply) << from;
    EXPECT_EQ(reply.error().code, kMalformedAnswer) << from;
  }
}

TEST(Decode, ErrorsOfEveryProtocolKeepTheirCodeAndMessage) {
  const auto ec2 = decode(model::RunInstances{}, response(400, golden("error_ec2.xml"))).error();
  EXPECT_EQ(ec2.code, "IdempotentParameterMismatch");
  EXPECT_EQ(ec2.message, "The token was used with other parameters.");
  EXPECT_EQ(ec2.retry, Retry::kNever);
  const auto elb =
      decode(model::DescribeTargetHealth{}, response(400, golden("error_query.xml"))).error();
  EXPECT_EQ(elb.code, "TargetGroupNotFound");
  const auto events = decode(model::PutEvents{}, response(400, golden("error_json.json"))).error();
  EXPECT_EQ(events.code, "AccessDeniedException");
  EXPECT_EQ(events.message, "not allowed to put events");
}

TEST(Decode, AThrottleIsBackoffEvenForAMutation) {
  const std::string body =
      "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error>"
      "</Errors></Response>";
  EXPECT_EQ(decode(model::RunInstances{}, response(503, body)).error().retry, Retry::kBackoff);
}

TEST(Decode, AStatusWithoutAwssCodeIsNamedByItsNumber) {
  for (const char* body :
       {"", "<html><h1>Bad Gateway</h1></html>", "{\"status\":502}", "502", "{"}) {
    const auto mutation = decode(model::RunInstances{}, response(502, body)).error();
    EXPECT_EQ(mutation.code, "Http502") << body;
    EXPECT_EQ(mutation.retry, Retry::kUnknownOutcome) << body;
    const auto read = decode(model::DescribeSubnets{}, response(502, body)).error();
    EXPECT_EQ(read.retry, Retry::kBackoff) << body;
  }
}

TEST(Decode, AJsonErrorMayComeInAHeaderAlone) {
  net::Response empty{400, {}, ""};
  empty.headers.add("x-amzn-errortype", "ThrottlingException:http://internal/");
  EXPECT_EQ(decode(model::PutEvents{}, empty).error().code, "ThrottlingException");
}

TEST(DecodeDeathTest, ALedgerCallIsABug) {
  EXPECT_DEATH(encode(model::LedgerRead{}, endpoint()), "LedgerRead");
}

}  // namespace
}  // namespace aws
