// Credentials as the metadata of instances and containers, and a credential_process, write them:
// one JSON object.
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/sigv4.h"

namespace aws {

// What a source that had no credentials to give fails with; it may have some later.
inline constexpr char kNoCredentials[] = "NoCredentials";
base::Error no_credentials(std::string message);

// `who` begins the sentence of a failure, which has no word of the body: "instance metadata". The
// session's token stands under `token_key`. Without an Expiration they do not expire.
base::Result<net::Credentials> parse_credentials(std::string_view who, std::string_view body,
                                                 std::string_view token_key);

}  // namespace aws
