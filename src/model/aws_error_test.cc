#include "model/aws_error.h"

#include <gtest/gtest.h>

namespace model {
namespace {

using base::Retry;

TEST(AwsError, AThrottledMutationMayBeTriedLaterThoughItsStatusIs503) {
  EXPECT_EQ(retry_for("RequestLimitExceeded", 503, Effect::kMutate), Retry::kBackoff);
  EXPECT_EQ(retry_for("Throttling", 400, Effect::kMutate), Retry::kBackoff);
  EXPECT_EQ(retry_for("", 429, Effect::kMutate), Retry::kBackoff);
  EXPECT_EQ(retry_for("ResourceContention", 500, Effect::kMutate), Retry::kBackoff);
  EXPECT_EQ(retry_for("ScalingActivityInProgress", 400, Effect::kMutate), Retry::kBackoff);
}

TEST(AwsError, AServerErrorOnAMutationMayHaveHappened) {
  EXPECT_EQ(retry_for("InternalError", 500, Effect::kMutate), Retry::kUnknownOutcome);
  EXPECT_EQ(retry_for("", 502, Effect::kMutate), Retry::kUnknownOutcome);
  EXPECT_EQ(retry_for("RequestTimeout", 400, Effect::kMutate), Retry::kUnknownOutcome);
}

TEST(AwsError, AServerErrorOnAReadMayBeRepeated) {
  EXPECT_EQ(retry_for("InternalError", 500, Effect::kRead), Retry::kBackoff);
  EXPECT_EQ(retry_for("", 503, Effect::kRead), Retry::kBackoff);
}

TEST(AwsError, LackOfCapacityIsDefiniteThoughItsStatusIs500) {
  for (const char* code : {"InsufficientInstanceCapacity", "SpotMaxPriceTooLow", "Unsupported"}) {
    EXPECT_TRUE(is_no_capacity(code)) << code;
    EXPECT_EQ(retry_for(code, 500, Effect::kMutate), Retry::kNever) << code;
  }
}

TEST(AwsError, QuotasAndFullSubnetsAreNotLackOfCapacity) {
  for (const char* code : {"VcpuLimitExceeded", "MaxSpotInstanceCountExceeded"}) {
    EXPECT_TRUE(is_quota_exceeded(code)) << code;
    EXPECT_FALSE(is_no_capacity(code)) << code;
  }
  EXPECT_TRUE(is_subnet_full("InsufficientFreeAddressesInSubnet"));
  EXPECT_FALSE(is_no_capacity("InsufficientFreeAddressesInSubnet"));
}

TEST(AwsError, NotFoundHasManySpellings) {
  for (const char* code : {"InvalidInstanceID.NotFound", "TargetGroupNotFound", "NoSuchKey",
                           "InvalidLaunchTemplateId.VersionNotFound", "QueueDoesNotExist",
                           "ResourceNotFoundException"})
    EXPECT_TRUE(is_not_found(code)) << code;
  EXPECT_FALSE(is_not_found("InvalidInstanceID.Malformed"));
}

TEST(AwsError, TheTwoFatesOfAUsedTokenAreTold) {
  EXPECT_TRUE(is_token_mismatch("IdempotentParameterMismatch"));
  EXPECT_TRUE(is_token_terminated("IdempotentInstanceTerminated"));
  EXPECT_FALSE(is_token_mismatch("IdempotentInstanceTerminated"));
}

TEST(AwsError, AWrongClockIsBackoffAndARefusalIsNever) {
  EXPECT_TRUE(is_clock_skew("RequestExpired"));
  EXPECT_EQ(retry_for("RequestExpired", 400, Effect::kMutate), Retry::kBackoff);
  EXPECT_TRUE(is_auth("UnauthorizedOperation"));
  EXPECT_EQ(retry_for("UnauthorizedOperation", 403, Effect::kRead), Retry::kNever);
}

TEST(AwsError, AMissingRightIsNoFaultOfTheCredentials) {
  for (const char* code : {"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"}) {
    EXPECT_TRUE(is_auth(code) && is_right_missing(code)) << code;
    EXPECT_FALSE(is_credentials_refused(code)) << code;
  }
  for (const char* code :
       {"InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "RoleNotAssumed"})
    EXPECT_TRUE(is_credentials_refused(code)) << code;
  for (const char* code : {"AuthFailure", "InvalidInstanceType"})
    EXPECT_FALSE(is_credentials_refused(code)) << code;
}

TEST(AwsError, ASignatureMismatchIsOnlyPerhapsTheClock) {
  EXPECT_FALSE(is_clock_skew("SignatureDoesNotMatch"));
  EXPECT_TRUE(may_be_clock_skew("SignatureDoesNotMatch"));
  EXPECT_TRUE(is_auth("SignatureDoesNotMatch"));
}

TEST(AwsError, AnUnknownCodeIsJudgedByItsStatus) {
  EXPECT_EQ(retry_for("SomethingNew", 400, Effect::kMutate), Retry::kNever);
  EXPECT_EQ(retry_for("SomethingNew", 500, Effect::kMutate), Retry::kUnknownOutcome);
}

TEST(AwsError, TheEffectOfACallFollowsItsKind) {
  EXPECT_EQ(effect_of(TerminateInstances{}), Effect::kMutate);
  EXPECT_EQ(effect_of(DescribeInstances{}), Effect::kRead);
}

}  // namespace
}  // namespace model
