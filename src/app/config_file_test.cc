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

class WebhookFileTest : public ConfigFileTest {
 protected:
  base::Result<std::string> read(const std::string& content) {
    std::ofstream(root_ + "/hook") << content;
    return read_again(root_ + "/hook");
  }
  static base::Result<std::string> read_again(const std::string& path) {
    Config config;
    config.notify = {{"ops", "", path, {}, {}, {}}};
    RETURN_IF_ERROR(read_webhook_files(config));
    return config.notify.front().webhook;
  }
};

TEST_F(WebhookFileTest, GivesTheUrlWithoutTheLineEndThatEditorsLeave) {
  for (const char* content :
       {"https://a.example/x?y", "https://a.example/x?y\n", "https://a.example/x?y\r\n",
        "https://a.example/x?y\r\n\r\n", "\r\n https://a.example/x?y \r\n",
        "\xef\xbb\xbfhttps://a.example/x?y\r\n"})
    EXPECT_EQ(read(content).value_or("refused"), "https://a.example/x?y") << content;
}

TEST_F(WebhookFileTest, AStartGoesWithoutOneAndKeepsTheOthers) {
  std::ofstream(root_ + "/hook") << "https://a.example/x\n";
  Config config;
  config.notify = {{"ops", "", root_ + "/absent", {}, {}, {}},
                   {"dev", "", root_ + "/hook", {}, {}, {}}};
  ASSERT_TRUE(read_webhook_files(config, Unreadable::kGoneWithout));
  EXPECT_EQ(config.notify[0].webhook, "");
  EXPECT_EQ(config.notify[1].webhook, "https://a.example/x");
  ASSERT_EQ(config.lacks.size(), 1u);
  EXPECT_EQ(config.lacks[0].trouble.name, "webhook_file of ops");
  EXPECT_THAT(config.lacks[0].trouble.why,
              HasSubstr("No such file or directory; until that is mended its "
                        "messages wait"));
}

TEST_F(WebhookFileTest, NamesTheFileAndNeverShowsWhatIsInIt) {
  for (const char* content : {"", "http://hooks.example.com/top-secret", "top secret\nsecond"}) {
    const auto refused = read(content);
    ASSERT_FALSE(refused) << content;
    EXPECT_THAT(refused.error().message, HasSubstr("webhook_file of ops, \"" + root_ + "/hook\""));
    EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("secret")));
    EXPECT_EQ(refused.error().retry, base::Retry::kNever);
  }
  EXPECT_THAT(read_again(root_ + "/absent").error().message, HasSubstr("No such file"));
}

TEST_F(WebhookFileTest, LeavesAUrlOfTheConfigurationAlone) {
  Config config;
  config.notify = {{"ops", "https://a.example/x", "", {}, {}, {}}};
  ASSERT_TRUE(read_webhook_files(config));
  EXPECT_EQ(config.notify.front().webhook, "https://a.example/x");
}

}  // namespace
}  // namespace app
