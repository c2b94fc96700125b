// Api: the keeper's HTTP answers. Reads the sites' last snapshots and journals; never an engine.
//
// Everything runs on the server's one thread; an injected event and a command are answered later,
// by the loop, when they are durable. Only callers that name this host as a loopback one are
// answered: a web page that points its own name at 127.0.0.1 is not.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/journal_api.h"
#include "app/snapshot.h"
#include "base/result.h"
#include "model/command.h"
#include "net/server.h"
#include "ports/clock.h"

namespace app {

class Api {
 public:
  using GetSnapshots = std::function<Snapshots()>;
  using Done = std::function<void(base::Status)>;
  // Each for the site of that number, among the snapshots.
  using Inject = std::function<void(size_t site, std::string body, Done done)>;
  using Order = std::function<void(size_t site, model::Command command, Done done)>;
  using Retry = std::function<void(size_t site, int64_t quarantined, Done done)>;
  using Drop = std::function<void(size_t site, std::optional<int64_t> quarantined,  // Nothing: all.
                                  Done done)>;

  // `system_clock` outlives this.
  Api(std::vector<JournalPlace> journals, const ports::Clock& system_clock, GetSnapshots snapshots,
      Inject inject, Order order, Retry retry, Drop drop)
      : system_clock_(system_clock),
        snapshots_(std::move(snapshots)),
        journals_(std::move(journals), [this] { return time_of(snapshots_()); }),
        inject_(std::move(inject)),
        order_(std::move(order)),
        retry_(std::move(retry)),
        drop_(std::move(drop)) {}

  void handle(const net::Request& request, net::HttpServer::Reply reply);

 private:
  net::Response get(const net::Request& request);
  void post(const net::Request& request, net::HttpServer::Reply reply);
  void inject(const net::Request& request, net::HttpServer::Reply reply);
  void order(const net::Request& request, net::HttpServer::Reply reply);
  void settle_quarantine(const net::Request& request, net::HttpServer::Reply reply);
  net::Response health() const;
  net::Response readiness() const;
  net::Response groups() const;
  net::Response group(std::string_view encoded_name) const;

  const ports::Clock& system_clock_;
  const GetSnapshots snapshots_;
  JournalApi journals_;
  const Inject inject_;
  const Order order_;
  const Retry retry_;
  const Drop drop_;
};

}  // namespace app
