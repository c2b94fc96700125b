// Whom a command asks, and what a person is told when nobody answers.
#include "app/server_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_peer.h"

namespace app {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr base::Duration kShort = base::Duration::millis(100);

std::unique_ptr<ServerClient> client_at(int port) {
  const ServerOptions options{"http://127.0.0.1:" + std::to_string(port), {}, {}};
  const auto nothing = [](const char*) -> std::optional<std::string> { return std::nullopt; };
  return *ServerClient::open(options, nothing, kShort);
}

// As a process that is stopped: the host takes the connection and what is sent, and nobody answers.
std::unique_ptr<net::ScriptedServer> stopped_keeper() {
  return std::make_unique<net::ScriptedServer>(
      std::vector<net::ScriptedServer::Script>{[](net::TestPeer& peer) { peer.read_rest(); }});
}

base::Error refused(const base::Result<std::string>& answer) {
  EXPECT_FALSE(answer);
  return answer ? base::Error() : answer.error();
}

// "no keeper answers" was all, and the order was carried out once the process went on.
TEST(ServerClient, AnOrderWithoutAnAnswerMayStillBeCarriedOut) {
  for (const auto& [path, command] : {std::pair{"/api/v1/commands", "spotkeeper group show"},
                                      {"/api/v1/events", "spotkeeper events list"},
                                      {"/api/v1/quarantine", "spotkeeper quarantine list"}}) {
    const auto keeper = stopped_keeper();
    const base::Error error = refused(client_at(keeper->port())->post(path, "{}"));
    EXPECT_EQ(error.code, "NoAnswer") << path;
    EXPECT_EQ(error.retry, base::Retry::kUnknownOutcome) << path;
    EXPECT_THAT(error.message, HasSubstr("did not answer")) << path;
    EXPECT_THAT(error.message, HasSubstr("may still be carried out")) << path;
    EXPECT_THAT(error.message, HasSubstr("`" + std::string(command) + "`")) << path;
  }
}

TEST(ServerClient, AQuestionWithoutAnAnswerIsNoKeeperThatIsGone) {
  const auto keeper = stopped_keeper();
  const base::Error error = refused(client_at(keeper->port())->get("/api/v1/groups"));
  EXPECT_EQ(error.code, "NoAnswer");
  EXPECT_THAT(error.message, HasSubstr("did not answer"));
  EXPECT_THAT(error.message, Not(HasSubstr("carried out")));
}

TEST(ServerClient, WhereNobodyListensNothingIsDone) {
  const int port = net::closed_port();
  const base::Error order = refused(client_at(port)->post("/api/v1/commands", "{}"));
  EXPECT_EQ(order.code, "NoKeeper");
  EXPECT_NE(order.retry, base::Retry::kNever);
  EXPECT_THAT(order.message, HasSubstr("no keeper answers at 127.0.0.1:" + std::to_string(port)));
  EXPECT_THAT(order.message, HasSubstr("; nothing was changed"));
  const base::Error question = refused(client_at(port)->get("/api/v1/groups"));
  EXPECT_EQ(question.code, "NoKeeper");
  EXPECT_THAT(question.message, Not(HasSubstr("changed")));
}

}  // namespace
}  // namespace app
