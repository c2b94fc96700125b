#include "base/digest.h"

#include <gtest/gtest.h>

namespace base {
namespace {

// The values are the published test vectors of FIPS 180-4, RFC 4231 and RFC 1321.
TEST(Digest, Sha256OfTheEmptyTextIsThePublishedValue) {
  EXPECT_EQ(hex(as_text(sha256(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, HmacMatchesRfc4231CaseTwo) {
  EXPECT_EQ(hex(as_text(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, HmacTakesAnEmptyKey) {
  EXPECT_EQ(hex(as_text(hmac_sha256("", ""))),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, Md5MatchesRfc1321) {
  EXPECT_EQ(hex(as_text(md5("abc"))), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Digest, Base64RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(parse_base64(base64(bytes)), bytes);
    EXPECT_EQ(parse_base64(base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 37 + 200);
  }
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

TEST(Digest, Base64RefusesWhatIsNotBase64) {
  EXPECT_FALSE(parse_base64("a"));
  EXPECT_FALSE(parse_base64("ab*d"));
}

TEST(Digest, SecretsOfAnotherLengthAreNotEqual) {
  EXPECT_TRUE(equal_secrets("abc", "abc"));
  EXPECT_FALSE(equal_secrets("abc", "abcd"));
  EXPECT_FALSE(equal_secrets("abc", "abd"));
}

}  // namespace
}  // namespace base
