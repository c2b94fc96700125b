#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/decode.h"
#include "model/decode_test_support.h"

namespace model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What a hook sends to a queue or a topic, and, as the detail, through EventBridge.
constexpr char kHook[] =
    R"({"Origin":"AutoScalingGroup","Destination":"EC2","Service":"AWS Auto Scaling",)"
    R"("Time":"2026-03-01T11:57:00.250Z","AccountId":"111122223333",)"
    R"("LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING",)"
    R"("AutoScalingGroupName":"shop-web","LifecycleHookName":"drain",)"
    R"("LifecycleActionToken":"token-1","EC2InstanceId":"i-0aa11bb22cc33dd44"})";

constexpr char kTerminate[] = "EC2 Instance-terminate Lifecycle Action";

std::string through_event_bridge(std::string_view message) {
  return event(kTerminate, message, "aws.autoscaling");
}

TEST(DecodeAutoScaling, ALifecycleActionSaysWhatItsCompletionHasToBeTold) {
  const ScalingAction expected{LifecycleTransition::kTerminating, "shop-web", "drain", "token-1"};
  for (const std::string& body : {std::string(kHook), in_sns(kHook), through_event_bridge(kHook)}) {
    const Notice notice = decoded(body);
    EXPECT_EQ(notice.kind, NoticeKind::kLifecycleAction) << body;
    EXPECT_EQ(notice.scaling, expected) << body;
    EXPECT_THAT(notice.instances, ElementsAre(kBox)) << body;
    EXPECT_EQ(notice.account, AccountId("111122223333")) << body;
  }
}

TEST(DecodeAutoScaling, AHookOfALaunchIsToldFromOneOfAnEnd) {
  const std::string body = replaced(kHook, "TERMINATING", "LAUNCHING");
  EXPECT_EQ(decoded(body).scaling->transition, LifecycleTransition::kLaunching);
}

TEST(DecodeAutoScaling, D10ABareMessageHasNoDetailTypeAndIsKnownByItsTransition) {
  const Notice notice = decoded(kHook);
  EXPECT_EQ(notice.detail_type, "autoscaling:EC2_INSTANCE_TERMINATING");
  EXPECT_EQ(notice.source, "AWS Auto Scaling");
  EXPECT_EQ(notice.region, Region());
  EXPECT_EQ(base::to_iso8601(notice.time), "2026-03-01T11:57:00.250Z");
  EXPECT_EQ(decoded(in_sns(kHook)), notice);
}

TEST(DecodeAutoScaling, D10ATestNotificationIsKnownByEitherKeyAndInSnsToo) {
  for (const std::string body : {R"({"Event":"autoscaling:TEST_NOTIFICATION","AccountId":"1"})",
                                 R"({"LifecycleTransition":"autoscaling:TEST_NOTIFICATION"})"}) {
    EXPECT_EQ(decoded(body).kind, NoticeKind::kTest) << body;
    EXPECT_EQ(decoded(in_sns(body)).kind, NoticeKind::kTest) << body;
    EXPECT_THAT(decoded(body).instances, IsEmpty()) << body;
  }
}

TEST(DecodeAutoScaling, ATransitionThatIsNotKnownIsCountedAndNotAnError) {
  const Notice notice = decoded(replaced(kHook, "TERMINATING", "PONDERING"));
  EXPECT_EQ(notice.kind, NoticeKind::kUnknown);
  EXPECT_EQ(notice.scaling, std::nullopt);
  EXPECT_THAT(notice.instances, ElementsAre(kBox));
  EXPECT_EQ(decoded(R"({"Event":"autoscaling:SOMETHING"})").kind, NoticeKind::kUnknown);
}

TEST(DecodeAutoScaling, D11MetadataIsAnyTextAndChangesNothing) {
  const Notice plain = decoded(through_event_bridge(kHook));
  for (const char* metadata :
       {R"("additional-info")", R"("{\n  \"EC2InstanceId\": \"i-12345678\"\n}\n")", R"("{")",
        R"("\u0000\ud83d\ude00")", R"("")", "null", R"({"EC2InstanceId":"i-12345678"})"}) {
    const std::string body =
        replaced(kHook, R"("Origin")",
                 R"("NotificationMetadata":)" + std::string(metadata) + R"(,"Origin")");
    EXPECT_EQ(decoded(through_event_bridge(body)), plain) << metadata;
    EXPECT_EQ(decoded(in_sns(body)).scaling, plain.scaling) << metadata;
  }
}

TEST(DecodeAutoScaling, ALifecycleActionWithoutATokenIsCompletedByItsInstance) {
  const Notice notice = decoded(replaced(kHook, R"("LifecycleActionToken":"token-1",)", ""));
  EXPECT_EQ(notice.kind, NoticeKind::kLifecycleAction);
  EXPECT_EQ(notice.scaling->token, "");
}

TEST(DecodeAutoScaling, ALifecycleActionThatNobodyCouldCompleteIsRefused) {
  for (const char* key : {"EC2InstanceId", "AutoScalingGroupName", "LifecycleHookName"})
    EXPECT_EQ(refusal(replaced(kHook, key, "other")), std::string(key) + " is missing");
  EXPECT_EQ(refusal(replaced(kHook, "shop-web", "")), "AutoScalingGroupName is empty");
  EXPECT_EQ(refusal(replaced(kHook, R"("drain")", R"("")")), "LifecycleHookName is empty");
  EXPECT_EQ(refusal(replaced(kHook, "i-0aa11bb22cc33dd44", "i-1")),
            "EC2InstanceId is \"i-1\"; allowed: i- and 8 or 17 hexadecimal digits");
  EXPECT_THAT(refusal(replaced(kHook, "token-1", std::string(257, 't'))),
              HasSubstr("longer than 256 bytes"));
}

TEST(DecodeAutoScaling, ALifecycleEventOfAnotherSourceIsNotBelieved) {
  EXPECT_EQ(decoded(event(kTerminate, kHook, "custom.autoscaling")).kind, NoticeKind::kUnknown);
}

TEST(DecodeAutoScaling, AnActivityNamesItsGroupAndWhetherItWentWell) {
  const std::string detail =
      R"({"AutoScalingGroupName":"shop-web","EC2InstanceId":"i-0aa11bb22cc33dd44"})";
  using enum LifecycleTransition;
  const std::tuple<const char*, NoticeKind, LifecycleTransition> kActivities[] = {
      {"EC2 Instance Launch Successful", NoticeKind::kScalingActivity, kLaunching},
      {"EC2 Instance Terminate Successful", NoticeKind::kScalingActivity, kTerminating},
      {"EC2 Instance Launch Unsuccessful", NoticeKind::kScalingFailure, kLaunching},
      {"EC2 Instance Terminate Unsuccessful", NoticeKind::kScalingFailure, kTerminating}};
  for (const auto& [name, kind, transition] : kActivities) {
    const Notice notice = decoded(event(name, detail, "aws.autoscaling"));
    const ScalingAction expected{transition, "shop-web", "", ""};
    EXPECT_EQ(notice.kind, kind) << name;
    EXPECT_EQ(notice.scaling, expected) << name;
    EXPECT_THAT(notice.instances, ElementsAre(kBox)) << name;
  }
  const Notice nobody = decoded(event("EC2 Instance Launch Unsuccessful",
                                      R"({"AutoScalingGroupName":"g"})", "aws.autoscaling"));
  EXPECT_THAT(nobody.instances, IsEmpty());
}

}  // namespace
}  // namespace model
