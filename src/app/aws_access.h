// AwsAccess: the way to AWS that a configuration describes: network, credentials, endpoints.
//
// Owns everything below the ports, in the order in which it may be built and destroyed. What is
// made on top of `client` must be gone, or must not mind that its answers never come, before this
// is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "app/clock.h"
#include "app/command_runner.h"
#include "app/config.h"
#include "aws/credential_chain.h"
#include "aws/credentials.h"
#include "aws/endpoints.h"
#include "aws/signed_client.h"
#include "base/log.h"
#include "base/result.h"
#include "model/call.h"
#include "net/client.h"

namespace app {

// Waits that long; false when waiting was cut short and nothing more is wanted.
using Pause = std::function<bool(base::Duration)>;
bool sleep_for(base::Duration duration);

// How long to wait after that many failed attempts to reach AWS at the start; nothing when it is to
// be given up, after half a minute at the latest.
std::optional<base::Duration> retry_delay(const base::Error& error, int attempts);

class AwsAccess {
 public:
  // Fails with a sentence when credentials or the endpoint cannot be used; asks nobody. With a role
  // in [aws] the credentials that this host is set up for only serve to assume it.
  static base::Result<std::unique_ptr<AwsAccess>> open(const Config& config, const SiteConfig& site,
                                                       aws::Environment environment);
  ~AwsAccess();

  aws::SignedClient& client() { return *client_; }
  net::HttpClient& http() { return *http_; }
  const aws::Endpoints& endpoints() const { return endpoints_; }
  // The same for the region that the ledger's bucket is in.
  aws::SignedClient& ledger_client() { return *ledger_client_; }
  const aws::Endpoints& ledger_endpoints() const { return ledger_endpoints_; }
  // Where the credentials come from, for people: "the profile \"web\"".
  const std::string& credentials_origin() const { return credentials_.origin; }

  // One attempt, and its answer: for start-up and the command line, never from a callback. One that
  // is to wait no longer fails with kStopped (awaited.h).
  base::Result<model::Reply> ask(model::Call call, const std::stop_token& stop = {});

 private:
  AwsAccess(aws::Endpoints endpoints, aws::Endpoints ledger_endpoints)
      : endpoints_(std::move(endpoints)), ledger_endpoints_(std::move(ledger_endpoints)) {}

  const SystemClock clock_;
  const aws::Endpoints endpoints_, ledger_endpoints_;
  aws::FoundCredentials credentials_;
  std::unique_ptr<aws::CredentialsProvider> role_;  // Null: credentials_ sign themselves.
  std::unique_ptr<aws::SignedClient> client_, ledger_client_;
  std::unique_ptr<CommandRunner> commands_;         // For credential_process.
  std::unique_ptr<net::HttpClient> metadata_http_;  // Link-local: never through a proxy.
  std::unique_ptr<net::HttpClient> http_;
};

// The account that the credentials belong to; fails when the configuration names another. One
// attempt.
base::Result<model::AccountId> ask_account(AwsAccess& aws, const AwsConfig& config,
                                           const std::stop_token& stop = {});
// The same; repeats what may be repeated, and logs every failure that it gets over.
base::Result<model::AccountId> verify_account(AwsAccess& aws, const AwsConfig& config,
                                              const base::Logger& log);

// How AWS is reached, and everybody else: the proxies of the environment, the CA bundle of [aws].
net::ClientOptions client_options_of(const AwsConfig& config);

// One exchange, and its answer.
base::Result<net::Response> exchange(net::HttpClient& http, const net::Endpoint& endpoint,
                                     net::Request request, base::Duration timeout,
                                     const std::stop_token& stop = {});

// How the time of the simulated region at that endpoint runs.
base::Result<Pace> region_pace(net::HttpClient& http, const net::Endpoint& endpoint,
                               const std::stop_token& stop = {});

}  // namespace app
