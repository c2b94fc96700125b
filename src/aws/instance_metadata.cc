#include "aws/instance_metadata.h"

#include <string>
#include <utility>

#include "aws/credentials_json.h"
#include "aws/refreshing_credentials.h"
#include "base/json.h"
#include "base/quote.h"

namespace aws {
namespace {

// Metadata is on the same host and answers in milliseconds; where there is none, nobody answers,
// and the start of the program waits for this.
constexpr base::Duration kTimeout = base::Duration::seconds(2);

// The token serves for the three requests of one fetch. Its life is long enough for a slow one.
constexpr char kTokenSeconds[] = "60";

constexpr char kRolePath[] = "/latest/meta-data/iam/security-credentials/";

constexpr char kWho[] = "instance metadata";
constexpr char kEndpoint[] = "http://169.254.169.254";

base::Result<net::Credentials> read_credentials(std::string_view body) {
  auto credentials = parse_credentials(kWho, body, "Token");
  const auto document = base::json::parse_object(body);
  const std::string code = document ? base::json::text_or_empty(*document, "Code") : std::string();
  if (code != "Success" && !code.empty())
    return tl::unexpected(no_credentials("instance metadata answers " + base::printable(code)));
  if (credentials && !credentials->expires_at)
    return tl::unexpected(no_credentials("instance metadata has no complete credentials"));
  return credentials;
}

class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(net::HttpClient& http, net::Endpoint endpoint, CredentialsProvider::Done done)
      : http_(http), endpoint_(std::move(endpoint)), done_(std::move(done)) {}

  void ask_token() {
    net::Request request = to("/latest/api/token");
    request.method = "PUT";
    request.headers.add("X-aws-ec2-metadata-token-ttl-seconds", kTokenSeconds);
    send(std::move(request), &Fetch::take_token);
  }

 private:
  using Step = void (Fetch::*)(const std::string& body);

  net::Request to(const std::string& path) const {
    net::Request request;
    request.path = endpoint_.base_path + path;
    request.headers.add("Host", endpoint_.authority());
    return request;
  }

  void send(net::Request request, Step next) {
    http_.send(endpoint_, std::move(request), kTimeout,
               [self = shared_from_this(), next](base::Result<net::Response> response) {
                 self->take(std::move(response), next);
               });
  }

  void ask(const std::string& path, Step next) {
    net::Request request = to(path);
    request.headers.add("X-aws-ec2-metadata-token", token_);
    send(std::move(request), next);
  }

  void take(base::Result<net::Response> response, Step next) {
    if (!response) return fail("instance metadata cannot be reached: " + response.error().message);
    if (response->status == 401 && !token_.empty() && !renewed_) {
      renewed_ = true;
      return ask_token();
    }
    if (response->status == 404) return fail("the instance has no role");
    if (response->status != 200)
      return fail("instance metadata answers with status " + std::to_string(response->status));
    (this->*next)(response->body);
  }

  void take_token(const std::string& body) {
    token_ = body;
    ask(kRolePath, &Fetch::take_role);
  }

  void take_role(const std::string& body) {
    // An instance has one role; a list would have one name per line.
    const std::string role = body.substr(0, body.find_first_of("\r\n"));
    if (role.empty()) return fail("the instance has no role");
    ask(kRolePath + role, &Fetch::take_credentials);
  }

  void take_credentials(const std::string& body) { done_(read_credentials(body)); }

  void fail(std::string message) { done_(tl::unexpected(no_credentials(std::move(message)))); }

  net::HttpClient& http_;
  const net::Endpoint endpoint_;
  const CredentialsProvider::Done done_;
  std::string token_;
  bool renewed_ = false;
};

}  // namespace

ProviderResult make_instance_credentials(const CredentialsContext& context) {
  if (context.environment("AWS_EC2_METADATA_DISABLED") == "true")
    return base::fail(kNoCredentials, "instance metadata is disabled by AWS_EC2_METADATA_DISABLED");
  const std::string url =
      context.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(kEndpoint);
  const auto endpoint = net::parse_endpoint(url);
  if (!endpoint)
    return base::fail("InvalidEndpoint",
                      "AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL: " + base::quote(url));
  return std::make_unique<RefreshingCredentials>(
      [&http = context.local_http, endpoint = *endpoint](CredentialsProvider::Done done) {
        std::make_shared<Fetch>(http, endpoint, std::move(done))->ask_token();
      },
      context.clock);
}

}  // namespace aws
