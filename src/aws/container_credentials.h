// The credentials of a container's own role: what ECS and EKS offer the processes in it.
#pragma once

#include "aws/credentials_context.h"

namespace aws {

// Asks AWS_CONTAINER_CREDENTIALS_RELATIVE_URI at ECS's address, else
// AWS_CONTAINER_CREDENTIALS_FULL_URI, with the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or
// AWS_CONTAINER_AUTHORIZATION_TOKEN; again before the credentials expire. Null when neither URI is
// set. Without TLS only this host and the addresses of ECS and EKS are asked: the token, and what
// comes back, must not cross a network in the clear.
ProviderResult make_container_credentials(const CredentialsContext& context);

}  // namespace aws
