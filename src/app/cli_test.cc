#include "app/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/journal.h"
#include "net/test_peer.h"

namespace app {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "spotkeeper");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_command_line(static_cast<int>(argv.size()), argv.data());
  std::fflush(stdout);
  std::string out = testing::internal::GetCapturedStdout();
  return {code, std::move(out), testing::internal::GetCapturedStderr()};
}

TEST(CommandLine, NamesAWordThatItDoesNotKnowAndThoseItDoes) {
  const Outcome top = run({"foo"});
  EXPECT_EQ(top.code, kUnusable);
  EXPECT_THAT(top.err, HasSubstr("\"foo\" is no command of spotkeeper; allowed: help, version, "));
  const Outcome below = run({"group", "foo"});
  EXPECT_EQ(below.code, kUnusable);
  EXPECT_EQ(below.err,
            "spotkeeper: \"foo\" is no command of group; "
            "allowed: list, show, hold, release, pause, resume, replace, retire, adopt\n");
}

TEST(CommandLine, NamesAnOptionThatStandsBeforeItsCommand) {
  const Outcome outcome = run({"--server", "http://h", "group", "list"});
  EXPECT_EQ(outcome.code, kUnusable);
  EXPECT_THAT(outcome.err, HasSubstr("\"--server\" is no command of spotkeeper"));
}

TEST(CommandLine, HelpsAndSaysItsVersionEitherWay) {
  EXPECT_THAT(run({"help"}).out, HasSubstr("Examples:"));
  EXPECT_EQ(run({"help"}).out, run({"--help"}).out);
  EXPECT_THAT(run({"version"}).out, HasSubstr("spotkeeper "));
  EXPECT_EQ(run({"version"}).out, run({"--version"}).out);
  EXPECT_EQ(run({"--version"}).code, kOk);
}

TEST(CommandLine, HelpsWithACommandAsItsOwnHelpDoes) {
  EXPECT_THAT(run({"help", "serve"}).out, HasSubstr("spotkeeper serve"));
  EXPECT_EQ(run({"help", "serve"}).out, run({"serve", "--help"}).out);
  EXPECT_EQ(run({"help", "group"}).out, run({"group", "--help"}).out);
  EXPECT_EQ(run({"help", "group", "retire"}).out, run({"group", "retire", "--help"}).out);
  const Outcome unknown = run({"help", "group", "foo"});
  EXPECT_EQ(unknown.code, kUnusable);
  EXPECT_THAT(unknown.err, HasSubstr("\"foo\" is no command of group; allowed: list, "));
  EXPECT_EQ(run({"help", "serve", "foo"}).err,
            "spotkeeper: \"foo\" is no command of serve; allowed: no further word\n");
}

// The commands that this help names, each with the words before it.
std::vector<std::vector<std::string>> commands_below(const std::vector<std::string>& words) {
  std::vector<std::string> question = words;
  question.insert(question.begin(), "help");
  const std::string help = run(question).out;
  const size_t list = help.find("\nSubcommands:\n");
  std::vector<std::vector<std::string>> found;
  if (list == std::string::npos) return found;
  std::istringstream lines(help.substr(list + 14));
  for (std::string line; std::getline(lines, line) && line.starts_with("  ");) {
    if (line[2] == ' ') continue;  // The rest of a description.
    std::vector<std::string> below = words;
    below.push_back(line.substr(2, line.find(' ', 2) - 2));
    found.push_back(below);
    for (std::vector<std::string>& more : commands_below(below)) found.push_back(std::move(more));
  }
  return found;
}

// Families showed those of the program.
TEST(CommandLine, EveryHelpHasAnExampleOfItsOwn) {
  const auto commands = commands_below({});
  ASSERT_GT(commands.size(), 30u);
  for (const std::vector<std::string>& words : commands) {
    std::string name;
    for (const std::string& word : words) name += " " + word;
    std::vector<std::string> question = words;
    question.insert(question.begin(), "help");
    const std::string help = run(question).out;
    EXPECT_THAT(help, HasSubstr("\n  spotkeeper" + name)) << name;
    if (name != " demo") {
      EXPECT_THAT(help, Not(HasSubstr("\n  spotkeeper demo "))) << name;
    }
  }
}

TEST(CommandLine, TakesThisHostsAddressWithoutAScheme) {
  for (const char* server : {"127.0.0.1:9", "http://127.0.0.1:9"}) {
    const Outcome outcome = run({"group", "list", "--server", server});
    EXPECT_EQ(outcome.code, kFailed) << server;
    EXPECT_THAT(outcome.err, HasSubstr("no keeper answers at 127.0.0.1:9")) << server;
  }
  EXPECT_EQ(run({"group", "list", "--server", "10.0.0.1:7768"}).code, kUnusable);
}

TEST(CommandLine, RefusesAServerThatIsNoUrl) {
  const Outcome outcome = run({"group", "list", "--server", "foo"});
  EXPECT_EQ(outcome.code, kUnusable);
  EXPECT_THAT(outcome.err, HasSubstr("\"foo\" is not where a keeper can be"));
}

// A shell that names a keeper for every command asks another one with a flag.
TEST(CommandLine, WhatIsSaidInTheCommandGoesBeforeTheEnvironment) {
  const std::string nobody = "http://127.0.0.1:" + std::to_string(net::closed_port());
  setenv("SPOTKEEPER_SERVER", nobody.c_str(), 1);
  const Outcome environment = run({"group", "list"});
  const Outcome folder = run({"group", "list", "--state-dir", "/nowhere/state"});
  const Outcome file = run({"group", "list", "--config", "/nowhere/spotkeeper.toml"});
  unsetenv("SPOTKEEPER_SERVER");
  EXPECT_THAT(environment.err, HasSubstr("no keeper answers at "));
  EXPECT_THAT(folder.err, HasSubstr("is running on the state folder \"/nowhere/state\""));
  EXPECT_THAT(file.err, HasSubstr("/nowhere/spotkeeper.toml:1:1: cannot be read"));
}

class ConfigOption : public testing::Test {
 protected:
  ConfigOption() { path_ = mkdtemp(pattern_.data()) + std::string("/spotkeeper.toml"); }
  ~ConfigOption() override { std::filesystem::remove_all(pattern_); }

  Outcome list(const std::string& text) const {
    std::ofstream(path_) << text;
    return run({"group", "list", "--config", path_});
  }

  std::string pattern_ = testing::TempDir() + "/cli-XXXXXX";
  std::string path_;
};

// A keeper goes on with the file that it has read; whoever edits it must be able to pause a group.
TEST_F(ConfigOption, AsksTheKeeperOfAFileThatHasMistakes) {
  for (const char* rest : {"[grop]\n", "lisen = \"127.0.0.1:1\"\nname = 3\n",
                           "[aws]\nregion = \"nowhere\"\n[[group]]\ncapacity = 0\n"}) {
    const Outcome outcome = list(std::string("[keeper]\nstate_dir = \"/nowhere/x\"\n") + rest);
    EXPECT_EQ(outcome.code, kFailed) << rest;
    EXPECT_THAT(outcome.err, HasSubstr("is running on the state folder \"/nowhere/x\"")) << rest;
  }
}

TEST_F(ConfigOption, SaysHowToAskWithoutAFileThatDoesNotTellTheFolder) {
  for (const auto& [text, problem] :
       {std::pair{"[keeper\n", ":1:8: not TOML: "},
        {"\n[keeper]\nstate_dir = \"x\"\n", ":3:13: state_dir in [keeper] cannot be used"},
        {"[keeper]\nstate_dir = 3\n", ":2:13: state_dir in [keeper] cannot be used"},
        {"keeper = 3\n", ":1:10: keeper in the file is no table"}}) {
    const Outcome outcome = list(text);
    EXPECT_EQ(outcome.code, kUnusable) << text;
    EXPECT_THAT(outcome.err, HasSubstr(path_ + problem)) << text;
    EXPECT_THAT(outcome.err, HasSubstr("; a running keeper can be asked all the same, with "
                                       "--server or --state-dir"))
        << text;
  }
}

class IncidentOfAMachine : public testing::Test {
 protected:
  IncidentOfAMachine() { root_ = mkdtemp(pattern_.data()); }
  ~IncidentOfAMachine() override { std::filesystem::remove_all(root_); }

  void open(model::IncidentKind kind) const {
    auto database = store::Database::open(root_ + "/keeper.db");
    ASSERT_TRUE(database);
    auto journal = engine::Journal::open(**database);
    ASSERT_TRUE(journal);
    engine::TurnRecord turn;
    model::Incident& incident = turn.incidents.emplace_back();
    incident.instance = model::InstanceId("i-0123456789abcdef0");
    incident.kind = kind;
    incident.id = model::incident_id(incident.instance, kind);
    incident.timeline = {{{}, "noticed", "so it was"}};
    ASSERT_TRUE((*journal)->record(turn));
  }
  Outcome show() const {
    return run({"incident", "show", "i-0123456789abcdef0", "--state-dir", root_});
  }

  std::string pattern_ = testing::TempDir() + "/incident-XXXXXX";
  std::string root_;
};

TEST_F(IncidentOfAMachine, IsShownByTheMachineAlone) {
  open(model::IncidentKind::kLoss);
  const Outcome outcome = show();
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("i-0123456789abcdef0/loss"));
  EXPECT_THAT(outcome.out, HasSubstr("so it was"));
}

TEST_F(IncidentOfAMachine, IsListedWhereThereAreSeveral) {
  open(model::IncidentKind::kLoss);
  open(model::IncidentKind::kRebalance);
  const Outcome outcome = show();
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("i-0123456789abcdef0/loss"));
  EXPECT_THAT(outcome.out, HasSubstr("i-0123456789abcdef0/rebalance"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("so it was")));
}

TEST_F(IncidentOfAMachine, IsMissedByTheMachinesName) {
  auto database = store::Database::open(root_ + "/keeper.db");
  ASSERT_TRUE(engine::Journal::open(**database));
  const Outcome outcome = show();
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("there is no incident of i-0123456789abcdef0"));
}

TEST(CommandLine, SaysHowFarBackPricesAreRemembered) {
  for (const char* time : {"0h", "32d", "soon"}) {
    const Outcome outcome = run({"prices", "--last", time});
    EXPECT_EQ(outcome.code, kUnusable) << time;
    EXPECT_THAT(outcome.err, HasSubstr("allowed: a duration of at least 1s and at most 31d"));
  }
}

TEST(CommandLine, DropsNothingFromQuarantineUnconfirmedOrUnnamed) {
  for (const auto& words :
       {std::vector<std::string>{"quarantine", "drop", "3"}, {"quarantine", "drop", "--all"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, kUnusable);
    EXPECT_THAT(outcome.err, HasSubstr("say so with --confirm"));
  }
  for (const auto& words : {std::vector<std::string>{"quarantine", "drop", "--confirm"},
                            {"quarantine", "drop", "3", "--all", "--confirm"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, kUnusable);
    EXPECT_THAT(outcome.err, HasSubstr("allowed: its number in the list, or --all"));
  }
}

TEST(CommandLine, RefusesLimitsOfASimulationThatAreNone) {
  for (const char* limit : {"nan", "-1", "inf"}) {
    const Outcome outcome = run({"sim", "run", "--seconds", limit});
    EXPECT_EQ(outcome.code, kUnusable) << limit;
    EXPECT_THAT(outcome.err, HasSubstr("allowed: ")) << limit;
  }
  const Outcome outcome = run({"sim", "run", "--interruptions", "-5"});
  EXPECT_EQ(outcome.code, kUnusable);
  EXPECT_THAT(outcome.err, HasSubstr("--interruptions"));
}

}  // namespace
}  // namespace app
