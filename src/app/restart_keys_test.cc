#include "app/restart_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace app {
namespace {

using testing::ElementsAre;

// One site without a name, or two with.
Config config_of(std::initializer_list<const char*> names) {
  Config config;
  for (const char* name : names) config.sites.emplace_back().name = name;
  return config;
}

TEST(RestartKeys, EachKeyThatOnlyARestartTakesOverIsNamed) {
  const std::pair<const char*, std::function<void(Config&)>> rows[] = {
      {"name in [keeper]", [](Config& c) { c.keeper.name = model::KeeperName("other"); }},
      {"deployment in [keeper]", [](Config& c) { c.keeper.deployment = "other"; }},
      {"state_dir in [keeper]", [](Config& c) { c.keeper.state_dir = "/other"; }},
      {"listen in [keeper]", [](Config& c) { c.keeper.listen.port = 1; }},
      {"region in [aws]", [](Config& c) { c.sites[0].aws.region = model::Region("other"); }},
      {"account in [aws]", [](Config& c) { c.sites[0].aws.account = model::AccountId("1"); }},
      {"profile in [aws]", [](Config& c) { c.sites[0].aws.profile = "other"; }},
      {"role_arn in [aws]", [](Config& c) { c.sites[0].aws.role_arn = "other"; }},
      {"external_id in [aws]", [](Config& c) { c.sites[0].aws.external_id = "other"; }},
      {"endpoint_url in [aws]", [](Config& c) { c.sites[0].aws.endpoint = net::Endpoint(); }},
      {"ca_bundle in [aws]", [](Config& c) { c.sites[0].aws.ca_bundle = "/other"; }},
      {"queue_url in [events]", [](Config& c) { c.sites[0].queue_url = "other"; }},
      {"[ledger]",
       [](Config& c) {
         c.sites[0].ledger = S3Location{"other", {}};
       }},
  };
  const Config now = config_of({""});
  for (const auto& [key, change] : rows) {
    Config coming = now;
    change(coming);
    EXPECT_THAT(keys_of_restart(now, coming), ElementsAre(key));
  }
}

TEST(RestartKeys, AnEntryIsNamedByItsName) {
  const Config now = config_of({"east", "west"});
  Config coming = now;
  coming.sites[1].aws.region = model::Region("other");
  coming.sites[1].queue_url = "other";
  coming.sites[0].ledger = S3Location{"other", {}};
  EXPECT_THAT(keys_of_restart(now, coming),
              ElementsAre("the ledger of east", "region in [[aws]] of west",
                          "queue_url in [[aws]] of west"));
}

TEST(RestartKeys, EntriesThatComeOrGoOrAreCalledOtherwiseAreOneThing) {
  const Config now = config_of({"east", "west"});
  for (const auto& names : {std::initializer_list<const char*>{"east"},
                            {"east", "west", "south"},
                            {"east", "north"},
                            {"west", "east"}})
    EXPECT_THAT(keys_of_restart(now, config_of(names)),
                ElementsAre("which [[aws]] there are, their names and their order"));
}

TEST(RestartKeys, TheRestIsTakenOver) {
  const Config now = config_of({""});
  Config coming = now;
  coming.sites[0].groups.emplace_back();
  coming.sites[0].market.advisor.emplace();
  coming.log.level = base::LogLevel::kDebug;
  coming.notify.emplace_back();
  coming.lacks.emplace_back();
  EXPECT_TRUE(keys_of_restart(now, coming).empty());
}

TEST(RestartKeys, AreListedAsInASentence) {
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(listed({"a", "b"}), "a and b");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace app
