#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/test_support.h"

namespace aws {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(AccountCodec, EachIsAskedForByName) {
  EXPECT_THAT(fields_of(model::DescribeImages{{model::ImageId("ami-1"), model::ImageId("ami-2")}}),
              ElementsAre(Pair("ImageId.1", "ami-1"), Pair("ImageId.2", "ami-2")));
  EXPECT_THAT(fields_of(model::DescribeKeyPairs{{"ops"}}), ElementsAre(Pair("KeyName.1", "ops")));
  EXPECT_THAT(fields_of(model::DescribeSecurityGroups{{model::SecurityGroupId("sg-1")}}),
              ElementsAre(Pair("GroupId.1", "sg-1")));
}

TEST(AccountCodec, AnImageTellsItsStateAndArchitecture) {
  const auto reply = decoded<model::ImagesReply>(model::DescribeImages{}, "describe_images.xml");
  EXPECT_THAT(reply.images, ElementsAre(model::Image{model::ImageId("ami-0a10000000000001"),
                                                     "available", "x86_64"}));
}

TEST(AccountCodec, AKeyPairTellsItsName) {
  const auto reply =
      decoded<model::KeyPairsReply>(model::DescribeKeyPairs{}, "describe_key_pairs.xml");
  EXPECT_THAT(reply.names, ElementsAre("ops"));
}

TEST(AccountCodec, ASecurityGroupTellsItsVpc) {
  const auto reply = decoded<model::SecurityGroupsReply>(model::DescribeSecurityGroups{},
                                                         "describe_security_groups.xml");
  EXPECT_THAT(reply.groups,
              ElementsAre(model::SecurityGroup{model::SecurityGroupId("sg-0a10000000000001"),
                                               "vpc-0a10000000000001"}));
}

}  // namespace
}  // namespace aws
