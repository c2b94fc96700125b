#include "net/resolver.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <pwd.h>

namespace net {
namespace {

TEST(Resolver, FilesStillAnswerAfterTheLookupsAreMadePortable) {
  make_name_lookups_portable();
  addrinfo* found = nullptr;
  ASSERT_EQ(getaddrinfo("localhost", "80", nullptr, &found), 0);
  freeaddrinfo(found);
  ASSERT_NE(getpwnam("root"), nullptr);
  EXPECT_EQ(getpwnam("root")->pw_uid, 0u);
}

}  // namespace
}  // namespace net
