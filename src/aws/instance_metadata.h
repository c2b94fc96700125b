// The credentials of the instance's own role, from instance metadata (version 2: with a token).
#pragma once

#include "aws/credentials_context.h"

namespace aws {

// Asks AWS_EC2_METADATA_SERVICE_ENDPOINT, or where every instance finds its metadata; again before
// the credentials expire. Fails when AWS_EC2_METADATA_DISABLED says so, or the endpoint is no URL.
ProviderResult make_instance_credentials(const CredentialsContext& context);

}  // namespace aws
