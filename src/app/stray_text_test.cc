#include "app/stray_text.h"

#include <gtest/gtest.h>

#include <string>

namespace app {
namespace {

std::string place_in(std::string_view text) {
  const auto place = find_stray_character(text);
  return place ? std::to_string(place->line) + ":" + std::to_string(place->column) : "none";
}

TEST(StrayText, IsFoundWithItsLineAndColumn) {
  EXPECT_EQ(place_in("\xc3\xa9"), "1:1");
  EXPECT_EQ(place_in("a = 1\nr\xc3\xa9gion = 2"), "2:2");
  EXPECT_EQ(place_in("a = \"\xc3\xa9\" \xc3\xa9"), "1:9");
  EXPECT_EQ(place_in("a = 1 # \xc3\xa9\n\xff"), "2:1");
}

TEST(StrayText, MayStandInQuotesAndComments) {
  for (const char* text :
       {"", "plain", "# \xc3\xa9", "a = '\xc3\xa9'", "a = \"\\\"\xc3\xa9\"",
        "a = \"\"\"\n\xc3\xa9\n\"\"\"", "a = '''\n'\xc3\xa9'''''", "\xEF\xBB\xBF a = 1"})
    EXPECT_EQ(place_in(text), "none") << text;
}

TEST(StrayText, IsFoundBehindEveryKindOfQuotes) {
  for (const char* text :
       {"''\xff", "\"\"\xff", "'\\'\xff", "\"\\\\\"\xff", "''''''\xff", "\"\"\"\\\"\"\"\"\xff",
        "'''a'''''\xff", "'a\n\xff", "\"a\n\xff", "# '\n\xff", "'#'\xff"})
    EXPECT_NE(place_in(text), "none") << text;
}

}  // namespace
}  // namespace app
