#include "model/launch_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"

namespace model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

auto fields_of(const LaunchData& data) {
  base::Form form;
  add_launch_data(form, "P.", data);
  return form.pairs();
}

TEST(LaunchData, WhatIsEmptyIsNotSent) { EXPECT_THAT(fields_of({}), IsEmpty()); }

TEST(LaunchData, SpellsPlainFieldsAsAwsDoes) {
  LaunchData data;
  data.image = ImageId("ami-1");
  data.type = InstanceType("c6i.large");
  data.key_name = "ops";
  data.security_groups = {SecurityGroupId("sg-1"), SecurityGroupId("sg-2")};
  data.subnet = SubnetId("subnet-1");
  data.has_detailed_monitoring = false;
  EXPECT_THAT(fields_of(data),
              ElementsAre(Pair("P.ImageId", "ami-1"), Pair("P.InstanceType", "c6i.large"),
                          Pair("P.KeyName", "ops"), Pair("P.SecurityGroupId.1", "sg-1"),
                          Pair("P.SecurityGroupId.2", "sg-2"), Pair("P.SubnetId", "subnet-1"),
                          Pair("P.Monitoring.Enabled", "false")));
}

TEST(LaunchData, UserDataTravelsAsBase64) {
  LaunchData data;
  data.user_data = "#!/bin/sh\n";
  EXPECT_THAT(fields_of(data), ElementsAre(Pair("P.UserData", "IyEvYmluL3NoCg==")));
}

TEST(LaunchData, AnInstanceProfileIsNamedByItsNameOrItsArn) {
  LaunchData data;
  data.instance_profile = "keeper";
  EXPECT_THAT(fields_of(data), ElementsAre(Pair("P.IamInstanceProfile.Name", "keeper")));
  data.instance_profile = "arn:aws:iam::123456789012:instance-profile/keeper";
  EXPECT_THAT(fields_of(data),
              ElementsAre(Pair("P.IamInstanceProfile.Arn", data.instance_profile)));
}

TEST(LaunchData, BlockDevicesSayOnlyWhatWasChosen) {
  LaunchData data;
  BlockDevice root;
  root.device = "/dev/xvda";
  BlockDevice disk;
  disk.device = "/dev/sdf";
  disk.snapshot = "snap-1";
  disk.size_gib = 100;
  disk.volume_type = "gp3";
  disk.iops = 4000;
  disk.throughput_mibps = 250;
  disk.is_encrypted = true;
  disk.ends_with_instance = false;
  data.block_devices = {root, disk};
  const std::string one = "P.BlockDeviceMapping.1.", two = "P.BlockDeviceMapping.2.";
  EXPECT_THAT(
      fields_of(data),
      ElementsAre(
          Pair(one + "DeviceName", "/dev/xvda"), Pair(one + "Ebs.DeleteOnTermination", "true"),
          Pair(two + "DeviceName", "/dev/sdf"), Pair(two + "Ebs.SnapshotId", "snap-1"),
          Pair(two + "Ebs.VolumeSize", "100"), Pair(two + "Ebs.VolumeType", "gp3"),
          Pair(two + "Ebs.Iops", "4000"), Pair(two + "Ebs.Throughput", "250"),
          Pair(two + "Ebs.Encrypted", "true"), Pair(two + "Ebs.DeleteOnTermination", "false")));
}

TEST(LaunchData, InterfacesAreNumberedAndEndWithTheInstance) {
  LaunchData data;
  data.network_interfaces = {{SubnetId("subnet-1"), {SecurityGroupId("sg-1")}, false}};
  const std::string one = "P.NetworkInterface.1.";
  EXPECT_THAT(fields_of(data),
              ElementsAre(Pair(one + "DeviceIndex", "0"), Pair(one + "SubnetId", "subnet-1"),
                          Pair(one + "AssociatePublicIpAddress", "false"),
                          Pair(one + "DeleteOnTermination", "true"),
                          Pair(one + "SecurityGroupId.1", "sg-1")));
}

TEST(LaunchData, ItsMarkTellsItFromAnyOther) {
  LaunchData data;
  data.image = ImageId("ami-1");
  const std::string mark = launch_data_mark(data);
  EXPECT_EQ(launch_data_mark(data), mark);
  EXPECT_THAT(mark, testing::StartsWith("spotkeeper sha256:"));
  EXPECT_LE(mark.size(), 255u);  // A version's description may be so long.
  data.user_data = "#!/bin/sh";
  EXPECT_NE(launch_data_mark(data), mark);
}

TEST(LaunchData, IsKnownAgainInWhatAWSShowsOfIt) {
  LaunchData data;
  data.image = ImageId("ami-1");
  data.security_groups = {SecurityGroupId("sg-1"), SecurityGroupId("sg-2")};
  data.user_data = "#!/bin/sh";
  base::Form shown;
  shown.add("SecurityGroupId.1", "sg-2");
  shown.add("SecurityGroupId.2", "sg-1");
  shown.add("UserData", base::base64(data.user_data));
  shown.add("Monitoring.Enabled", "false");
  EXPECT_FALSE(is_made_of(shown, data)) << "the image is missing";
  shown.add("ImageId", "ami-1");
  EXPECT_TRUE(is_made_of(shown, data)) << "neither an order nor a default counts";
  data.has_detailed_monitoring = false;
  EXPECT_TRUE(is_made_of(shown, data));
  shown.add("MetadataOptions.HttpTokens", "optional");
  EXPECT_FALSE(is_made_of(shown, data)) << "more than we sent";
  EXPECT_FALSE(is_made_of({}, data));
}

}  // namespace
}  // namespace model
