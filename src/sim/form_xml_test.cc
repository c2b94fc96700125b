#include "sim/form_xml.h"

#include <gtest/gtest.h>

namespace sim {
namespace {

std::string written(const std::vector<std::pair<std::string, std::string>>& fields,
                    const std::vector<ListSpelling>& spellings = {}) {
  base::Form form;
  for (const auto& [name, value] : fields) form.add(name, value);
  Xml xml;
  write_form(xml, form, spellings);
  return xml.str();
}

TEST(FormXml, NamesBeginSmallAndValuesAreEscaped) {
  EXPECT_EQ(written({{"ImageId", "ami-1"}, {"KeyName", "a<b"}}),
            "<imageId>ami-1</imageId><keyName>a&lt;b</keyName>");
}

TEST(FormXml, WhatIsBelowANameIsNested) {
  EXPECT_EQ(written({{"Monitoring.Enabled", "true"}}),
            "<monitoring><enabled>true</enabled></monitoring>");
}

TEST(FormXml, NumbersMakeASetOfItems) {
  EXPECT_EQ(written({{"SecurityGroupId.1", "sg-1"}, {"SecurityGroupId.2", "sg-2"}}),
            "<securityGroupIdSet><item>sg-1</item><item>sg-2</item></securityGroupIdSet>");
  EXPECT_EQ(written({{"BlockDeviceMapping.1.DeviceName", "/dev/sdf"},
                     {"BlockDeviceMapping.1.Ebs.VolumeSize", "8"}}),
            "<blockDeviceMappingSet><item><deviceName>/dev/sdf</deviceName>"
            "<ebs><volumeSize>8</volumeSize></ebs></item></blockDeviceMappingSet>");
}

TEST(FormXml, AListMayBeSpelledOtherwise) {
  const std::vector<ListSpelling> spellings = {
      {"SecurityGroupId", "groupSet", "item", "groupId"},
      {"NetworkInterface.SecurityGroupId", "groups", "group", ""}};
  EXPECT_EQ(written({{"SecurityGroupId.1", "sg-1"}}, spellings),
            "<groupSet><item><groupId>sg-1</groupId></item></groupSet>");
  EXPECT_EQ(written({{"NetworkInterface.1.SecurityGroupId.1", "sg-1"}}, spellings),
            "<networkInterfaceSet><item><groups><group>sg-1</group></groups></item>"
            "</networkInterfaceSet>");
}

TEST(FormXml, NothingIsNothing) { EXPECT_EQ(written({}), ""); }

}  // namespace
}  // namespace sim
