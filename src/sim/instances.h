// Instances: the life of every instance, from launch to being forgotten, and of its Spot request.
//
// Owns the instances and Spot requests of the world and publishes what EC2 publishes about them. It
// knows nothing of requests or XML. Boots take 20 to 60 seconds, deaths 5 to 40, CloudTrail's word
// of an eviction up to ten minutes; all drawn from the seed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/context.h"
#include "sim/event_bus.h"
#include "sim/market.h"
#include "sim/wire.h"

namespace sim {

struct LaunchOrder {
  model::InstanceType type;
  model::SubnetId subnet;
  model::ImageId image;
  model::Lifecycle lifecycle = model::Lifecycle::kOnDemand;
  std::optional<base::Money> max_price;  // Nothing: the on-demand price.
  int least = 1, most = 1;
  std::string client_token;
  model::SpotRequestId
      spot_request;  // The open request it fulfils; empty: it makes one of its own.
  std::vector<model::Tag> tags;
};

class Instances {
 public:
  Instances(Context& context, Market& market, EventBus& bus, base::Prng dice);

  // How many such instances there is room for now: at least `least`, or why not.
  Answer<int> room_for(const LaunchOrder& order) const;
  // As many as the pool gives, between least and most; all of one reservation.
  Answer<std::vector<model::InstanceId>> launch(const LaunchOrder& order);
  void terminate(const model::InstanceId& id);

  // False when there is no such live Spot instance.
  bool interrupt(const model::InstanceId& id, InterruptionKind kind);
  // The host below it goes out of service then; false when it has ended.
  bool schedule_retirement(const model::InstanceId& id, base::Instant date);
  bool call_off_retirement(const model::InstanceId& id);
  // The market took capacity: decides who goes.
  void reclaim_excess(const model::Pool& pool);

 private:
  model::InstanceId make(const LaunchOrder& order, const std::string& reservation, int index);
  void make_spot_request(const Instance& instance, const LaunchOrder& order);
  void fulfil_spot_request(Instance& instance, const LaunchOrder& order);
  void draw_consistency(Instance& instance);
  void boot(const model::InstanceId& id);
  void fail_boot(Instance& instance);
  void begin_end(Instance& instance, const char* code, const char* reason);
  void finish_end(const model::InstanceId& id);
  void forget(const model::InstanceId& id);
  void change_state(Instance& instance, model::InstanceState state);
  void set_spot_status(const Instance& instance, std::string state, std::string code,
                       std::string message);

  void take_back(Instance& instance);
  void decide(Instance& instance, InterruptionKind kind, base::Instant begins_at);
  void begin_interruption(const model::InstanceId& id);
  void reclaim(const model::InstanceId& id);
  void show_doom(const model::InstanceId& id);
  void warn(const model::InstanceId& id);
  void recommend_rebalance(Instance& instance);
  InterruptionKind draw_kind();

  Instance* find(const model::InstanceId& id);
  std::string arn_of(const model::InstanceId& id) const;
  void publish(const Instance& instance, std::string detail_type, std::string detail);
  void publish_eviction(const model::InstanceId& id);
  void retire(const model::InstanceId& id, int64_t change);
  void publish_retirement(const Instance& instance, std::string_view status_code);
  base::Duration seconds_between(int64_t low, int64_t high);

  Context& context_;
  Market& market_;
  EventBus& bus_;
  base::Prng dice_;
};

}  // namespace sim
