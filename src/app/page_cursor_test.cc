#include "app/page_cursor.h"

#include <gtest/gtest.h>

namespace app {
namespace {

const std::vector<std::string> kOne{""}, kTwo{"east", "west"};

TEST(PageCursor, OfOneSiteIsANumber) {
  EXPECT_EQ(parse_cursor("12", kOne), (PageCursor{{"", 12}}));
  EXPECT_EQ(parse_cursor("12", {"east"}), (PageCursor{{"east", 12}}));
  for (const char* text : {"", "0", "-1", "x", "1x", ":1", "east:1"})
    EXPECT_FALSE(parse_cursor(text, kOne)) << text;
}

TEST(PageCursor, OfSeveralNamesEachThatHasShownSomething) {
  const PageCursor both{{"east", 12}, {"west", 7}};
  EXPECT_EQ(cursor_text(both), "east:12,west:7");
  EXPECT_EQ(parse_cursor("east:12,west:7", kTwo), both);
  EXPECT_EQ(parse_cursor("west:7", kTwo), (PageCursor{{"west", 7}}));
}

TEST(PageCursor, WhatIsNoneIsRefused) {
  for (const char* text : {"", "12", "east", "east:", "east:0", "north:1", "east:1,", ",east:1",
                           "east:1,east:2", "east:1:2", "east:1 west:2"})
    EXPECT_FALSE(parse_cursor(text, kTwo)) << text;
}

}  // namespace
}  // namespace app
