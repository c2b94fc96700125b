#include "sim/region.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/json.h"
#include "net/sigv4.h"
#include "sim/auto_scaling.h"
#include "sim/control_api.h"
#include "sim/ec2.h"
#include "sim/elb.h"
#include "sim/event_bus.h"
#include "sim/identifiers.h"
#include "sim/instances.h"
#include "sim/market.h"
#include "sim/protocol.h"
#include "sim/s3.h"
#include "sim/spot_requests.h"
#include "sim/sqs.h"
#include "sim/sqs_query.h"
#include "sim/sts.h"
#include "sim/token_bucket.h"

namespace sim {
namespace {

// These draw from streams of their own: a fork more would change the course of all others.
constexpr uint64_t kSpotStream = 0x53706f7453747265;
constexpr uint64_t kScalingStream = 0x5363616c696e6773;
constexpr char kZoneLetters[] = {'a', 'b', 'c'};
// Every source of notices, so that no keeper misses one for want of a rule.
constexpr char kNoticePattern[] =
    R"({"source":["aws.ec2","aws.health","custom.spot.interruption.simulator"],"detail-type":[)"
    R"("EC2 Spot Instance Interruption Warning","EC2 Instance Rebalance Recommendation",)"
    R"("EC2 Instance State-change Notification","EC2 Spot Instance Request Fulfillment",)"
    R"("AWS Service Event via CloudTrail","AWS Health Event"]})";

std::vector<model::Zone> zones_of(const RegionOptions& options) {
  std::vector<model::Zone> zones;
  for (const char letter : kZoneLetters) zones.emplace_back(options.region + letter);
  return zones;
}

}  // namespace

struct Region::Parts {
  explicit Parts(RegionOptions options)
      : context(std::move(options)),
        seeds(context.options.seed),
        requests(seeds.fork()),
        mishaps(seeds.fork()),
        sqs(context, seeds.fork()),
        bus(context, sqs, seeds.fork()),
        market(context, seeds.fork(), zones_of(context.options)),
        instances(context, market, bus, seeds.fork()),
        elb(context, limits, seeds.fork()),
        s3(context, seeds.fork()),
        spot_requests(context, instances, base::Prng(context.options.seed ^ kSpotStream)),
        ec2(context, limits, instances, spot_requests, market, seeds.fork()),
        auto_scaling(context, instances, elb, base::Prng(context.options.seed ^ kScalingStream)) {
    context.quirks.burns_failed_tokens = seeds.below(2) == 0;
    context.quirks.one_death_ends_token = seeds.below(2) == 0;
  }

  void set_scene();
  void make_subnets(base::Prng& dice);
  void make_queue_and_rule();

  Handled answer(const net::Request& request, base::Instant callers_now);
  net::Response act(const net::Request& request, const Incoming& incoming, const Caller& caller);
  net::Response act_json(const net::Request& request, const Incoming& incoming);
  net::Response act_query(const net::Request& request, const Incoming& incoming,
                          const Caller& caller);
  std::optional<net::Credentials> credentials_of(const std::string& access_key) const;
  Answer<Caller> check_signature(const net::Request& request, Service service,
                                 base::Instant callers_now) const;
  std::string endpoint_of(const net::Request& request) const;
  std::string next_request_id() { return make_uuid(requests); }

  Context context;
  base::Prng seeds;
  base::Prng requests;  // Request ids.
  base::Prng mishaps;   // Injected faults.
  RequestLimits limits;
  Sqs sqs;
  EventBus bus;
  Market market;
  Instances instances;
  Elb elb;
  S3 s3;
  SpotRequests spot_requests;
  Ec2 ec2;
  AutoScaling auto_scaling;
  Scene scene;
  std::optional<Sts> sts;  // There once the scene is: drawn later than what was there before it.
};

// ---- the scene ----

void Region::Parts::make_subnets(base::Prng& dice) {
  int third = 0;
  for (const model::Zone& zone : zones_of(context.options)) {
    Subnet subnet;
    subnet.id = model::SubnetId(make_resource_id("subnet", dice));
    subnet.zone = zone;
    subnet.vpc = context.world.vpc;
    subnet.cidr = "172.31." + std::to_string(third) + ".0/20";
    third += 16;
    scene.subnets.push_back(subnet);
    context.world.subnets.emplace(subnet.id, subnet);
  }
}

void Region::Parts::make_queue_and_rule() {
  scene.queue_name = "spotkeeper-events";
  scene.queue_arn = sqs.create(scene.queue_name).arn;
  scene.rule = "spotkeeper-notices";
  CHECK(bus.put_rule(scene.rule, kNoticePattern).has_value());
  bus.add_queue_target(scene.rule, scene.queue_name, scene.queue_arn);
}

void Region::Parts::set_scene() {
  base::Prng dice = seeds.fork();
  scene.account = context.options.account;
  scene.region = context.options.region;
  scene.access_key = "SIMULATED-ACCESS-KEY";
  scene.secret_key = "simulated-secret-key";
  scene.vpc = context.world.vpc = make_resource_id("vpc", dice);
  scene.image = context.world.image = model::ImageId(make_resource_id("ami", dice));
  // Not drawn: the dice fall as they did before there was one.
  scene.security_group = context.world.security_group =
      model::SecurityGroupId("sg" + scene.vpc.substr(scene.vpc.find('-')));
  scene.key_pair = context.world.key_pair = "simulated";
  make_subnets(dice);
  base::Form data;
  data.add("ImageId", scene.image.str());
  data.add("InstanceType", "c6i.large");
  scene.launch_template_name = "web";
  scene.launch_template = ec2.create_template(scene.launch_template_name, data).id;
  scene.target_group = elb.create("web", scene.vpc, 80).arn;
  make_queue_and_rule();
  scene.bucket = s3.create("spotkeeper-ledger").name;
  market.start([this](const model::Pool& pool) { instances.reclaim_excess(pool); });
  sts.emplace(context, seeds.fork());
  context.quirks.replays_failed_fleets = seeds.below(2) == 0;
  context.quirks.fleets_draw_on_run_limits = seeds.below(2) == 0;
}

// ---- one request ----

std::string Region::Parts::endpoint_of(const net::Request& request) const {
  const std::string host = request.headers.get("Host");
  // Unmodified clients come with the address they reached; real host names mean our own codec.
  const bool is_aws_name = host.empty() || host.find("amazonaws.com") != std::string::npos;
  return is_aws_name ? context.options.endpoint_url : "http://" + host;
}

std::optional<net::Credentials> Region::Parts::credentials_of(const std::string& access_key) const {
  if (access_key == scene.access_key)
    return net::Credentials{scene.access_key, scene.secret_key, {}, {}};
  return sts->find(access_key);
}

Answer<Caller> Region::Parts::check_signature(const net::Request& request, Service service,
                                              base::Instant callers_now) const {
  if (!context.options.verify_signatures) return Caller{{}, callers_now};
  net::VerifyOptions options;
  bool knows_key = false;
  options.find = [&](const std::string& key) {
    auto found = credentials_of(key);
    knows_key = found.has_value();
    return found;
  };
  const auto verified = net::verify(request, options, callers_now);
  if (!verified) {
    std::string code = verified.error().code;
    if (code == "InvalidClientTokenId" && knows_key && request.headers.find("X-Amz-Security-Token"))
      code = "InvalidToken";
    return tl::unexpected(bad_signature(service, code, verified.error().message));
  }
  const Caller caller{verified->access_key, callers_now};
  if (sts->has_expired(caller)) return tl::unexpected(expired_token(service));
  return caller;
}

Handled Region::Parts::answer(const net::Request& request, base::Instant callers_now) {
  const std::string id = next_request_id();
  // Drawn for every call, so that switching one fault on does not move the others.
  const bool is_throttled = happens(mishaps, context.faults.throttle_per_mille);
  const bool is_broken = happens(mishaps, context.faults.error_500_per_mille);
  const bool is_broken_late = mishaps.below(2) == 0;
  const bool is_unavailable = happens(mishaps, context.faults.error_503_per_mille);
  const bool is_lost = happens(mishaps, context.faults.lost_answer_per_mille);
  Handled handled;
  handled.poll_until = context.now;
  const auto incoming = read_incoming(request);
  if (!incoming) {
    handled.response = write_refusal(Incoming{}, incoming.error(), id);
    return handled;
  }
  const bool needs_none = incoming->service == Service::kSts && Sts::is_unsigned(incoming->action);
  const auto caller = needs_none ? Answer<Caller>(Caller{{}, callers_now})
                                 : check_signature(request, incoming->service, callers_now);
  std::optional<Refusal> refusal;
  if (!caller) refusal = caller.error();
  if (!refusal && is_throttled) refusal = throttled(incoming->service);
  if (!refusal && is_unavailable) refusal = unavailable(incoming->service);
  if (!refusal && is_broken && !is_broken_late) refusal = internal_error(incoming->service);
  if (refusal) {
    handled.response = write_refusal(*incoming, *refusal, id);
    return handled;
  }
  handled.response = act(request, *incoming, *caller);
  handled.acted_status = handled.response.status;
  if (incoming->action == "ReceiveMessage") handled.poll_until = sqs.poll_until();
  if (is_broken) handled.response = write_refusal(*incoming, internal_error(incoming->service), id);
  handled.is_lost = is_lost;
  return handled;
}

net::Response Region::Parts::act(const net::Request& request, const Incoming& incoming,
                                 const Caller& caller) {
  if (incoming.encoding == Encoding::kJson) return act_json(request, incoming);
  if (incoming.encoding != Encoding::kRest) return act_query(request, incoming, caller);
  const std::string id = next_request_id();
  auto answer = s3.call(request);
  if (!answer) return write_refusal(incoming, answer.error(), id);
  answer->headers.add("x-amz-request-id", id);
  answer->headers.add("x-amz-bucket-region", context.options.region);
  return *std::move(answer);
}

net::Response Region::Parts::act_json(const net::Request& request, const Incoming& incoming) {
  const std::string id = next_request_id();
  const auto document = base::json::parse_object(request.body.empty() ? "{}" : request.body);
  if (!document)
    return write_refusal(incoming, {400, "SerializationException", "not a JSON object"}, id);
  const auto answer = incoming.service == Service::kSqs
                          ? sqs.call(incoming.action, *document, endpoint_of(request))
                          : bus.call(incoming.action, *document);
  if (!answer) return write_refusal(incoming, answer.error(), id);
  return write_answer(incoming, base::json::serialize(*answer), id);
}

net::Response Region::Parts::act_query(const net::Request& request, const Incoming& incoming,
                                       const Caller& caller) {
  const std::string id = next_request_id();
  Answer<std::string> answer = refuse("InvalidAction", "The action is not valid.");
  if (incoming.service == Service::kEc2) {
    answer = ec2.call(incoming.form);
  } else if (incoming.service == Service::kElb) {
    answer = elb.call(incoming.form);
  } else if (incoming.service == Service::kAutoScaling) {
    answer = auto_scaling.call(incoming.form);
  } else if (incoming.service == Service::kSqs) {
    const auto out = sqs.call(incoming.action, sqs_query_to_json(incoming.form, request.path),
                              endpoint_of(request));
    if (out)
      answer = sqs_json_to_xml(incoming.action, *out);
    else
      answer = tl::unexpected(out.error());
  } else if (incoming.service == Service::kSts) {
    answer = sts->call(incoming.form, caller);
  }
  if (!answer) return write_refusal(incoming, answer.error(), id);
  return write_answer(incoming, *answer, id);
}

// ---- the door ----

Region::Region(RegionOptions options) : parts_(std::make_unique<Parts>(std::move(options))) {
  parts_->set_scene();
  set_endpoint_url(parts_->context.options.endpoint_url);
}

Region::~Region() = default;

void Region::advance(base::Instant now) {
  Context& context = parts_->context;
  CHECK(now >= context.now);
  while (auto due = context.agenda.take_due(now)) {
    context.now = std::max(context.now, due->first);
    due->second();
  }
  context.now = now;
}

Handled Region::handle(const net::Request& request, base::Instant now) {
  return handle(request, now, now);
}

Handled Region::handle(const net::Request& request, base::Instant now, base::Instant callers_now) {
  advance(now);
  if (is_control_request(request)) return {handle_control(*this, request), false, now, 0};
  return parts_->answer(request, callers_now);
}

Handled Region::resume(const net::Request& request, base::Instant now) {
  advance(now);
  Handled handled;
  const auto incoming = read_incoming(request);
  CHECK(incoming.has_value() && incoming->action == "ReceiveMessage");
  handled.response = parts_->act(request, *incoming, Caller{{}, now});
  handled.acted_status = handled.response.status;
  handled.poll_until = parts_->sqs.poll_until();
  return handled;
}

base::Instant Region::next_event_at() const { return parts_->context.agenda.next_at(); }
const World& Region::world() const { return parts_->context.world; }
const Scene& Region::default_scene() const { return parts_->scene; }
const RegionOptions& Region::options() const { return parts_->context.options; }
const Quirks& Region::quirks() const { return parts_->context.quirks; }
base::Instant Region::now() const { return parts_->context.now; }
const FaultSettings& Region::faults() const { return parts_->context.faults; }
void Region::set_faults(FaultSettings faults) { parts_->context.faults = std::move(faults); }

void Region::set_endpoint_url(const std::string& url) {
  parts_->context.options.endpoint_url = url;
  parts_->scene.endpoint_url = url;
  parts_->scene.queue_url = parts_->sqs.url_of(parts_->scene.queue_name, url);
}

bool Region::interrupt(const model::InstanceId& id, InterruptionKind kind) {
  return parts_->instances.interrupt(id, kind);
}

bool Region::schedule_retirement(const model::InstanceId& id, base::Instant date) {
  return parts_->instances.schedule_retirement(id, date);
}

bool Region::call_off_retirement(const model::InstanceId& id) {
  return parts_->instances.call_off_retirement(id);
}

void Region::set_most_targets(size_t most) { parts_->context.options.most_targets = most; }

void Region::set_limits_lifted(bool is_lifted) { parts_->limits.set_lifted(is_lifted); }

void Region::trust_identity_provider(const std::string& issuer, const std::string& audience) {
  parts_->sts->trust(issuer, audience);
}

int Region::expire_sessions() { return parts_->sts->expire_all(); }

bool Region::set_impaired(const model::InstanceId& id, bool is_impaired) {
  const auto found = parts_->context.world.instances.find(id);
  if (found == parts_->context.world.instances.end()) return false;
  found->second.is_impaired = is_impaired;
  return true;
}

bool Region::set_sick(const model::InstanceId& id, bool is_sick) {
  const auto found = parts_->context.world.instances.find(id);
  if (found == parts_->context.world.instances.end()) return false;
  found->second.is_sick = is_sick;
  return true;
}

bool Region::drain_pool(const model::Pool& pool) { return parts_->market.drain(pool); }
bool Region::refill_pool(const model::Pool& pool) { return parts_->market.refill(pool); }

bool Region::set_pool_capacity(const model::Pool& pool, int spot_capacity) {
  return parts_->market.set_spot_capacity(pool, spot_capacity);
}

std::string Region::add_queue(const std::string& name) {
  const std::string arn = parts_->sqs.create(name).arn;
  parts_->bus.add_queue_target(parts_->scene.rule, name, arn);
  return parts_->sqs.url_of(name, parts_->context.options.endpoint_url);
}

}  // namespace sim
