#include "aws/sqs_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fake_clock.h"
#include "aws/fake_http.h"
#include "aws/golden.h"

namespace aws {
namespace {

using base::Duration;
using base::Retry;
using testing::ElementsAre;
using testing::IsEmpty;

class SqsQueueTest : public testing::Test {
 protected:
  base::Result<std::vector<ports::QueueMessage>> receive(ports::ReceiveOptions options = {}) {
    base::Result<std::vector<ports::QueueMessage>> answer = base::fail("NotCalled", "");
    queue->receive(options, [&](auto result) { answer = std::move(result); });
    return answer;
  }
  base::Result<std::vector<std::string>> remove(std::vector<std::string> receipts) {
    base::Result<std::vector<std::string>> answer = base::fail("NotCalled", "");
    queue->remove(std::move(receipts), [&](auto result) { answer = std::move(result); });
    return answer;
  }
  base::Result<ports::QueueDepth> depth() {
    base::Result<ports::QueueDepth> answer = base::fail("NotCalled", "");
    queue->depth([&](auto result) { answer = std::move(result); });
    return answer;
  }

  FakeHttpClient http{answering(200, "{}")};
  FakeClock clock;
  std::unique_ptr<CredentialsProvider> keys = make_static_credentials({"key", "secret", "", {}});
  SignedClient client{http, *keys, clock, "us-east-2"};
  std::unique_ptr<ports::Queue> queue =
      make_sqs_queue(client, *Endpoints::make("us-east-2", ""),
                     "https://sqs.us-east-2.amazonaws.com/123456789012/notices");
};

TEST_F(SqsQueueTest, AReceiveAsksInSqssJsonAndOutwaitsTheLongPoll) {
  ASSERT_TRUE(receive({10, Duration::seconds(20), Duration::seconds(60)}));
  const FakeHttpClient::Sent& sent = http.sent.at(0);
  EXPECT_EQ(sent.request.headers.get("X-Amz-Target"), "AmazonSQS.ReceiveMessage");
  EXPECT_EQ(sent.request.headers.get("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(sent.request.body,
            R"({"QueueUrl":"https://sqs.us-east-2.amazonaws.com/123456789012/notices",)"
            R"("MaxNumberOfMessages":10,"WaitTimeSeconds":20,"VisibilityTimeout":60,)"
            R"("MessageSystemAttributeNames":["SentTimestamp","ApproximateReceiveCount"]})");
  EXPECT_GT(sent.timeout, Duration::seconds(20));
}

TEST_F(SqsQueueTest, AMessageHasItsReceiptBodyAgeAndCount) {
  http.answer = answering(200, golden("receive_message.json"));
  const auto messages = receive();
  ASSERT_TRUE(messages) << base::to_string(messages.error());
  ASSERT_EQ(messages->size(), 1u);
  const ports::QueueMessage& message = messages->front();
  EXPECT_EQ(message.id, "6b1f0d1e-0000-4000-8000-000000000017");
  EXPECT_EQ(message.receipt, "AQEBreceipt==");
  EXPECT_EQ(message.body, R"({"detail-type":"EC2 Spot Instance Interruption Warning"})");
  EXPECT_EQ(message.sent_at, base::Instant::from_unix_ms(1'772'366'400'123));
  EXPECT_EQ(message.receive_count, 2);
}

TEST_F(SqsQueueTest, AnEmptyReceiveIsNoMessages) { EXPECT_THAT(*receive(), IsEmpty()); }

TEST_F(SqsQueueTest, ABodyThatDoesNotFitItsMd5ComesAgainLater) {
  std::string changed = golden("receive_message.json");
  changed.replace(changed.find("Warning"), 7, "warning");
  http.answer = answering(200, changed);
  const auto messages = receive();
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().retry, Retry::kBackoff);
}

TEST_F(SqsQueueTest, AnAnswerCutAnywhereIsAnError) {
  const std::string whole = golden("receive_message.json");
  for (size_t length = 0; length <= whole.find_last_of('}'); ++length) {
    http.answer = answering(200, whole.substr(0, length));
    ASSERT_FALSE(receive()) << "cut at " << length;
  }
}

TEST_F(SqsQueueTest, WhatSqsDoesNotCallDeletedIsAnswered) {
  http.answer = answering(200, golden("delete_message_batch.json"));
  const auto left = remove({"r0", "r1", "r2"});
  ASSERT_TRUE(left) << base::to_string(left.error());
  EXPECT_THAT(*left, ElementsAre("r1", "r2"));
  EXPECT_EQ(http.sent.at(0).request.body,
            R"({"QueueUrl":"https://sqs.us-east-2.amazonaws.com/123456789012/notices",)"
            R"("Entries":[{"Id":"0","ReceiptHandle":"r0"},{"Id":"1","ReceiptHandle":"r1"},)"
            R"({"Id":"2","ReceiptHandle":"r2"}]})");
}

TEST_F(SqsQueueTest, RemovingNothingSendsNothing) {
  EXPECT_THAT(*remove({}), IsEmpty());
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(SqsQueueTest, DepthCountsTheVisibleAndTheOnesInFlight) {
  http.answer = answering(200, golden("get_queue_attributes.json"));
  const auto found = depth();
  ASSERT_TRUE(found) << base::to_string(found.error());
  EXPECT_EQ(found->visible, 12);
  EXPECT_EQ(found->in_flight, 3);
}

TEST_F(SqsQueueTest, ADepthWithoutNumbersIsAnErrorAndNotZero) {
  http.answer = answering(200, R"({"Attributes":{"ApproximateNumberOfMessages":"many"}})");
  EXPECT_FALSE(depth());
}

TEST_F(SqsQueueTest, AMissingQueueIsToldByItsBareCode) {
  http.answer = answering(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist"})");
  const auto messages = receive();
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().code, "QueueDoesNotExist");
  EXPECT_TRUE(model::is_not_found(messages.error().code));
  EXPECT_EQ(messages.error().context, "ReceiveMessage");
}

TEST_F(SqsQueueTest, AnUnansweredReceiveMayBeRepeated) {
  http.answer = failing("Timeout", Retry::kUnknownOutcome);
  EXPECT_EQ(receive().error().retry, Retry::kBackoff);
}

}  // namespace
}  // namespace aws
