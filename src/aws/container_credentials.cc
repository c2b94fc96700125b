#include "aws/container_credentials.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "aws/credentials_json.h"
#include "aws/refreshing_credentials.h"
#include "base/quote.h"
#include "net/http.h"

namespace aws {
namespace {

constexpr char kFullUri[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr char kRelativeUri[] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr char kWho[] = "the container's metadata";

// Of ECS; of EKS's agent, in both families.
constexpr std::array<std::string_view, 3> kAgents{"169.254.170.2", "169.254.170.23",
                                                  "fd00:ec2::23"};

// The agents answer in milliseconds, unless they have to fetch the credentials themselves.
constexpr base::Duration kTimeout = base::Duration::seconds(5);

constexpr size_t kMostTokenBytes = 16 << 10;  // EKS's tokens have some 1,500.

struct Target {
  net::Endpoint endpoint;
  std::string path, query;
};

std::optional<Target> parse_target(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  const size_t path = std::min(url.find_first_of("/?", scheme + 3), url.size());
  const auto endpoint = net::parse_endpoint(url.substr(0, path));
  if (!endpoint || url.find_first_of("#\r\n ") != std::string::npos) return std::nullopt;
  const size_t query = std::min(url.find('?', path), url.size());
  Target target{*endpoint, url.substr(path, query - path),
                url.substr(std::min(query + 1, url.size()))};
  if (target.path.empty()) target.path = "/";
  return target;
}

bool is_near(const net::Endpoint& endpoint) {
  const bool is_agent = std::find(kAgents.begin(), kAgents.end(), endpoint.host) != kAgents.end();
  return is_agent || net::is_loopback_host(endpoint.host_and_port());
}

base::Result<Target> target_of(const Environment& environment) {
  const auto relative = environment(kRelativeUri);
  const char* variable = relative ? kRelativeUri : kFullUri;
  const std::string uri = relative ? "http://" + std::string(kAgents[0]) + *relative
                                   : environment(kFullUri).value_or(std::string());
  auto target = parse_target(uri);
  if (!target || (relative && !relative->starts_with('/')))
    return base::fail("InvalidEndpoint",
                      std::string(variable) + " is not a " + (relative ? "path" : "URL"));
  if (!target->endpoint.tls && !is_near(target->endpoint))
    return base::fail("InvalidEndpoint",
                      std::string(kFullUri) + " names " + base::quote(target->endpoint.host) +
                          " without TLS; allowed: https, this host, 169.254.170.2, "
                          "169.254.170.23, fd00:ec2::23");
  return *std::move(target);
}

class Fetch {
 public:
  Fetch(const CredentialsContext& context, Target target)
      : http_(target.endpoint.tls ? context.http : context.local_http),
        environment_(context.environment),
        target_(std::move(target)) {}

  void operator()(CredentialsProvider::Done done) const {
    auto request = request_now();
    if (!request) return done(tl::unexpected(no_credentials(request.error().message)));
    http_.send(target_.endpoint, *std::move(request), kTimeout,
               [done = std::move(done)](const base::Result<net::Response>& response) {
                 done(read(response));
               });
  }

 private:
  // The token is read anew each time: EKS renews the file.
  base::Result<net::Request> request_now() const {
    net::Request request;
    request.path = target_.path;
    request.query = target_.query;
    request.headers.add("Host", target_.endpoint.authority());
    request.headers.add("Accept", "application/json");
    if (const auto path = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
      ASSIGN_OR_RETURN(std::string token, read_token_file(*path, kMostTokenBytes));
      request.headers.add("Authorization", std::move(token));
    } else if (auto token = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN")) {
      request.headers.add("Authorization", *std::move(token));
    }
    return request;
  }

  static base::Result<net::Credentials> read(const base::Result<net::Response>& response) {
    const std::string who = kWho;
    if (!response)
      return tl::unexpected(
          no_credentials(who + " cannot be reached: " + response.error().message));
    if (response->status != 200)
      return tl::unexpected(
          no_credentials(who + " answers with status " + std::to_string(response->status)));
    return parse_credentials(who, response->body, "Token");
  }

  net::HttpClient& http_;
  const Environment environment_;
  const Target target_;
};

}  // namespace

ProviderResult make_container_credentials(const CredentialsContext& context) {
  if (!context.environment(kRelativeUri) && !context.environment(kFullUri)) return nullptr;
  ASSIGN_OR_RETURN(Target target, target_of(context.environment));
  return std::make_unique<RefreshingCredentials>(Fetch(context, std::move(target)), context.clock);
}

}  // namespace aws
