// SpotRequests: the life of requests that RequestSpotInstances made, from open to forgotten.
//
// An open request is looked at every 15 to 60 seconds; when its pool has capacity at its price it
// is pending-fulfillment for some seconds, then Instances launches for it. A cancel in those
// seconds comes too late in half of the cases: the instance appears although the request is
// cancelled. What happens to the request once its instance runs is Instances' business, except that
// a persistent request opens again when its instance has ended.
#pragma once

#include "base/prng.h"
#include "sim/context.h"
#include "sim/instances.h"

namespace sim {

class SpotRequests {
 public:
  SpotRequests(Context& context, Instances& instances, base::Prng dice)
      : context_(context), instances_(instances), dice_(dice) {}

  // `request` says what is wanted; id, state and times are filled in here.
  model::SpotRequestId open(SpotRequest request);
  void cancel(const model::SpotRequestId& id);

 private:
  SpotRequest* find(const model::SpotRequestId& id);
  void look(const model::SpotRequestId& id);
  void evaluate(SpotRequest& request);
  void fulfil(const model::SpotRequestId& id);
  void set_status(SpotRequest& request, std::string state, std::string code, std::string message);
  void forget_later(const model::SpotRequestId& id);
  void forget(const model::SpotRequestId& id);
  bool is_zone_down(const SpotRequest& request) const;
  void after(int64_t low_seconds, int64_t high_seconds, Agenda::Task task);

  Context& context_;
  Instances& instances_;
  base::Prng dice_;
};

}  // namespace sim
