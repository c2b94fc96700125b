#include "model/group.h"

#include <gtest/gtest.h>

namespace model {
namespace {

TEST(Group, SlotsAreLetteredLikeColumns) {
  EXPECT_EQ(slot_suffix(0), "a");
  EXPECT_EQ(slot_suffix(25), "z");
  EXPECT_EQ(slot_suffix(26), "aa");
  EXPECT_EQ(slot_suffix(27), "ab");
  EXPECT_EQ(slot_suffix(701), "zz");
  EXPECT_EQ(slot_suffix(702), "aaa");
}

TEST(Group, ASlotsNameTellsItsIndexAndNoOtherNameTellsOne) {
  const GroupName web("web");
  for (const int index : {0, 25, 26, 701, 702, 999, 9'999, 18'277})
    EXPECT_EQ(slot_index(web, slot_name(web, index)), index);
  for (const char* name : {"", "web", "web-", "web-A", "web-a1", "web-a-b", "webs-a", "we-a",
                           "web_a", "web-aaaaaaaaaaaa"})
    EXPECT_EQ(slot_index(web, SlotName(name)), std::nullopt) << name;
}

TEST(Group, SlotsGoRoundTheSubnets) {
  GroupSpec spec;
  spec.name = GroupName("web");
  spec.subnets = {SubnetId("s-1"), SubnetId("s-2")};
  EXPECT_EQ(slot_name(spec.name, 2), SlotName("web-c"));
  EXPECT_EQ(slot_subnet(spec, 0), SubnetId("s-1"));
  EXPECT_EQ(slot_subnet(spec, 1), SubnetId("s-2"));
  EXPECT_EQ(slot_subnet(spec, 2), SubnetId("s-1"));
}

}  // namespace
}  // namespace model
