#include "sim/control_api.h"

#include <charconv>

#include "base/form.h"
#include "base/json.h"
#include "sim/region.h"

namespace sim {
namespace {

namespace json = base::json;

constexpr std::string_view kPrefix = "/_sim/";

json::object subnet_json(const Subnet& subnet) {
  return {{"id", subnet.id.str()}, {"zone", subnet.zone.str()}, {"cidr", subnet.cidr}};
}

json::object instance_json(const Instance& instance) {
  json::array history;
  for (const StateChange& change : instance.history)
    history.push_back(json::object{{"state", model::to_string(change.state)},
                                   {"at", base::to_iso8601(change.at)}});
  json::object tags;
  for (const model::Tag& tag : instance.tags) tags[tag.key] = tag.value;
  json::object out{
      {"id", instance.id.str()},
      {"instance_type", instance.type.str()},
      {"zone", instance.zone.str()},
      {"state", model::to_string(instance.state())},
      {"lifecycle", instance.lifecycle == model::Lifecycle::kSpot ? "spot" : "on-demand"},
      {"spot_request", instance.spot_request.str()},
      {"launch_order", instance.launch_order},
      {"client_token", instance.client_token},
      {"state_reason", instance.state_reason_code},
      {"history", std::move(history)},
      {"tags", std::move(tags)}};
  if (instance.reclaim)
    out["reclaim"] = {{"kind", to_string(instance.reclaim->kind)},
                      {"decided_at", base::to_iso8601(instance.reclaim->decided_at)},
                      {"at", base::to_iso8601(instance.reclaim->at)}};
  return out;
}

json::object spot_request_json(const SpotRequest& request) {
  json::object tags;
  for (const model::Tag& tag : request.tags) tags[tag.key] = tag.value;
  return {{"id", request.id.str()},
          {"type", request.is_persistent ? "persistent" : "one-time"},
          {"instance_type", request.type.str()},
          {"zone", request.zone.str()},
          {"instance", request.instance.str()},
          {"state", request.state},
          {"status_code", request.status_code},
          {"may_launch", request.state == "open" || request.is_launching},
          {"tags", std::move(tags)}};
}

json::object fleet_json(const Fleet& fleet) {
  json::array instances, errors;
  for (const FleetPart& part : fleet.parts) {
    for (const model::InstanceId& id : part.ids) instances.push_back(json::value(id.str()));
    if (part.ids.empty()) errors.push_back(json::value(part.failure.code));
  }
  return {{"id", fleet.id.str()},
          {"client_token", fleet.client_token},
          {"spot_target", fleet.spot_target},
          {"on_demand_target", fleet.on_demand_target},
          {"instances", std::move(instances)},
          {"errors", std::move(errors)}};
}

json::object pool_json(const Pool& pool) {
  return {{"instance_type", pool.key.type.str()},
          {"zone", pool.key.zone.str()},
          {"spot_capacity", pool.spot_capacity},
          {"spot_used", pool.spot_used},
          {"on_demand_used", pool.on_demand_used},
          {"is_drained", pool.is_drained},
          {"price_usd", base::to_string(pool.price())},
          {"on_demand_price_usd", base::to_string(pool.on_demand_price)}};
}

json::object target_group_json(const TargetGroup& group) {
  json::array targets;
  for (const auto& [key, entry] : group.targets)
    targets.push_back(json::object{{"instance", key.instance.str()},
                                   {"port", key.port},
                                   {"registered_at", base::to_iso8601(entry.registered_at)},
                                   {"is_draining", entry.deregistered_at.has_value()}});
  return {{"arn", group.arn.str()}, {"name", group.name}, {"targets", std::move(targets)}};
}

json::object auto_scaling_group_json(const AutoScalingGroup& group) {
  json::object members;
  for (const auto& [id, member] : group.members) members[id.str()] = member.lifecycle_state;
  return {{"name", group.name},
          {"min", group.min},
          {"max", group.max},
          {"desired", group.desired},
          {"members", std::move(members)}};
}

json::object queue_json(const Queue& queue) {
  return {{"name", queue.name},
          {"messages", static_cast<int64_t>(queue.messages.size())},
          {"visible", static_cast<int64_t>(queue.visible.size())}};
}

template <class Map, class Write>
json::array list_json(const Map& things, Write write) {
  json::array list;
  for (const auto& [key, thing] : things) list.push_back(write(thing));
  return list;
}

net::Response interrupt(Region& region, const json::object& in) {
  const auto kind = parse_interruption_kind(json::text_or_empty(in, "kind"));
  if (!kind)
    return control_refusal(400, "kind must be warned, warned-late, unwarned or rebalance-only");
  if (!region.interrupt(model::InstanceId(json::text_or_empty(in, "instance_id")), *kind))
    return control_refusal(404, "there is no such live Spot instance");
  return control_answer("{}");
}

net::Response retire(Region& region, const json::object& in) {
  const model::InstanceId id(json::text_or_empty(in, "instance_id"));
  const auto ahead = json::find_int(in, "in_seconds");
  if (ahead && (*ahead < 0 || *ahead > 31'536'000))
    return control_refusal(400, "in_seconds must be a whole number, a year at most");
  const bool is_done =
      ahead ? region.schedule_retirement(id, region.now() + base::Duration::seconds(*ahead))
            : region.call_off_retirement(id);
  return is_done ? control_answer("{}")
                 : control_refusal(404, "there is no such live instance, or nothing to call off");
}

net::Response set_health(Region& region, const json::object& in) {
  const model::InstanceId id(json::text_or_empty(in, "instance_id"));
  if (!region.world().instances.contains(id))
    return control_refusal(404, "there is no such instance");
  if (const auto impaired = json::find_bool(in, "impaired")) region.set_impaired(id, *impaired);
  if (const auto sick = json::find_bool(in, "sick")) region.set_sick(id, *sick);
  return control_answer("{}");
}

net::Response change_pool(Region& region, std::string_view what, const json::object& in) {
  const model::Pool pool{model::InstanceType(json::text_or_empty(in, "instance_type")),
                         model::Zone(json::text_or_empty(in, "zone")), model::kLinux};
  const auto capacity = json::find_int(in, "spot_capacity");
  bool is_done = false;
  if (what == "drain") is_done = region.drain_pool(pool);
  if (what == "refill") is_done = region.refill_pool(pool);
  if (what == "capacity") {
    if (!capacity || *capacity < 0 || *capacity > 1'000'000)
      return control_refusal(400, "spot_capacity must be a whole number");
    is_done = region.set_pool_capacity(pool, static_cast<int>(*capacity));
  }
  return is_done ? control_answer("{}") : control_refusal(404, "there is no such pool");
}

net::Response change_quotas(Region& region, const json::object& in) {
  const auto targets = json::find_int(in, "targets");
  if (!targets || *targets < 1 || *targets > 1'000'000)
    return control_refusal(400, "targets must be a whole number from 1 to 1000000");
  region.set_most_targets(static_cast<size_t>(*targets));
  return control_answer("{}");
}

net::Response change_faults(Region& region, const std::string& body) {
  auto faults = merge_faults(region.faults(), body);
  if (!faults) return control_refusal(400, faults.error().message);
  region.set_faults(*std::move(faults));
  return control_answer(faults_json(region.faults()));
}

net::Response add_queue(Region& region, const json::object& in) {
  const std::string name = json::text_or_empty(in, "name");
  if (name.empty()) return control_refusal(400, "name is missing");
  return control_answer(json::serialize(json::object{{"queue_url", region.add_queue(name)}}));
}

net::Response trust_provider(Region& region, const json::object& in) {
  const std::string issuer = json::text_or_empty(in, "issuer");
  const std::string audience = json::find_string(in, "audience").value_or("sts.amazonaws.com");
  if (!issuer.starts_with("https://") || audience.empty())
    return control_refusal(400, "issuer must begin with https://, and audience must not be empty");
  region.trust_identity_provider(issuer, audience);
  return control_answer("{}");
}

net::Response expire_credentials(Region& region) {
  return control_answer(json::serialize(json::object{{"expired", region.expire_sessions()}}));
}

json::object write_json(const ObjectWrite& write) {
  json::object out{{"number", write.number},
                   {"at", base::to_iso8601(write.at)},
                   {"bucket", write.bucket},
                   {"key", write.key}};
  if (write.body) out["body"] = *write.body;
  return out;
}

net::Response writes_after(const World& world, const std::string& query) {
  const std::string text = base::Form::parse(query).value_or(base::Form()).get("after", "0");
  uint64_t after = 0;
  const char* const end = text.data() + text.size();
  if (const auto [rest, error] = std::from_chars(text.data(), end, after);
      error != std::errc() || rest != end)
    return control_refusal(400, "after must be a whole number");
  json::array writes;
  for (const ObjectWrite& write : world.object_writes)
    if (write.number > after) writes.push_back(write_json(write));
  return control_answer(json::serialize(json::object{{"writes", std::move(writes)}}));
}

net::Response read(Region& region, std::string_view what, const std::string& query) {
  if (what == "writes") return writes_after(region.world(), query);
  if (what == "scene") return control_answer(scene_json(region.default_scene()));
  if (what == "world") return control_answer(world_json(region.world()));
  if (what == "faults") return control_answer(faults_json(region.faults()));
  return control_refusal(404, "there is no such thing under /_sim/");
}

}  // namespace

net::Response control_answer(std::string body) {
  net::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

net::Response control_refusal(int status, std::string message) {
  net::Response response =
      control_answer(json::serialize(json::object{{"error", std::move(message)}}));
  response.status = status;
  return response;
}

bool is_control_request(const net::Request& request) { return request.path.starts_with(kPrefix); }

net::Response handle_control(Region& region, const net::Request& request) {
  const std::string_view what = std::string_view(request.path).substr(kPrefix.size());
  if (request.method == "GET") return read(region, what, request.query);
  if (request.method != "POST") return control_refusal(405, "GET or POST");
  const auto in = json::parse_object(request.body);
  if (!in) return control_refusal(400, "the body must be a JSON object");
  if (what == "faults") return change_faults(region, request.body);
  if (what == "interrupt") return interrupt(region, *in);
  if (what == "health") return set_health(region, *in);
  if (what == "retire") return retire(region, *in);
  if (what == "quotas") return change_quotas(region, *in);
  if (what == "queues") return add_queue(region, *in);
  if (what == "identity-providers") return trust_provider(region, *in);
  if (what == "credentials/expire") return expire_credentials(region);
  if (what.starts_with("pools/")) return change_pool(region, what.substr(6), *in);
  return control_refusal(404, "there is no such thing under /_sim/");
}

std::string scene_json(const Scene& scene) {
  json::array subnets;
  for (const Subnet& subnet : scene.subnets) subnets.push_back(subnet_json(subnet));
  return json::serialize(json::object{{"endpoint_url", scene.endpoint_url},
                                      {"account", scene.account},
                                      {"region", scene.region},
                                      {"access_key", scene.access_key},
                                      {"secret_key", scene.secret_key},
                                      {"vpc", scene.vpc},
                                      {"subnets", std::move(subnets)},
                                      {"image", scene.image.str()},
                                      {"security_group", scene.security_group.str()},
                                      {"key_pair", scene.key_pair},
                                      {"launch_template", scene.launch_template.str()},
                                      {"launch_template_name", scene.launch_template_name},
                                      {"target_group_arn", scene.target_group.str()},
                                      {"queue_name", scene.queue_name},
                                      {"queue_url", scene.queue_url},
                                      {"queue_arn", scene.queue_arn},
                                      {"rule", scene.rule},
                                      {"bucket", scene.bucket}});
}

std::string world_json(const World& world) {
  return json::serialize(json::object{
      {"instances", list_json(world.instances, instance_json)},
      {"spot_requests", list_json(world.spot_requests, spot_request_json)},
      {"fleets", list_json(world.fleets, fleet_json)},
      {"pools", list_json(world.pools, pool_json)},
      {"target_groups", list_json(world.target_groups, target_group_json)},
      {"auto_scaling_groups", list_json(world.auto_scaling_groups, auto_scaling_group_json)},
      {"queues", list_json(world.queues, queue_json)},
      {"instances_launched", world.instances_launched},
      {"events_published", world.events_published},
      {"events_delivered", world.events_delivered}});
}

}  // namespace sim
