#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct TemplateRegion : TestRegion {
  using TestRegion::TestRegion;

  Reply make(const std::string& name, Fields extra = {}) {
    Fields fields = {{"LaunchTemplateName", name},
                     {"LaunchTemplateData.ImageId", region.default_scene().image.str()}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return ec2("CreateLaunchTemplate", fields);
  }
};

Fields tagged(const std::string& key, const std::string& value) {
  return {{"TagSpecification.1.ResourceType", "launch-template"},
          {"TagSpecification.1.Tag.1.Key", key},
          {"TagSpecification.1.Tag.1.Value", value}};
}

TEST(LaunchTemplates, AreFoundByIdNameAndTag) {
  TemplateRegion r;
  const std::string id = r.make("api", tagged("team", "blue")).text("launchTemplateId");
  const auto found = [&](const Fields& fields) {
    return r.ec2("DescribeLaunchTemplates", fields).texts("launchTemplateId");
  };
  EXPECT_THAT(found({{"LaunchTemplateId.1", id}}), ElementsAre(id));
  EXPECT_THAT(found({{"LaunchTemplateName.1", "api"}}), ElementsAre(id));
  EXPECT_THAT(found({{"Filter.1.Name", "tag:team"}, {"Filter.1.Value.1", "blue"}}),
              ElementsAre(id));
  EXPECT_THAT(found({{"Filter.1.Name", "tag:team"}, {"Filter.1.Value.1", "red"}}), IsEmpty());
  EXPECT_THAT(found({}), SizeIs(2));
}

TEST(LaunchTemplates, WhatIsNamedMustBeThere) {
  TemplateRegion r;
  EXPECT_EQ(r.ec2("DescribeLaunchTemplates", {{"LaunchTemplateName.1", "api"}}).code(),
            "InvalidLaunchTemplateName.NotFoundException");
  EXPECT_EQ(
      r.ec2("DescribeLaunchTemplates", {{"LaunchTemplateId.1", "lt-0123456789abcdef0"}}).code(),
      "InvalidLaunchTemplateId.NotFound");
}

TEST(LaunchTemplates, ArePagedById) {
  TemplateRegion r;
  r.make("api");
  r.make("jobs");
  std::vector<std::string> names;
  std::string next;
  do {
    Fields fields = {{"MaxResults", "1"}};
    if (!next.empty()) fields.emplace_back("NextToken", next);
    const Reply page = r.ec2("DescribeLaunchTemplates", fields);
    names.push_back(page.text("launchTemplateName"));
    next = page.text("nextToken");
  } while (!next.empty());
  EXPECT_THAT(names, testing::UnorderedElementsAre("api", "jobs", "web"));
}

TEST(LaunchTemplates, AVersionShowsItsDataAsAwsSpellsIt) {
  TemplateRegion r;
  const std::string data = "LaunchTemplateData.";
  const Reply made = r.make("api", {{data + "IamInstanceProfile.Name", "keeper"},
                                    {data + "Monitoring.Enabled", "true"},
                                    {data + "UserData", "IyEvYmluL3NoCg=="},
                                    {data + "BlockDeviceMapping.1.DeviceName", "/dev/sdf"},
                                    {data + "BlockDeviceMapping.1.Ebs.VolumeSize", "20"},
                                    {data + "SecurityGroupId.1", "sg-1"}});
  const Reply shown = r.ec2("DescribeLaunchTemplateVersions",
                            {{"LaunchTemplateId", made.text("launchTemplateId")}});
  EXPECT_EQ(shown.text("enabled"), "true");
  EXPECT_EQ(shown.text("userData"), "IyEvYmluL3NoCg==");
  EXPECT_EQ(shown.text("volumeSize"), "20");
  EXPECT_EQ(shown.text("deviceName"), "/dev/sdf");
  EXPECT_THAT(shown.body, testing::HasSubstr("<securityGroupIdSet><item>sg-1</item>"));
}

TEST(LaunchTemplates, RepeatingATokenMakesNothingNew) {
  TemplateRegion r;
  const std::string first = r.make("api", {{"ClientToken", "once"}}).text("launchTemplateId");
  EXPECT_EQ(r.make("api", {{"ClientToken", "once"}}).text("launchTemplateId"), first);
  EXPECT_EQ(r.make("api").code(), "InvalidLaunchTemplateName.AlreadyExistsException");
  EXPECT_EQ(r.make("jobs", {{"ClientToken", "once"}}).code(), "IdempotentParameterMismatch");
  const Fields version = {{"LaunchTemplateId", first},
                          {"ClientToken", "once"},
                          {"SourceVersion", "1"},
                          {"LaunchTemplateData.InstanceType", "m5.large"}};
  EXPECT_EQ(r.ec2("CreateLaunchTemplateVersion", version).text("versionNumber"), "2");
  EXPECT_EQ(r.ec2("CreateLaunchTemplateVersion", version).text("versionNumber"), "2");
}

TEST(LaunchTemplates, TakeTagsLater) {
  TemplateRegion r;
  const std::string id = r.make("api").text("launchTemplateId");
  r.ec2("CreateTags", {{"ResourceId.1", id}, {"Tag.1.Key", "team"}, {"Tag.1.Value", "blue"}});
  EXPECT_EQ(r.ec2("DescribeLaunchTemplates", {{"LaunchTemplateId.1", id}}).text("value"), "blue");
}

TEST(LaunchTemplates, RefuseWhatCannotBe) {
  TemplateRegion r;
  EXPECT_EQ(r.make("a").code(), "InvalidLaunchTemplateName.MalformedException");
  EXPECT_EQ(r.make("a b c").code(), "InvalidLaunchTemplateName.MalformedException");
  EXPECT_EQ(r.make("api", {{"LaunchTemplateData.Colour", "red"}}).code(), "UnknownParameter");
  EXPECT_EQ(r.make("api", {{"LaunchTemplateData.UserData", "!"}}).code(),
            "InvalidUserData.Malformed");
  EXPECT_EQ(r.make("api", {{"TagSpecification.1.ResourceType", "instance"}}).code(),
            "InvalidParameterValue");
}

}  // namespace
}  // namespace sim
