#include "app/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace app {
namespace {

using testing::HasSubstr;

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest() {
    std::string pattern = testing::TempDir() + "/config-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~ConfigFileTest() override { std::filesystem::remove_all(root_); }

  static std::string problem_of(const std::string& path) {
    const ConfigResult config = load_config_file(path);
    return config ? "" : config.error().front().message;
  }

  std::string root_;
};

TEST_F(ConfigFileTest, RefusesWhatHasNoEnd) {
  const std::string pipe = root_ + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, std::string("/dev/zero")})
    EXPECT_EQ(problem_of(path), "cannot be read: it is not a regular file");
}

TEST_F(ConfigFileTest, RefusesAFileThatIsTooLarge) {
  const std::string path = root_ + "/large.toml";
  std::ofstream(path) << std::string((1 << 20) + 1, '#');
  EXPECT_EQ(problem_of(path), "cannot be read: it is larger than 1 MiB");
  std::filesystem::resize_file(path, 1 << 20);
  EXPECT_EQ(problem_of(path).find("cannot be read"), std::string::npos);
}

TEST_F(ConfigFileTest, SaysWhyAFileCannotBeRead) {
  EXPECT_THAT(problem_of(root_ + "/absent"), HasSubstr("No such file"));
  EXPECT_THAT(problem_of(root_), HasSubstr("Is a directory"));
}

TEST_F(ConfigFileTest, FollowsALinkToARegularFile) {
  const std::string link = root_ + "/link.toml";
  std::filesystem::create_symlink(SK_EXAMPLE_CONFIG, link);
  EXPECT_EQ(problem_of(link).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace app
