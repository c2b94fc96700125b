#include "app/queue_identity.h"

#include <gtest/gtest.h>

namespace app {
namespace {

TEST(QueueIdentity, IsRegionAccountAndNameUnderEveryHostOfAws) {
  for (const char* host :
       {"sqs.us-east-2.amazonaws.com", "us-east-2.queue.amazonaws.com", "sqs.us-east-2.api.aws",
        "SQS.us-east-2.amazonaws.com:443", "sqs-fips.us-east-2.amazonaws.com",
        "vpce-0a1b2c3d-4e5f6a7b.sqs.us-east-2.vpce.amazonaws.com"})
    EXPECT_EQ(queue_identity("https://" + std::string(host) + "/111122223333/events"),
              "us-east-2/111122223333/events")
        << host;
  EXPECT_EQ(queue_identity("https://queue.amazonaws.com/111122223333/q"),
            queue_identity("https://sqs.us-east-1.amazonaws.com/111122223333/q"));
  EXPECT_EQ(queue_identity("https://cn-north-1.queue.amazonaws.com.cn/111122223333/q"),
            queue_identity("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q"));
  EXPECT_EQ(queue_identity("https://sqs.us-gov-west-1.amazonaws.com/111122223333/q"),
            "us-gov-west-1/111122223333/q");
}

TEST(QueueIdentity, DiffersWhereTheQueuesDo) {
  const std::string one = queue_identity("https://sqs.us-east-2.amazonaws.com/111122223333/q");
  for (const char* other :
       {"https://sqs.us-east-1.amazonaws.com/111122223333/q",
        "https://sqs.us-east-2.amazonaws.com/999922223333/q",
        "https://sqs.us-east-2.amazonaws.com/111122223333/Q",
        "https://sqs.us-east-2.example/111122223333/q", "http://127.0.0.1:4566/111122223333/q"})
    EXPECT_NE(queue_identity(other), one) << other;
}

TEST(QueueIdentity, OfOtherHostsIsTheWholeAddress) {
  EXPECT_EQ(queue_identity("http://127.0.0.1:4566/000000000000/q"),
            "127.0.0.1:4566/000000000000/q");
  EXPECT_NE(queue_identity("http://127.0.0.1:4566/000000000000/q"),
            queue_identity("http://127.0.0.1:4567/000000000000/q"));
  EXPECT_EQ(queue_identity("no URL"), "no URL");
}

}  // namespace
}  // namespace app
