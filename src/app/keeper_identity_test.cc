#include "app/keeper_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace app {
namespace {

using testing::HasSubstr;

class KeeperIdentityTest : public testing::Test {
 protected:
  KeeperIdentityTest() {
    std::string pattern = testing::TempDir() + "/identity-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    file_ = folder_ + "/keeper.identity";
  }
  ~KeeperIdentityTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) const { std::ofstream(file_) << text; }

  std::string folder_, file_;
};

TEST_F(KeeperIdentityTest, IsMadeOnceAndKept) {
  EXPECT_EQ(*identity_in(folder_), std::nullopt);
  const auto first = keep_identity(folder_);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(keep_identity(folder_), first);
  EXPECT_EQ(*identity_in(folder_), *first);
  std::filesystem::remove(file_);
  EXPECT_NE(keep_identity(folder_), first);
}

TEST_F(KeeperIdentityTest, StandsAloneInItsFile) {
  const auto identity = keep_identity(folder_);
  ASSERT_TRUE(identity);
  EXPECT_THAT(*identity, testing::MatchesRegex("[0-9a-f]{32}"));
  std::ifstream file(file_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), *identity + "\n");
  const std::filesystem::directory_iterator files(folder_);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "a draft was left";
}

TEST_F(KeeperIdentityTest, ADraftThatAnEarlierLifeLeftIsNone) {
  std::ofstream(file_ + ".new") << "0123456789";
  EXPECT_EQ(*identity_in(folder_), std::nullopt);
  const auto identity = keep_identity(folder_);
  ASSERT_TRUE(identity);
  EXPECT_EQ(*identity_in(folder_), *identity);
}

TEST_F(KeeperIdentityTest, NoTwoAreTheSame) { EXPECT_NE(fresh_identity(), fresh_identity()); }

// Made anew in silence, it would make a stranger of a keeper that only has a bad disk.
TEST_F(KeeperIdentityTest, OneThatIsDamagedIsSaidAndLeftAsItIs) {
  const std::string whole(32, 'a');
  for (const std::string& text :
       {std::string(), whole, whole + "a\n", whole.substr(1) + "\n", whole.substr(1) + "A\n"}) {
    write(text);
    const auto kept = keep_identity(folder_);
    ASSERT_FALSE(kept) << text;
    EXPECT_EQ(kept.error().retry, base::Retry::kNever);
    EXPECT_THAT(kept.error().message, HasSubstr(file_ + "\" is damaged"));
    EXPECT_THAT(kept.error().message, HasSubstr("remove it"));
    EXPECT_EQ(std::filesystem::file_size(file_), text.size());
  }
  write(whole + "\n");
  EXPECT_EQ(keep_identity(folder_), whole);
}

TEST_F(KeeperIdentityTest, SaysWhenItCannotBeRead) {
  std::filesystem::create_directory(file_);
  const auto found = identity_in(folder_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, kIdentityUnreadable);
  EXPECT_THAT(found.error().message, HasSubstr(file_));
}

TEST_F(KeeperIdentityTest, SaysWhenItCannotBeWritten) {
  std::filesystem::create_directory(file_ + ".new");
  const auto kept = keep_identity(folder_);
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message, HasSubstr("cannot write \"" + file_ + ".new\""));
}

}  // namespace
}  // namespace app
