#include "aws/credentials.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "aws/instance_metadata.h"
#include "aws/profile_files.h"
#include "aws/refreshing_credentials.h"

namespace aws {
namespace {

using ProviderResult = base::Result<std::unique_ptr<CredentialsProvider>>;

class StaticCredentials : public CredentialsProvider {
 public:
  explicit StaticCredentials(net::Credentials credentials) : credentials_(std::move(credentials)) {}
  void get(Done done) override { done(credentials_); }
  void refuse(const std::string&) override {}  // There are no others.

 private:
  const net::Credentials credentials_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string shared_file(const Environment& environment, const char* variable, const char* name) {
  if (const auto path = environment(variable)) return text_of(*path);
  const auto home = environment("HOME");
  return home ? text_of(*home + "/.aws/" + name) : std::string();
}

// Null when the environment names no keys.
ProviderResult from_environment(const Environment& environment) {
  const auto key = environment("AWS_ACCESS_KEY_ID");
  const auto secret = environment("AWS_SECRET_ACCESS_KEY");
  if (!key && !secret) return nullptr;
  if (!key || !secret)
    return base::fail("InvalidCredentials",
                      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together");
  return make_static_credentials(
      {*key, *secret, environment("AWS_SESSION_TOKEN").value_or(""), std::nullopt});
}

// Null when no profile was asked for and the default one has no keys.
ProviderResult from_files(const Environment& environment) {
  const auto asked = environment("AWS_PROFILE");
  const std::string name = asked.value_or("default");
  const ProfileFiles files{shared_file(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
                           shared_file(environment, "AWS_CONFIG_FILE", "config")};
  Profile profile = find_profile(files, name);
  if (asked && !profile.exists)
    return base::fail("InvalidCredentials", "AWS_PROFILE names \"" + name +
                                                "\", which is in neither of AWS's shared files");
  const bool has_keys = !profile.access_key.empty() && !profile.secret_key.empty();
  if (has_keys)
    return make_static_credentials({std::move(profile.access_key), std::move(profile.secret_key),
                                    std::move(profile.session_token), std::nullopt});
  if (asked)
    return base::fail("InvalidCredentials", "the profile \"" + name + "\" has no static keys");
  return nullptr;
}

ProviderResult from_metadata(const Environment& environment, net::HttpClient& http,
                             const ports::Clock& clock) {
  if (environment("AWS_EC2_METADATA_DISABLED") == "true")
    return base::fail("InvalidCredentials",
                      "no credentials in the environment or in AWS's shared files, and instance "
                      "metadata is disabled");
  const std::string url =
      environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(kMetadataEndpoint);
  const auto endpoint = net::parse_endpoint(url);
  if (!endpoint)
    return base::fail("InvalidEndpoint",
                      "AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL: \"" + url + "\"");
  return std::make_unique<RefreshingCredentials>(
      [&http, endpoint = *endpoint](CredentialsProvider::Done done) {
        fetch_instance_credentials(http, endpoint, std::move(done));
      },
      clock);
}

}  // namespace

std::unique_ptr<CredentialsProvider> make_static_credentials(net::Credentials credentials) {
  return std::make_unique<StaticCredentials>(std::move(credentials));
}

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value || !*value) return std::nullopt;
    return value;
  };
}

ProviderResult make_credentials_provider(const Environment& environment, net::HttpClient& http,
                                         const ports::Clock& clock) {
  ASSIGN_OR_RETURN(auto named, from_environment(environment));
  if (named) return named;
  ASSIGN_OR_RETURN(auto stored, from_files(environment));
  if (stored) return stored;
  return from_metadata(environment, http, clock);
}

}  // namespace aws
