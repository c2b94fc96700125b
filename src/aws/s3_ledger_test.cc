#include "aws/s3_ledger.h"

#include <gtest/gtest.h>

#include <map>

#include "aws/fake_clock.h"
#include "aws/fake_http.h"
#include "aws/golden.h"
#include "base/digest.h"
#include "ports/ledger_contract.h"

namespace aws {
namespace {

using base::Retry;

// As much of S3 as a ledger sees: objects by path, with conditional writes.
class FakeS3 {
 public:
  net::Response operator()(const FakeHttpClient::Sent& sent) {
    const net::Request& request = sent.request;
    const auto found = objects_.find(request.path);
    if (request.method == "GET") {
      if (found == objects_.end()) return error(404, "NoSuchKey");
      return with_etag(found->second);
    }
    const std::string* match = request.headers.find("If-Match");
    if (match && found == objects_.end()) return error(404, "NoSuchKey");
    if (match && etag(found->second) != *match) return error(412, "PreconditionFailed");
    if (!match && found != objects_.end()) return error(412, "PreconditionFailed");
    objects_[request.path] = request.body;
    net::Response response = with_etag(request.body);
    response.body.clear();
    return response;
  }

 private:
  static std::string etag(const std::string& body) {
    return '"' + base::hex(base::as_text(base::md5(body))) + '"';
  }
  static net::Response with_etag(const std::string& body) {
    net::Response response{200, {}, body};
    response.headers.add("ETag", etag(body));
    return response;
  }
  static net::Response error(int status, const std::string& code) {
    return {status, {}, "<Error><Code>" + code + "</Code><Message>m</Message></Error>"};
  }

  std::map<std::string, std::string> objects_;
};

class S3LedgerTest : public testing::Test {
 protected:
  ports::OpenedLedger open(ports::CompletionSink sink) {
    return {make_s3_ledger(client, *Endpoints::make("us-east-2", endpoint_url), location, clock,
                           std::move(sink)),
            [] {}};
  }
  ports::LedgerDriver driver() {
    return ports::LedgerDriver([this](auto sink) { return open(std::move(sink)); });
  }

  FakeHttpClient http{FakeS3()};
  FakeClock clock;
  std::unique_ptr<CredentialsProvider> keys = make_static_credentials({"key", "secret", "", {}});
  SignedClient client{http, *keys, clock, "us-east-2"};
  std::string endpoint_url;
  S3Location location{"ledgers", "keeper/a b"};
  const model::GroupName web{"web"};
};

TEST_F(S3LedgerTest, KeepsTheContractOfALedger) {
  ports::expect_ledger_contract([this](auto sink) { return open(std::move(sink)); });
}

TEST_F(S3LedgerTest, AtAwsTheBucketStandsInTheHostName) {
  (void)driver().read(web);
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(http.sent[0].request.headers.get("Host"), "ledgers.s3.us-east-2.amazonaws.com");
  EXPECT_EQ(http.sent[0].endpoint.host, "ledgers.s3.us-east-2.amazonaws.com");
  EXPECT_EQ(http.sent[0].request.path, "/keeper/a%20b/web.json");
}

TEST_F(S3LedgerTest, AtAnEndpointOfItsOwnTheBucketStandsInThePath) {
  endpoint_url = "http://127.0.0.1:4566";
  location.prefix.clear();
  (void)driver().read(web);
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(http.sent[0].request.headers.get("Host"), "127.0.0.1:4566");
  EXPECT_EQ(http.sent[0].request.path, "/ledgers/web.json");
}

TEST_F(S3LedgerTest, ADottedBucketStandsInThePathBecauseOfTheCertificate) {
  location.bucket = "my.ledgers";
  (void)driver().read(web);
  ASSERT_EQ(http.sent.size(), 1u);
  EXPECT_EQ(http.sent[0].endpoint.host, "s3.us-east-2.amazonaws.com");
  EXPECT_EQ(http.sent[0].request.path, "/my.ledgers/keeper/a%20b/web.json");
}

TEST_F(S3LedgerTest, EveryWriteCarriesOneConditionAndAHash) {
  auto ledger = driver();
  ASSERT_TRUE(ledger.write(web, std::nullopt, "r"));
  const net::Headers& first = http.sent.at(0).request.headers;
  EXPECT_EQ(first.get("If-None-Match"), "*");
  EXPECT_FALSE(first.find("If-Match"));
  EXPECT_EQ(first.get("X-Amz-Content-Sha256"), base::hex(base::as_text(base::sha256("r"))));
  (void)ledger.write(web, "\"v\"", "s");
  const net::Headers& second = http.sent.at(1).request.headers;
  EXPECT_EQ(second.get("If-Match"), "\"v\"");
  EXPECT_FALSE(second.find("If-None-Match"));
}

TEST_F(S3LedgerTest, TwoWritesAtOneMomentAreAConflictToBackOffFrom) {
  http.answer = answering(409, "<Error><Code>ConditionalRequestConflict</Code><Message/></Error>");
  const auto write = driver().write(web, std::nullopt, "r");
  ASSERT_FALSE(write);
  EXPECT_EQ(write.error().code, ports::kLedgerConflict);
  EXPECT_EQ(write.error().retry, Retry::kBackoff);
}

TEST_F(S3LedgerTest, APreconditionThatFailsWithoutABodyIsAConflict) {
  http.answer = answering(412, "");
  ports::expect_conflict(driver().write(web, std::nullopt, "r"));
}

TEST_F(S3LedgerTest, AWriteWithoutAnAnswerMayHaveHappened) {
  http.answer = failing("Timeout", Retry::kUnknownOutcome);
  EXPECT_EQ(driver().write(web, std::nullopt, "r").error().retry, Retry::kUnknownOutcome);
  EXPECT_EQ(driver().read(web).error().retry, Retry::kBackoff);
}

TEST_F(S3LedgerTest, AServerErrorLeavesAWriteUnknownAndThrottlingDoesNot) {
  http.answer = answering(500, "<Error><Code>InternalError</Code><Message/></Error>");
  EXPECT_EQ(driver().write(web, std::nullopt, "r").error().retry, Retry::kUnknownOutcome);
  http.answer = answering(503, "<Error><Code>SlowDown</Code><Message/></Error>");
  EXPECT_EQ(driver().write(web, std::nullopt, "r").error().retry, Retry::kBackoff);
}

TEST_F(S3LedgerTest, AMissingBucketIsNoEmptyLedger) {
  http.answer = answering(404, "<Error><Code>NoSuchBucket</Code><Message/></Error>");
  const auto read = driver().read(web);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "NoSuchBucket");
}

TEST_F(S3LedgerTest, A404ThatIsNotS3sIsNoEmptyLedger) {
  http.answer = answering(404, "<html>not here</html>");
  EXPECT_FALSE(driver().read(web));
}

TEST_F(S3LedgerTest, AnAnswerWithoutAnEtagIsNotTrusted) {
  http.answer = answering(200, "record");
  EXPECT_EQ(driver().read(web).error().retry, Retry::kBackoff);
  EXPECT_EQ(driver().write(web, std::nullopt, "r").error().retry, Retry::kUnknownOutcome);
}

}  // namespace
}  // namespace aws
