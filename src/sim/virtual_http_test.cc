// Goal: each fault of the network does what it says and nothing else. Method: one S3 object,
// written through the door under one fault, and read past it.
#include "sim/virtual_http.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;

const Duration kTimeout = Duration::seconds(15);
const Duration kLong = Duration::minutes(3);

class VirtualHttpTest : public ::testing::Test {
 protected:
  void put() {
    net::Request request;
    request.method = "PUT";
    request.path = object_;
    request.headers.add("Host", "s3.us-east-2.amazonaws.com");
    request.body = "x";
    http_->send({}, std::move(request), kTimeout, [this](base::Result<net::Response> result) {
      ++answers_;
      answer_ = std::move(result);
    });
  }
  void run(Duration duration) {
    timeline_.run_until(timeline_.now() + duration);
    region_.now = timeline_.now();
  }
  bool took_effect() { return region_.s3("GET", object_).status == 200; }
  std::string code() const { return *answer_ ? "" : answer_->error().code; }

  TestRegion region_;
  Timeline timeline_{region_.region, region_.now};
  NetworkFaults faults_;
  bool partitioned_ = false;
  int exchanges_ = 0;
  std::unique_ptr<VirtualHttp> http_ = std::make_unique<VirtualHttp>(
      HostNetwork{"keeper-1", timeline_, region_.region, faults_, partitioned_,
                  [this](const Exchange& exchange) {
                    ++exchanges_;
                    EXPECT_EQ(exchange.action, "PUT " + object_);
                  }},
      base::Prng(1));
  const std::string object_ = "/" + region_.region.default_scene().bucket + "/k";
  int answers_ = 0;
  std::optional<base::Result<net::Response>> answer_;
};

TEST_F(VirtualHttpTest, AWayTakesAsLongAsItIsToldTo) {
  faults_.each_way = Duration::millis(25);
  put();
  run(Duration::millis(49));
  EXPECT_EQ(answers_, 0);
  run(Duration::millis(1));
  EXPECT_EQ(answers_, 1);
}

TEST_F(VirtualHttpTest, WithoutFaultsTheAnswerComesOnceWithinAFractionOfASecond) {
  put();
  EXPECT_EQ(answers_, 0) << "never within the call";
  run(Duration::millis(200));
  ASSERT_EQ(answers_, 1);
  EXPECT_EQ((*answer_)->status, 200);
  run(kLong);
  EXPECT_EQ(answers_, 1) << "the timeout is no second answer";
  EXPECT_EQ(exchanges_, 1);
}

TEST_F(VirtualHttpTest, ARefusedConnectionHasNoEffect) {
  faults_.refused_per_mille = 1000;
  put();
  run(kLong);
  ASSERT_EQ(answers_, 1);
  EXPECT_EQ(code(), "ConnectFailed");
  EXPECT_EQ(answer_->error().retry, base::Retry::kReconnect);
  EXPECT_FALSE(took_effect());
}

TEST_F(VirtualHttpTest, ALostRequestTimesOutWithoutEffect) {
  faults_.lost_request_per_mille = 1000;
  put();
  run(kTimeout);
  ASSERT_EQ(answers_, 1);
  EXPECT_EQ(code(), "Timeout");
  run(kLong);
  EXPECT_FALSE(took_effect());
}

TEST_F(VirtualHttpTest, ALostAnswerTimesOutAfterTheEffect) {
  faults_.lost_answer_per_mille = 1000;
  put();
  run(kTimeout);
  ASSERT_EQ(answers_, 1);
  EXPECT_EQ(answer_->error().retry, base::Retry::kUnknownOutcome);
  EXPECT_TRUE(took_effect());
}

TEST_F(VirtualHttpTest, APartitionLetsNothingThroughUntilItEnds) {
  partitioned_ = true;
  put();
  run(kLong);
  EXPECT_EQ(code(), "ConnectFailed");
  EXPECT_FALSE(took_effect());
  partitioned_ = false;
  put();
  run(kLong);
  EXPECT_EQ(code(), "");
}

TEST_F(VirtualHttpTest, APartitionThatBeginsUnderWaySwallowsTheAnswer) {
  put();
  partitioned_ = true;
  run(kLong);
  EXPECT_EQ(code(), "Timeout");
  EXPECT_TRUE(took_effect());
}

TEST_F(VirtualHttpTest, WhatADeadHostSentStillArrivesAndNobodyIsAnswered) {
  put();
  http_.reset();
  run(kLong);
  EXPECT_TRUE(took_effect());
  EXPECT_EQ(answers_, 0);
}

TEST_F(VirtualHttpTest, ALateRequestMayArriveAfterItsCallerGaveUp) {
  faults_.late_request_per_mille = 1000;
  int given_up_and_arrived = 0;
  for (int i = 0; i < 20; ++i) {
    const int before = exchanges_;
    put();
    run(kTimeout);
    if (exchanges_ > before) continue;
    EXPECT_EQ(code(), "Timeout");
    run(kLong);
    given_up_and_arrived += exchanges_ > before;
  }
  EXPECT_GT(given_up_and_arrived, 0);
}

TEST(ActionName, IsTheTargetTheActionOrTheMethodAndPath) {
  net::Request request;
  request.method = "GET";
  request.path = "/b/k";
  EXPECT_EQ(action_name(request), "GET /b/k");
  request.body = "Action=RunInstances&Version=2016-11-15";
  EXPECT_EQ(action_name(request), "RunInstances");
  request.headers.add("X-Amz-Target", "AmazonSQS.ReceiveMessage");
  EXPECT_EQ(action_name(request), "ReceiveMessage");
}

}  // namespace
}  // namespace sim
