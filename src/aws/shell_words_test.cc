#include "aws/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aws {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ShellWords, BlanksPartAndQuotesJoin) {
  EXPECT_THAT(*split_words("  /opt/give  --for 'our web'\t\"a b\"c'd'\n"),
              ElementsAre("/opt/give", "--for", "our web", "a bcd"));
  EXPECT_THAT(*split_words("a '' \"\""), ElementsAre("a", "", ""));
  EXPECT_THAT(*split_words(" \t"), IsEmpty());
}

TEST(ShellWords, ABackslashHidesWhatAShellWouldHide) {
  EXPECT_THAT(*split_words(R"(a\ b \\ \' '\' "\" \\ \n")"),
              ElementsAre("a b", "\\", "'", "\\", "\" \\ \\n"));
}

TEST(ShellWords, NothingElseOfAShellHappens) {
  EXPECT_THAT(*split_words("$HOME; `id` | > *"), ElementsAre("$HOME;", "`id`", "|", ">", "*"));
}

TEST(ShellWords, WhatIsLeftOpenIsNoLine) {
  for (const char* line : {"'a", "\"a", "\"a\\\"", "a\\"}) EXPECT_FALSE(split_words(line)) << line;
}

}  // namespace
}  // namespace aws
