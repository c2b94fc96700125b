// Security Token Service as Query (2011-06-15).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/call.h"
#include "net/sigv4.h"

namespace aws {

// No calls of the brain's: the ways to credentials, see assumed_role.h and web_identity.h. An hour
// is the longest that every role grants: some are limited to it, and so is a role assumed by a
// role.
struct AssumeRole {
  static constexpr std::string_view kAction = "AssumeRole";
  std::string role_arn;
  std::string session_name;
  std::string external_id;  // Empty: not sent.
  base::Duration duration = base::Duration::hours(1);
};

// Never signed: the token is the proof.
struct AssumeRoleWithWebIdentity {
  static constexpr std::string_view kAction = "AssumeRoleWithWebIdentity";
  std::string role_arn;
  std::string session_name;
  std::string token;
  base::Duration duration = base::Duration::hours(1);
};

std::string body_of(const AssumeRole& call);
std::string body_of(const AssumeRoleWithWebIdentity& call);
// The role's temporary credentials, as either action answers them. Fails with kMalformedAnswer,
// without a word of the body.
base::Result<net::Credentials> credentials_of(std::string_view action, std::string_view body);

std::string body_of(const model::GetCallerIdentity& call);
// Fails with kMalformedAnswer.
base::Result<model::Reply> reply_of(const model::GetCallerIdentity&, std::string_view body);

}  // namespace aws
