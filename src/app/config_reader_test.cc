#include "app/config_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> lines(Problems problems) {
  std::vector<std::string> out;
  for (const Problem& problem : std::move(problems).in_order()) out.push_back(to_string(problem));
  return out;
}

TEST(Nearest, IsWithinTwoEdits) {
  EXPECT_EQ(nearest("regoin", {"account", "region"}), "region");
  EXPECT_EQ(nearest("regionss", {"account", "region"}), "region");
  EXPECT_EQ(nearest("rgn", {"account", "region"}), std::nullopt);
  EXPECT_EQ(nearest("", {"name"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'x'), {"name"}), std::nullopt);
}

TEST(Nearest, IsTheOneWithFewestEdits) {
  EXPECT_EQ(nearest("format", {"formed", "formats"}), "formats");
}

TEST(TableReader, WhatIsAbsentIsNothingAndNoProblem) {
  const toml::table empty;
  Problems problems("f");
  TableReader in(empty, "[t]", {"a"}, problems);
  EXPECT_EQ(in.text("a", kProfile), std::nullopt);
  EXPECT_EQ(in.integer("a", {1, 2}), std::nullopt);
  EXPECT_THAT(in.tables("a", "x"), IsEmpty());
  EXPECT_TRUE(problems.empty());
}

TEST(TableReader, EveryWrongTypeIsCalledByItsName) {
  const auto document =
      toml::parse("a = [1, 1.5, true, 1979-05-27, 07:32:00, 1979-05-27T07:32:00Z, [], {}]\n");
  ASSERT_TRUE(document);
  Problems problems("f");
  TableReader in(document.table(), "[t]", {"a"}, problems);
  EXPECT_THAT(in.required_texts("a", kLogFormat), IsEmpty());
  EXPECT_THAT(
      lines(problems),
      ElementsAre("f:1:6: an element of a in [t] is an integer; allowed: text, json",
                  "f:1:9: an element of a in [t] is a floating-point number; allowed: text, json",
                  "f:1:14: an element of a in [t] is a boolean; allowed: text, json",
                  "f:1:20: an element of a in [t] is a date or time; allowed: text, json",
                  "f:1:32: an element of a in [t] is a date or time; allowed: text, json",
                  "f:1:42: an element of a in [t] is a date or time; allowed: text, json",
                  "f:1:64: an element of a in [t] is an array; allowed: text, json",
                  "f:1:68: an element of a in [t] is a table; allowed: text, json"));
}

TEST(Problems, AreInTheOrderOfTheFile) {
  Problems problems("f");
  problems.add({2, 1}, "c");
  problems.add({1, 9}, "b");
  problems.add({}, "a");
  EXPECT_THAT(lines(problems), ElementsAre("f:1:1: a", "f:1:9: b", "f:2:1: c"));
}

}  // namespace
}  // namespace app
