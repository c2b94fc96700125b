// Credentials from a program of the host's owner: `credential_process` of a profile.
#pragma once

#include <string>

#include "aws/credentials_context.h"

namespace aws {

// Runs `command`, split into words but by no shell, and reads the JSON that it prints; again before
// what it gave expires. `profile` is for the sentences of failures. No word that the program wrote
// is in them.
ProviderResult make_command_credentials(const CredentialsContext& context,
                                        const std::string& profile, const std::string& command);

}  // namespace aws
