#include "aws/signed_client.h"

#include <cstdlib>

#include "aws/answer.h"
#include "base/http_date.h"

namespace aws {
namespace {

// AWS allows five minutes to fifteen, by service. A smaller difference cannot be the reason of a
// refusal, and the Date header has only seconds and is as old as the answer.
constexpr base::Duration kLeastSkew = base::Duration::minutes(4);

base::Error transport_error(base::Error error, model::Effect effect) {
  if (error.retry == base::Retry::kUnknownOutcome && effect == model::Effect::kRead)
    error.retry = base::Retry::kBackoff;
  return error;
}

}  // namespace

void SignedClient::send(Attempt attempt, Done done) {
  credentials_.get([this, attempt = std::move(attempt),
                    done = std::move(done)](base::Result<net::Credentials> credentials) mutable {
    if (!credentials) return done(tl::unexpected(std::move(credentials).error()));
    sign_and_send(std::move(attempt), *credentials, std::move(done));
  });
}

void SignedClient::sign_and_send(Attempt attempt, const net::Credentials& credentials, Done done) {
  net::sign(attempt.request, credentials, {region_, attempt.service},
            clock_.now() + clock_offset());
  http_.send(attempt.endpoint, std::move(attempt.request), attempt.timeout,
             [this, effect = attempt.effect, key = credentials.access_key,
              done = std::move(done)](base::Result<net::Response> response) {
               if (!response)
                 return done(tl::unexpected(transport_error(std::move(response).error(), effect)));
               if (response->status >= 200 && response->status <= 299)
                 return done(std::move(response));
               done(tl::unexpected(refusal(*response, effect, key)));
             });
}

base::Error SignedClient::refusal(const net::Response& response, model::Effect effect,
                                  const std::string& access_key) {
  base::Error error = error_of(response, effect);
  if (correct_clock(error.code, response)) {
    error.retry = base::Retry::kBackoff;
  } else if (model::is_expired_credentials(error.code)) {
    credentials_.refuse(access_key);
  }
  return error;
}

bool SignedClient::correct_clock(const std::string& code, const net::Response& response) {
  if (!model::may_be_clock_skew(code)) return false;
  const auto aws_time = base::parse_http_date(response.headers.get("Date"));
  if (!aws_time) return false;
  const base::Duration measured = *aws_time - clock_.now();
  if (std::abs((measured - clock_offset()).ms()) < kLeastSkew.ms()) return false;
  offset_ms_ = measured.ms();
  return true;
}

}  // namespace aws
