// AssumedRole: the temporary credentials of a role, for which other credentials ask STS.
//
// Fetched when first wanted and again before they expire (RefreshingCredentials). Base credentials
// that STS calls expired are refused at their own provider, so that the next attempt comes with
// fresh ones. A failure is one sentence that names the role and what STS said, never a key; its
// code is kRoleNotAssumed, so nobody takes STS's throttle or refusal for that of the call which
// wanted to be signed, and its retry tells whether STS refused (kNever) or nothing was decided.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/endpoints.h"
#include "aws/sts_codec.h"
#include "net/client.h"
#include "ports/clock.h"

namespace aws {

inline constexpr char kRoleNotAssumed[] = "RoleNotAssumed";

// "spotkeeper-" and the keeper's name, as STS allows it: other characters become "-", and what
// exceeds 64 is cut. CloudTrail shows it beside every call.
std::string role_session_name(std::string_view keeper);

// The error of a role whose credentials did not come because of `cause`.
tl::unexpected<base::Error> not_assumed(const std::string& role_arn, const base::Error& cause);

// `http` must be destroyed before the provider, and so must an HttpClient that `base` uses (that
// one first: its callbacks send with `http`); `base` after it.
std::unique_ptr<CredentialsProvider> make_assumed_role(net::HttpClient& http,
                                                       CredentialsProvider& base,
                                                       const ports::Clock& clock,
                                                       const Endpoints& endpoints, AssumeRole role);

// The same, owning the base credentials.
std::unique_ptr<CredentialsProvider> make_assumed_role(net::HttpClient& http,
                                                       std::unique_ptr<CredentialsProvider> base,
                                                       const ports::Clock& clock,
                                                       const Endpoints& endpoints, AssumeRole role);

}  // namespace aws
