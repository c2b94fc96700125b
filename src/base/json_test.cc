#include "base/json.h"

#include <gtest/gtest.h>

namespace base::json {
namespace {

TEST(Json, ReadersAnswerNothingForMissingAndMistypedMembers) {
  const auto document =
      parse_object(R"({"s":"x","n":7,"big":1e30,"f":1.5,"b":true,"o":{},"a":[]})");
  ASSERT_TRUE(document);
  EXPECT_EQ(find_string(*document, "s"), "x");
  EXPECT_EQ(find_string(*document, "n"), std::nullopt);
  EXPECT_EQ(find_int(*document, "n"), 7);
  EXPECT_EQ(find_int(*document, "big"), std::nullopt);
  EXPECT_EQ(find_int(*document, "f"), std::nullopt);
  EXPECT_EQ(find_bool(*document, "b"), true);
  EXPECT_NE(find_object(*document, "o"), nullptr);
  EXPECT_EQ(find_object(*document, "a"), nullptr);
  EXPECT_EQ(text_or_empty(*document, "missing"), "");
}

TEST(Json, RefusesWhatIsNotADocument) {
  EXPECT_EQ(parse("{").error().code, "MalformedJson");
  EXPECT_EQ(parse_object("[]").error().code, "MalformedJson");
  EXPECT_FALSE(parse(std::string(100, '[')));
}

}  // namespace
}  // namespace base::json
