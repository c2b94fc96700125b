#include "sim/instances.h"

#include <algorithm>

#include "base/check.h"
#include "base/http_date.h"
#include "base/json.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

using base::Duration;
using model::InstanceState;

const Duration kWarningLead = Duration::minutes(2);
constexpr int kAddressesPerSubnet = 4091;  // A /20 without the five that AWS keeps.

std::string with_instance(const model::InstanceId& id, const char* key, std::string_view value) {
  return base::json::serialize(base::json::object{{"instance-id", id.str()}, {key, value}});
}

// Distinct per launch: 172.31 + the subnet's /20, host numbers from 4 upwards.
std::string private_address(const Subnet& subnet, int64_t order) {
  const size_t dot = subnet.cidr.find('.', subnet.cidr.find('.') + 1);
  const int third = std::stoi(subnet.cidr.substr(dot + 1));
  const int64_t host = 4 + order % kAddressesPerSubnet;
  return subnet.cidr.substr(0, dot + 1) + std::to_string(third + host / 256) + "." +
         std::to_string(host % 256);
}

// From 203.0.113.0/24 and its relatives, reserved for documentation.
std::string public_address(int64_t order) {
  constexpr const char* kNets[] = {"203.0.113.", "198.51.100.", "192.0.2."};
  return kNets[order / 254 % 3] + std::to_string(1 + order % 254);
}

}  // namespace

Instances::Instances(Context& context, Market& market, EventBus& bus, base::Prng dice)
    : context_(context), market_(market), bus_(bus), dice_(dice) {}

Instance* Instances::find(const model::InstanceId& id) {
  const auto found = context_.world.instances.find(id);
  return found == context_.world.instances.end() ? nullptr : &found->second;
}

Duration Instances::seconds_between(int64_t low, int64_t high) {
  return Duration::millis(dice_.between(low * 1000, high * 1000));
}

// ---- launch ----

Answer<int> Instances::room_for(const LaunchOrder& order) const {
  const Subnet& subnet = context_.world.subnets.at(order.subnet);
  const model::Pool key{order.type, subnet.zone, model::kLinux};
  const auto pool = context_.world.pools.find(key);
  if (pool == context_.world.pools.end())
    return refuse("Unsupported", "Your requested instance type (" + order.type.str() +
                                     ") is not supported in your requested Availability Zone (" +
                                     subnet.zone.str() + ").");
  const bool is_spot = order.lifecycle == model::Lifecycle::kSpot;
  if (is_spot && order.max_price && *order.max_price < pool->second.price())
    return refuse("SpotMaxPriceTooLow", "Your Spot request price of " +
                                            base::to_string(*order.max_price) +
                                            " is lower than the minimum required Spot request "
                                            "fulfillment price of " +
                                            base::to_string(pool->second.price()) + ".");
  const int free = market_.free_capacity(key, order.lifecycle);
  if (free < order.least)
    return refuse("InsufficientInstanceCapacity",
                  "We currently do not have sufficient " + order.type.str() +
                      " capacity in the Availability Zone you requested (" + subnet.zone.str() +
                      ").",
                  500);
  if (subnet.used_addresses + order.least > kAddressesPerSubnet)
    return refuse("InsufficientFreeAddressesInSubnet",
                  "The specified subnet does not have enough free addresses.");
  return std::min(free, kAddressesPerSubnet - subnet.used_addresses);
}

Answer<std::vector<model::InstanceId>> Instances::launch(const LaunchOrder& order) {
  ASSIGN_OR_RETURN(const int room, room_for(order));
  const int count = std::min(room, order.most);
  const std::string reservation = make_resource_id("r", dice_);
  std::vector<model::InstanceId> ids;
  for (int i = 0; i < count; ++i) ids.push_back(make(order, reservation, i));
  return ids;
}

model::InstanceId Instances::make(const LaunchOrder& order, const std::string& reservation,
                                  int index) {
  Subnet& subnet = context_.world.subnets.at(order.subnet);
  Instance instance;
  instance.id = model::InstanceId(make_resource_id("i", dice_));
  instance.type = order.type;
  instance.zone = subnet.zone;
  instance.subnet = order.subnet;
  instance.image = order.image;
  instance.lifecycle = order.lifecycle;
  instance.reservation = reservation;
  instance.client_token = order.client_token;
  instance.launch_index = index;
  instance.launch_order = ++context_.world.instances_launched;
  instance.launch_time = base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000);
  instance.private_ip = private_address(subnet, instance.launch_order);
  instance.tags = order.tags;
  draw_consistency(instance);
  ++subnet.used_addresses;
  market_.take(instance.pool(), order.lifecycle);
  if (order.lifecycle == model::Lifecycle::kSpot) fulfil_spot_request(instance, order);
  const model::InstanceId id = instance.id;
  Instance& stored = context_.world.instances.emplace(id, std::move(instance)).first->second;
  change_state(stored, InstanceState::kPending);
  const Duration drawn = seconds_between(20, 60);
  context_.agenda.at(context_.now + context_.options.boot.value_or(drawn),
                     [this, id] { boot(id); });
  return id;
}

void Instances::draw_consistency(Instance& instance) {
  instance.found_from = instance.listed_from = context_.now;
  const Duration settles = seconds_between(1, 60);
  const uint64_t flavour = dice_.below(3);
  if (!happens(dice_, context_.faults.inconsistent_per_mille)) return;
  if (flavour == 0) instance.found_from = instance.listed_from = context_.now + settles;
  if (flavour == 1) instance.listed_from = context_.now + settles;
  if (flavour == 2) instance.lag = settles;
}

void Instances::fulfil_spot_request(Instance& instance, const LaunchOrder& order) {
  instance.spot_request = order.spot_request;
  if (instance.spot_request.empty()) {
    instance.spot_request = model::SpotRequestId(make_spot_request_id(dice_));
    make_spot_request(instance, order);
  }
  context_.world.spot_requests.at(instance.spot_request).instance = instance.id;
  set_spot_status(instance, "active", "fulfilled", "Your Spot request is fulfilled.");
  publish(instance, "EC2 Spot Instance Request Fulfillment",
          with_instance(instance.id, "spot-instance-request-id", instance.spot_request.str()));
}

// That of a launch which made none before.
void Instances::make_spot_request(const Instance& instance, const LaunchOrder& order) {
  SpotRequest request;
  request.id = instance.spot_request;
  request.type = instance.type;
  request.zone = instance.zone;
  request.subnet = instance.subnet;
  request.image = instance.image;
  request.specification.add("ImageId", instance.image.str());
  request.specification.add("InstanceType", instance.type.str());
  request.specification.add("SubnetId", instance.subnet.str());
  request.created_at = context_.now;
  request.max_price = order.max_price;
  const model::SpotRequestId id = request.id;
  context_.world.spot_requests.emplace(id, std::move(request));
}

void Instances::boot(const model::InstanceId& id) {
  Instance* instance = find(id);
  const bool fails = happens(dice_, context_.faults.failed_boot_per_mille);
  const Duration until_serving = seconds_between(10, 40);
  const Duration until_checked = seconds_between(60, 180);
  if (!instance || instance->state() != InstanceState::kPending) return;
  if (fails) return fail_boot(*instance);
  instance->public_ip = public_address(instance->launch_order);
  instance->serves_at = context_.now + (context_.options.boot ? Duration() : until_serving);
  instance->checked_at = context_.now + until_checked;
  change_state(*instance, InstanceState::kRunning);
}

void Instances::fail_boot(Instance& instance) {
  begin_end(instance, "Server.InternalError", "Server.InternalError: Internal error on launch");
  set_spot_status(instance, "closed", "instance-terminated-by-service",
                  "Your Spot Instance was terminated by the service.");
}

// ---- the end ----

void Instances::terminate(const model::InstanceId& id) {
  Instance* instance = find(id);
  CHECK(instance != nullptr);
  if (!instance->is_live()) return;
  begin_end(*instance, "Client.UserInitiatedShutdown",
            "Client.UserInitiatedShutdown: User initiated shutdown");
  set_spot_status(*instance, "closed", "instance-terminated-by-user",
                  "Your Spot Instance was terminated by the user.");
}

void Instances::begin_end(Instance& instance, const char* code, const char* reason) {
  instance.state_reason_code = code;
  instance.state_reason = reason;
  instance.public_ip.clear();
  market_.give_back(instance.pool(), instance.lifecycle);
  --context_.world.subnets.at(instance.subnet).used_addresses;
  change_state(instance, InstanceState::kShuttingDown);
  context_.agenda.at(context_.now + seconds_between(5, 40),
                     [this, id = instance.id] { finish_end(id); });
}

void Instances::finish_end(const model::InstanceId& id) {
  Instance* instance = find(id);
  CHECK(instance != nullptr);
  instance->private_ip.clear();
  change_state(*instance, InstanceState::kTerminated);
  context_.agenda.at(context_.now + context_.faults.remembered_ended, [this, id] { forget(id); });
}

// Its request goes with it, unless that one waits for another instance or has it.
void Instances::forget(const model::InstanceId& id) {
  const auto request = context_.world.spot_requests.find(find(id)->spot_request);
  if (request != context_.world.spot_requests.end() && request->second.instance == id &&
      request->second.state != "open")
    context_.world.spot_requests.erase(request);
  context_.world.instances.erase(id);
}

void Instances::change_state(Instance& instance, InstanceState state) {
  instance.history.push_back({state, context_.now});
  publish(instance, "EC2 Instance State-change Notification",
          with_instance(instance.id, "state", model::to_string(state)));
}

void Instances::set_spot_status(const Instance& instance, std::string state, std::string code,
                                std::string message) {
  const auto found = context_.world.spot_requests.find(instance.spot_request);
  if (found == context_.world.spot_requests.end()) return;
  SpotRequest& request = found->second;
  // An earlier instance of a persistent request says nothing of it any more.
  if (request.instance != instance.id) return;
  // A persistent request lives on without its instance, and nothing revives a cancelled one.
  if (request.is_persistent && state == "closed") state = "open";
  if (request.state != "cancelled") request.state = std::move(state);
  request.status_code = std::move(code);
  request.status_message = std::move(message);
  request.status_time = context_.now;
}

// ---- interruptions ----

InterruptionKind Instances::draw_kind() {
  const bool is_unwarned = happens(dice_, context_.faults.unwarned_per_mille);
  const bool is_late = happens(dice_, context_.faults.late_warning_per_mille);
  if (is_unwarned) return InterruptionKind::kUnwarned;
  return is_late ? InterruptionKind::kWarnedLate : InterruptionKind::kWarned;
}

void Instances::reclaim_excess(const model::Pool& key) {
  std::vector<model::InstanceId> candidates;
  int doomed = 0;
  for (auto& [id, instance] : context_.world.instances) {
    if (!instance.is_live() || instance.lifecycle != model::Lifecycle::kSpot ||
        instance.pool() != key)
      continue;
    if (instance.reclaim)
      ++doomed;
    else
      candidates.push_back(id);
  }
  const Pool& pool = context_.world.pools.at(key);
  int excess = pool.spot_used - doomed - effective_spot_capacity(pool);
  for (; excess > 0 && !candidates.empty(); --excess) {
    const size_t victim = dice_.below(candidates.size());
    take_back(*find(candidates[victim]));
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(victim));
  }
}

// The market's own way: some victims are recommended to leave minutes before it comes to that.
void Instances::take_back(Instance& instance) {
  const InterruptionKind kind = draw_kind();
  const bool is_recommended = happens(dice_, context_.faults.rebalance_per_mille);
  const Duration ahead = seconds_between(0, 600);
  if (is_recommended) recommend_rebalance(instance);
  decide(instance, kind, is_recommended ? context_.now + ahead : context_.now);
}

bool Instances::interrupt(const model::InstanceId& id, InterruptionKind kind) {
  Instance* instance = find(id);
  if (!instance || !instance->is_live() || instance->lifecycle != model::Lifecycle::kSpot)
    return false;
  if (kind == InterruptionKind::kRebalanceOnly)
    recommend_rebalance(*instance);
  else if (!instance->reclaim)
    decide(*instance, kind, context_.now);
  else if (kind == InterruptionKind::kUnwarned)
    reclaim(id);
  return true;
}

void Instances::decide(Instance& instance, InterruptionKind kind, base::Instant begins_at) {
  const Duration lead = kind == InterruptionKind::kUnwarned ? Duration() : kWarningLead;
  instance.reclaim = Reclaim{kind, context_.now, begins_at + lead};
  if (begins_at == context_.now) return begin_interruption(instance.id);
  context_.agenda.at(begins_at, [this, id = instance.id] { begin_interruption(id); });
}

void Instances::begin_interruption(const model::InstanceId& id) {
  const Instance* instance = find(id);
  if (!instance || !instance->is_live()) return;
  const InterruptionKind kind = instance->reclaim->kind;
  if (kind == InterruptionKind::kUnwarned) return reclaim(id);
  show_doom(id);
  const Duration late = seconds_between(20, 115);
  if (kind == InterruptionKind::kWarned)
    warn(id);
  else
    context_.agenda.at(context_.now + late, [this, id] { warn(id); });
  context_.agenda.at(instance->reclaim->at, [this, id] { reclaim(id); });
}

// AWS documents two habits: it marks the request, or closes it two minutes before the instance
// ends.
void Instances::show_doom(const model::InstanceId& id) {
  const Instance& instance = *find(id);
  if (dice_.below(2) == 0)
    set_spot_status(instance, "active", "marked-for-termination",
                    "Your Spot Instance is marked for termination.");
  else
    set_spot_status(instance, "closed", "instance-terminated-no-capacity",
                    "Your Spot Instance was terminated because there is no Spot capacity.");
}

void Instances::warn(const model::InstanceId& id) {
  const Instance* instance = find(id);
  if (!instance || !instance->is_live()) return;
  publish(*instance, "EC2 Spot Instance Interruption Warning",
          with_instance(id, "instance-action", "terminate"));
}

void Instances::recommend_rebalance(Instance& instance) {
  instance.rebalance_at = context_.now;
  publish(instance, "EC2 Instance Rebalance Recommendation",
          base::json::serialize(base::json::object{{"instance-id", instance.id.str()}}));
}

void Instances::reclaim(const model::InstanceId& id) {
  Instance* instance = find(id);
  if (!instance || !instance->is_live()) return;
  begin_end(*instance, "Server.SpotInstanceTermination",
            "Server.SpotInstanceTermination: Spot instance termination");
  set_spot_status(*instance, "closed", "instance-terminated-no-capacity",
                  "Your Spot Instance was terminated because there is no Spot capacity.");
  context_.agenda.at(context_.now + seconds_between(30, 600), [this, id] { publish_eviction(id); });
}

// ---- retirements ----

bool Instances::schedule_retirement(const model::InstanceId& id, base::Instant date) {
  Instance* instance = find(id);
  if (!instance || !instance->is_live()) return false;
  const int64_t change = ++context_.world.retirements_scheduled;
  instance->retirement = Retirement{change, context_.now, date};
  publish_retirement(*instance, "open");
  context_.agenda.at(date, [this, id, change] { retire(id, change); });
  return true;
}

bool Instances::call_off_retirement(const model::InstanceId& id) {
  Instance* instance = find(id);
  if (!instance || !instance->is_live() || !instance->retirement) return false;
  publish_retirement(*instance, "closed");
  instance->retirement.reset();
  return true;
}

void Instances::retire(const model::InstanceId& id, int64_t change) {
  Instance* instance = find(id);
  if (!instance || !instance->is_live() || !instance->retirement ||
      instance->retirement->change != change)
    return;
  begin_end(*instance, "Server.ScheduledStop",
            "Server.ScheduledStop: Stopped due to a scheduled retirement");
  set_spot_status(*instance, "closed", "instance-terminated-by-service",
                  "Your Spot Instance was terminated by the service.");
}

// ---- events ----

std::string Instances::arn_of(const model::InstanceId& id) const {
  return "arn:aws:ec2:" + context_.options.region + ":" + context_.options.account + ":instance/" +
         id.str();
}

void Instances::publish(const Instance& instance, std::string detail_type, std::string detail) {
  // Warnings and recommendations have been seen with the zone where the Region belongs.
  const bool names_zone = detail_type == "EC2 Spot Instance Interruption Warning" ||
                          detail_type == "EC2 Instance Rebalance Recommendation";
  const std::string resource =
      names_zone ? "arn:aws:ec2:" + instance.zone.str() + ":instance/" + instance.id.str()
                 : arn_of(instance.id);
  bus_.publish({"aws.ec2", std::move(detail_type), {resource}, std::move(detail)});
}

void Instances::publish_retirement(const Instance& instance, std::string_view status_code) {
  const Retirement& retirement = *instance.retirement;
  const std::string number = std::to_string(retirement.change);
  const std::string account = context_.options.account;
  const std::string updated = base::to_http_date(context_.now);
  const base::json::object detail{
      {"eventArn", "arn:aws:health:" + context_.options.region +
                       "::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/" + number},
      {"service", "EC2"},
      {"eventTypeCode", "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED"},
      {"eventTypeCategory", "scheduledChange"},
      {"eventScopeCode", "ACCOUNT_SPECIFIC"},
      {"communicationId", number + "-" + std::string(status_code)},
      {"startTime", base::to_http_date(retirement.date)},
      {"lastUpdatedTime", updated},
      {"statusCode", status_code},
      {"eventRegion", context_.options.region},
      {"eventDescription",
       base::json::array{base::json::object{
           {"language", "en_US"}, {"latestDescription", "The host of the instance is retired."}}}},
      {"affectedEntities",
       base::json::array{base::json::object{{"entityValue", arn_of(instance.id)},
                                            {"lastUpdatedTime", updated},
                                            {"status", "PENDING"}}}},
      {"affectedAccount", account},
      {"page", "1"},
      {"totalPages", "1"},
      {"backupEvent", "false"},
      {"actionability", "ACTION_REQUIRED"}};
  bus_.publish(
      {"aws.health", "AWS Health Event", {arn_of(instance.id)}, base::json::serialize(detail)});
}

void Instances::publish_eviction(const model::InstanceId& id) {
  const std::string now =
      base::to_iso8601(base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000));
  const base::json::object detail{
      {"eventVersion", "1.10"},
      {"userIdentity",
       {{"accountId", context_.options.account}, {"invokedBy", "sec2.amazonaws.com"}}},
      {"eventTime", now},
      {"eventSource", "ec2.amazonaws.com"},
      {"eventName", "BidEvictedEvent"},
      {"awsRegion", context_.options.region},
      {"sourceIPAddress", "ec2.amazonaws.com"},
      {"userAgent", "ec2.amazonaws.com"},
      {"requestParameters", nullptr},
      {"responseElements", nullptr},
      {"requestID", make_uuid(dice_)},
      {"eventID", make_uuid(dice_)},
      {"readOnly", false},
      {"eventType", "AwsServiceEvent"},
      {"managementEvent", true},
      {"recipientAccountId", context_.options.account},
      {"serviceEventDetails", {{"instanceIdSet", base::json::array{id.str()}}}},
      {"eventCategory", "Management"}};
  bus_.publish({"aws.ec2", "AWS Service Event via CloudTrail", {}, base::json::serialize(detail)});
}

}  // namespace sim
