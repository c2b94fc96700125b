#include "aws/credential_chain.h"

#include <fstream>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "aws/container_credentials.h"
#include "aws/credentials_json.h"
#include "aws/instance_metadata.h"
#include "aws/profile_credentials.h"
#include "aws/web_identity.h"
#include "base/quote.h"

namespace aws {
namespace {

// Adds to every failure where these credentials come from, and what was not taken instead.
class ExplainedCredentials : public CredentialsProvider {
 public:
  ExplainedCredentials(std::unique_ptr<CredentialsProvider> inner, std::string others)
      : inner_(std::move(inner)), others_(std::move(others)) {}

  void get(Done done) override {
    inner_->get([this, done = std::move(done)](base::Result<net::Credentials> credentials) {
      if (!credentials) credentials.error().message += others_;
      done(std::move(credentials));
    });
  }
  void refuse(const std::string& access_key) override { inner_->refuse(access_key); }

 private:
  const std::unique_ptr<CredentialsProvider> inner_;
  const std::string others_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string shared_file(const Environment& environment, const char* variable, const char* name) {
  const auto home = environment("HOME");
  auto path = environment(variable);
  if (!path) return home ? text_of(*home + "/.aws/" + name) : std::string();
  if (home && path->starts_with("~/")) path->replace(0, 1, *home);
  return text_of(*path);
}

ProviderResult environment_web_identity(const CredentialsContext& context) {
  const Environment& environment = context.environment;
  auto file = environment("AWS_WEB_IDENTITY_TOKEN_FILE");
  if (!file) return nullptr;
  auto role = environment("AWS_ROLE_ARN");
  if (!role)
    return base::fail("InvalidCredentials",
                      "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN");
  return make_web_identity_role(
      context,
      {*std::move(role), environment("AWS_ROLE_SESSION_NAME").value_or(context.session_name),
       *std::move(file)});
}

class Chain {
 public:
  explicit Chain(const CredentialsContext& context) : context_(context) {
    const auto asked = context.environment("AWS_PROFILE");
    profile_ = !context.profile.empty() ? context.profile : asked.value_or("default");
    is_asked_ = !context.profile.empty() || asked;
  }

  base::Result<FoundCredentials> find() {
    for (Source& source : sources()) RETURN_IF_ERROR(consider(std::move(source)));
    std::string others = others_of(origin_);
    return FoundCredentials{
        std::make_unique<ExplainedCredentials>(std::move(found_), std::move(others)),
        std::move(origin_)};
  }

 private:
  struct Source {
    std::string name;
    std::string lack;  // Why it was passed over, if it was.
    std::function<ProviderResult()> make;
  };

  std::vector<Source> sources() {
    std::vector<Source> list;
    if (context_.profile.empty()) {
      list.push_back({"the environment", "no AWS_ACCESS_KEY_ID",
                      [this] { return make_environment_credentials(context_.environment); }});
      list.push_back({"the environment's web identity", "no AWS_WEB_IDENTITY_TOKEN_FILE",
                      [this] { return environment_web_identity(context_); }});
    }
    const std::string profile = "the profile " + base::quote(profile_);
    list.push_back({profile, "no credentials in " + profile, [this] { return named_profile(); }});
    list.push_back({"the container", "no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
                    [this] { return make_container_credentials(context_); }});
    list.push_back({"instance metadata", "", [this] { return instance(); }});
    return list;
  }

  base::Status consider(Source source) {
    if (found_) {
      not_asked_.push_back(std::move(source.name));
      return {};
    }
    ASSIGN_OR_RETURN(found_, source.make());
    if (found_)
      origin_ = std::move(source.name);
    else
      passed_over_.push_back(std::move(source.lack));
    return {};
  }

  ProviderResult named_profile() {
    const ProfileFiles files{
        shared_file(context_.environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        shared_file(context_.environment, "AWS_CONFIG_FILE", "config")};
    ASSIGN_OR_RETURN(auto provider, make_profile_credentials(context_, files, profile_));
    if (provider || !is_asked_) return provider;
    // Another source's rights, taken instead, would be a surprise.
    const bool exists = find_profile(files, profile_).exists;
    return base::fail("InvalidCredentials",
                      "the profile " + base::quote(profile_) + ", which " + who_asked() +
                          " names, " +
                          (exists ? "has no credentials" : "is in neither of AWS's shared files"));
  }

  const char* who_asked() const {
    return context_.profile.empty() ? "AWS_PROFILE" : "the configuration";
  }

  // The last one: what the others lacked is a part of its own failure to begin.
  ProviderResult instance() {
    auto provider = make_instance_credentials(context_);
    if (!provider) provider.error().message += others_of("");
    return provider;
  }

  std::string others_of(const std::string& origin) const {
    std::string text = origin.empty() ? "" : "; these are the credentials of " + origin;
    if (!passed_over_.empty()) text += "; passed over: " + joined(passed_over_);
    if (!not_asked_.empty()) text += "; not asked: " + joined(not_asked_);
    return text;
  }

  static std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
  }

  const CredentialsContext& context_;
  std::string profile_;
  bool is_asked_ = false;  // By name, so that nothing else will do.
  std::unique_ptr<CredentialsProvider> found_;
  std::string origin_;
  std::vector<std::string> passed_over_, not_asked_;
};

}  // namespace

base::Result<FoundCredentials> find_credentials(const CredentialsContext& context) {
  return Chain(context).find();
}

}  // namespace aws
