#include "base/quote.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Quote, ShortPlainTextStaysAsItIs) {
  EXPECT_EQ(quote("stopped"), "\"stopped\"");
  EXPECT_EQ(quote(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
}

TEST(Quote, LongTextIsCutAndSaysSo) {
  EXPECT_EQ(quote(std::string(65, 'x')), "\"" + std::string(64, 'x') + "...\"");
}

TEST(Quote, BytesThatATerminalActsOnAreMasked) {
  EXPECT_EQ(printable("a\x1b[2J\n\x7f\xc3\xa9 ~"), "a?[2J???? ~");
  EXPECT_EQ(quote("a\x1b[2J\n\x7f\xc3\xa9"), "\"a?[2J????\"");
}

}  // namespace
}  // namespace base
