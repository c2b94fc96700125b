// Groups whose machine stands in the configuration, or is described by what it must offer.
#include "control/own_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using testing::at;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMe;
using testing::kOther;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

model::GroupSpec with_machine(const char* image = "ami-1") {
  model::GroupSpec spec = testing::group_spec();
  spec.launch_template = {};
  spec.machine = model::LaunchData();
  spec.machine->image = model::ImageId(image);
  return spec;
}

class OwnTemplateTest : public ::testing::Test {
 protected:
  ~OwnTemplateTest() override { EXPECT_THAT(cloud_.violations, IsEmpty()); }

  void run(Script& keeper, int64_t time) {
    keeper.step();
    keeper.run_until(clock_ + seconds(time));
  }
  static const GroupState& group_of(const Script& keeper) {
    return keeper.brain.groups().begin()->second;
  }

  base::Instant clock_ = at(0);
  TinyCloud cloud_;
};

TEST_F(OwnTemplateTest, IsMadeOnceAndLaunchedFrom) {
  Script keeper(cloud_, clock_, kMe, 1, {}, with_machine());
  run(keeper, 300);
  EXPECT_THAT(cloud_.log, Contains("CreateLaunchTemplate spotkeeper/test/web").Times(1));
  EXPECT_EQ(cloud_.live().size(), 3u);
  ASSERT_FALSE(cloud_.bodies.empty());
  EXPECT_THAT(*cloud_.bodies.begin(), HasSubstr("LaunchTemplateId=lt-own"));
  cloud_.log.clear();
  Script again(cloud_, clock_, kMe, 2, {}, with_machine());
  run(again, 400);
  EXPECT_THAT(cloud_.log, IsEmpty()) << "the same machine needs no new version";
}

TEST_F(OwnTemplateTest, AnotherMachineIsAnotherVersionAndTheOldOneIsFoundAgain) {
  for (const char* image : {"ami-1", "ami-2"}) {
    Script keeper(cloud_, clock_, kMe, 1, {}, with_machine(image));
    run(keeper, 300);
  }
  EXPECT_EQ(cloud_.versions.size(), 2u);
  Script back(cloud_, clock_, kMe, 2, {}, with_machine("ami-1"));
  run(back, 60);
  EXPECT_EQ(cloud_.versions.size(), 2u);
  EXPECT_EQ(group_of(back).template_version, 1);
}

TEST_F(OwnTemplateTest, ATemplateOfThatNameThatIsNotOursIsLeftAloneAndTold) {
  cloud_.templates = {{model::LaunchTemplateId("lt-own"), "spotkeeper/test/web", 1, 1, {}}};
  Script keeper(cloud_, clock_, kMe, 1, {}, with_machine());
  run(keeper, 300);
  EXPECT_THAT(cloud_.live(), IsEmpty());
  EXPECT_THAT(group_of(keeper).troubles.at("DescribeLaunchTemplates"),
              HasSubstr("not this keeper's"));
}

// Found by a review: the mark alone made a version ours, and anybody who may make versions can
// write one.
TEST_F(OwnTemplateTest, AVersionWithOurMarkAndOtherDataIsNotOursAndTold) {
  Script keeper(cloud_, clock_, kMe, 1, {}, with_machine());
  run(keeper, 300);
  ASSERT_EQ(cloud_.versions.size(), 1u);
  model::LaunchTemplateVersion forged = cloud_.versions.back();
  forged.number = 2;
  forged.data.add("UserData", "c2VuZCBpdCBhbGw=");
  cloud_.versions.push_back(forged);
  Script again(cloud_, clock_, kMe, 2, {}, with_machine());
  run(again, 60);
  EXPECT_EQ(group_of(again).template_version, 1);
  EXPECT_THAT(group_of(again).troubles.at(kForgedTrouble), HasSubstr("version 2 of lt-own has"));
  cloud_.versions.pop_back();
  run(again, 600);
  EXPECT_THAT(group_of(again).troubles, IsEmpty());
}

TEST_F(OwnTemplateTest, WhereOnlyForgedVersionsAreOneOfOursIsMade) {
  Script keeper(cloud_, clock_, kMe, 1, {}, with_machine("ami-1"));
  run(keeper, 300);
  cloud_.versions.front().data = base::Form();
  Script again(cloud_, clock_, kMe, 2, {}, with_machine("ami-1"));
  run(again, 60);
  EXPECT_EQ(group_of(again).template_version, 2);
  EXPECT_TRUE(group_of(again).troubles.contains(kForgedTrouble));
}

TEST_F(OwnTemplateTest, OneThatAPersonDeletedIsMadeAnew) {
  Script keeper(cloud_, clock_, kMe, 1, {}, with_machine());
  run(keeper, 300);
  cloud_.templates.clear();
  cloud_.versions.clear();
  run(keeper, 400);
  EXPECT_THAT(cloud_.log, Contains("CreateLaunchTemplate spotkeeper/test/web").Times(2));
}

TEST_F(OwnTemplateTest, TwoKeepersMakeOneTemplate) {
  Script one(cloud_, clock_, kMe, 1, {}, with_machine());
  Script two(cloud_, clock_, kOther, 2, {}, with_machine());
  one.step();
  two.step();
  for (int i = 0; i < 300; ++i) {
    one.run_until(clock_ + seconds(1));
    two.run_until(clock_ + seconds(1));
  }
  EXPECT_EQ(cloud_.templates.size(), 1u);
  EXPECT_EQ(cloud_.versions.size(), 1u);
  EXPECT_EQ(cloud_.live().size(), 3u);
}

model::InstanceTypeInfo offer(const char* type, int vcpus) {
  return {model::InstanceType(type), vcpus, 8192, {"x86_64"}, true, true, false, false};
}

model::GroupSpec with_requirements() {
  model::GroupSpec spec = testing::group_spec();
  spec.types.clear();
  spec.requirements = model::Requirements();
  spec.requirements->least_vcpus = spec.requirements->most_vcpus = 2;
  return spec;
}

TEST_F(OwnTemplateTest, RequirementsAreMetByWhatTheRegionOffers) {
  cloud_.offered = {offer("m5.large", 2), offer("m5.xlarge", 4), offer("c5.large", 2)};
  Script keeper(cloud_, clock_, kMe, 1, {}, with_requirements());
  run(keeper, 300);
  EXPECT_THAT(group_of(keeper).spec.types,
              ElementsAre(model::InstanceType("c5.large"), model::InstanceType("m5.large")));
  EXPECT_EQ(cloud_.live().size(), 3u);
}

TEST_F(OwnTemplateTest, RequirementsThatNothingMeetsAreTold) {
  cloud_.offered = {offer("m5.xlarge", 4)};
  Script keeper(cloud_, clock_, kMe, 1, {}, with_requirements());
  run(keeper, 300);
  EXPECT_THAT(cloud_.live(), IsEmpty());
  EXPECT_THAT(group_of(keeper).troubles.at(kRequirementsTrouble), HasSubstr("widen them"));
}

}  // namespace
}  // namespace control
