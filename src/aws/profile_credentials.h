// The credentials that a profile of the shared files describes: its own keys, a role that it
// assumes with those of another profile or source, or what a program prints.
#pragma once

#include <string>

#include "aws/credentials_context.h"
#include "aws/profile_files.h"

namespace aws {

// Null when the profile is not there or says nothing about credentials. Fails with a sentence when
// what it says cannot be done: half a pair of keys, source profiles that lead in a circle, or what
// needs a person (a code to type, a browser to sign in with).
ProviderResult make_profile_credentials(const CredentialsContext& context,
                                        const ProfileFiles& files, const std::string& name);

// AWS_ACCESS_KEY_ID and its company; null when they are not set. Also what a profile's
// `credential_source = Environment` means.
ProviderResult make_environment_credentials(const Environment& environment);

}  // namespace aws
