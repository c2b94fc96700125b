// The credentials of a role that trusts a web identity: a token in a file, which whoever runs this
// program (EKS, a CI service) puts there and renews.
//
// The token is the only proof, so the call to STS is not signed and needs no other credentials. It
// is read anew for every session. A failure is kRoleNotAssumed, as in assumed_role.h.
#pragma once

#include <string>

#include "aws/credentials_context.h"
#include "base/time.h"

namespace aws {

struct WebIdentity {
  std::string role_arn, session_name, token_file;
  base::Duration duration = base::Duration::hours(1);
};

std::unique_ptr<CredentialsProvider> make_web_identity_role(const CredentialsContext& context,
                                                            WebIdentity identity);

}  // namespace aws
