// The API as functions: a request, a snapshot and a journal in; a response out.
#include "app/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "control/commands.h"
#include "engine/journal.h"
#include "model/decode.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;
using testing::HasSubstr;

const Instant kNow = Instant::from_unix_seconds(1'772'366'400);  // 2026-03-01T12:00:00Z

struct FixedClock : ports::Clock {
  Instant now() const override { return time; }
  Instant time = kNow;
};

GroupView web() {
  GroupView group;
  group.name = model::GroupName("web");
  group.capacity = 2;
  group.healthy = 1;
  group.has_seen_all = true;
  group.slots = {{model::SlotName("web-a"),
                  SlotState::kServing,
                  model::InstanceId("i-0a"),
                  model::Lifecycle::kSpot,
                  {model::InstanceType("c6i.large"), model::Zone("us-east-2a")},
                  "10.0.0.1",
                  kNow},
                 {model::SlotName("web-b"), SlotState::kEmpty, {}, {}, {}, {}, {}}};
  return group;
}

model::Incident incident() {
  model::Incident lost;
  lost.instance = model::InstanceId("i-0a");
  lost.kind = model::IncidentKind::kInterruption;
  lost.id = model::incident_id(lost.instance, lost.kind);
  lost.group = model::GroupName("web");
  lost.opened_at = kNow;
  lost.timeline = {{kNow, "noticed", "warning"}};
  return lost;
}

model::SpotPrice price(const char* zone, int64_t micros, int64_t hours) {
  return {{model::InstanceType("c6i.large"), model::Zone(zone)},
          base::Money::usd_micros(micros),
          kNow + Duration::hours(hours)};
}

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    fill_journal();
    show(web());
    snapshot_.has_seen_all = true;
    snapshot_.due_real = kNow;
    snapshot_.at = kNow;
  }
  ~ApiTest() override { std::filesystem::remove_all(root_); }

  void show(GroupView view) {
    snapshot_.groups = {std::make_shared<const GroupView>(std::move(view))};
  }

  static std::string make_folder() {
    std::string pattern = testing::TempDir() + "/api-XXXXXX";
    return mkdtemp(pattern.data());
  }
  void fill_journal() {
    auto database = store::Database::open(path());
    ASSERT_TRUE(database);
    auto journal = engine::Journal::open(**database);
    ASSERT_TRUE(journal);
    for (int i = 0; i < 3; ++i) {
      const std::string body = R"({"id":"e)" + std::to_string(i) +
                               R"(","source":"a.b","detail-type":"Odd","time":)"
                               R"("2026-03-01T12:00:00Z","detail":{}})";
      auto notices = model::decode(body, kNow);
      ASSERT_TRUE(notices);
      ASSERT_TRUE((*journal)->append_events({{body, notices->at(0), kNow, "sqs"}}));
    }
    ASSERT_TRUE((*journal)->quarantine({{"\x1bnot", "no JSON", "sqs", kNow}}));
    engine::TurnRecord turn;
    turn.incidents = {incident()};
    turn.prices = {price("us-east-2a", 34'000, -48), price("us-east-2a", 40'000, -12),
                   price("us-west-1a", 50'000, -1)};
    ASSERT_TRUE((*journal)->record(turn));
  }

  void add_incident(model::IncidentKind kind, Instant opened_at) {
    auto database = store::Database::open(path());
    ASSERT_TRUE(database);
    auto journal = engine::Journal::open(**database);
    ASSERT_TRUE(journal);
    engine::TurnRecord turn;
    turn.incidents = {incident()};
    turn.incidents[0].kind = kind;
    turn.incidents[0].id = model::incident_id(turn.incidents[0].instance, kind);
    turn.incidents[0].opened_at = opened_at;
    ASSERT_TRUE((*journal)->record(turn));
  }

  std::string path() const { return root_ + "/keeper.db"; }

  net::Response ask(net::Request request, const std::string& host = "127.0.0.1:7768") {
    if (!host.empty()) request.headers.set("Host", host);
    std::optional<net::Response> answered;
    api_->handle(request, [&](net::Response response) { answered = std::move(response); });
    return answered.value_or(net::Response{0, {}, "never answered"});
  }
  net::Response get(const std::string& path, const std::string& query = {}) {
    net::Request request;
    request.path = path;
    request.query = query;
    return ask(std::move(request));
  }
  net::Response command(const std::string& body) {
    return post(body, "application/json", "/api/v1/commands");
  }
  net::Response post(const std::string& body, const std::string& type = "application/json",
                     const std::string& path = "/api/v1/events") {
    net::Request request;
    request.method = "POST";
    request.path = path;
    request.headers.add("Content-Type", type);
    request.body = body;
    return ask(std::move(request));
  }
  static base::json::object json(const net::Response& response) {
    return base::json::parse_object(response.body).value_or(base::json::object());
  }
  static std::string code(const net::Response& response) {
    const auto body = json(response);
    const auto* error = base::json::find_object(body, "error");
    return error ? base::json::text_or_empty(*error, "code") : "";
  }

  const std::string root_ = make_folder();
  FixedClock clock_;
  Snapshot snapshot_;
  std::vector<std::string> injected_;
  base::Status inject_result_;
  std::vector<model::Command> ordered_;
  base::Status order_result_;
  int64_t retried_ = 0;
  std::vector<std::optional<int64_t>> dropped_;
  Snapshots snapshots() const {
    Snapshots snapshots{std::make_shared<const Snapshot>(snapshot_)};
    for (const Snapshot& other : others_)
      snapshots.push_back(std::make_shared<const Snapshot>(other));
    return snapshots;
  }
  std::vector<JournalPlace> places_{{"", path()}};
  std::vector<Snapshot> others_;  // Of more sites.
  size_t site_ = 99;              // That something was handed to.
  std::unique_ptr<Api> api_ = make_api();

  std::unique_ptr<Api> make_api() {
    return std::make_unique<Api>(
        places_, clock_, [this] { return snapshots(); },
        [this](size_t site, std::string body, auto done) {
          site_ = site;
          injected_.push_back(std::move(body));
          done(inject_result_);
        },
        [this](size_t site, model::Command command, auto done) {
          site_ = site;
          ordered_.push_back(std::move(command));
          done(order_result_);
        },
        [this](size_t site, int64_t quarantined, auto done) {
          site_ = site;
          retried_ = quarantined;
          done(quarantined == 7 ? base::Status() : base::fail("NotFound", "it is not there"));
        },
        [this](size_t site, std::optional<int64_t> quarantined, auto done) {
          site_ = site;
          dropped_.push_back(quarantined);
          done({});
        });
  }
};

TEST_F(ApiTest, IsHealthyWhileTheLoopTurnsInTime) {
  clock_.time = kNow + Duration::seconds(29);
  EXPECT_EQ(get("/healthz").status, 200);
  clock_.time = kNow + Duration::seconds(30);
  EXPECT_EQ(get("/healthz").status, 503);
  EXPECT_THAT(get("/healthz").body, HasSubstr("30s ago"));
}

TEST_F(ApiTest, IsReadyOnceAllIsSeenAndTheJournalCanBeWritten) {
  EXPECT_EQ(get("/readyz").status, 200);
  snapshot_.blocked_by = "disk full";
  EXPECT_THAT(get("/readyz").body, HasSubstr("disk full"));
  snapshot_.blocked_by.clear();
  snapshot_.has_seen_all = false;
  GroupView unseen = web();
  unseen.has_seen_all = false;
  show(unseen);
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_THAT(get("/readyz").body, HasSubstr("of: web"));
}

TEST_F(ApiTest, AnswersOnlyThoseWhoNameALoopbackHost) {
  for (const char* host :
       {"localhost", "LocalHost:1", "127.0.0.1", "127.8.9.1:80", "[::1]:80", "[::1]"})
    EXPECT_EQ(ask({}, host).status, 404) << host;
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                           "localhost:80:x", "[::1]x", "[::1", "10.0.0.1", ""})
    EXPECT_EQ(ask({}, host).status, 421) << host;
}

TEST_F(ApiTest, ListsGroupsAndShowsOne) {
  const auto list = json(get("/api/v1/groups"));
  EXPECT_EQ(list.at("groups").at(0).at("healthy"), 1);
  const auto group = json(get("/api/v1/groups/web"));
  EXPECT_EQ(group.at("slots").at(0).at("state"), "serving");
  EXPECT_EQ(group.at("slots").at(0).at("since"), "2026-03-01T12:00:00Z");
  EXPECT_TRUE(group.at("slots").at(1).at("instance_id").is_null());
  EXPECT_EQ(get("/api/v1/groups/other").status, 404);
}

TEST_F(ApiTest, SaysOfEveryGroupThatABlockedJournalHindersIt) {
  GroupView hindered = web();
  hindered.hindrance = "slow";
  snapshot_.blocked_by = "disk full";
  EXPECT_EQ(json(get("/api/v1/groups")).at("groups").at(0).at("hindrance"),
            "the journal cannot be written: disk full");
  snapshot_.queue_trouble = "it does not exist";
  EXPECT_EQ(json(get("/api/v1/groups")).at("groups").at(0).at("hindrance"),
            "the queue: it does not exist; the journal cannot be written: disk full");
  snapshot_.queue_trouble.clear();
  show(hindered);
  EXPECT_EQ(json(get("/api/v1/groups/web")).at("hindrance"),
            "slow; the journal cannot be written: disk full");
}

TEST_F(ApiTest, TellsTroublesThatAreNotTheGroupsOwnWhereTheyBelong) {
  snapshot_.troubles = {{{}, "queue-taken", "keeper \"b\" reads it"},
                        {model::GroupName("web"), "return_to_spot", "no rule"},
                        {model::GroupName("other"), "return_to_spot", "no such zone"}};
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(code(get("/readyz")), "Hindered");
  EXPECT_THAT(get("/readyz").body, HasSubstr("the keeper: queue-taken: keeper \\\"b\\\" reads it; "
                                             "web: return_to_spot: no rule; other: "));
  EXPECT_EQ(json(get("/api/v1/groups")).at("groups").at(0).at("hindrance"),
            "queue-taken: keeper \"b\" reads it; return_to_spot: no rule");
  EXPECT_THAT(get("/metrics").body, HasSubstr("spotkeeper_keeper_troubles 3\n"));
}

TEST_F(ApiTest, ListsEventsNewestFirstPageByPage) {
  const auto first = json(get("/api/v1/events", "limit=2"));
  ASSERT_EQ(first.at("events").as_array().size(), 2u);
  EXPECT_EQ(first.at("events").at(0).at("id"), "e2");
  const std::string before = base::json::serialize(first.at("next_before"));
  const auto second = json(get("/api/v1/events", "limit=2&before=" + before));
  ASSERT_EQ(second.at("events").as_array().size(), 1u);
  EXPECT_EQ(second.at("events").at(0).at("id"), "e0");
  EXPECT_TRUE(second.at("next_before").is_null());
}

TEST_F(ApiTest, ShowsAnIncidentWithItsTimeline) {
  EXPECT_EQ(json(get("/api/v1/incidents", "open=1&group=web")).at("incidents").at(0).at("id"),
            "i-0a/interruption");
  EXPECT_TRUE(json(get("/api/v1/incidents", "group=api")).at("incidents").as_array().empty());
  for (const char* id : {"i-0a/interruption", "i-0a%2Finterruption"}) {
    const auto shown = json(get("/api/v1/incidents/" + std::string(id)));
    EXPECT_EQ(shown.at("timeline").at(0).at("what"), "noticed") << id;
  }
  EXPECT_EQ(get("/api/v1/incidents/i-0b/loss").status, 404);
}

TEST_F(ApiTest, NamesTheIncidentsOfAMachine) {
  const auto ids = [this](const std::string& query) {
    std::string all;
    const base::json::object list = json(get("/api/v1/incidents", query));
    if (const auto* rows = base::json::find_array(list, "incidents"))
      for (const auto& row : *rows) all += base::json::text_or_empty(row.as_object(), "id") + " ";
    return all;
  };
  EXPECT_EQ(ids("instance=i-0a"), "i-0a/interruption ");
  EXPECT_EQ(ids("instance=i-0b"), "");
  add_incident(model::IncidentKind::kUnhealthy, kNow - Duration::hours(1));
  add_incident(model::IncidentKind::kLoss, kNow + Duration::hours(1));
  EXPECT_EQ(ids("instance=i-0a"), "i-0a/loss i-0a/interruption i-0a/unhealthy ");
  EXPECT_EQ(get("/api/v1/incidents", "instance=i-0a&open=1").status, 400);
}

// The file is made once the site can be begun.
TEST_F(ApiTest, SaysThatASiteWhichHasNotBegunHasNoJournal) {
  places_ = {{"east", root_ + "/east.db"}, {"west", path()}};
  api_ = make_api();
  const net::Response alone = get("/api/v1/events", "site=east");
  EXPECT_EQ(alone.status, 503);
  EXPECT_THAT(alone.body, HasSubstr("has not begun"));
  EXPECT_THAT(alone.body, testing::Not(HasSubstr("unable to open")));
  const auto both = json(get("/api/v1/events"));
  EXPECT_EQ(both.at("events").as_array().size(), 3u);
  EXPECT_THAT(both.at("not_seen").at(0).as_string().c_str(), HasSubstr("there is no journal yet"));
}

TEST_F(ApiTest, ShowsWhatIsInQuarantineInPrintableCharacters) {
  const auto items = json(get("/api/v1/quarantine")).at("quarantine");
  EXPECT_EQ(items.at(0).at("body_start"), "?not");
  EXPECT_EQ(items.at(0).at("body_bytes"), 4);
  EXPECT_EQ(items.at(0).at("kind"), "message");
}

TEST_F(ApiTest, ShowsOneThingInQuarantineWhole) {
  EXPECT_EQ(json(get("/api/v1/quarantine/1")).at("body"), "?not");
  for (const char* number : {"2", "0", "x", ""})
    EXPECT_EQ(get("/api/v1/quarantine/" + std::string(number)).status, 404) << number;
}

TEST_F(ApiTest, HandsOnWhatIsToBeTriedAgain) {
  const auto retry = [this](const char* body) {
    return post(body, "application/json", "/api/v1/quarantine").status;
  };
  EXPECT_EQ(retry(R"({"retry":7})"), 200);
  EXPECT_EQ(retried_, 7);
  EXPECT_EQ(retry(R"({"retry":8})"), 404);
  for (const char* body : {"", "[]", "{}", R"({"retry":"7"})"}) EXPECT_EQ(retry(body), 400) << body;
}

TEST_F(ApiTest, HandsOnWhatIsToBeDroppedOnceThatIsSaidTwice) {
  const auto drop = [this](const char* body) {
    return post(body, "application/json", "/api/v1/quarantine").status;
  };
  EXPECT_EQ(drop(R"({"drop":7,"confirm":7})"), 200);
  EXPECT_EQ(drop(R"({"drop":"all","confirm":"all"})"), 200);
  EXPECT_THAT(dropped_, testing::ElementsAre(7, std::nullopt));
  for (const char* body :
       {R"({"drop":7})", R"({"drop":7,"confirm":8})", R"({"drop":"all"})",
        R"({"drop":"some","confirm":"some"})", R"({"drop":null,"confirm":null})"})
    EXPECT_EQ(drop(body), 400) << body;
  EXPECT_THAT(dropped_, testing::SizeIs(2));
}

TEST_F(ApiTest, RefusesAQueryThatItDoesNotUnderstand) {
  for (const char* query : {"limit=0", "limit=1001", "limit=x", "before=-1", "limt=3", "%zz"}) {
    EXPECT_EQ(get("/api/v1/events", query).status, 400) << query;
    EXPECT_EQ(code(get("/api/v1/events", query)), "InvalidQuery") << query;
  }
  EXPECT_EQ(get("/api/v1/incidents", "open=yes").status, 400);
}

TEST_F(ApiTest, InjectsWhatIsJsonAndAnswersWithTheOutcome) {
  EXPECT_EQ(post("{}").status, 200);
  EXPECT_EQ(injected_, std::vector<std::string>{"{}"});
  inject_result_ = base::fail("MalformedEvent", "it is no event");
  EXPECT_EQ(code(post("[]", "application/json; charset=utf-8")), "MalformedEvent");
  EXPECT_EQ(post("{}", "text/plain").status, 415);
  EXPECT_EQ(injected_.size(), 2u);
}

TEST_F(ApiTest, TakesNoEventThatItCannotMakeDurable) {
  snapshot_.blocked_by = "disk full";
  EXPECT_EQ(post("{}").status, 503);
  EXPECT_TRUE(injected_.empty());
}

TEST_F(ApiTest, NamesTheMethodsThatAPathHas) {
  net::Request request;
  request.method = "DELETE";
  request.path = "/api/v1/events";
  const net::Response response = ask(request);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.get("Allow"), "GET, POST");
}

TEST_F(ApiTest, SaysWhenTheJournalCannotBeOpened) {
  std::filesystem::remove(path());
  EXPECT_EQ(get("/api/v1/events").status, 503);
  EXPECT_EQ(get("/api/v1/groups").status, 200);
}

TEST_F(ApiTest, CountsForPrometheus) {
  snapshot_.stats.turns = 7;
  snapshot_.stats.calls_by_action = {{"RunInstances", 2}};
  snapshot_.stats.targets = {{"ops", {5, 6, 7, 8}}};
  GroupView oddly_named = web();
  oddly_named.name = model::GroupName("a\"b\\c");
  show(oddly_named);
  const std::string page = get("/metrics").body;
  EXPECT_THAT(page, HasSubstr("# TYPE spotkeeper_turns_total counter\nspotkeeper_turns_total 7\n"));
  EXPECT_THAT(page, HasSubstr("spotkeeper_calls_total{action=\"RunInstances\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("spotkeeper_group_capacity{group=\"a\\\"b\\\\c\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("# HELP spotkeeper_group_healthy "));
  for (const char* line : {"notifications_total{target=\"ops\",outcome=\"sent\"} 5\n",
                           "notifications_total{target=\"ops\",outcome=\"failed\"} 6\n",
                           "notifications_total{target=\"ops\",outcome=\"quarantined\"} 7\n",
                           "notifications_waiting{target=\"ops\"} 8\n"})
    EXPECT_THAT(page, HasSubstr("spotkeeper_" + std::string(line)));
}

TEST_F(ApiTest, APoolIsShownWithWhatItsPlaceDependsOn) {
  GroupView view = web();
  market::RankedPool pool;
  pool.pool = {model::InstanceType("c6i.large"), model::Zone("us-east-2a"), model::kLinux};
  pool.price = base::Money::usd_micros(34'000);
  pool.band = 1;
  view.pools = std::make_shared<const std::vector<PoolView>>(std::vector<PoolView>{{1, pool}});
  show(view);
  const auto answer = get("/api/v1/groups/web/pools");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("price_usd":"0.034","interruptions":"5-10%")"));
  EXPECT_EQ(get("/api/v1/groups/nothing/pools").status, 404);
}

// ---- commands ----

TEST_F(ApiTest, ACommandIsAnsweredWhenTheKeeperHasWrittenItDown) {
  EXPECT_EQ(command(R"({"command":"hold","subject":"web-b"})").status, 200);
  ASSERT_EQ(ordered_.size(), 1u);
  EXPECT_EQ(ordered_[0].kind, model::CommandKind::kHold);
  EXPECT_EQ(ordered_[0].subject, "web-b");
}

TEST_F(ApiTest, ACommandThatHadNothingToDoSaysWhatIsSoAlready) {
  order_result_ = base::fail(control::kAlreadySo, "web-b is on hold already");
  const auto done = command(R"({"command":"hold","subject":"web-b"})");
  EXPECT_EQ(done.status, 200);
  EXPECT_THAT(done.body, HasSubstr(R"({"done":true,"already":"web-b is on hold already"})"));
}

TEST_F(ApiTest, ARefusedCommandSaysWhy) {
  order_result_ = base::fail("CommandRefused", "web-b is not on hold");
  const auto refused = command(R"({"command":"release","subject":"web-b"})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("web-b is not on hold"));
  order_result_ = base::fail("NotFound", "there is no slot \"web-z\"");
  EXPECT_EQ(command(R"({"command":"hold","subject":"web-z"})").status, 404);
  order_result_ = base::fail("LedgerUnavailable", "later", base::Retry::kBackoff);
  EXPECT_EQ(command(R"({"command":"hold","subject":"web-b"})").status, 503);
}

TEST_F(ApiTest, WhatIsNoCommandNeverReachesTheKeeper) {
  for (const char* body :
       {"", "[]", R"({"command":"destroy","subject":"web"})", R"({"command":"hold"})",
        R"({"command":"hold","subject":7})", R"({"command":"adopt","subject":"web"})",
        R"({"command":"adopt","subject":"web","instances":["mine"]})",
        R"({"command":"adopt","subject":"web","instances":"i-0123456789abcdef0",)"
        R"("auto_scaling_group":"old"})",
        R"({"command":"adopt","subject":"web","instances":null,"auto_scaling_group":"old"})",
        R"({"command":"adopt","subject":"web","instances":[7],"auto_scaling_group":"old"})",
        R"({"command":"adopt","subject":"web","instances":["i-0123456789abcdef0"],)"
        R"("auto_scaling_group":["old"]})",
        R"({"command":"adopt","subject":"web","auto_scaling_group":"a:b"})"})
    EXPECT_EQ(command(body).status, 400) << body;
  EXPECT_EQ(post(R"({"command":"pause","subject":"web"})", "text/plain", "/api/v1/commands").status,
            415);
  EXPECT_EQ(get("/api/v1/commands").status, 405);
  EXPECT_THAT(ordered_, testing::IsEmpty());
}

TEST_F(ApiTest, AnAdoptionNamesMachinesOrWhoseMembersTheyAre) {
  EXPECT_EQ(
      command(R"({"command":"adopt","subject":"web","instances":["i-0123456789abcdef0"]})").status,
      200);
  EXPECT_EQ(command(R"({"command":"adopt","subject":"web","auto_scaling_group":"old"})").status,
            200);
  ASSERT_EQ(ordered_.size(), 2u);
  EXPECT_THAT(ordered_[0].instances,
              testing::ElementsAre(model::InstanceId("i-0123456789abcdef0")));
  EXPECT_TRUE(ordered_[0].scaling_group.empty());
  EXPECT_EQ(ordered_[1].scaling_group.str(), "old");
}

TEST_F(ApiTest, ToRetireAGroupItsNameIsSaidTwice) {
  EXPECT_EQ(code(command(R"({"command":"retire","subject":"web"})")), "NotConfirmed");
  EXPECT_EQ(code(command(R"({"command":"retire","subject":"web","confirm":"we"})")),
            "NotConfirmed");
  EXPECT_EQ(command(R"({"command":"retire","subject":"web","confirm":"web"})").status, 200);
}

TEST_F(ApiTest, WhileTheJournalIsBlockedNoCommandIsTaken) {
  snapshot_.blocked_by = "disk full";
  EXPECT_EQ(command(R"({"command":"pause","subject":"web"})").status, 503);
  EXPECT_THAT(ordered_, testing::IsEmpty());
}

TEST_F(ApiTest, PricesAreSummedUpOverTheTimeAskedFor) {
  EXPECT_EQ(get("/api/v1/prices", "zone=us-east-2a").body,
            R"({"from":"2026-02-28T12:00:00Z","to":"2026-03-01T12:00:00Z","prices":[)"
            R"({"instance_type":"c6i.large","zone":"us-east-2a","product":"Linux/UNIX",)"
            R"("price_usd":"0.04","since":"2026-03-01T00:00:00Z","on_demand_usd":"0.085",)"
            R"("lowest_usd":"0.034","mean_usd":"0.037","highest_usd":"0.04","changes":1}]})"
            "\n");
  const auto last = json(get("/api/v1/prices", "last=6h&type=c6i.large"));
  const auto& prices = last.at("prices").as_array();
  ASSERT_EQ(prices.size(), 2u);
  EXPECT_EQ(prices[0].as_object().at("changes"), 0);
  EXPECT_EQ(prices[0].as_object().at("mean_usd"), "0.04");
  EXPECT_TRUE(prices[1].as_object().at("on_demand_usd").is_null()) << "there is no list for it";
  EXPECT_EQ(get("/api/v1/prices", "type=m5.large").status, 200);
}

TEST_F(ApiTest, ATimeThatIsNoneIsRefused) {
  for (const char* query : {"last=day", "last=0s", "last=-1h", "last=32d", "days=3"}) {
    EXPECT_EQ(get("/api/v1/prices", query).status, 400) << query;
    EXPECT_EQ(code(get("/api/v1/prices", query)), "InvalidQuery") << query;
  }
  EXPECT_EQ(get("/api/v1/prices", "last=31d").status, 200);
  for (const char* time : {"0h", "32d"})
    EXPECT_THAT(get("/api/v1/prices", std::string("last=") + time).body,
                HasSubstr("allowed: a duration of at least 1s and at most 31d, as 90m, 24h or 7d"))
        << time;
}

// ---- several sites ----

class TwoSitesApiTest : public ApiTest {
 protected:
  TwoSitesApiTest() {
    std::filesystem::create_directory(root_ + "/west");
    std::filesystem::copy(path(), root_ + "/west/keeper.db");
    places_ = {{"east", path()}, {"west", root_ + "/west/keeper.db"}};
    snapshot_.site = "east";
    snapshot_.region = model::Region("us-east-2");
    snapshot_.account = model::AccountId("111122223333");
    Snapshot west = snapshot_;
    west.site = "west";
    west.region = model::Region("us-west-2");
    GroupView api = web();
    api.name = model::GroupName("api");
    api.slots[0].name = model::SlotName("api-a");
    west.groups = {std::make_shared<const GroupView>(api)};
    others_ = {west};
    api_ = make_api();
  }

  void add_event(const std::string& site, const std::string& id, base::Duration later) {
    auto database = store::Database::open(site == "east" ? places_[0].path : places_[1].path);
    auto journal = engine::Journal::open(**database);
    const std::string body = R"({"id":")" + id +
                             R"(","source":"a.b","detail-type":"Odd","time":)"
                             R"("2026-03-01T12:00:00Z","detail":{}})";
    auto notices = model::decode(body, kNow);
    ASSERT_TRUE((*journal)->append_events({{body, notices->at(0), kNow + later, "sqs"}}));
  }

  std::string injected_with(const std::string& body, const std::string& query) {
    net::Request request;
    request.method = "POST";
    request.path = "/api/v1/events";
    request.query = query;
    request.headers.add("Content-Type", "application/json");
    request.body = body;
    return ask(std::move(request)).body;
  }
};

TEST_F(TwoSitesApiTest, GroupsAreListedWithTheirSites) {
  const auto list = json(get("/api/v1/groups"));
  EXPECT_EQ(list.at("groups").at(0).at("site"), "east");
  EXPECT_EQ(list.at("groups").at(1).at("name"), "api");
  EXPECT_EQ(list.at("groups").at(1).at("site"), "west");
  EXPECT_EQ(list.at("sites").at(1).at("region"), "us-west-2");
  EXPECT_FALSE(list.contains("region"));
  EXPECT_EQ(json(get("/api/v1/groups/api")).at("site"), "west");
  EXPECT_EQ(json(get("/api/v1/groups/api/pools")).at("site"), "west");
}

TEST_F(TwoSitesApiTest, ReadinessAndHealthNameTheSite) {
  others_[0].not_begun = "nobody answers";
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_THAT(get("/readyz").body, HasSubstr("west: nobody answers"));
  others_[0].not_begun.clear();
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/healthz").status, 200);
  others_[0].due_real = kNow - Duration::seconds(40);
  EXPECT_THAT(get("/healthz").body, HasSubstr("west: the loop should have turned 40s ago"));
}

TEST_F(TwoSitesApiTest, EventsOfAllSitesAreListedNewestFirstPageByPage) {
  add_event("west", "w", Duration::seconds(1));
  add_event("east", "e", Duration::seconds(2));
  std::vector<std::string> seen, cursors;
  std::string query = "limit=3";
  while (!query.empty()) {
    const auto page = json(get("/api/v1/events", query));
    for (const auto& event : page.at("events").as_array())
      seen.push_back(std::string(event.at("site").as_string()) + " " +
                     std::string(event.at("id").as_string()));
    const auto* next = page.at("next_before").if_string();
    if (next) cursors.emplace_back(*next);
    query = next ? "limit=3&before=" + cursors.back() : "";
  }
  EXPECT_THAT(seen, testing::ElementsAre("east e", "west w", "east e2", "east e1", "east e0",
                                         "west e2", "west e1", "west e0"));
  EXPECT_THAT(cursors, testing::ElementsAre("east:3,west:4", "east:1,west:3"));
  EXPECT_EQ(get("/api/v1/events", "before=3").status, 400);
  EXPECT_EQ(get("/api/v1/events", "before=3&site=west").status, 200);
}

TEST_F(TwoSitesApiTest, AListCanBeOfOneSite) {
  const auto west = json(get("/api/v1/incidents", "site=west")).at("incidents").as_array();
  ASSERT_EQ(west.size(), 1u);
  EXPECT_EQ(west[0].at("site"), "west");
  EXPECT_EQ(json(get("/api/v1/incidents")).at("incidents").as_array().size(), 2u);
  EXPECT_EQ(json(get("/api/v1/prices", "site=west")).at("prices").as_array().size(), 2u);
  const auto wrong = get("/api/v1/quarantine", "site=north");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("allowed: east, west"));
}

TEST_F(TwoSitesApiTest, WhatTwoSitesHaveIsAskedForWithTheSite) {
  EXPECT_THAT(get("/api/v1/incidents/i-0a/interruption").body, HasSubstr("allowed: east, west"));
  EXPECT_EQ(get("/api/v1/incidents/i-0a/interruption").status, 400);
  EXPECT_EQ(json(get("/api/v1/incidents/i-0a/interruption", "site=west")).at("site"), "west");
  EXPECT_EQ(get("/api/v1/incidents/i-0b/loss").status, 404);
  EXPECT_EQ(get("/api/v1/quarantine/1").status, 400);
  EXPECT_EQ(json(get("/api/v1/quarantine/1", "site=east")).at("body"), "?not");
}

TEST_F(TwoSitesApiTest, AJournalThatCannotBeReadKeepsNobodyFromTheOther) {
  std::filesystem::remove(root_ + "/west/keeper.db");
  const auto events = json(get("/api/v1/events"));
  EXPECT_EQ(events.at("events").as_array().size(), 3u);
  EXPECT_THAT(base::json::serialize(events.at("not_seen")), HasSubstr("\"west: "));
  EXPECT_THAT(json(get("/api/v1/prices")).contains("not_seen"), true);
  EXPECT_EQ(get("/api/v1/events", "site=west").status, 503);
}

TEST_F(TwoSitesApiTest, AnOrderGoesToTheSiteThatKeepsItsSubject) {
  EXPECT_EQ(command(R"({"command":"pause","subject":"api"})").status, 200);
  EXPECT_EQ(site_, 1u);
  EXPECT_EQ(command(R"({"command":"hold","subject":"web-b"})").status, 200);
  EXPECT_EQ(site_, 0u);
  others_[0].blocked_by = "disk full";
  EXPECT_EQ(command(R"({"command":"pause","subject":"web"})").status, 200);
  EXPECT_THAT(command(R"({"command":"pause","subject":"api"})").body, HasSubstr("west: "));
}

TEST_F(TwoSitesApiTest, AnInjectedEventGoesToTheSiteOfItsAccountAndRegion) {
  const auto event = [](const std::string& region) {
    return R"({"id":"x","source":"a.b","detail-type":"Odd","account":"111122223333","region":")" +
           region + R"(","time":"2026-03-01T12:00:00Z","detail":{}})";
  };
  EXPECT_THAT(injected_with(event("us-west-2"), ""), HasSubstr("journaled"));
  EXPECT_EQ(site_, 1u);
  EXPECT_THAT(injected_with(event("us-west-2"), "site=east"), HasSubstr("journaled"));
  EXPECT_EQ(site_, 0u);
  EXPECT_THAT(injected_with(event("eu-west-1"), ""), HasSubstr("no site has"));
  EXPECT_THAT(injected_with("{", ""), HasSubstr("error"));
  EXPECT_THAT(injected_with(event("us-west-2"), "site=north"), HasSubstr("allowed: east, west"));
  EXPECT_EQ(injected_.size(), 2u);
}

TEST_F(TwoSitesApiTest, ARetryNamesItsSite) {
  const auto retry = [this](const char* body) {
    return post(body, "application/json", "/api/v1/quarantine").status;
  };
  EXPECT_EQ(retry(R"({"retry":7})"), 400);
  EXPECT_EQ(retry(R"({"retry":7,"site":"west"})"), 200);
  EXPECT_EQ(site_, 1u);
}

TEST_F(TwoSitesApiTest, ADropNamesItsSite) {
  const auto drop = [this](const char* body) {
    return post(body, "application/json", "/api/v1/quarantine").status;
  };
  EXPECT_EQ(drop(R"({"drop":"all","confirm":"all"})"), 400);
  EXPECT_EQ(drop(R"({"drop":"all","confirm":"all","site":"west"})"), 200);
  EXPECT_EQ(site_, 1u);
  others_[0].blocked_by = "disk full";
  EXPECT_EQ(drop(R"({"drop":7,"confirm":7,"site":"west"})"), 503);
  EXPECT_EQ(drop(R"({"drop":7,"confirm":7,"site":"east"})"), 200);
  EXPECT_THAT(dropped_, testing::ElementsAre(std::nullopt, 7));
}

TEST_F(TwoSitesApiTest, ATroubleIsItsSitesOnly) {
  others_[0].troubles = {{{}, "queue-taken", "keeper \"b\" reads it"}};
  EXPECT_THAT(get("/readyz").body, HasSubstr("west: the keeper: queue-taken: keeper "));
  const auto groups = json(get("/api/v1/groups")).at("groups").as_array();
  EXPECT_EQ(groups.at(1).at("hindrance"), "queue-taken: keeper \"b\" reads it");
  EXPECT_TRUE(groups.at(0).at("hindrance").is_null());
  EXPECT_THAT(get("/metrics").body, HasSubstr("spotkeeper_keeper_troubles{site=\"east\"} 0\n"
                                              "spotkeeper_keeper_troubles{site=\"west\"} 1\n"));
}

TEST_F(TwoSitesApiTest, WhatASiteCountsCarriesItsName) {
  snapshot_.stats.turns = 7;
  others_[0].stats.turns = 8;
  others_[0].stats.targets = {{"ops", {5, 0, 0, 8}}};
  others_[0].not_begun = "nobody answers";
  const std::string page = get("/metrics").body;
  EXPECT_THAT(page, HasSubstr("# TYPE spotkeeper_turns_total counter\n"
                              "spotkeeper_turns_total{site=\"east\"} 7\n"
                              "spotkeeper_turns_total{site=\"west\"} 8\n# HELP"));
  EXPECT_THAT(page, HasSubstr("spotkeeper_queue_readable{site=\"west\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("spotkeeper_notifications_waiting{target=\"ops\",site=\"west\"} 8"));
  EXPECT_THAT(page, HasSubstr("spotkeeper_group_healthy{group=\"api\"} 1\n"));
}

}  // namespace
}  // namespace app
