#include "app/keeper.h"

#include <utility>

#include "app/answers.h"
#include "app/restart_keys.h"

namespace app {
namespace {

// How far the sites are is looked at this often, at the start: nobody notices the delay.
constexpr base::Duration kGlance = base::Duration::millis(20);
// Once one site is kept the others are not waited for any longer: systemd would lose its patience
// with a region that never answers, and end them all.
constexpr base::Duration kMostWait = base::Duration::seconds(30);

}  // namespace

base::Result<std::unique_ptr<Keeper>> Keeper::start(KeeperOptions options) {
  std::unique_ptr<Keeper> keeper(new Keeper(std::move(options)));
  const std::string& state_dir = keeper->options_.config.keeper.state_dir;
  const base::Status listening = keeper->listen();
  // Who starts a keeper twice is to hear of the first one, rather than of its port.
  if (!listening && keeper_url(state_dir)) RETURN_IF_ERROR(StateFolder::take(state_dir));
  RETURN_IF_ERROR(listening);
  ASSIGN_OR_RETURN(keeper->folder_, StateFolder::take(state_dir));
  RETURN_IF_ERROR(keeper->begin_sites());
  keeper->api_ = keeper->make_api();
  RETURN_IF_ERROR(keeper->folder_->publish_url(keeper->url()));
  return keeper;
}

base::Status Keeper::listen() {
  net::ServerOptions server;
  server.address = options_.config.keeper.listen.host;
  server.port = options_.config.keeper.listen.port;
  ASSIGN_OR_RETURN(server_, net::serve_http(server, [this](net::Request request, auto reply) {
                     if (const auto api = api_.load())
                       return api->handle(request, std::move(reply));
                     reply(refusal(503, "Starting", "the keeper is being started"));
                   }));
  return {};
}

base::Status Keeper::begin_sites() {
  base::Prng prng(options_.seed);
  for (size_t number = 0; number < options_.config.sites.size(); ++number)
    sites_.push_back(std::make_unique<Site>(options_, *folder_, number, prng.next()));
  RETURN_IF_ERROR(wait_for_sites());
  const base::Logger log = options_.make_log(options_.config.log);
  for (const auto& site : sites_)
    if (const base::Status begun = site->last_attempt(); !begun)
      log.error("site-not-begun",
                {{"site", site->snapshot()->site}, {"error", base::to_string(begun.error())}});
  return {};
}

bool Keeper::are_sites_settled(base::Instant since) const {
  const bool is_late = system_clock_.now() >= since + kMostWait;
  bool is_all = true, is_any_begun = false;
  for (const auto& site : sites_) {
    is_all = is_all && site->outcome().has_value();
    is_any_begun = is_any_begun || site->last_attempt().has_value();
  }
  return is_all || (is_late && is_any_begun);
}

base::Status Keeper::wait_for_sites() {
  const base::Instant since = system_clock_.now();
  bool is_wanted = true;
  while (is_wanted && !are_sites_settled(since)) is_wanted = options_.pause(kGlance);
  base::Error why{
      {}, is_wanted ? "" : "it was stopped before it had begun", {}, base::Retry::kNever};
  for (const auto& site : sites_) {
    const base::Status begun = site->last_attempt();
    if (begun && is_wanted) return {};
    // The first attempt of some may not be over: that is no reason.
    if (begun || begun.error().code == kNotBegun) continue;
    const base::Error& error = begun.error();
    if (why.code.empty()) why.code = error.code;
    if (error.retry != base::Retry::kNever) why.retry = error.retry;
    why.message +=
        (why.message.empty() ? "" : "; ") + of_site(site->snapshot()->site, error.message);
  }
  return tl::unexpected(std::move(why));
}

std::shared_ptr<Api> Keeper::make_api() {
  std::vector<JournalPlace> journals;
  for (const SiteConfig& site : options_.config.sites)
    journals.push_back({site.name, journal_path(options_.config.keeper.state_dir, site.name)});
  return std::make_shared<Api>(
      std::move(journals), system_clock_, [this] { return snapshots(); },
      [this](size_t site, std::string body, auto done) {
        inject(site, std::move(body), std::move(done));
      },
      [this](size_t site, model::Command command, auto done) {
        order(site, std::move(command), std::move(done));
      },
      [this](size_t site, int64_t quarantined, auto done) {
        retry(site, quarantined, std::move(done));
      },
      [this](size_t site, std::optional<int64_t> quarantined, auto done) {
        drop(site, quarantined, std::move(done));
      });
}

Keeper::~Keeper() {
  server_.reset();
  // All at once: each waits for the end of its turn.
  for (const auto& site : sites_) site->stop();
  sites_.clear();
}

std::string Keeper::url() const {
  const net::Endpoint at{false, options_.config.keeper.listen.host, server_->port(), {}};
  return "http://" + at.host_and_port();
}

Snapshots Keeper::snapshots() const {
  Snapshots snapshots;
  for (const auto& site : sites_) snapshots.push_back(site->snapshot());
  return snapshots;
}

void Keeper::inject(size_t site, std::string body, Done done) {
  sites_[site]->inject(std::move(body), std::move(done));
}

void Keeper::order(size_t site, model::Command command, Done done) {
  sites_[site]->order(std::move(command), std::move(done));
}

void Keeper::retry(size_t site, int64_t quarantined, Done done) {
  sites_[site]->retry(quarantined, std::move(done));
}

void Keeper::drop(size_t site, std::optional<int64_t> quarantined, Done done) {
  sites_[site]->drop(quarantined, std::move(done));
}

base::Status Keeper::reload(Config config) {
  if (const auto keys = keys_of_restart(options_.config, config); !keys.empty())
    return base::fail("NeedsRestart", listed(keys) + (keys.size() == 1 ? " takes" : " take") +
                                          " effect at a restart only; everything stays as it was");
  const auto shared = std::make_shared<const Config>(std::move(config));
  for (const auto& site : sites_) site->reload(shared);
  return {};
}

}  // namespace app
