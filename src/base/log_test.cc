#include "base/log.h"

#include <gtest/gtest.h>

#include <vector>

namespace base {
namespace {

TEST(Log, LinesBelowTheLevelAreNotWritten) {
  std::vector<std::string> lines;
  const Logger logger(LogLevel::kWarn, [&](LogLevel, std::string_view message, const LogField*,
                                           size_t) { lines.emplace_back(message); });
  logger.info("quiet");
  logger.warn("loud");
  EXPECT_EQ(lines, std::vector<std::string>{"loud"});
}

TEST(Log, TextLinesQuoteWhatATerminalWouldMisread) {
  testing::internal::CaptureStderr();
  stderr_logger(LogLevel::kInfo, LogFormat::kText)
      .info("launched", {{"instance", "i-1"}, {"reason", "a\nb"}, {"count", 3}});
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_NE(line.find("Z info launched instance=i-1 reason=\"a\\nb\" count=3\n"), std::string::npos)
      << line;
}

TEST(Log, JsonLinesKeepNumbersAsNumbers) {
  testing::internal::CaptureStderr();
  stderr_logger(LogLevel::kInfo, LogFormat::kJson)
      .error("failed", {{"count", 3}, {"why", "\"x\""}});
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_NE(line.find(R"("level":"error","message":"failed","count":3,"why":"\"x\""})"),
            std::string::npos)
      << line;
}

TEST(Log, AFieldCanBePutBeforeThoseOfEveryLine) {
  testing::internal::CaptureStderr();
  const Logger plain = stderr_logger(LogLevel::kInfo, LogFormat::kText);
  const Logger east = plain.with("site", "east");
  east.debug("quiet");
  east.info("launched", {{"count", 3}});
  plain.info("over");
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_NE(lines.find("info launched site=east count=3\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("info over\n"), std::string::npos) << lines;
  EXPECT_EQ(lines.find("quiet"), std::string::npos) << lines;
}

TEST(Log, ADefaultLoggerSaysNothing) {
  testing::internal::CaptureStderr();
  Logger().with("site", "east").error("nobody hears");
  Logger().error("nobody hears");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace base
