// Goal: a receiver that misbehaves in any way is a failure that may pass, a refusal or a success,
// as HTTP has it, and nothing shows more of where it is than its host. Method: literal servers on
// this host, one script per connection.
#include "app/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "app/clock.h"
#include "base/json.h"
#include "net/test_peer.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;
using net::ScriptedServer;
using net::TestPeer;
using ports::Delivery;
using ::testing::HasSubstr;
using ::testing::Not;

const Instant kNow = Instant::from_unix_seconds(1'772'366'400);  // 2026-03-01T12:00:00Z
const ports::Mail kMail{"ops", "i-1/interruption/began", "a <b> & c", R"({"id":"x"})"};

NotifyConfig target(const std::string& url) { return {"ops", url, "", {}, {}, {}}; }

std::string url_of(int port, const std::string& scheme = "http") {
  return scheme + "://127.0.0.1:" + std::to_string(port) + "/services/top-secret?key=secret-too";
}

ports::MailAnswer post(const NotifyConfig& to, const net::ClientOptions& options = {}) {
  const SystemClock clock;
  Webhooks webhooks({to}, options, clock);
  auto answer = std::make_shared<std::promise<ports::MailAnswer>>();
  webhooks.post(kMail, [answer](ports::MailAnswer got) { answer->set_value(std::move(got)); });
  ports::MailAnswer got = answer->get_future().get();
  EXPECT_THAT(got.why, Not(HasSubstr("secret")));
  return got;
}

// Reads the whole request and answers with `bytes`.
ScriptedServer::Script answering(const std::string& bytes, std::string* request = nullptr) {
  return [bytes, request](TestPeer& peer) {
    std::string got = peer.read_head();
    const size_t at = got.find("Content-Length: ");
    if (at != std::string::npos) got += peer.read_exactly(std::stoul(got.substr(at + 16)));
    if (request) *request = got;
    peer.write(bytes);
  };
}

std::string status_line(const std::string& status, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n";
}

ports::MailAnswer answer_to(const std::string& bytes) {
  ScriptedServer server({answering(bytes)});
  return post(target(url_of(server.port())));
}

TEST(Webhooks, PostTheDocumentToTheWholeUrl) {
  std::string request;
  ScriptedServer server({answering(status_line("200 OK"), &request)});
  const auto answer = post(target(url_of(server.port())));
  EXPECT_EQ(answer.delivery, Delivery::kDelivered);
  EXPECT_EQ(answer.why, "status 200");
  server.join();
  EXPECT_THAT(request,
              ::testing::StartsWith("POST /services/top-secret?key=secret-too HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n{\"id\":\"x\"}"));
}

TEST(Webhooks, ATargetWhoseFileCannotBeUsedIsHeldBack) {
  const auto answer = post({"ops", "", "/run/secrets/hook", {}, {}, {}});
  EXPECT_EQ(answer.delivery, Delivery::kHeld);
  EXPECT_EQ(answer.why, "its webhook_file cannot be used");
}

TEST(Webhooks, SlackGetsTheTextAndNothingThatItWouldActOn) {
  NotifyConfig slack = target("https://hooks.slack.com/services/x");
  EXPECT_EQ(format_of(slack, *parse_webhook_url(slack.webhook)), WebhookFormat::kSlack);
  EXPECT_EQ(body_of(kMail, WebhookFormat::kSlack), R"({"text":"a &lt;b&gt; &amp; c"})");
  slack.format = WebhookFormat::kJson;
  EXPECT_EQ(format_of(slack, *parse_webhook_url(slack.webhook)), WebhookFormat::kJson);
  const NotifyConfig other = target("https://hooks.slack.com.example/x");
  EXPECT_EQ(format_of(other, *parse_webhook_url(other.webhook)), WebhookFormat::kJson);
}

TEST(Webhooks, WhatMayPassIsTriedAgainAndWhatWillNotIsRefused) {
  for (const char* status : {"500 X", "502 X", "503 X", "408 X", "429 X"})
    EXPECT_EQ(answer_to(status_line(status)).delivery, Delivery::kFailed) << status;
  for (const char* status : {"400 X", "401 X", "403 X", "404 X", "410 X", "413 X"})
    EXPECT_EQ(answer_to(status_line(status)).delivery, Delivery::kRefused) << status;
  for (const char* status : {"201 X", "202 X", "204 X"})
    EXPECT_EQ(answer_to(status_line(status)).delivery, Delivery::kDelivered) << status;
}

// A second connection would wait for ever: there is no script for it.
TEST(Webhooks, ARedirectIsNotFollowed) {
  const auto answer =
      answer_to(status_line("307 X", "Location: http://127.0.0.1:1/top-secret\r\n"));
  EXPECT_EQ(answer.delivery, Delivery::kRefused);
  EXPECT_EQ(answer.why, "status 307: redirects are not followed");
}

std::optional<Duration> asked_for(int status, const std::string& value) {
  net::Response response;
  response.status = status;
  response.headers.add("Retry-After", value);
  return answer_of(response, kNow).retry_after;
}

TEST(Webhooks, AReceiverMaySayWhenToComeAgain) {
  EXPECT_EQ(asked_for(429, "30"), Duration::seconds(30));
  EXPECT_EQ(asked_for(503, "Sun, 01 Mar 2026 12:01:00 GMT"), Duration::seconds(60));
  EXPECT_EQ(asked_for(503, "Sun, 01 Mar 2026 11:00:00 GMT"), std::nullopt);
  EXPECT_EQ(asked_for(429, "99999999999"), Duration::hours(24));
  for (const char* value : {"", "soon", "-1", "1.5", "99999999999999999999"})
    EXPECT_EQ(asked_for(429, value), std::nullopt) << value;
  EXPECT_EQ(asked_for(500, "30"), std::nullopt) << "only these two statuses mean it";
}

TEST(Webhooks, AConnectionThatBreaksIsAFailureThatMayPass) {
  ScriptedServer resets({[](TestPeer& peer) {
    peer.read_head();
    peer.reset();
  }});
  EXPECT_EQ(post(target(url_of(resets.port()))).delivery, Delivery::kFailed);
  EXPECT_EQ(post(target(url_of(net::closed_port()))).delivery, Delivery::kFailed);
  EXPECT_EQ(answer_to("no HTTP at all\r\n\r\n").delivery, Delivery::kFailed);
}

// Found by a review: such a receiver was told the same for a day, although it took the message.
TEST(Webhooks, TheStatusDecidesHoweverSlowOrHugeTheBodyIs) {
  for (const auto& [status, delivery] : {std::pair{"200 OK", Delivery::kDelivered},
                                         {"404 X", Delivery::kRefused},
                                         {"503 X", Delivery::kFailed}}) {
    for (const char* length : {"Content-Length: 999999999\r\n", "Transfer-Encoding: chunked\r\n"}) {
      std::promise<void> ended;
      ScriptedServer server({[&](TestPeer& peer) {
        answering("HTTP/1.1 " + std::string(status) + "\r\n" + length + "\r\n")(peer);
        ended.get_future().wait();  // And never a body.
      }});
      const auto answer = post(target(url_of(server.port())));
      ended.set_value();
      EXPECT_EQ(answer.delivery, delivery) << status;
      EXPECT_THAT(answer.why, ::testing::StartsWith("status ")) << length;
    }
  }
}

TEST(Webhooks, AHeadWithoutEndIsAFailure) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 2000; ++i)
    head += "X-" + std::to_string(i) + ": " + std::string(40, 'x') + "\r\n";
  const auto answer = answer_to(head);
  EXPECT_EQ(answer.delivery, Delivery::kFailed);
  EXPECT_THAT(answer.why, HasSubstr("MalformedResponse"));
}

// The answer's length never comes; the client's end stands in for its patience.
TEST(Webhooks, AReceiverThatNeverAnswersIsAFailureThatMayPass) {
  std::promise<void> asked, ended;
  ScriptedServer hangs({[&](TestPeer& peer) {
    peer.read_head();
    asked.set_value();
    ended.get_future().wait();
  }});
  auto answer = std::make_shared<std::promise<ports::MailAnswer>>();
  const SystemClock clock;
  {
    Webhooks webhooks({target(url_of(hangs.port()))}, {}, clock);
    webhooks.post(kMail, [answer](ports::MailAnswer got) { answer->set_value(std::move(got)); });
    asked.get_future().wait();
  }
  EXPECT_EQ(answer->get_future().get().delivery, Delivery::kFailed);
  ended.set_value();
}

TEST(Webhooks, ACertificateOfNobodyWeTrustIsAFailure) {
  const net::TestAuthority trusted, other;
  const auto certificate = other.issue("IP:127.0.0.1");
  ScriptedServer server({[&](TestPeer& peer) { peer.accept_tls(certificate.get()); }});
  net::ClientOptions options;
  options.ca_bundle = trusted.file();
  const auto answer = post(target(url_of(server.port(), "https")), options);
  EXPECT_EQ(answer.delivery, Delivery::kFailed);
  EXPECT_THAT(answer.why, HasSubstr("TlsFailed: no TLS with 127.0.0.1"));
}

TEST(Webhooks, OneThatIsTrustedIsTold) {
  const net::TestAuthority trusted;
  const auto certificate = trusted.issue("IP:127.0.0.1");
  ScriptedServer server({[&](TestPeer& peer) {
    if (peer.accept_tls(certificate.get())) answering(status_line("200 OK"))(peer);
  }});
  net::ClientOptions options;
  options.ca_bundle = trusted.file();
  EXPECT_EQ(post(target(url_of(server.port(), "https")), options).delivery, Delivery::kDelivered);
}

TEST(Webhooks, ATargetThatHangsHoldsUpNoOther) {
  std::promise<void> ended;
  ScriptedServer hangs({[&](TestPeer&) { ended.get_future().wait(); }});
  ScriptedServer answers({answering(status_line("200 OK"))});
  const SystemClock clock;
  NotifyConfig slow = target(url_of(hangs.port()));
  slow.name = "slow";
  auto answer = std::make_shared<std::promise<ports::MailAnswer>>();
  {
    Webhooks webhooks({slow, target(url_of(answers.port()))}, {}, clock);
    webhooks.post({"slow", "1", "", "{}"}, [](ports::MailAnswer) {});
    webhooks.post(kMail, [answer](ports::MailAnswer got) { answer->set_value(std::move(got)); });
    EXPECT_EQ(answer->get_future().get().delivery, Delivery::kDelivered);
  }
  ended.set_value();
}

}  // namespace
}  // namespace app
