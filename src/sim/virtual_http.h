// VirtualHttp: the HTTP client of a simulated host. The region answers in virtual time, over a
// network that is slow, loses requests and answers, and delivers some long after the caller gave
// up.
//
// It stands where net's client stands, so our signer, codecs, cloud, queue and ledger run
// unchanged. Destroying it is the host's death: nothing under way is answered any more, but what
// was sent still arrives.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/prng.h"
#include "net/client.h"
#include "sim/timeline.h"

namespace sim {

struct NetworkFaults {
  base::Duration each_way;         // How long a way takes; zero: 2 to 60 ms, drawn.
  int slow_per_mille = 0;          // Up to 8 s more each way.
  int refused_per_mille = 0;       // No connection.
  int lost_request_per_mille = 0;  // Never arrives.
  int late_request_per_mille = 0;  // Arrives up to 100 s later: a paused sender, a stuck router.
  int lost_answer_per_mille = 0;   // Took effect, and nobody hears of it.
};

// What happened at the region's door, for checkers and traces.
struct Exchange {
  base::Instant at;
  base::Instant sent_at;
  std::string_view host;
  std::string action;
  int status = 0;
  int acted_status = 0;  // See Handled.
  std::string_view request_body;
  std::string_view response_body;
};
using ExchangeHook = std::function<void(const Exchange&)>;

struct HostNetwork {
  std::string host;
  Timeline& timeline;
  Region& region;
  const NetworkFaults& faults;
  const bool& partitioned;
  ExchangeHook hook;
};

class VirtualHttp : public net::HttpClient {
 public:
  VirtualHttp(HostNetwork network, base::Prng dice);
  ~VirtualHttp() override;
  void send(const net::Endpoint& endpoint, net::Request request, base::Duration timeout,
            Done done) override;

 private:
  struct Attempt;
  struct Door;
  std::shared_ptr<Door> door_;
};

// "RunInstances", "ReceiveMessage", "PUT /bucket/key": what a request asks for.
std::string action_name(const net::Request& request);

}  // namespace sim
