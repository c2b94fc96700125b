#include "base/id.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace base {
namespace {

using Name = Id<struct NameTag>;

TEST(Id, NamesOrderAndEqualAsTheirTextsDo) {
  const std::vector<std::string> texts = {
      "",         "a",         "b",          "ab",        "i-0123456789abcdef0",
      "i-012345", "i-0123456", "i-01234567", "i-0123457", "i-0123456789abcdef1",
      "i-",       "i-\xff",    "\xff",       "i-0123\n",  std::string("a\0", 2)};
  for (const std::string& a : texts)
    for (const std::string& b : texts) {
      EXPECT_EQ(Name(a) == Name(b), a == b) << a << " and " << b;
      EXPECT_EQ(Name(a) < Name(b), a < b) << a << " and " << b;
      EXPECT_EQ(Name(a) > Name(b), a > b) << a << " and " << b;
    }
}

TEST(Id, WhatWasMovedFromIsTheEmptyName) {
  Name from("i-0123456789abcdef0");
  Name to(std::move(from));
  EXPECT_EQ(from, Name());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(to, Name("i-0123456789abcdef0"));
  from = std::move(to);
  EXPECT_EQ(to, Name());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(from.str(), "i-0123456789abcdef0");
}

}  // namespace
}  // namespace base
