// The files that AWS's tools share: ~/.aws/credentials and ~/.aws/config.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/sigv4.h"

namespace aws {

struct ProfileFiles {
  std::string credentials;  // Sections are "[name]".
  std::string config;       // Sections are "[profile name]", and "[default]".
};

struct Profile {
  bool exists = false;
  std::string access_key, secret_key, session_token;
};

// What the two texts together say of one profile; the credentials file wins. Lines that are not
// understood are passed over, as AWS's tools do.
Profile find_profile(const ProfileFiles& files, std::string_view name);

}  // namespace aws
