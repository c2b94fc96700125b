// The door as a whole: routing, signatures, injected faults, determinism, the control API.
#include "sim/region.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/json.h"
#include "net/sigv4.h"
#include "sim/control_api.h"
#include "sim/hosted_region.h"
#include "sim/test_region.h"
#include "sim/token_bucket.h"

namespace sim {
namespace {

using base::Duration;

net::Request caller_identity() {
  net::Request request;
  request.method = "POST";
  request.headers.add("Host", "127.0.0.1:4566");
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "Action=GetCallerIdentity&Version=2011-06-15";
  return request;
}

net::Request receive_message(const std::string& url) {
  net::Request request;
  request.method = "POST";
  request.headers.add("X-Amz-Target", "AmazonSQS.ReceiveMessage");
  request.body =
      base::json::serialize(boost::json::object{{"QueueUrl", url}, {"WaitTimeSeconds", 20}});
  return request;
}

TEST(TokenBucket, RefillsWithTimeUpToItsCapacity) {
  const base::Instant start = base::Instant::from_unix_seconds(1'000'000);
  TokenBucket bucket({5, 2}, start);
  EXPECT_TRUE(bucket.take(5, start));
  EXPECT_FALSE(bucket.take(1, start + Duration::millis(499)));
  EXPECT_TRUE(bucket.take(1, start + Duration::millis(500)));
  EXPECT_FALSE(bucket.take(6, start + Duration::hours(10)));
  EXPECT_TRUE(bucket.take(5, start + Duration::hours(10)));
}

TEST(Region, VerifiesSignaturesByTheCallersClock) {
  RegionOptions options = calm_options();
  options.verify_signatures = true;
  Region region(options);
  const Scene& scene = region.default_scene();
  const base::Instant real = base::Instant::from_unix_seconds(1'900'000'000);
  net::Request request = caller_identity();
  EXPECT_EQ(region.handle(request, options.start, real).response.status, 403);
  net::sign(request, {scene.access_key, scene.secret_key, {}, {}}, {scene.region, "sts"}, real);
  EXPECT_EQ(region.handle(request, options.start, real).response.status, 200);
  const auto late = region.handle(request, options.start, real + Duration::minutes(16));
  EXPECT_NE(late.response.body.find("RequestExpired"), std::string::npos);
  request.body += "&x=y";
  const auto forged = region.handle(request, options.start, real);
  EXPECT_NE(forged.response.body.find("SignatureDoesNotMatch"), std::string::npos);
}

TEST(Region, ALostAnswerTookEffect) {
  TestRegion r;
  FaultSettings faults = r.region.faults();
  faults.lost_answer_per_mille = 1000;
  r.region.set_faults(faults);
  EXPECT_TRUE(r.region.handle(caller_identity(), r.now).is_lost);
  r.launch();
  EXPECT_EQ(r.region.world().instances.size(), 1u);
}

TEST(Region, AnInternalErrorMayHaveTakenEffectAndUnavailabilityNever) {
  TestRegion r;
  FaultSettings faults = r.region.faults();
  faults.error_500_per_mille = 1000;
  r.region.set_faults(faults);
  int effects = 0;
  for (int i = 0; i < 20; ++i) {
    const size_t before = r.region.world().instances.size();
    const Handled handled = r.region.handle(caller_identity(), r.now);
    EXPECT_EQ(handled.response.status, 500);
    EXPECT_TRUE(handled.acted_status == 200 || handled.acted_status == 0);
    EXPECT_EQ(r.run().code(), "InternalError");
    effects += r.region.world().instances.size() > before;
    r.wait(Duration::seconds(1));
  }
  EXPECT_GT(effects, 0);
  EXPECT_LT(effects, 20);
  const size_t before = r.region.world().instances.size();
  faults.error_500_per_mille = 0;
  faults.error_503_per_mille = 1000;
  r.region.set_faults(faults);
  EXPECT_EQ(r.run().code(), "Unavailable");
  EXPECT_EQ(r.region.world().instances.size(), before);
}

// Goal: a run is its seed. Method: a busy week under faults, hashed answer by answer.
std::string hash_of_week(uint64_t seed) {
  RegionOptions options = calm_options(seed);
  options.market = MarketKind::kGenerated;
  options.faults = FaultSettings{};
  options.faults.throttle_per_mille = 50;
  options.faults.duplicate_event_per_mille = 100;
  options.faults.lost_event_per_mille = 100;
  TestRegion r(options);
  std::string trace;
  for (int step = 0; step < 7 * 24; ++step) {
    trace += r.run({{"MaxCount", "3"}}).body;
    trace += r.ec2("DescribeInstances", {{"MaxResults", "100"}}).body;
    trace +=
        r.sqs("ReceiveMessage", {{"QueueUrl", "spotkeeper-events"}, {"MaxNumberOfMessages", 10}})
            .body;
    r.wait(Duration::hours(1));
  }
  return base::hex(base::as_text(base::sha256(trace + world_json(r.region.world()))));
}

TEST(Region, TheSameSeedGivesTheSameWeekAndAnotherSeedAnother) {
  const std::string first = hash_of_week(7);
  EXPECT_EQ(first, hash_of_week(7));
  EXPECT_NE(first, hash_of_week(8));
}

TEST(Region, RefusesActionsItDoesNotSimulate) {
  TestRegion r;
  EXPECT_EQ(r.ec2("CreateVolume").code(), "InvalidAction");
  EXPECT_EQ(r.elb("CreateLoadBalancer").code(), "InvalidAction");
  EXPECT_EQ(r.sqs("TagQueue", {}).code(), "UnsupportedOperation");
  EXPECT_EQ(r.events("CreateArchive", {}).code(), "UnknownOperationException");
}

TEST(ControlApi, ShowsTheSceneAndTheWorld) {
  TestRegion r;
  r.launch();
  const auto scene = r.control("GET", "scene").json();
  EXPECT_EQ(scene.at("subnets").as_array().size(), 3u);
  EXPECT_EQ(scene.at("queue_url"), "http://127.0.0.1:4566/123456789012/spotkeeper-events");
  const auto world = r.control("GET", "world").json();
  EXPECT_EQ(world.at("instances").as_array()[0].as_object().at("state"), "pending");
}

TEST(ControlApi, InterruptsDrainsAndRefuses) {
  TestRegion r;
  const std::string id = r.launch()[0];
  const auto post = [&](const std::string& path, const std::string& body) {
    return r.control("POST", path, body).status;
  };
  EXPECT_EQ(post("interrupt", R"({"instance_id":")" + id + R"(","kind":"unwarned"})"), 200);
  EXPECT_FALSE(r.region.world().instances.begin()->second.is_live());
  EXPECT_EQ(post("interrupt", R"({"instance_id":")" + id + R"(","kind":"unwarned"})"), 404);
  EXPECT_EQ(post("interrupt", R"({"instance_id":"x","kind":"gently"})"), 400);
  EXPECT_EQ(post("pools/drain", R"({"instance_type":"c6i.large","zone":"us-east-2a"})"), 200);
  EXPECT_EQ(r.run().code(), "InsufficientInstanceCapacity");
  EXPECT_EQ(post("pools/drain", R"({"instance_type":"none","zone":"us-east-2a"})"), 404);
  EXPECT_EQ(post("faults", "rubbish"), 400);
}

TEST(ControlApi, ChangesOnlyTheFaultsItNames) {
  TestRegion r;
  const std::string body = R"({"throttle_per_mille": 1000, "zones_down": ["us-east-2c"]})";
  EXPECT_EQ(r.control("POST", "faults", body).status, 200);
  EXPECT_EQ(r.run().code(), "RequestLimitExceeded");
  EXPECT_EQ(r.region.faults().zones_down.size(), 1u);
  r.control("POST", "faults", R"({"throttle_per_mille": 0})");
  EXPECT_EQ(r.region.faults().zones_down.size(), 1u);
  for (const char* bad : {R"({"throttle": 1})", R"({"throttle_per_mille": 1001})",
                          R"({"stale_reads_ms": -1})", R"({"is_drought": 1})"})
    EXPECT_EQ(r.control("POST", "faults", bad).status, 400) << bad;
}

class HostedRegionTest : public testing::Test {
 protected:
  void send_message() {
    net::Request request;
    request.method = "POST";
    request.headers.add("X-Amz-Target", "AmazonSQS.SendMessage");
    request.body = R"({"QueueUrl":"spotkeeper-events","MessageBody":"came"})";
    hosted.handle(
        request, [](net::Response) {}, real);
  }

  void poll() {
    hosted.handle(
        receive_message("spotkeeper-events"),
        [this](net::Response response) { answers.push_back(response.body); }, real);
  }

  base::Instant real = base::Instant::from_unix_seconds(1'900'000'000);
  HostedRegion hosted{calm_options(), 10, real};
  std::vector<std::string> answers;
};

TEST_F(HostedRegionTest, AnswersAHeldReceiveWhenAMessageComes) {
  poll();
  EXPECT_TRUE(answers.empty());
  send_message();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_NE(answers[0].find("came"), std::string::npos);
}

TEST_F(HostedRegionTest, AnswersAHeldReceiveWhenItsSimulatedWaitEnds) {
  poll();
  EXPECT_EQ(hosted.next_tick_at(real), real + Duration::millis(2001));
  real = real + Duration::millis(1999);
  hosted.tick(real);
  EXPECT_TRUE(answers.empty());
  real = real + Duration::millis(2);
  hosted.tick(real);
  EXPECT_EQ(answers, std::vector<std::string>{"{}"});
}

TEST_F(HostedRegionTest, KeepsALostAnswerLongerThanClientsWait) {
  FaultSettings faults = hosted.region().faults();
  faults.lost_answer_per_mille = 1000;
  hosted.region().set_faults(faults);
  std::vector<int> statuses;
  const auto reply = [&](net::Response response) { statuses.push_back(response.status); };
  hosted.handle(caller_identity(), reply, real);
  hosted.tick(real + Duration::seconds(60));
  EXPECT_TRUE(statuses.empty());
  hosted.tick(real + Duration::seconds(66));
  EXPECT_EQ(statuses, std::vector<int>{504});
}

TEST_F(HostedRegionTest, ALateCallTakesEffectLater) {
  FaultSettings faults = hosted.region().faults();
  faults.late_call_per_mille = 1000;
  faults.most_call_delay = Duration::seconds(60);
  hosted.region().set_faults(faults);
  send_message();
  const auto messages = [this] {
    return hosted.region().world().queues.at("spotkeeper-events").messages.size();
  };
  EXPECT_EQ(messages(), 0u);
  EXPECT_GT(hosted.next_tick_at(real), real);
  EXPECT_LE(hosted.next_tick_at(real), real + Duration::millis(6001));
  hosted.tick(real + Duration::seconds(7));
  EXPECT_EQ(messages(), 1u);
}

TEST_F(HostedRegionTest, ItsClockCanJumpAndChangePaceButNotGoBack) {
  const auto clock = [&](const std::string& body) {
    net::Request request;
    request.method = body.empty() ? "GET" : "POST";
    request.path = "/_sim/clock";
    request.body = body;
    net::Response answer;
    hosted.handle(
        request, [&](net::Response response) { answer = response; }, real);
    return answer;
  };
  const base::Instant before = hosted.region().now();
  EXPECT_EQ(clock(R"({"advance_ms": 3600000})").status, 200);
  EXPECT_EQ(hosted.region().now(), before + Duration::hours(1));
  EXPECT_EQ(clock(R"({"speed": 100})").status, 200);
  real = real + Duration::seconds(1);
  hosted.tick(real);
  EXPECT_EQ(hosted.region().now(), before + Duration::hours(1) + Duration::seconds(100));
  EXPECT_EQ(clock(R"({"advance_ms": -1})").status, 400);
  EXPECT_EQ(clock(R"({"speed": 0})").status, 400);
  hosted.tick(real - Duration::seconds(30));
  EXPECT_EQ(hosted.region().now(), before + Duration::hours(1) + Duration::seconds(100));
}

}  // namespace
}  // namespace sim
