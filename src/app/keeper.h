// Keeper: the process that keeps groups at their capacity: the state folder, the sites, and the API
// that shows them all.
//
// Sites know nothing of each other: each has its account, its region, its journal and its thread.
// The API's address is taken before anything is changed: where somebody else has it, nothing was.
// The API is served as long as the keeper lives, also for sites that could not be begun yet.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/api.h"
#include "app/keeper_options.h"
#include "app/site.h"
#include "app/snapshot.h"
#include "app/state_folder.h"
#include "base/result.h"
#include "net/server.h"

namespace app {

class Keeper {
 public:
  using Done = Site::Done;

  // Takes the API's address and the state folder, and begins the sites. Fails when none of them can
  // be begun, with what keeps each; one that can is kept, and the others go on trying. An error
  // that says kNever is the environment's: trying again as it is would not help.
  static base::Result<std::unique_ptr<Keeper>> start(KeeperOptions options);
  // Waits for the end of the turns under way.
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // As Site's, for the site of that number.
  void inject(size_t site, std::string body, Done done);
  void order(size_t site, model::Command command, Done done);
  void retry(size_t site, int64_t quarantined, Done done);
  void drop(size_t site, std::optional<int64_t> quarantined, Done done);
  // Takes over the groups, the log and who is told from `config`; refuses one that differs in
  // anything else.
  base::Status reload(Config config);

  Snapshots snapshots() const;
  int port() const { return server_->port(); }
  std::string url() const;

 private:
  explicit Keeper(KeeperOptions options) : options_(std::move(options)) {}

  base::Status listen();
  base::Status begin_sites();
  base::Status wait_for_sites();
  bool are_sites_settled(base::Instant since) const;
  std::shared_ptr<Api> make_api();

  KeeperOptions options_;
  const SystemClock system_clock_;
  std::unique_ptr<StateFolder> folder_;
  std::vector<std::unique_ptr<Site>> sites_;  // As in the configuration.
  std::atomic<std::shared_ptr<Api>> api_;     // Null until there is something to tell.
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace app
