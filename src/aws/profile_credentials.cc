#include "aws/profile_credentials.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "aws/assumed_role.h"
#include "aws/command_credentials.h"
#include "aws/container_credentials.h"
#include "aws/instance_metadata.h"
#include "aws/web_identity.h"
#include "base/quote.h"

namespace aws {
namespace {

using base::Result;

// Each is a call to STS before the first call of our own. People chain two.
constexpr size_t kMostProfiles = 10;

constexpr int kLeastSeconds = 900;  // STS's own limits.
constexpr int kMostSeconds = 43'200;

tl::unexpected<base::Error> unusable(const std::string& profile, const std::string& what) {
  return base::fail("InvalidCredentials", "the profile " + base::quote(profile) + " " + what);
}

Result<base::Duration> duration_of(const std::string& name, const Profile& profile) {
  const std::string& text = profile.duration_seconds;
  if (text.empty()) return base::Duration::hours(1);
  int seconds = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc{} || rest != end || seconds < kLeastSeconds || seconds > kMostSeconds)
    return unusable(name,
                    "has duration_seconds = " + base::quote(text) + "; allowed: 900 to 43200");
  return base::Duration::seconds(seconds);
}

// The member of IAM Identity Center's that it has, or nothing.
const char* sign_on_setting(const Profile& profile) {
  if (!profile.sso_session.empty()) return "sso_session";
  if (!profile.sso_start_url.empty()) return "sso_start_url";
  if (!profile.sso_account_id.empty()) return "sso_account_id";
  return profile.sso_role_name.empty() ? nullptr : "sso_role_name";
}

class Resolver {
 public:
  Resolver(const CredentialsContext& context, const ProfileFiles& files)
      : context_(context), files_(files) {}

  // In the order of AWS's own tools: a role before everything else, unless the profile is a source
  // that has keys of its own.
  ProviderResult resolve(const std::string& name, const Profile& profile) {
    const bool is_source = !path_.empty();
    path_.push_back(name);
    const bool wants_role = !profile.role_arn.empty() && profile.web_identity_token_file.empty();
    if (wants_role && !(is_source && profile.has_any_key())) return role(name, profile);
    if (!profile.web_identity_token_file.empty()) return web_identity(name, profile);
    if (const char* setting = sign_on_setting(profile))
      return unusable(name, "signs in through IAM Identity Center (" + std::string(setting) +
                                "), which needs a person; give it a role, keys or a "
                                "credential_process instead");
    const bool has_process = !profile.credential_process.empty();
    if (has_process && (profile.has_keys_in_config || profile.access_key.empty()))
      return make_command_credentials(context_, name, profile.credential_process);
    return keys(name, profile);
  }

 private:
  static ProviderResult keys(const std::string& name, const Profile& profile) {
    if (!profile.has_any_key()) return nullptr;
    if (profile.access_key.empty() || profile.secret_key.empty())
      return unusable(name, "must have aws_access_key_id and aws_secret_access_key together");
    return make_static_credentials(
        {profile.access_key, profile.secret_key, profile.session_token, std::nullopt});
  }

  std::string session_name(const Profile& profile) const {
    return profile.role_session_name.empty() ? context_.session_name : profile.role_session_name;
  }

  ProviderResult web_identity(const std::string& name, const Profile& profile) {
    if (profile.role_arn.empty())
      return unusable(name, "has web_identity_token_file without role_arn");
    ASSIGN_OR_RETURN(const base::Duration duration, duration_of(name, profile));
    return make_web_identity_role(context_, {profile.role_arn, session_name(profile),
                                             profile.web_identity_token_file, duration});
  }

  ProviderResult role(const std::string& name, const Profile& profile) {
    if (!profile.mfa_serial.empty())
      return unusable(name, "has mfa_serial, and nobody is there to type the code");
    if (profile.source_profile.empty() == profile.credential_source.empty())
      return unusable(name,
                      "has role_arn and must have either source_profile or "
                      "credential_source");
    ASSIGN_OR_RETURN(const base::Duration duration, duration_of(name, profile));
    ASSIGN_OR_RETURN(auto source, profile.source_profile.empty() ? from_source(name, profile)
                                                                 : from_profile(name, profile));
    return make_assumed_role(
        context_.http, std::move(source), context_.clock, context_.endpoints,
        {profile.role_arn, session_name(profile), profile.external_id, duration});
  }

  ProviderResult from_source(const std::string& name, const Profile& profile) {
    const std::string& source = profile.credential_source;
    ASSIGN_OR_RETURN(auto provider, find_source(name, source));
    if (provider) return provider;
    return unusable(name, "has credential_source = " + source + ", but " +
                              (source == "Environment" ? "AWS_ACCESS_KEY_ID is not set"
                                                       : "no container's credentials are named in "
                                                         "the environment"));
  }

  ProviderResult find_source(const std::string& name, const std::string& source) {
    if (source == "Environment") return make_environment_credentials(context_.environment);
    if (source == "EcsContainer") return make_container_credentials(context_);
    if (source == "Ec2InstanceMetadata") return make_instance_credentials(context_);
    return unusable(name, "has credential_source = " + base::quote(source) +
                              "; allowed: Environment, Ec2InstanceMetadata, EcsContainer");
  }

  ProviderResult from_profile(const std::string& name, const Profile& profile) {
    const std::string& source = profile.source_profile;
    const Profile found = find_profile(files_, source);
    if (!found.exists)
      return unusable(name, "has source_profile = " + base::quote(source) +
                                ", which is in neither of AWS's shared files");
    RETURN_IF_ERROR(check_path(source, found));
    ASSIGN_OR_RETURN(auto provider, resolve(source, found));
    if (provider) return provider;
    return unusable(source, "is the source of " + base::quote(name) + " and has no credentials");
  }

  // A profile may be its own source when it has keys: role and keys in one place.
  base::Status check_path(const std::string& source, const Profile& found) const {
    const bool is_itself = path_.size() == 1 && path_.front() == source && found.has_any_key();
    if (std::find(path_.begin(), path_.end(), source) != path_.end() && !is_itself)
      return unusable(path_.front(), "leads in a circle: " + path_to(source));
    if (path_.size() >= kMostProfiles)
      return unusable(path_.front(), "leads through more than 10 profiles: " + path_to(source));
    return {};
  }

  std::string path_to(const std::string& last) const {
    std::string text;
    for (const std::string& name : path_) text += base::quote(name) + " -> ";
    return text + base::quote(last);
  }

  const CredentialsContext& context_;
  const ProfileFiles& files_;
  std::vector<std::string> path_;  // The profiles on the way, each the source of the one before.
};

}  // namespace

ProviderResult make_profile_credentials(const CredentialsContext& context,
                                        const ProfileFiles& files, const std::string& name) {
  return Resolver(context, files).resolve(name, find_profile(files, name));
}

ProviderResult make_environment_credentials(const Environment& environment) {
  const auto key = environment("AWS_ACCESS_KEY_ID");
  const auto secret = environment("AWS_SECRET_ACCESS_KEY");
  if (!key && !secret) return nullptr;
  if (!key || !secret)
    return base::fail("InvalidCredentials",
                      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together");
  return make_static_credentials(
      {*key, *secret, environment("AWS_SESSION_TOKEN").value_or(""), std::nullopt});
}

}  // namespace aws
