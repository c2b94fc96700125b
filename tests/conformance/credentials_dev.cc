// Finds the credentials that this process's environment describes, as the keeper does, and prints
// them as one line of JSON: {"access_key", "secret_key", "session_token"}, or {"error"}. For the
// conformance tests, which compare them with botocore's. Arguments: region endpoint_url [profile]
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>

#include "app/clock.h"
#include "app/command_runner.h"
#include "aws/credential_chain.h"
#include "base/json.h"

namespace {

base::Result<net::Credentials> find(const aws::Endpoints& endpoints, const std::string& profile) {
  const app::SystemClock clock;
  aws::FoundCredentials found;
  app::CommandRunner commands;
  // Destroyed in the order that CredentialsContext asks for.
  auto http = net::make_http_client({});
  auto local_http = net::make_http_client({});
  ASSIGN_OR_RETURN(found,
                   aws::find_credentials({aws::process_environment(), profile, "conformance", *http,
                                          *local_http, clock, endpoints, [&](auto argv, auto done) {
                                            commands.run(std::move(argv), std::move(done));
                                          }}));
  auto answer = std::make_shared<std::promise<base::Result<net::Credentials>>>();
  found.provider->get([answer](auto credentials) { answer->set_value(std::move(credentials)); });
  auto credentials = answer->get_future().get();
  local_http.reset();
  http.reset();
  return credentials;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto endpoints = aws::Endpoints::make(argv[1], argv[2]);
  const auto found =
      endpoints ? find(*endpoints, argc > 3 ? argv[3] : "") : tl::unexpected(endpoints.error());
  base::json::object out;
  if (found) {
    out = {{"access_key", found->access_key},
           {"secret_key", found->secret_key},
           {"session_token", found->session_token}};
  } else {
    out = {{"error", base::to_string(found.error())}};
  }
  std::printf("%s\n", base::json::serialize(out).c_str());
  return 0;
}
