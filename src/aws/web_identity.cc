#include "aws/web_identity.h"

#include <utility>

#include "aws/answer.h"
#include "aws/assumed_role.h"
#include "aws/query_writer.h"
#include "aws/refreshing_credentials.h"
#include "base/http_date.h"

namespace aws {
namespace {

// STS asks nobody but itself when it knows the provider's keys, and the provider when it does not.
constexpr base::Duration kTimeout = base::Duration::seconds(15);

constexpr size_t kMostTokenBytes = 20'000;  // STS's own limit.

// A session that nobody learns of costs nothing: a read.
constexpr model::Effect kEffect = model::Effect::kRead;

base::Error transport_error(base::Error error) {
  return error.retry == base::Retry::kUnknownOutcome ? judge(std::move(error), kEffect) : error;
}

class Fetch {
 public:
  Fetch(const CredentialsContext& context, WebIdentity identity)
      : http_(context.http),
        clock_(context.clock),
        endpoint_(context.endpoints.of("sts")),
        identity_(std::move(identity)) {}

  void operator()(CredentialsProvider::Done done) const {
    auto token = read_token_file(identity_.token_file, kMostTokenBytes);
    if (!token) return done(not_assumed(identity_.role_arn, token.error()));
    const AssumeRoleWithWebIdentity call{identity_.role_arn, identity_.session_name,
                                         *std::move(token), identity_.duration};
    http_.send(endpoint_, post_form(endpoint_, body_of(call)), kTimeout,
               [role = identity_.role_arn, done = std::move(done),
                &clock = clock_](const base::Result<net::Response>& response) {
                 done(read(role, response, clock.now()));
               });
  }

 private:
  static base::Result<net::Credentials> read(const std::string& role,
                                             const base::Result<net::Response>& response,
                                             base::Instant now) {
    if (!response) return not_assumed(role, transport_error(response.error()));
    if (response->status != 200) return not_assumed(role, error_of(*response, kEffect));
    auto credentials = credentials_of(AssumeRoleWithWebIdentity::kAction, response->body);
    if (!credentials) return not_assumed(role, judge(credentials.error(), kEffect));
    // STS tells AWS's time; whether they are fresh is asked by ours.
    if (const auto aws_time = base::parse_http_date(response->headers.get("Date")))
      credentials->expires_at = *credentials->expires_at - (*aws_time - now);
    return credentials;
  }

  net::HttpClient& http_;
  const ports::Clock& clock_;
  const net::Endpoint endpoint_;
  const WebIdentity identity_;
};

}  // namespace

std::unique_ptr<CredentialsProvider> make_web_identity_role(const CredentialsContext& context,
                                                            WebIdentity identity) {
  return std::make_unique<RefreshingCredentials>(Fetch(context, std::move(identity)),
                                                 context.clock);
}

}  // namespace aws
