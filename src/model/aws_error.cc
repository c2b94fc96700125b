#include "model/aws_error.h"

#include <algorithm>
#include <array>

namespace model {
namespace {

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

template <class... Codes>
constexpr auto codes(Codes... text) {
  return std::array<std::string_view, sizeof...(Codes)>{text...};
}

constexpr auto kThrottled =
    codes("RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException",
          "RequestThrottled", "RequestThrottledException", "TooManyRequestsException",
          "EC2ThrottledException", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
          "PriorRequestNotComplete", "OverLimit", "KmsThrottled");

constexpr auto kNoCapacity =
    codes("InsufficientInstanceCapacity", "InsufficientHostCapacity",
          "InsufficientReservedInstanceCapacity", "InsufficientCapacity", "UnfulfillableCapacity",
          // Spot's price is above our maximum: the same lack, with money as the measure.
          "SpotMaxPriceTooLow",
          // The zone does not offer the type.
          "Unsupported");

constexpr auto kQuota = codes("VcpuLimitExceeded", "MaxSpotInstanceCountExceeded",
                              "InstanceLimitExceeded", "MaxSpotFleetRequestCountExceeded");

constexpr auto kNotFound = codes("NoSuchKey", "NoSuchBucket", "QueueDoesNotExist",
                                 "AWS.SimpleQueueService.NonExistentQueue");

constexpr auto kAuth = codes(
    "AuthFailure", "UnauthorizedOperation", "AccessDenied", "AccessDeniedException",
    "InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
    "IncompleteSignatureException", "SignatureDoesNotMatch", "InvalidSignatureException",
    "NotAuthorized", "OptInRequired", "PendingVerification", "Blocked", "InvalidToken",
    // Our own: STS refused the role, for any of these reasons.
    "RoleNotAssumed");

constexpr auto kRightMissing =
    codes("UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "NotAuthorized");

constexpr auto kUnknownType = codes("InvalidInstanceType", "InvalidParameterValue");

constexpr auto kExpiredCredentials = codes("ExpiredToken", "ExpiredTokenException",
                                           // EC2 uses one code for old tokens and old signatures.
                                           "RequestExpired");

constexpr auto kClockSkew = codes("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture");

constexpr auto kPerhapsClockSkew =
    codes("SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure");

// Refused before any effect because somebody else was at the same thing.
constexpr auto kCollision =
    codes("ConcurrentTagAccess", "ConditionalRequestConflict", "OperationAborted",
          // Auto Scaling's; the second comes with status 500.
          "ScalingActivityInProgress", "ResourceContention");

// The service gave up waiting for the body, for itself or for whom it asked (STS an identity
// provider), whatever status it says so with.
constexpr auto kServerTimeout =
    codes("RequestTimeout", "RequestTimeoutException", "IDPCommunicationError");

// Answers of EC2 that come with a 5xx and yet are definite.
bool is_definite(std::string_view code) {
  return is_no_capacity(code) || is_quota_exceeded(code) || is_subnet_full(code);
}

bool is_server_trouble(std::string_view code, int http_status) {
  return http_status >= 500 || http_status == 408 || is_one_of(kServerTimeout, code);
}

}  // namespace

bool is_throttled(std::string_view code) { return is_one_of(kThrottled, code); }
bool is_no_capacity(std::string_view code) { return is_one_of(kNoCapacity, code); }
bool is_quota_exceeded(std::string_view code) { return is_one_of(kQuota, code); }
bool is_subnet_full(std::string_view code) { return code == "InsufficientFreeAddressesInSubnet"; }

bool is_not_found(std::string_view code) {
  return code.ends_with("NotFound") || code.ends_with("NotFoundException") ||
         is_one_of(kNotFound, code);
}

bool is_token_mismatch(std::string_view code) { return code == "IdempotentParameterMismatch"; }
bool is_token_terminated(std::string_view code) { return code == "IdempotentInstanceTerminated"; }
bool is_auth(std::string_view code) { return is_one_of(kAuth, code); }
bool is_right_missing(std::string_view code) { return is_one_of(kRightMissing, code); }

bool is_credentials_refused(std::string_view code) {
  // EC2 uses one code for wrong keys and for an image that is not for this account.
  const bool is_ambiguous = code == "AuthFailure";
  return is_expired_credentials(code) ||
         (is_auth(code) && !is_right_missing(code) && !is_ambiguous);
}

bool is_unknown_type(std::string_view code) { return is_one_of(kUnknownType, code); }

bool is_dry_run_passed(std::string_view code) { return code == "DryRunOperation"; }

bool is_expired_credentials(std::string_view code) { return is_one_of(kExpiredCredentials, code); }

bool is_clock_skew(std::string_view code) { return is_one_of(kClockSkew, code); }

bool may_be_clock_skew(std::string_view code) {
  return is_clock_skew(code) || is_one_of(kPerhapsClockSkew, code);
}

Effect effect_of(const Call& call) { return is_mutating(call) ? Effect::kMutate : Effect::kRead; }

base::Retry retry_for(std::string_view code, int http_status, Effect effect) {
  using base::Retry;
  if (is_throttled(code) || http_status == 429) return Retry::kBackoff;
  if (is_clock_skew(code) || is_expired_credentials(code)) return Retry::kBackoff;
  if (is_one_of(kCollision, code)) return Retry::kBackoff;
  // A launch that was refused has burned its token: the same request must not be repeated.
  if (is_definite(code)) return Retry::kNever;
  if (is_server_trouble(code, http_status))
    return effect == Effect::kMutate ? Retry::kUnknownOutcome : Retry::kBackoff;
  return Retry::kNever;
}

}  // namespace model
