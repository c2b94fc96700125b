#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "sim/test_region.h"

namespace sim {
namespace {

using base::Duration;
using Object = boost::json::object;
using testing::IsEmpty;
using testing::SizeIs;

class SqsTest : public testing::Test {
 protected:
  std::string make(const std::string& name, Object attributes = {}) {
    return base::json::text_or_empty(
        r.sqs("CreateQueue", {{"QueueName", name}, {"Attributes", std::move(attributes)}}).json(),
        "QueueUrl");
  }

  void send(const std::string& url, const std::string& body) {
    ASSERT_EQ(r.sqs("SendMessage", {{"QueueUrl", url}, {"MessageBody", body}}).code(), "");
  }

  std::vector<Object> receive(const std::string& url, int most = 10) {
    const Object reply =
        r.sqs("ReceiveMessage", {{"QueueUrl", url}, {"MaxNumberOfMessages", most}}).json();
    std::vector<Object> messages;
    if (const auto* list = base::json::find_array(reply, "Messages"))
      for (const auto& message : *list) messages.push_back(message.as_object());
    return messages;
  }

  Reply remove(const std::string& url, const Object& message) {
    return r.sqs("DeleteMessage",
                 {{"QueueUrl", url}, {"ReceiptHandle", message.at("ReceiptHandle")}});
  }

  TestRegion r;
};

TEST_F(SqsTest, AReceivedMessageIsHiddenUntilItsVisibilityTimeoutEnds) {
  const std::string url = make("q", {{"VisibilityTimeout", "10"}});
  send(url, "one");
  EXPECT_THAT(receive(url), SizeIs(1));
  EXPECT_THAT(receive(url), IsEmpty());
  r.wait(Duration::seconds(10));
  EXPECT_THAT(receive(url), SizeIs(1));
}

TEST_F(SqsTest, OnlyTheLastReceiptDeletes) {
  const std::string url = make("q", {{"VisibilityTimeout", "0"}});
  send(url, "one");
  const Object first = receive(url, 1)[0];
  const Object second = receive(url, 1)[0];
  EXPECT_EQ(remove(url, first).code(), "");
  EXPECT_THAT(r.region.world().queues.at("q").messages, SizeIs(1));
  EXPECT_EQ(remove(url, second).code(), "");
  EXPECT_THAT(r.region.world().queues.at("q").messages, IsEmpty());
}

TEST_F(SqsTest, AReceiptOfAnotherQueueIsInvalid) {
  const std::string url = make("q"), other = make("other");
  send(url, "one");
  EXPECT_EQ(remove(other, receive(url)[0]).code(), "ReceiptHandleIsInvalid");
}

TEST_F(SqsTest, VisibilityCanBeExtendedAndEnded) {
  const std::string url = make("q", {{"VisibilityTimeout", "10"}});
  send(url, "one");
  const Object message = receive(url)[0];
  const auto change = [&](int seconds) {
    return r.sqs("ChangeMessageVisibility", {{"QueueUrl", url},
                                             {"ReceiptHandle", message.at("ReceiptHandle")},
                                             {"VisibilityTimeout", seconds}});
  };
  EXPECT_EQ(change(60).code(), "");
  r.wait(Duration::seconds(30));
  EXPECT_THAT(receive(url), IsEmpty());
  EXPECT_EQ(change(0).code(), "");
  EXPECT_EQ(change(5).code(), "MessageNotInflight");
  EXPECT_THAT(receive(url), SizeIs(1));
}

TEST_F(SqsTest, ADelayedMessageComesLater) {
  const std::string url = make("q");
  r.sqs("SendMessage", {{"QueueUrl", url}, {"MessageBody", "late"}, {"DelaySeconds", 5}});
  EXPECT_THAT(receive(url), IsEmpty());
  r.wait(Duration::seconds(5));
  EXPECT_THAT(receive(url), SizeIs(1));
}

TEST_F(SqsTest, MessagesExpire) {
  const std::string url = make("q", {{"MessageRetentionPeriod", "60"}});
  send(url, "one");
  r.wait(Duration::seconds(61));
  EXPECT_THAT(receive(url), IsEmpty());
  EXPECT_THAT(r.region.world().queues.at("q").messages, IsEmpty());
}

TEST_F(SqsTest, PoisonIsRedrivenAfterItsReceives) {
  make("dead");
  const std::string url = make(
      "q", {{"VisibilityTimeout", "0"},
            {"RedrivePolicy", R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-2:123456789012:dead",)"
                              R"("maxReceiveCount":2})"}});
  send(url, "poison");
  EXPECT_THAT(receive(url, 1), SizeIs(1));
  EXPECT_THAT(receive(url, 1), SizeIs(1));
  EXPECT_THAT(receive(url, 1), IsEmpty());
  EXPECT_THAT(r.region.world().queues.at("dead").messages, SizeIs(1));
}

TEST_F(SqsTest, ADuplicateStaysVisible) {
  FaultSettings faults = r.region.faults();
  faults.duplicate_receive_per_mille = 1000;
  r.region.set_faults(faults);
  const std::string url = make("q");
  send(url, "twice");
  EXPECT_THAT(receive(url), SizeIs(1));
  EXPECT_THAT(receive(url), SizeIs(1));
}

TEST_F(SqsTest, AnEmptyReceiveSaysHowLongItMayBeAskedAgain) {
  const std::string url = make("q");
  net::Request request;
  request.method = "POST";
  request.headers.add("X-Amz-Target", "AmazonSQS.ReceiveMessage");
  request.body = base::json::serialize(Object{{"QueueUrl", url}, {"WaitTimeSeconds", 20}});
  const Handled empty = r.region.handle(request, r.now);
  EXPECT_EQ(empty.response.body, "{}");
  EXPECT_EQ(empty.poll_until, r.now + Duration::seconds(20));
  send(url, "came");
  const Handled again = r.region.resume(request, r.now);
  EXPECT_EQ(again.poll_until, r.now);
  EXPECT_NE(again.response.body.find("came"), std::string::npos);
}

TEST_F(SqsTest, BatchesAreBoundedAndAnswerPerEntry) {
  const std::string url = make("q");
  boost::json::array entries;
  for (int i = 0; i < 11; ++i)
    entries.push_back(Object{{"Id", std::to_string(i)}, {"MessageBody", "m"}});
  const auto batch = [&](const boost::json::array& list) {
    return r.sqs("SendMessageBatch", {{"QueueUrl", url}, {"Entries", list}});
  };
  EXPECT_EQ(batch(entries).code(), "TooManyEntriesInBatchRequest");
  EXPECT_EQ(batch({}).code(), "EmptyBatchRequest");
  EXPECT_EQ(
      batch({Object{{"Id", "a"}, {"MessageBody", "x"}}, Object{{"Id", "a"}, {"MessageBody", "y"}}})
          .code(),
      "BatchEntryIdsNotDistinct");
  const Object mixed =
      batch({Object{{"Id", "a"}, {"MessageBody", "x"}}, Object{{"Id", "b"}}}).json();
  EXPECT_EQ(mixed.at("Successful").as_array().size(), 1u);
  EXPECT_EQ(mixed.at("Failed").as_array()[0].as_object().at("Id"), "b");
}

TEST_F(SqsTest, CreatingAQueueAgainWithOtherAttributesIsRefused) {
  const std::string url = make("q", {{"VisibilityTimeout", "10"}});
  EXPECT_EQ(make("q", {{"VisibilityTimeout", "10"}}), url);
  EXPECT_EQ(r.sqs("CreateQueue", {{"QueueName", "q"}, {"Attributes", {{"VisibilityTimeout", "9"}}}})
                .code(),
            "QueueNameExists");
}

TEST_F(SqsTest, OutOfRangeAndMalformedInputIsRefused) {
  const std::string url = make("q");
  const auto code = [&](Object in) {
    in["QueueUrl"] = url;
    return r.sqs("ReceiveMessage", in).code();
  };
  EXPECT_EQ(code({{"MaxNumberOfMessages", 0}}), "InvalidParameterValue");
  EXPECT_EQ(code({{"WaitTimeSeconds", 21}}), "InvalidParameterValue");
  EXPECT_EQ(code({{"VisibilityTimeout", "soon"}}), "InvalidParameterValue");
  EXPECT_EQ(r.sqs("SendMessage", {{"QueueUrl", url}}).code(), "MissingParameter");
  EXPECT_EQ(r.sqs("ReceiveMessage", {{"QueueUrl", "none"}}).code(), "QueueDoesNotExist");
  EXPECT_EQ(
      r.sqs("SetQueueAttributes", {{"QueueUrl", url}, {"Attributes", {{"FifoQueue", "1"}}}}).code(),
      "InvalidAttributeName");
}

TEST_F(SqsTest, TheQueryProtocolHasTheSameOperationsAndItsOwnCodes) {
  const std::string url = r.sqs_query("CreateQueue", {{"QueueName", "q"},
                                                      {"Attribute.1.Name", "VisibilityTimeout"},
                                                      {"Attribute.1.Value", "7"}})
                              .text("QueueUrl");
  EXPECT_EQ(r.region.world().queues.at("q").attributes.at("VisibilityTimeout"), "7");
  r.sqs_query("SendMessageBatch", {{"QueueUrl", url},
                                   {"SendMessageBatchRequestEntry.1.Id", "a"},
                                   {"SendMessageBatchRequestEntry.1.MessageBody", "<x>"}});
  const Reply got = r.sqs_query(
      "ReceiveMessage",
      {{"QueueUrl", url}, {"MaxNumberOfMessages", "10"}, {"AttributeName.1", "SentTimestamp"}});
  EXPECT_EQ(got.text("Body"), "<x>");
  EXPECT_EQ(got.text("Name"), "SentTimestamp");
  EXPECT_EQ(r.sqs_query("GetQueueUrl", {{"QueueName", "none"}}).code(),
            "AWS.SimpleQueueService.NonExistentQueue");
  EXPECT_EQ(
      r.sqs_query("ReceiveMessage", {{"QueueUrl", url}, {"MaxNumberOfMessages", "11"}}).code(),
      "InvalidParameterValue");
}

}  // namespace
}  // namespace sim
