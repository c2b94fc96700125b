// The tokens by which a web identity proves itself: what STS demands of them here.
//
// A token counts when it is a JWT in form, its issuer is one that the region was told of, its
// audience is that issuer's, and its time has come and is not over. Who signed it is not looked at:
// the region knows nobody's keys.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/time.h"
#include "sim/wire.h"

namespace sim {

// By issuer ("https://oidc.example/id/1"), the audience for which it writes tokens.
using IdentityProviders = std::map<std::string, std::string>;

struct WebIdentity {
  std::string issuer, audience, subject;
};

// Refuses in STS's words; ExpiredTokenException when nothing but the time is wrong.
Answer<WebIdentity> read_web_identity(std::string_view token, const IdentityProviders& providers,
                                      base::Instant now);

}  // namespace sim
