// EventBus: the default EventBridge bus. Rules with patterns, targets that are queues.
//
// Owns the rules of the world and their calls. Deliveries are at least once, normally within a
// second; losses, delays and duplicates come from the fault settings. Not simulated: schedules,
// other buses and targets, archives, dead-letter queues of targets, queue policies (every queue may
// be a target).
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/context.h"
#include "sim/sqs.h"
#include "sim/wire.h"

namespace sim {

struct Event {
  std::string source, detail_type;
  std::vector<std::string> resources;
  std::string detail;  // A JSON object.
};

class EventBus {
 public:
  EventBus(Context& context, Sqs& sqs, base::Prng dice);

  Answer<boost::json::object> call(std::string_view action, const boost::json::object& in);

  // Answers the event's id.
  std::string publish(const Event& event);

  base::Status put_rule(const std::string& name, const std::string& pattern);
  void add_queue_target(const std::string& rule, const std::string& target_id,
                        const std::string& queue_arn);

 private:
  using Object = boost::json::object;
  Answer<Object> put_rule_call(const Object& in);
  Answer<Object> put_targets(const Object& in);
  Answer<Object> put_events(const Object& in);
  Answer<Object> list_rules(const Object& in);
  Answer<Object> list_targets(const Object& in);
  Answer<Object> remove_targets(const Object& in);
  Answer<Object> delete_rule(const Object& in);
  Object put_event(const Object& entry);
  Answer<Rule*> rule_of(const Object& in, std::string_view key);

  void route(const Object& event);
  void deliver(const RuleTarget& target, const Object& event);
  base::Duration delay();

  Context& context_;
  Sqs& sqs_;
  base::Prng dice_;
};

}  // namespace sim
