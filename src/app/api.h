// Api: the keeper's HTTP answers. Reads the last snapshot and the journal; never the engine.
//
// Everything runs on the server's one thread; an injected event and a command are answered later,
// by the loop, when they are durable. Only callers that name this host as a loopback one are
// answered: a web page that points its own name at 127.0.0.1 is not.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/journal_api.h"
#include "app/snapshot.h"
#include "base/result.h"
#include "model/command.h"
#include "net/server.h"
#include "ports/clock.h"

namespace app {

class Api {
 public:
  using GetSnapshot = std::function<std::shared_ptr<const Snapshot>()>;
  using Done = std::function<void(base::Status)>;
  using Inject = std::function<void(std::string body, Done done)>;
  using Order = std::function<void(model::Command command, Done done)>;
  using Retry = std::function<void(int64_t quarantined, Done done)>;
  using Drop = std::function<void(std::optional<int64_t> quarantined, Done done)>;  // Nothing: all.

  // `system_clock` outlives this.
  Api(std::string journal_path, const ports::Clock& system_clock, GetSnapshot snapshot,
      Inject inject, Order order, Retry retry, Drop drop)
      : journal_path_(std::move(journal_path)),
        system_clock_(system_clock),
        snapshot_(std::move(snapshot)),
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
  net::Response from_journal(const net::Request& request);

  const std::string journal_path_;
  const ports::Clock& system_clock_;
  const GetSnapshot snapshot_;
  const Inject inject_;
  const Order order_;
  const Retry retry_;
  const Drop drop_;
  std::unique_ptr<JournalApi> journal_;  // Opened when first asked for.
};

}  // namespace app
