// AWS Signature Version 4, header form: signing what we send and verifying what the region
// receives.
//
// Pure: the time and the credentials are arguments. The signer sets X-Amz-Date,
// X-Amz-Security-Token (when there is a session token), X-Amz-Content-Sha256 (S3 only) and
// Authorization; every header present is signed except those that proxies change. Golden vectors:
// tests/golden/sigv4.json.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace net {

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // Empty for long-lived keys.
  std::optional<base::Instant> expires_at;
};

struct SigningScope {
  std::string region;
  std::string service;  // "ec2", "sqs", "s3", "elasticloadbalancing", "events", "sts"
};

// Replaces whatever signature the request carried, so a request may be signed again later.
void sign(Request& request, const Credentials& credentials, const SigningScope& scope,
          base::Instant now);

struct VerifyOptions {
  // The credentials of an access key, or nothing when it is unknown.
  std::function<std::optional<Credentials>(const std::string& access_key)> find;
  base::Duration most_skew = base::Duration::minutes(15);  // AWS's own allowance.
};

struct VerifiedScope {
  std::string access_key;
  SigningScope scope;
};

// Fails with AWS's codes: MissingAuthenticationToken, IncompleteSignature, InvalidClientTokenId,
// SignatureDoesNotMatch, RequestExpired.
base::Result<VerifiedScope> verify(const Request& request, const VerifyOptions& options,
                                   base::Instant now);

// The scope a request claims to be signed for, unverified: routes a request to its service.
std::optional<SigningScope> claimed_scope(const Request& request);

}  // namespace net
