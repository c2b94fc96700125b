#include "app/aws_access.h"

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/awaited.h"
#include "aws/assumed_role.h"
#include "aws/aws_cloud.h"
#include "aws/credentials_json.h"
#include "base/json.h"
#include "model/aws_error.h"

namespace app {
namespace {

using base::Duration;

// Together half a minute: longer than a throttle or a restart of the network, shorter than the time
// that systemd gives a service to start.
constexpr int kMostAttempts = 6;
constexpr Duration kFirstDelay = Duration::seconds(1);

std::string url_of(const std::optional<net::Endpoint>& endpoint) {
  if (!endpoint) return {};
  return (endpoint->tls ? "https://" : "http://") + endpoint->host_and_port() + endpoint->base_path;
}

std::string cure_for(const base::Error& error) {
  if (model::is_clock_skew(error.code)) return "set this host's clock";
  if (model::is_auth(error.code) || model::is_expired_credentials(error.code))
    return "check the keys, the profile or the role that the credentials come from";
  if (error.code == aws::kNoCredentials)
    return "give keys or a role in the environment or in a profile, or this container or instance "
           "a role";
  return "check the network, a proxy, and endpoint_url and ca_bundle in [aws]";
}

// The first thing that AWS is asked is also where a wrong set-up shows.
base::Error not_known(const base::Error& error, const net::Endpoint& endpoint,
                      const std::string& origin) {
  const std::string what = model::is_credentials_refused(error.code)
                               ? "AWS refuses the credentials of " + origin
                               : "AWS did not say whose credentials these are";
  const std::string scheme = endpoint.tls ? "https://" : "http://";
  return {error.code,
          what + " (GetCallerIdentity at " + scheme + endpoint.host_and_port() +
              "): " + error.message + "; " + cure_for(error),
          {},
          error.retry};
}

}  // namespace

std::optional<Duration> retry_delay(const base::Error& error, int attempt) {
  if (error.retry == base::Retry::kNever || attempt >= kMostAttempts) return std::nullopt;
  return kFirstDelay * (int64_t{1} << (attempt - 1));
}

bool sleep_for(Duration duration) {
  std::this_thread::sleep_for(std::chrono::milliseconds(duration.ms()));
  return true;
}

net::ClientOptions client_options_of(const AwsConfig& config) {
  net::ClientOptions options = net::client_options_from_environment();
  options.ca_bundle = config.ca_bundle;
  return options;
}

base::Result<std::unique_ptr<AwsAccess>> AwsAccess::open(const Config& config,
                                                         const SiteConfig& site,
                                                         aws::Environment environment) {
  const AwsConfig& chosen = site.aws;
  const bool is_ledger_elsewhere = site.ledger && !site.ledger->region.empty();
  const std::string ledger_region =
      (is_ledger_elsewhere ? site.ledger->region : chosen.region).str();
  ASSIGN_OR_RETURN(auto endpoints,
                   aws::Endpoints::make(chosen.region.str(), url_of(chosen.endpoint)));
  ASSIGN_OR_RETURN(auto of_ledger, aws::Endpoints::make(ledger_region, url_of(chosen.endpoint)));
  std::unique_ptr<AwsAccess> aws(new AwsAccess(std::move(endpoints), std::move(of_ledger)));
  aws->http_ = net::make_http_client(client_options_of(chosen));
  aws->metadata_http_ = net::make_http_client({});
  aws->commands_ = std::make_unique<CommandRunner>();
  const std::string session_name = aws::role_session_name(config.keeper.name.str());
  ASSIGN_OR_RETURN(
      aws->credentials_,
      aws::find_credentials({std::move(environment), chosen.profile, session_name, *aws->http_,
                             *aws->metadata_http_, aws->clock_, aws->endpoints_,
                             [&commands = *aws->commands_](auto argv, auto done) {
                               commands.run(std::move(argv), std::move(done));
                             }}));
  aws::CredentialsProvider& found = *aws->credentials_.provider;
  if (!chosen.role_arn.empty())
    aws->role_ = aws::make_assumed_role(*aws->http_, found, aws->clock_, aws->endpoints_,
                                        {chosen.role_arn, session_name, chosen.external_id});
  aws::CredentialsProvider& signing = aws->role_ ? *aws->role_ : found;
  aws->client_ =
      std::make_unique<aws::SignedClient>(*aws->http_, signing, aws->clock_, chosen.region.str());
  aws->ledger_client_ =
      std::make_unique<aws::SignedClient>(*aws->http_, signing, aws->clock_, ledger_region);
  return aws;
}

AwsAccess::~AwsAccess() {
  commands_.reset();  // First, then metadata: who waited for credentials sends with the last.
  metadata_http_.reset();
  http_.reset();
}

base::Result<model::Reply> AwsAccess::ask(model::Call call, const std::stop_token& stop) {
  auto answer = std::make_shared<Awaited<model::Reply>>();
  auto cloud = aws::make_aws_cloud(
      *client_, endpoints_, clock_,
      [answer](model::CallCompleted completed) { answer->set(std::move(completed.result)); });
  cloud->submit({1}, std::move(call));
  return answer->wait(stop);
}

base::Result<model::AccountId> ask_account(AwsAccess& aws, const AwsConfig& config,
                                           const std::stop_token& stop) {
  const auto reply = aws.ask(model::GetCallerIdentity{}, stop);
  if (!reply && reply.error().code == kStopped) return tl::unexpected(reply.error());
  if (!reply)
    return tl::unexpected(
        not_known(reply.error(), aws.endpoints().of("sts"), aws.credentials_origin()));
  const auto& identity = std::get<model::CallerIdentity>(*reply);
  if (!config.account.empty() && config.account != identity.account)
    return base::fail("WrongAccount", "the credentials belong to account " +
                                          identity.account.str() + ", but account in [aws] is " +
                                          config.account.str());
  return identity.account;
}

base::Result<model::AccountId> verify_account(AwsAccess& aws, const AwsConfig& config,
                                              const base::Logger& log) {
  for (int attempt = 1;; ++attempt) {
    auto account = ask_account(aws, config);
    const auto delay = account ? std::nullopt : retry_delay(account.error(), attempt);
    if (!delay) return account;
    log.warn("aws-not-reached",
             {{"error", base::to_string(account.error())}, {"retry_in_ms", delay->ms()}});
    sleep_for(*delay);
  }
}

base::Result<net::Response> exchange(net::HttpClient& http, const net::Endpoint& endpoint,
                                     net::Request request, Duration timeout,
                                     const std::stop_token& stop) {
  auto answer = std::make_shared<Awaited<net::Response>>();
  request.path = endpoint.base_path + request.path;
  http.send(endpoint, std::move(request), timeout,
            [answer](base::Result<net::Response> response) { answer->set(std::move(response)); });
  return answer->wait(stop);
}

base::Result<Pace> region_pace(net::HttpClient& http, const net::Endpoint& endpoint,
                               const std::stop_token& stop) {
  net::Request request;
  request.path = "/_sim/clock";
  ASSIGN_OR_RETURN(const net::Response response,
                   exchange(http, endpoint, std::move(request), Duration::seconds(10), stop));
  const auto clock = base::json::parse_object(response.body);
  const auto shown =
      clock ? base::parse_iso8601(base::json::text_or_empty(*clock, "now")) : std::nullopt;
  const int64_t speed = clock ? base::json::find_int(*clock, "speed").value_or(0) : 0;
  if (response.status != 200 || !shown || speed < 1)
    return base::fail("NoSimulatedClock", "there is no simulated region at " +
                                              endpoint.host_and_port() +
                                              ", so its clock cannot be followed");
  return Pace{SystemClock().now(), *shown, speed};
}

}  // namespace app
