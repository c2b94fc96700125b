#include "app/newest_first.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace app {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::vector<std::pair<size_t, int>> merged(std::vector<std::vector<int>> lists, size_t most = 9) {
  return newest_first(std::move(lists), most, [](int time) { return time; });
}

TEST(NewestFirst, GivesTheNewestOfAllListsWithTheListOfEach) {
  EXPECT_THAT(merged({{9, 4}, {}, {7, 6, 1}}),
              ElementsAre(Pair(0u, 9), Pair(2u, 7), Pair(2u, 6), Pair(0u, 4), Pair(2u, 1)));
  EXPECT_THAT(merged({{9, 4}, {7, 6}}, 2), ElementsAre(Pair(0u, 9), Pair(1u, 7)));
}

TEST(NewestFirst, KeepsTheOrderOfAListWhoseClockWentBack) {
  EXPECT_THAT(merged({{3, 8}, {5}}), ElementsAre(Pair(1u, 5), Pair(0u, 3), Pair(0u, 8)));
}

TEST(NewestFirst, PrefersTheEarlierListAmongEquals) {
  EXPECT_THAT(merged({{5}, {5}}), ElementsAre(Pair(0u, 5), Pair(1u, 5)));
}

TEST(NewestFirst, OfNothingIsNothing) { EXPECT_TRUE(merged({}).empty()); }

}  // namespace
}  // namespace app
