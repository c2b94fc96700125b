// The credentials of the instance's own role, from instance metadata (version 2: with a token).
#pragma once

#include "aws/credentials.h"

namespace aws {

// Where every instance finds its metadata.
inline constexpr char kMetadataEndpoint[] = "http://169.254.169.254";

// One fetch: token, role's name, credentials. A token that is refused is replaced once.
void fetch_instance_credentials(net::HttpClient& http, const net::Endpoint& endpoint,
                                CredentialsProvider::Done done);

}  // namespace aws
