// Where this host's credentials come from: the places that AWS's own tools look in, in their order.
//
// The environment (keys; a web identity), the profile of the shared files, the container, the
// instance. Files and environment are read once, at start, except for tokens in files. What lasts
// for a while only is fetched again before it ends.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials_context.h"

namespace aws {

struct FoundCredentials {
  // Its errors say which source failed and why, which ones had nothing, and which were not asked.
  std::unique_ptr<CredentialsProvider> provider;
  std::string origin;  // For people: "the profile \"web\"", "instance metadata".
};

// The first source that says anything; whether it can keep its word shows when it is asked. A
// profile that the configuration names comes before the environment. Fails with a sentence when
// what was asked for by name is not there, or cannot be had without a person.
base::Result<FoundCredentials> find_credentials(const CredentialsContext& context);

}  // namespace aws
