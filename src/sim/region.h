// Region: a simulated AWS region behind one door, at the level of HTTP values.
//
// Single-threaded and deterministic: the same options, requests and times give the same answers,
// byte for byte. It has no clock; `now` never goes backwards. What the region does by itself
// (boots, reclaims, deliveries, price moves) happens in advance(), which handle() calls first.
//
// In process:  codec -> net::Request -> Region::handle -> net::Response -> codec
// On a wire:   sim/front.h
#pragma once

#include <memory>
#include <string>

#include "net/http.h"
#include "sim/context.h"

namespace sim {

struct Handled {
  net::Response response;
  // The call took effect, but the caller must never see the response.
  bool is_lost = false;
  // Later than now: a ReceiveMessage found nothing and may be asked again, with resume(), until
  // then.
  base::Instant poll_until;
  // The status of what was done, also when an injected 500 hides it; 0 when nothing was done.
  int acted_status = 0;
};

class Region {
 public:
  explicit Region(RegionOptions options);
  ~Region();

  Handled handle(const net::Request& request, base::Instant now);
  // When callers' clocks, by which they sign, do not show the region's time.
  Handled handle(const net::Request& request, base::Instant now, base::Instant callers_now);
  // A held ReceiveMessage, asked again: nothing is verified, limited or failed a second time.
  Handled resume(const net::Request& request, base::Instant now);

  void advance(base::Instant now);
  // When the region will next do something by itself.
  base::Instant next_event_at() const;

  // ---- the scene and the forces of nature, for harnesses and the control API ----
  const World& world() const;
  const Scene& default_scene() const;
  const RegionOptions& options() const;
  const Quirks& quirks() const;
  base::Instant now() const;

  void set_faults(FaultSettings faults);
  const FaultSettings& faults() const;
  // Where clients reach the region, once a front knows its port.
  void set_endpoint_url(const std::string& url);

  // False when there is no such live Spot instance.
  bool interrupt(const model::InstanceId& id, InterruptionKind kind);
  // AWS Health announces that the instance ends then, or that it does not after all. False when
  // there is no such live instance, or nothing to call off.
  bool schedule_retirement(const model::InstanceId& id, base::Instant date);
  bool call_off_retirement(const model::InstanceId& id);
  // The status checks fail, or the health checks of its target groups.
  bool set_impaired(const model::InstanceId& id, bool is_impaired);
  bool set_sick(const model::InstanceId& id, bool is_sick);
  // False when there is no such pool.
  bool drain_pool(const model::Pool& pool);
  bool refill_pool(const model::Pool& pool);
  bool set_pool_capacity(const model::Pool& pool, int spot_capacity);
  // The quota of every target group.
  void set_most_targets(size_t most);
  // So that a harness need not wait for an hour until its fleet runs.
  void set_limits_lifted(bool is_lifted);
  // Its tokens for that audience prove a web identity from now on.
  void trust_identity_provider(const std::string& issuer, const std::string& audience);
  // Ends all temporary credentials now, whatever their owners were told; how many there were.
  int expire_sessions();
  // Makes a queue and adds it to the scene's rule: every keeper has its own. Answers its URL.
  std::string add_queue(const std::string& name);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sim
