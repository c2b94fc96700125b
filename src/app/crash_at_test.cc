#include "app/crash_at.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace app {
namespace {

using engine::CrashPoint;
using testing::HasSubstr;

TEST(CrashAt, ReadsEveryPointTheEngineHas) {
  for (const std::string_view name : engine::kCrashPointNames) {
    const auto at = parse_crash_at(name);
    ASSERT_TRUE(at) << name;
    EXPECT_EQ(to_string(at->point), name);
    EXPECT_EQ(at->passing, 1);
  }
}

TEST(CrashAt, ReadsWhichPassingIsMeant) {
  EXPECT_EQ(parse_crash_at("before-launch:12"), (CrashAt{CrashPoint::kBeforeLaunch, 12}));
}

TEST(CrashAt, RefusesWhatItDoesNotKnowAndNamesWhatItDoes) {
  for (const char* text : {"", "lunch", "decided:", "decided:0", "decided:-1", "decided:2x"}) {
    const auto at = parse_crash_at(text);
    ASSERT_FALSE(at) << text;
    EXPECT_EQ(at.error().retry, base::Retry::kNever);
    EXPECT_THAT(at.error().message, HasSubstr("after-terminate")) << text;
  }
}

TEST(CrashAt, DiesAtThatPassingOfThatPointOnly) {
  int deaths = 0;
  const engine::CrashHook hook = crash_hook({CrashPoint::kDecided, 2}, [&deaths] { ++deaths; });
  hook(CrashPoint::kDecided);
  hook(CrashPoint::kTurnRecorded);
  EXPECT_EQ(deaths, 0);
  hook(CrashPoint::kDecided);
  EXPECT_EQ(deaths, 1);
  hook(CrashPoint::kDecided);
  EXPECT_EQ(deaths, 1);
}

TEST(CrashAt, KillsTheProcessWithoutASound) {
  EXPECT_EXIT(kill_this_process(), testing::KilledBySignal(SIGKILL), "^$");
}

}  // namespace
}  // namespace app
