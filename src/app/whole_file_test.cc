#include "app/whole_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace app {
namespace {

TEST(WholeFile, IsReadToItsLastByteAndNotBeyondItsLimit) {
  const std::string path = testing::TempDir() + "/whole-" + std::to_string(::getpid());
  std::string text(2 << 20, 'x');
  text[7] = '\0';
  std::ofstream(path, std::ios::binary) << text;
  const auto whole = read_whole_file(path, 2);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(*whole == text);
  EXPECT_EQ(read_whole_file(path, 1).error().message, "it is larger than 1 MiB");
  std::filesystem::remove(path);
  EXPECT_EQ(read_whole_file(path, 1).error().message, "No such file or directory");
}

}  // namespace
}  // namespace app
