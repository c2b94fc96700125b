#include "app/server_client.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "app/aws_access.h"
#include "app/clock.h"
#include "app/config_file.h"
#include "app/journal_api.h"
#include "app/state_folder.h"
#include "base/json.h"
#include "base/quote.h"
#include "net/client.h"

namespace app {
namespace {

constexpr char kDefaultServer[] = "http://127.0.0.1:7768";

// Where to see whether what was posted there was carried out.
std::string what_tells(const std::string& path) {
  if (path == "/api/v1/events") return "`spotkeeper events list`";
  if (path == "/api/v1/quarantine") return "`spotkeeper quarantine list`";
  return "`spotkeeper group show`";
}

class RemoteKeeper : public ServerClient {
 public:
  RemoteKeeper(net::Endpoint endpoint, base::Duration timeout)
      : endpoint_(std::move(endpoint)), timeout_(timeout), http_(net::make_http_client({})) {}

 private:
  base::Result<net::Response> send(net::Request request) override {
    const bool is_order = request.method == "POST";
    const std::string path = request.path;
    auto response = exchange(*http_, endpoint_, std::move(request), timeout_);
    if (response) return response;
    const base::Error& error = response.error();
    const std::string at = endpoint_.host_and_port(), why = base::printable(error.message);
    if (error.retry != base::Retry::kUnknownOutcome)
      return base::fail(
          "NoKeeper",
          "no keeper answers at " + at + ": " + why + (is_order ? "; nothing was changed" : ""),
          error.retry);
    return base::fail("NoAnswer",
                      "the keeper at " + at + " was asked and did not answer (" + why + "); " +
                          (is_order ? "what was asked may still be carried out, once it goes on: " +
                                          what_tells(path) + " tells then"
                                    : "its process may be stopped, or its host overloaded"),
                      error.retry);
  }

  const net::Endpoint endpoint_;
  const base::Duration timeout_;
  const std::unique_ptr<net::HttpClient> http_;
};

class LeftJournals : public ServerClient {
 public:
  LeftJournals(std::string state_dir, std::vector<JournalPlace> journals)
      : state_dir_(std::move(state_dir)),
        journals_(std::move(journals), [] { return SystemClock().now(); }) {}

 private:
  base::Result<net::Response> send(net::Request request) override {
    auto response = request.method == "GET" ? journals_.answer(request) : std::nullopt;
    if (response) return *std::move(response);
    return base::fail("NoKeeper",
                      "no keeper is running on the state folder " + base::quote(state_dir_) +
                          ", and this needs a running one",
                      base::Retry::kBackoff);
  }

  const std::string state_dir_;
  JournalApi journals_;
};

base::Result<std::unique_ptr<ServerClient>> at_url(const std::string& url, base::Duration timeout) {
  // Without a scheme only this host can be meant: no keeper listens elsewhere.
  auto endpoint = net::parse_endpoint(net::is_loopback_host(url) ? "http://" + url : url);
  if (!endpoint)
    return base::fail("InvalidServer", base::quote(url) +
                                           " is not where a keeper can be; allowed: a URL like " +
                                           kDefaultServer + ", or this host's 127.0.0.1:7768");
  return std::make_unique<RemoteKeeper>(*std::move(endpoint), timeout);
}

base::Result<std::string> state_dir_of(const ServerOptions& options) {
  if (!options.state_dir.empty()) return options.state_dir;
  const bool is_given = !options.config.empty();
  const std::string path = is_given ? options.config : kDefaultConfigPath;
  std::error_code ignored;  // What cannot be looked at is as good as absent.
  if (!is_given && !std::filesystem::exists(path, ignored)) return host_defaults().state_dir;
  return find_state_dir(path);
}

base::Error error_in(const net::Response& response) {
  const auto body = base::json::parse_object(response.body);
  const auto* error = body ? base::json::find_object(*body, "error") : nullptr;
  // 4xx: the question was wrong, but for what is not there (any more).
  const bool is_ours = response.status >= 400 && response.status < 500 && response.status != 404;
  const base::Retry retry = is_ours ? base::Retry::kNever : base::Retry::kBackoff;
  if (!error)
    return {"NotAKeeper",
            "the answer (" + std::to_string(response.status) + ") is no keeper's",
            {},
            retry};
  return {base::json::text_or_empty(*error, "code"),
          base::json::text_or_empty(*error, "message"),
          {},
          retry};
}

base::Result<std::string> body_of(base::Result<net::Response> response) {
  if (!response) return tl::unexpected(std::move(response).error());
  if (response->status != 200) return tl::unexpected(error_in(*response));
  return std::move(response->body);
}

}  // namespace

base::Result<std::unique_ptr<ServerClient>> ServerClient::open(const ServerOptions& options,
                                                               const aws::Environment& environment,
                                                               base::Duration timeout) {
  if (!options.server.empty()) return at_url(options.server, timeout);
  const bool is_chosen = !options.state_dir.empty() || !options.config.empty();
  if (const auto url = environment("SPOTKEEPER_SERVER"); url && !is_chosen)
    return at_url(*url, timeout);
  ASSIGN_OR_RETURN(const std::string state_dir, state_dir_of(options));
  if (const auto url = keeper_url(state_dir)) return at_url(*url, timeout);
  if (auto journals = journals_in(state_dir); !journals.empty())
    return std::make_unique<LeftJournals>(state_dir, std::move(journals));
  if (!is_chosen) return at_url(kDefaultServer, timeout);
  return base::fail("NoKeeper",
                    "no keeper is running on the state folder " + base::quote(state_dir) +
                        ", and none has left a journal there",
                    base::Retry::kBackoff);
}

base::Result<std::string> ServerClient::get(std::string path, const base::Form& query) {
  net::Request request;
  request.path = std::move(path);
  request.query = query.encode();
  return body_of(send(std::move(request)));
}

base::Result<std::string> ServerClient::post(std::string path, std::string body,
                                             const base::Form& query) {
  net::Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.query = query.encode();
  request.headers.add("Content-Type", "application/json");
  request.body = std::move(body);
  return body_of(send(std::move(request)));
}

}  // namespace app
