// The files that AWS's tools share: ~/.aws/credentials and ~/.aws/config.
#pragma once

#include <string>
#include <string_view>

namespace aws {

struct ProfileFiles {
  std::string credentials;  // Sections are "[name]".
  std::string config;       // Sections are "[profile name]", and "[default]".
};

// What a profile says about credentials, in the words of the files; empty is not said.
struct Profile {
  bool exists = false;
  std::string access_key, secret_key, session_token;
  bool has_keys_in_config = false;  // Else the keys, if any, are the credentials file's.
  std::string role_arn, source_profile, credential_source;
  std::string external_id, role_session_name, duration_seconds, mfa_serial;
  std::string web_identity_token_file, credential_process;
  std::string sso_session, sso_start_url, sso_account_id, sso_role_name;

  bool has_any_key() const { return !access_key.empty() || !secret_key.empty(); }
};

// What the two texts together say of one profile; the credentials file wins. Lines that are not
// understood are passed over, as AWS's tools do, and so are the indented ones of a nested setting.
Profile find_profile(const ProfileFiles& files, std::string_view name);

}  // namespace aws
