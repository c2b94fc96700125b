// SignedClient: one signed attempt at one AWS request, and the correction of our clock.
//
// Used by the cloud, the queue and the ledger. An answer other than 2xx is an Error with AWS's code
// and a retry that fits the request's effect; so is a transport failure (a read that was never
// answered may be repeated, a mutation may have happened). When AWS says that our time is wrong,
// the difference to its Date header is kept and used for the signatures from then on; that attempt
// itself fails with kBackoff. Thread-safe. The HttpClient must be destroyed before this object.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "aws/credentials.h"
#include "base/result.h"
#include "model/aws_error.h"
#include "net/client.h"
#include "ports/clock.h"

namespace aws {

struct Attempt {
  std::string service;  // The signature's: "ec2", "sqs", "s3", …
  net::Endpoint endpoint;
  net::Request request;  // Unsigned, with Host.
  base::Duration timeout;
  model::Effect effect = model::Effect::kRead;
};

class SignedClient {
 public:
  using Done = std::function<void(base::Result<net::Response>)>;

  SignedClient(net::HttpClient& http, CredentialsProvider& credentials, const ports::Clock& clock,
               std::string region)
      : http_(http), credentials_(credentials), clock_(clock), region_(std::move(region)) {}

  // Never blocks; `done` runs exactly once, from any thread. A success is a 2xx.
  void send(Attempt attempt, Done done);

  // AWS's clock less ours, as last measured; zero as long as nobody complained.
  base::Duration clock_offset() const { return base::Duration::millis(offset_ms_); }

 private:
  void sign_and_send(Attempt attempt, const net::Credentials& credentials, Done done);
  base::Error refusal(const net::Response& response, model::Effect effect,
                      const std::string& access_key);
  bool correct_clock(const std::string& code, const net::Response& response);

  net::HttpClient& http_;
  CredentialsProvider& credentials_;
  const ports::Clock& clock_;
  const std::string region_;
  std::atomic<int64_t> offset_ms_ = 0;
};

}  // namespace aws
