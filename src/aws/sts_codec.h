// Security Token Service as Query (2011-06-15).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/call.h"
#include "net/sigv4.h"

namespace aws {

// No call of the brain's: the way to credentials, see assumed_role.h.
struct AssumeRole {
  std::string role_arn;
  std::string session_name;
  std::string external_id;  // Empty: not sent.
};

std::string body_of(const AssumeRole& call);
// The role's temporary credentials. Fails with kMalformedAnswer, without a word of the body.
base::Result<net::Credentials> credentials_of(std::string_view body);

std::string body_of(const model::GetCallerIdentity& call);
// Fails with kMalformedAnswer.
base::Result<model::Reply> reply_of(const model::GetCallerIdentity&, std::string_view body);

}  // namespace aws
