#include "app/state_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace app {
namespace {

using testing::HasSubstr;

class StateFolderTest : public testing::Test {
 protected:
  StateFolderTest() {
    std::string pattern = testing::TempDir() + "/state-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~StateFolderTest() override { std::filesystem::remove_all(root_); }

  std::string root_;
};

TEST_F(StateFolderTest, MakesAFolderThatOnlyItsOwnerReads) {
  const std::string path = root_ + "/a/b";
  ASSERT_TRUE(StateFolder::take(path));
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(StateFolderTest, GivesASiteWithANameAFolderOfItsOwn) {
  const auto folder = StateFolder::take(root_);
  ASSERT_TRUE(folder);
  EXPECT_EQ((*folder)->journal_of("east"), root_ + "/east/keeper.db");
  struct stat status {};
  ASSERT_EQ(stat((root_ + "/east").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  EXPECT_EQ((*folder)->journal_of(""), root_ + "/keeper.db");
}

TEST_F(StateFolderTest, BeginsNoNamedSiteBesideAJournalWithoutAName) {
  const auto folder = StateFolder::take(root_);
  std::ofstream(root_ + "/keeper.db") << "x";
  const auto refused = (*folder)->journal_of("east");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("move it"));
  EXPECT_THAT(refused.error().message, HasSubstr("/east/keeper.db"));
  EXPECT_TRUE((*folder)->journal_of(""));
}

TEST_F(StateFolderTest, ListsTheJournalsThatAreThere) {
  EXPECT_TRUE(journals_in(root_).empty());
  EXPECT_TRUE(journals_in(root_ + "/absent").empty());
  std::filesystem::create_directory(root_ + "/west");
  std::filesystem::create_directory(root_ + "/empty");
  std::filesystem::create_directory(root_ + "/east");
  for (const char* site : {"west", "east"}) std::ofstream(journal_path(root_, site)) << "x";
  const auto places = journals_in(root_);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].site, "east");
  EXPECT_EQ(places[1].path, root_ + "/west/keeper.db");
  std::ofstream(journal_path(root_)) << "x";
  EXPECT_EQ(journals_in(root_)[0].site, "");
}

TEST_F(StateFolderTest, LetsNoTwoKeepersShareAFolder) {
  auto first = StateFolder::take(root_);
  ASSERT_TRUE(first);
  const auto second = StateFolder::take(root_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another keeper is using"));
  first->reset();
  EXPECT_TRUE(StateFolder::take(root_));
}

TEST_F(StateFolderTest, GivesItsKeeperTheSameIdentityInEveryLife) {
  std::string identity;
  {
    const auto folder = StateFolder::take(root_);
    ASSERT_TRUE(folder);
    identity = (*folder)->identity();
  }
  EXPECT_EQ(identity.size(), 32u);
  const auto again = StateFolder::take(root_);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->identity(), identity);
}

TEST_F(StateFolderTest, SaysInWordsThatAFolderCannotBeMade) {
  ASSERT_TRUE(StateFolder::take(root_));
  const auto folder = StateFolder::take(root_ + "/keeper.lock/below");
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("cannot make the state folder"));
}

TEST_F(StateFolderTest, LeavesAloneWhatALinkInTheLocksPlaceLeadsTo) {
  const std::string target = root_ + "/precious";
  std::ofstream(target) << "words";
  std::filesystem::create_symlink(target, root_ + "/keeper.lock");
  const auto folder = StateFolder::take(root_);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("is a link"));
  EXPECT_EQ(std::filesystem::file_size(target), 5u);
}

TEST_F(StateFolderTest, RefusesAFolderThatOthersMayWriteTo) {
  for (const mode_t mode : {0770, 0707, 01777}) {
    ASSERT_EQ(chmod(root_.c_str(), mode), 0);
    const auto folder = StateFolder::take(root_);
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().retry, base::Retry::kNever);
    EXPECT_THAT(folder.error().message, HasSubstr("chmod 700"));
  }
  ASSERT_EQ(chmod(root_.c_str(), 0755), 0);
  EXPECT_TRUE(StateFolder::take(root_));
}

TEST_F(StateFolderTest, RefusesAFolderOfAnotherUser) {
  if (geteuid() != 0) return;  // Only root can give a folder away.
  ASSERT_EQ(chown(root_.c_str(), 12345, 12345), 0);
  const auto folder = StateFolder::take(root_);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("belongs to another user"));
}

TEST_F(StateFolderTest, TellsWhereTheRunningKeeperIs) {
  EXPECT_EQ(keeper_url(root_), std::nullopt);
  {
    auto folder = StateFolder::take(root_);
    ASSERT_TRUE(folder);
    EXPECT_EQ(keeper_url(root_), std::nullopt) << "it has not said yet";
    ASSERT_TRUE((*folder)->publish_url("http://127.0.0.1:4711"));
    EXPECT_EQ(keeper_url(root_), "http://127.0.0.1:4711");
  }
  EXPECT_EQ(keeper_url(root_), std::nullopt) << "its keeper has ended";
  ASSERT_TRUE(StateFolder::take(root_));
  EXPECT_EQ(keeper_url(root_), std::nullopt);
}

TEST_F(StateFolderTest, DefaultsToWhereThisUserKeepsState) {
  std::map<std::string, std::string> variables{{"HOME", "/h"}};
  const aws::Environment environment =
      [&variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  EXPECT_EQ(default_state_dir(environment, true), "/var/lib/spotkeeper");
  EXPECT_EQ(default_state_dir(environment, false), "/h/.local/state/spotkeeper");
  variables["XDG_STATE_HOME"] = "/x";
  EXPECT_EQ(default_state_dir(environment, false), "/x/spotkeeper");
  variables["STATE_DIRECTORY"] = "/var/lib/other";
  EXPECT_EQ(default_state_dir(environment, true), "/var/lib/other");
}

}  // namespace
}  // namespace app
