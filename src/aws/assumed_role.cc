#include "aws/assumed_role.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "aws/answer.h"
#include "aws/query_writer.h"
#include "aws/refreshing_credentials.h"
#include "aws/signed_client.h"
#include "base/quote.h"

namespace aws {
namespace {

// STS answers in well under a second. Ten make room for a new connection and a bad moment, and are
// no longer than a read may take, since reads wait for this.
constexpr base::Duration kTimeout = base::Duration::seconds(10);

bool may_be_in_session_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_+=,.@-").find(c) != std::string_view::npos;
}

class AssumedRole : public CredentialsProvider {
 public:
  AssumedRole(net::HttpClient& http, CredentialsProvider& base, const ports::Clock& clock,
              const Endpoints& endpoints, AssumeRole role)
      : endpoint_(endpoints.of("sts")),
        role_(std::move(role)),
        sts_(http, base, clock, endpoints.region()),
        current_([this](Done done) { fetch(std::move(done)); }, clock) {}

  void get(Done done) override { current_.get(std::move(done)); }
  void refuse(const std::string& access_key) override { current_.refuse(access_key); }

 private:
  void fetch(Done done) {
    // A session that nobody learns of costs nothing: a read.
    sts_.send(
        {"sts", endpoint_, post_form(endpoint_, body_of(role_)), kTimeout, model::Effect::kRead},
        [this, done = std::move(done)](const base::Result<net::Response>& response) {
          done(read(response));
        });
  }

  base::Result<net::Credentials> read(const base::Result<net::Response>& response) const {
    if (!response) return not_assumed(role_.role_arn, response.error());
    auto credentials = credentials_of(role_.kAction, response->body);
    if (!credentials)
      return not_assumed(role_.role_arn, judge(credentials.error(), model::Effect::kRead));
    // STS tells AWS's time; whether they are fresh is asked by ours.
    credentials->expires_at = *credentials->expires_at - sts_.clock_offset();
    return credentials;
  }

  const net::Endpoint endpoint_;
  const AssumeRole role_;
  SignedClient sts_;
  RefreshingCredentials current_;
};

class OwningRole : public CredentialsProvider {
 public:
  OwningRole(net::HttpClient& http, std::unique_ptr<CredentialsProvider> base,
             const ports::Clock& clock, const Endpoints& endpoints, AssumeRole role)
      : base_(std::move(base)), role_(http, *base_, clock, endpoints, std::move(role)) {}

  void get(Done done) override { role_.get(std::move(done)); }
  void refuse(const std::string& access_key) override { role_.refuse(access_key); }

 private:
  const std::unique_ptr<CredentialsProvider> base_;
  AssumedRole role_;
};

}  // namespace

tl::unexpected<base::Error> not_assumed(const std::string& role_arn, const base::Error& cause) {
  return base::fail(
      kRoleNotAssumed,
      "the role " + base::printable(role_arn) + " cannot be assumed: " + base::to_string(cause),
      cause.retry);
}

std::string role_session_name(std::string_view keeper) {
  constexpr size_t kMostCharacters = 64;  // STS's own limit.
  std::string name = "spotkeeper-" + std::string(keeper);
  std::replace_if(name.begin(), name.end(), std::not_fn(may_be_in_session_name), '-');
  name.resize(std::min(name.size(), kMostCharacters));
  return name;
}

std::unique_ptr<CredentialsProvider> make_assumed_role(net::HttpClient& http,
                                                       CredentialsProvider& base,
                                                       const ports::Clock& clock,
                                                       const Endpoints& endpoints,
                                                       AssumeRole role) {
  return std::make_unique<AssumedRole>(http, base, clock, endpoints, std::move(role));
}

std::unique_ptr<CredentialsProvider> make_assumed_role(net::HttpClient& http,
                                                       std::unique_ptr<CredentialsProvider> base,
                                                       const ports::Clock& clock,
                                                       const Endpoints& endpoints,
                                                       AssumeRole role) {
  return std::make_unique<OwningRole>(http, std::move(base), clock, endpoints, std::move(role));
}

}  // namespace aws
