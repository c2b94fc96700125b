#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/test_support.h"

namespace aws {
namespace {

using testing::ElementsAre;
using testing::Pair;

const model::LaunchTemplateId kTemplate("lt-0a10000000000001");

TEST(TemplateCodec, ATemplateCarriesItsDataItsTagsAndItsToken) {
  model::CreateLaunchTemplate call;
  call.name = "web";
  call.description = "first";
  call.data.image = model::ImageId("ami-1");
  call.data.user_data = "x";
  call.tags = {{"spotkeeper:group", "web"}};
  call.client_token = "token";
  EXPECT_THAT(
      fields_of(call),
      ElementsAre(Pair("ClientToken", "token"), Pair("LaunchTemplateName", "web"),
                  Pair("VersionDescription", "first"), Pair("LaunchTemplateData.ImageId", "ami-1"),
                  Pair("LaunchTemplateData.UserData", "eA=="),
                  Pair("TagSpecification.1.ResourceType", "launch-template"),
                  Pair("TagSpecification.1.Tag.1.Key", "spotkeeper:group"),
                  Pair("TagSpecification.1.Tag.1.Value", "web")));
}

TEST(TemplateCodec, AVersionNamesItsSource) {
  model::CreateLaunchTemplateVersion call;
  call.id = kTemplate;
  call.source_version = "3";
  call.data.type = model::InstanceType("m6i.large");
  EXPECT_THAT(fields_of(call),
              ElementsAre(Pair("LaunchTemplateId", kTemplate.str()), Pair("SourceVersion", "3"),
                          Pair("LaunchTemplateData.InstanceType", "m6i.large")));
}

TEST(TemplateCodec, TemplatesAreAskedForByIdNameOrTag) {
  model::DescribeLaunchTemplates call;
  call.names = {"web"};
  call.filters = {{"tag:spotkeeper:group", {"web"}}};
  call.max_results = 200;
  EXPECT_THAT(fields_of(call),
              ElementsAre(Pair("LaunchTemplateName.1", "web"),
                          Pair("Filter.1.Name", "tag:spotkeeper:group"),
                          Pair("Filter.1.Value.1", "web"), Pair("MaxResults", "200")));
  EXPECT_THAT(fields_of(model::DescribeLaunchTemplates{{kTemplate}, {}, {}, 0, {}}),
              ElementsAre(Pair("LaunchTemplateId.1", kTemplate.str())));
}

TEST(TemplateCodec, ANewTemplateAnswersItself) {
  const auto reply = decoded<model::LaunchTemplatesReply>(model::CreateLaunchTemplate{},
                                                          "create_launch_template.xml");
  const model::LaunchTemplate expected{kTemplate, "web", 1, 1, {{"spotkeeper:group", "web"}}};
  EXPECT_THAT(reply.templates, ElementsAre(expected));
}

TEST(TemplateCodec, ANewVersionAnswersItsNumber) {
  const auto reply = decoded<model::LaunchTemplateVersionsReply>(
      model::CreateLaunchTemplateVersion{}, "create_launch_template_version.xml");
  ASSERT_EQ(reply.versions.size(), 1u);
  EXPECT_EQ(reply.versions[0].id, kTemplate);
  EXPECT_EQ(reply.versions[0].number, 4);
  EXPECT_FALSE(reply.versions[0].is_default);
  EXPECT_EQ(reply.versions[0].type.str(), "m6i.large");
}

TEST(TemplateCodec, AVersionShowsAllOfItsDataAsARequestWouldSpellIt) {
  const auto reply = decoded<model::LaunchTemplateVersionsReply>(
      model::CreateLaunchTemplateVersion{}, "create_launch_template_version.xml");
  EXPECT_THAT(
      reply.versions.at(0).data.pairs(),
      ElementsAre(Pair("ImageId", "ami-0a10000000000001"), Pair("InstanceType", "m6i.large"),
                  Pair("BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
                  Pair("BlockDeviceMapping.1.Ebs.VolumeSize", "20"),
                  Pair("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"),
                  Pair("IamInstanceProfile.Name", "web"),
                  Pair("NetworkInterface.1.DeviceIndex", "0"),
                  Pair("NetworkInterface.1.SecurityGroupId.1", "sg-0a10000000000001"),
                  Pair("SecurityGroupId.1", "sg-0a10000000000001"),
                  Pair("SecurityGroupId.2", "sg-0a10000000000002"),
                  Pair("Monitoring.Enabled", "false"), Pair("SomethingNew", "7")));
}

TEST(TemplateCodec, TemplatesTellTheirVersions) {
  const auto reply = decoded<model::LaunchTemplatesReply>(model::DescribeLaunchTemplates{},
                                                          "describe_launch_templates.xml");
  EXPECT_THAT(reply.templates, ElementsAre(model::LaunchTemplate{kTemplate, "web", 1, 4, {}}));
  EXPECT_EQ(reply.next, "more");
}

}  // namespace
}  // namespace aws
