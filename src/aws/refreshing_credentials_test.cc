#include "aws/refreshing_credentials.h"

#include <gtest/gtest.h>

#include "aws/fake_clock.h"

namespace aws {
namespace {

using base::Duration;
using base::Retry;
using CredentialsResult = base::Result<net::Credentials>;

class RefreshingTest : public testing::Test {
 protected:
  CredentialsResult lasting(std::string key, Duration life) {
    return net::Credentials{std::move(key), "s", "t", clock.time + life};
  }
  // The number of the oldest fetch under way is answered.
  void answer(CredentialsResult credentials) {
    ASSERT_FALSE(fetches.empty());
    const auto done = std::exchange(fetches, {}).front();
    done(std::move(credentials));
  }
  std::vector<std::string> get() {
    provider.get(
        [this](CredentialsResult c) { keys.push_back(c ? c->access_key : c.error().code); });
    return keys;
  }

  FakeClock clock;
  std::vector<CredentialsProvider::Done> fetches;
  std::vector<std::string> keys;  // What the callers got, in order.
  RefreshingCredentials provider{
      [this](CredentialsProvider::Done done) { fetches.push_back(std::move(done)); }, clock};
};

using Keys = std::vector<std::string>;

TEST_F(RefreshingTest, ManyAskersCauseOneFetch) {
  (void)get();
  (void)get();
  EXPECT_EQ(fetches.size(), 1u);
  EXPECT_EQ(keys, Keys{});
  answer(lasting("a", Duration::hours(6)));
  EXPECT_EQ(keys, (Keys{"a", "a"}));
  EXPECT_EQ(get(), (Keys{"a", "a", "a"}));
  EXPECT_TRUE(fetches.empty());
}

TEST_F(RefreshingTest, BeforeTheyExpireNewOnesAreFetchedWhileTheOldOnesServe) {
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  clock.time = clock.time + Duration::minutes(46);
  EXPECT_EQ(get(), (Keys{"a", "a"}));
  EXPECT_EQ(fetches.size(), 1u);
  (void)get();
  EXPECT_EQ(fetches.size(), 1u);
  answer(lasting("b", Duration::hours(1)));
  EXPECT_EQ(get(), (Keys{"a", "a", "a", "b"}));
}

TEST_F(RefreshingTest, WhenARefreshFailsTheOldOnesServeUntilTheyExpire) {
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  clock.time = clock.time + Duration::minutes(46);
  (void)get();
  answer(base::fail("NoCredentials", "", Retry::kBackoff));
  EXPECT_EQ(get(), (Keys{"a", "a", "a"}));
  EXPECT_TRUE(fetches.empty()) << "a minute has not passed";
  clock.time = clock.time + Duration::minutes(1);
  (void)get();
  EXPECT_EQ(fetches.size(), 1u);
}

TEST_F(RefreshingTest, ExpiredOnesAreNotHandedOut) {
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  clock.time = clock.time + Duration::hours(1);
  EXPECT_EQ(get(), Keys{"a"});
  answer(base::fail("NoCredentials", "", Retry::kBackoff));
  EXPECT_EQ(keys, (Keys{"a", "NoCredentials"}));
}

TEST_F(RefreshingTest, AfterAFailureTheNextAskerFetchesAgain) {
  (void)get();
  answer(base::fail("NoCredentials", "", Retry::kBackoff));
  (void)get();
  answer(lasting("a", Duration::hours(1)));
  EXPECT_EQ(keys, (Keys{"NoCredentials", "a"}));
}

TEST_F(RefreshingTest, RefusedOnesAreReplacedAndOthersAreKept) {
  (void)get();
  answer(lasting("a", Duration::hours(6)));
  provider.refuse("older");
  (void)get();
  EXPECT_TRUE(fetches.empty());
  provider.refuse("a");
  (void)get();
  EXPECT_EQ(keys, (Keys{"a", "a"}));
  answer(lasting("b", Duration::hours(6)));
  EXPECT_EQ(keys, (Keys{"a", "a", "b"}));
}

}  // namespace
}  // namespace aws
