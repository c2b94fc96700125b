#include "sim/simulation.h"

#include <algorithm>
#include <memory>
#include <set>

#include "base/check.h"
#include "base/form.h"
#include "base/json.h"
#include "control/timing.h"
#include "model/decode.h"
#include "sim/adopter.h"
#include "sim/host.h"
#include "sim/ledger_checker.h"
#include "sim/person.h"

namespace sim {
namespace {

using base::Duration;
using base::Instant;
using model::InstanceId;

constexpr Duration kLookEvery = Duration::seconds(5);
constexpr size_t kMostViolations = 20;
// A stream of its own: a fork more would change the course of all others.
constexpr uint64_t kAdopterStream = 0x41646f7074657221;

// FNV-1a: cheap, and any difference shows.
class TraceHash {
 public:
  void add(std::string_view text) {
    for (char c : text) mix(static_cast<unsigned char>(c));
    mix(0xff);
  }
  void add(int64_t number) { add(std::to_string(number)); }
  uint64_t value() const { return hash_; }

 private:
  void mix(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3; }
  uint64_t hash_ = 0xcbf29ce484222325;
};

RegionOptions region_options(const SimulationOptions& options, const Swarm& swarm) {
  RegionOptions region;
  region.seed = options.seed;
  region.verify_signatures = false;  // Proved elsewhere; here it would only cost time.
  region.market = options.market;
  region.price_trace = options.price_trace;
  region.capacity_traces = options.capacity_traces;
  region.pool_traces = options.pool_traces;
  region.faults = swarm.region;
  return region;
}

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : options_(options),
        dice_(options.seed * 0x9e3779b97f4a7c15 + 1),
        swarm_(options.swarm ? *options.swarm : draw_swarm(dice_)),
        region_(region_options(options, swarm_)),
        timeline_(region_, region_.options().start),
        network_(swarm_.network),
        ledger_checker_([this](std::string what) { violate(std::move(what)); }),
        world_checker_(region_, ledger_checker_, groups_,
                       [this](std::string what) { violate(std::move(what)); }),
        // Dice of its own: the other forces of a seed are what they were before people came.
        person_(
            timeline_, hosts_, groups_, ledger_checker_, [this](size_t i) { return file_of(i); },
            [this](model::CommandKind kind, bool is_done) {
              ++result_.reached[(is_done ? "order-" : "refused-") + std::string(to_string(kind))];
            },
            [this](std::string what) { violate(std::move(what)); },
            base::Prng(options.seed * 0x9e3779b97f4a7c15 + 2)),
        adopter_(
            region_, timeline_, ledger_checker_,
            [this](const auto& service, const auto& form) { return ask_in_peace(service, form); },
            [this](auto command, auto done) {
              return any_host().order(std::move(command), std::move(done));
            },
            [this](std::string what) { violate(std::move(what)); },
            base::Prng(options.seed ^ kAdopterStream)) {
    result_.seed = options.seed;
    result_.swarm = swarm_;
    build_groups();
    build_hosts();
  }

  SimulationResult run() {
    const Instant start = timeline_.now();
    for (auto& host : hosts_) host->start();
    if (swarm_.adopts) adopter_.begin(groups_.front());
    keep_looking();
    release_chaos();
    chaos_ends_ = start + options_.chaos;
    timeline_.run_until(chaos_ends_);
    begin_calm();
    timeline_.run_until(chaos_ends_ + options_.calm);
    // A roll-out that people ordered goes on, one machine after the other; and the way back to Spot
    // may have begun a moment ago.
    constexpr int kMostSteps = 20;
    for (int i = 0; i < kMostSteps && is_under_way(); ++i)
      timeline_.run_until(timeline_.now() + kStep);
    finish();
    result_.simulated = timeline_.now() - start;
    return std::move(result_);
  }

 private:
  static constexpr Duration kStep = Duration::minutes(3);

  bool is_under_way() const {
    const auto is_young = [&](const model::OpenLaunch& entry) {
      return entry.opened_at + kStep > timeline_.now();
    };
    const auto& records = ledger_checker_.last();
    return std::any_of(records.begin(), records.end(), [&](const auto& entry) {
      const model::LedgerRecord& record = entry.second;
      return !record.exchanging.empty() ||
             std::any_of(record.open.begin(), record.open.end(), is_young);
    });
  }

  void violate(std::string what) {
    if (result_.violations.size() < kMostViolations)
      result_.violations.push_back(base::to_iso8601(timeline_.now()) + " " + std::move(what));
  }

  // ---- building ----

  // What a person with the AWS CLI would send.
  net::Response ask(const std::string& service, const base::Form& form) {
    net::Request request;
    request.method = "POST";
    request.headers.add("Host", service + ".us-east-2.amazonaws.com");
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = form.encode();
    return region_.handle(request, timeline_.now()).response;
  }

  net::Response ask_in_peace(const std::string& service, const base::Form& form) {
    const FaultSettings faults = region_.faults();
    region_.set_faults({});
    const net::Response response = ask(service, form);
    region_.set_faults(faults);
    return response;
  }

  // Quick health checks: two minutes are not enough for the default of five times thirty seconds.
  model::TargetGroupArn make_target_group() {
    base::Form form;
    form.add("Action", "CreateTargetGroup");
    form.add("Version", "2015-12-01");
    form.add("Name", "served");
    form.add("Protocol", "HTTP");
    form.add("Port", "80");
    form.add("VpcId", region_.default_scene().vpc);
    form.add("HealthCheckIntervalSeconds", "5");
    form.add("HealthyThresholdCount", "2");
    const net::Response response = ask_in_peace("elasticloadbalancing", form);
    CHECK_MSG(response.status == 200, response.body);
    for (const auto& [arn, group] : region_.world().target_groups)
      if (group.name == "served") return arn;
    CHECK(false);
    return {};
  }

  void build_groups() {
    const Scene& scene = region_.default_scene();
    model::GroupSpec group;
    group.name = model::GroupName("web");
    group.capacity = swarm_.capacity;
    for (int i = 0; i < swarm_.subnets; ++i)
      group.subnets.push_back(scene.subnets[static_cast<size_t>(i)].id);
    group.launch_template = {scene.launch_template, "$Latest"};
    group.types = options_.types;
    group.strategy = options_.strategy;
    group.target_groups = {{make_target_group(), 80, swarm_.drain}};
    group.min_healthy = std::max(1, swarm_.capacity - 1);
    group.on_rebalance = swarm_.on_rebalance;
    if (swarm_.fleets) group.launch_by = model::LaunchBy::kFleet;
    if (swarm_.spot_requests) describe_machine(group);
    group.launches_per_hour = 10'000;  // Chaos needs more than any sane limit.
    group.on_demand.base_slots = swarm_.base_slots;
    group.on_demand.fallback_after.reset();
    if (swarm_.fallback_after > Duration()) group.on_demand.fallback_after = swarm_.fallback_after;
    if (swarm_.return_window) {
      group.on_demand.return_to_spot = model::ReturnToSpot::kInWindow;
      group.on_demand.return_window = *swarm_.return_window;
    }
    group.begins_paused = swarm_.adopts;
    add_group(group);
    group.begins_paused = false;
    if (swarm_.groups < 2) return;
    group.name = model::GroupName("workers");
    group.target_groups.clear();
    add_group(std::move(group));
  }

  void add_group(model::GroupSpec group) {
    if (swarm_.return_window) ledger_checker_.returns_within(group.name, *swarm_.return_window);
    groups_.push_back(std::move(group));
  }

  // No launch template, and no types: both are the keeper's to find.
  void describe_machine(model::GroupSpec& group) const {
    group.launch_by = model::LaunchBy::kSpotRequest;
    group.launch_template = {};
    group.machine = model::LaunchData();
    group.machine->image = region_.default_scene().image;
    group.types.clear();
    group.requirements = model::Requirements();
    group.requirements->least_vcpus = group.requirements->most_vcpus = 2;
    group.requirements->allowed = {"c?*.large", "m5.large"};
  }

  // What another hand wrote: other types first, and one of them forgotten.
  static std::vector<model::GroupSpec> diverging(std::vector<model::GroupSpec> groups) {
    for (model::GroupSpec& group : groups) {
      std::reverse(group.types.begin(), group.types.end());
      if (!group.types.empty()) group.types.pop_back();
      if (group.requirements) group.requirements->allowed.pop_back();
    }
    return groups;
  }

  static std::vector<model::GroupSpec> without_second(std::vector<model::GroupSpec> groups) {
    if (groups.size() > 1) groups.pop_back();
    return groups;
  }

  // The file of that keeper.
  std::vector<model::GroupSpec> file_of(size_t host) const {
    auto groups = host > 0 && swarm_.diverging_files ? diverging(groups_) : groups_;
    return host > 0 && swarm_.partial_files ? without_second(std::move(groups)) : groups;
  }

  void build_hosts() {
    const bool shared = swarm_.keepers > 1;
    for (int i = 0; i < swarm_.keepers; ++i) {
      HostOptions host;
      host.name = "keeper-" + std::to_string(i + 1);
      host.queue_url = region_.add_queue(host.name);
      if (swarm_.namesakes) host.keeper = "keeper";
      host.groups = file_of(static_cast<size_t>(i));
      host.advisor = options_.advisor;
      host.clock_offset = i == 0 ? swarm_.clock_offset : -swarm_.clock_offset;
      host.crash_per_mille = swarm_.crash_per_mille;
      host.pause_per_mille = swarm_.pause_per_mille;
      host.durability =
          options_.unsynced_journal ? store::Durability::kUnsynced : store::Durability::kSynced;
      if (shared && !options_.split_ledger) host.ledger_bucket = region_.default_scene().bucket;
      hosts_.push_back(std::make_unique<Host>(
          std::move(host), timeline_, region_, network_,
          [this](const Exchange& exchange) { saw(exchange); },
          [this](const std::string& text) { stored(text); }, watching_logger(), dice_.fork()));
    }
  }

  // Remarks are the marks of rare paths.
  base::Logger watching_logger() {
    return base::Logger(base::LogLevel::kDebug,
                        [this](base::LogLevel level, std::string_view message,
                               const base::LogField* fields, size_t count) {
                          ++result_.reached[std::string(message)];
                          hash_.add(message);
                          std::vector<std::pair<std::string, std::string>> copy;
                          for (size_t i = 0; i < count; ++i)
                            copy.emplace_back(fields[i].name, fields[i].value);
                          copy.emplace_back("at", base::to_iso8601(timeline_.now()));
                          options_.log.write_fields(level, message, copy);
                        });
  }

  // ---- watching ----

  void saw(const Exchange& exchange) {
    hash_.add(exchange.at.unix_ms());
    hash_.add(exchange.host);
    hash_.add(exchange.action);
    hash_.add(exchange.status);
    ++result_.calls[exchange.action];
    if (exchange.status == 503 || exchange.status == 429 ||
        exchange.response_body.find("RequestLimitExceeded") != std::string_view::npos)
      ++result_.throttled;
    options_.log.debug(exchange.action, {{"host", exchange.host},
                                         {"status", exchange.status},
                                         {"at", base::to_iso8601(exchange.at)}});
    if (exchange.acted_status == 200 && exchange.action.starts_with("PUT /"))
      stored(std::string(exchange.request_body));
    if (exchange.action == "ReceiveMessage" && exchange.status == 200) remember_messages(exchange);
    if (exchange.acted_status == 200 && exchange.action == "DeregisterTargets")
      removed(exchange, "Targets.member.");
    if (exchange.acted_status == 200 && exchange.action == "TerminateInstances")
      removed(exchange, "InstanceId.");
    if (exchange.acted_status == 200 && exchange.action == "CancelSpotInstanceRequests")
      cancelled(exchange);
    if (exchange.acted_status == 200 && exchange.action == "DetachInstances")
      adopter_.detached(ids_in(exchange, "InstanceIds.member."));
  }

  void remember_messages(const Exchange& exchange) {
    const auto answer = base::json::parse_object(exchange.response_body);
    const auto* messages = answer ? base::json::find_array(*answer, "Messages") : nullptr;
    if (!messages) return;
    for (const auto& message : *messages)
      handed_out_[std::string(exchange.host)].insert(
          base::json::text_or_empty(message.as_object(), "Body"));
  }

  // Acknowledged means journaled: what a keeper was given and is no longer queued, it remembers.
  void expect_remembered(Host& host) {
    if (disks_lost_.contains(host.name())) return;
    const std::set<std::string> journaled = journaled_occurrences(host.journal());
    std::set<std::string> queued;
    for (const auto& [number, message] : region_.world().queues.at(host.name()).messages)
      queued.insert(message.body);
    for (const std::string& body : handed_out_[host.name()]) {
      if (queued.contains(body)) continue;
      const auto notices = model::decode(body, timeline_.now());
      if (!notices) {
        violate(host.name() + " was sent what cannot be decoded: " + body);
        continue;
      }
      for (const model::Notice& notice : *notices)
        if (!journaled.contains(occurrence(notice)))
          violate(host.name() + " acknowledged and forgot: " + body);
    }
  }

  static std::string occurrence(const model::Notice& notice) {
    std::string text(to_string(notice.kind));
    for (const InstanceId& id : notice.instances) text += " " + id.str();
    return text + " " + base::to_iso8601(notice.time);
  }

  std::set<std::string> journaled_occurrences(engine::Journal& journal) {
    std::set<std::string> found;
    engine::Page page{.limit = engine::kMostRows};
    for (;;) {
      const auto events = journal.events(page);
      if (!events) {
        violate("a journal cannot be read: " + base::to_string(events.error()));
        return found;
      }
      for (const engine::JournaledEvent& event : *events) found.insert(occurrence(event.notice));
      if (events->empty()) return found;
      page.before = events->back().seq;
    }
  }

  static std::vector<InstanceId> ids_in(const Exchange& exchange, std::string_view prefix) {
    std::vector<InstanceId> ids;
    const auto form = base::Form::parse(exchange.request_body);
    if (!form) return ids;
    for (const auto& [name, value] : form->pairs())
      if (name.starts_with(prefix) && value.starts_with("i-")) ids.emplace_back(value);
    return ids;
  }

  void removed(const Exchange& exchange, std::string_view prefix) {
    for (const InstanceId& id : ids_in(exchange, prefix)) {
      world_checker_.removed(id, exchange.sent_at, timeline_.now());
      if (exchange.action != "TerminateInstances") continue;
      world_checker_.ended(id, timeline_.now());
      adopter_.terminated(id);
    }
  }

  // A keeper whose file lacks the group must not cancel what another one's launch waits for.
  void cancelled(const Exchange& exchange) {
    const auto form = base::Form::parse(exchange.request_body);
    if (!swarm_.partial_files || !form || exchange.host != hosts_.back()->name()) return;
    for (const auto& [name, value] : form->pairs()) {
      const auto request = region_.world().spot_requests.find(model::SpotRequestId(value));
      if (request == region_.world().spot_requests.end()) continue;
      const std::string* group = request->second.tag(model::kGroupTag);
      if (group && *group == "workers" && is_awaited(request->second))
        violate(std::string(exchange.host) + " cancelled " + value +
                ", which another keeper waits for");
    }
  }

  bool is_awaited(const SpotRequest& request) const {
    const auto record = ledger_checker_.last().find(model::GroupName("workers"));
    const std::string* tag = request.tag(model::kLaunchTag);
    const auto launch = tag ? model::parse_launch_id(*tag) : std::nullopt;
    if (record == ledger_checker_.last().end() || !launch ||
        record->second.incarnation != launch->incarnation)
      return false;
    return std::any_of(record->second.open.begin(), record->second.open.end(),
                       [&](const model::OpenLaunch& entry) {
                         return entry.n == launch->n &&
                                timeline_.now() < entry.opened_at + control::Timing().horizon;
                       });
  }

  void stored(const std::string& text) {
    const auto record = model::parse_ledger_record(text);
    if (!record) return violate("an unreadable ledger record was stored");
    ++result_.ledger_records;
    options_.log.debug("ledger", {{"record", text}});
    world_checker_.stored(*record, timeline_.now());
    ledger_checker_.stored(*record, [this](const InstanceId& id) {
      const auto found = region_.world().instances.find(id);
      return found != region_.world().instances.end() && found->second.is_live() &&
             bears_our_tags(found->second);
    });
  }

  void keep_looking() {
    adopter_.look();
    for (const InstanceId& id : adopter_.given()) world_checker_.spare(id);
    world_checker_.look(timeline_.now());
    timeline_.after(kLookEvery, [this] { keep_looking(); });
  }

  // ---- chaos ----

  // Again and again, with exponential gaps, until the calm.
  template <class Force>
  void unleash(Duration between, const char* name, Force force) {
    if (between >= Duration::hours(1000)) return;
    timeline_.after(Duration::millis(dice_.exponential(between.ms())),
                    [this, between, name, force] {
                      if (timeline_.now() >= chaos_ends_) return;
                      if (force()) ++result_.reached[std::string("chaos-") + name];
                      unleash(between, name, force);
                    });
  }

  void release_chaos() {
    unleash(swarm_.between_interruptions, "interruption", [this] { return interrupt_some(); });
    unleash(swarm_.between_kills, "kill", [this] { return kill_one(); });
    unleash(swarm_.between_crashes, "crash", [this] {
      any_host().crash(Duration::seconds(dice_.between(1, 300)));
      return true;
    });
    unleash(swarm_.between_partitions, "partition", [this] { return partition_one(); });
    unleash(swarm_.between_disk_faults, "disk-fault", [this] { return break_a_disk(); });
    unleash(swarm_.between_droughts, "drought", [this] { return dry_up(); });
    unleash(swarm_.between_templates, "template", [this] { return move_template(); });
    unleash(swarm_.between_ledger_losses, "ledger-loss", [this] { return lose_ledger(); });
    unleash(swarm_.between_disk_losses, "disk-loss", [this] { return lose_disk(); });
    unleash(swarm_.between_outages, "zone-outage", [this] { return break_a_zone(); });
    unleash(swarm_.between_sicknesses, "sickness", [this] { return sicken_some(); });
    unleash(swarm_.between_retirements, "retirement", [this] { return retire_one(); });
    unleash(swarm_.between_drifts, "drift",
            [this] { return set_drain(std::to_string(dice_.between(0, 600))); });
    if (swarm_.drops_group)
      timeline_.after(Duration::millis(dice_.between(0, options_.chaos.ms())),
                      [this] { drop_second_group(); });
    unleash(swarm_.between_orders, "order", [this] { return person_.order_something(); });
    unleash(swarm_.between_edits, "edit", [this] { return person_.edit_something(); });
    unleash(swarm_.between_clock_steps, "clock-step", [this] {
      any_host().set_clock_offset(Duration::millis(dice_.between(-30'000, 30'000)));
      return true;
    });
  }

  Host& any_host() { return *hosts_[dice_.below(hosts_.size())]; }

  std::vector<InstanceId> live_instances() const {
    std::vector<InstanceId> ids;
    for (const auto& [id, instance] : region_.world().instances)
      if (instance.is_live() && instance.tag(model::kGroupTag)) ids.push_back(id);
    return ids;
  }

  bool interrupt_some() {
    const auto ids = live_instances();
    if (ids.empty()) return false;
    const bool storm = dice_.chance_ppm(50'000);
    const InterruptionKind kind = draw_interruption();
    if (!storm) return region_.interrupt(ids[dice_.below(ids.size())], kind);
    ++result_.reached["chaos-storm"];
    for (const InstanceId& id : ids) region_.interrupt(id, kind);
    return true;
  }

  InterruptionKind draw_interruption() {
    if (happens(dice_, swarm_.region.unwarned_per_mille)) return InterruptionKind::kUnwarned;
    if (happens(dice_, swarm_.region.late_warning_per_mille)) return InterruptionKind::kWarnedLate;
    if (happens(dice_, 100)) return InterruptionKind::kRebalanceOnly;
    return InterruptionKind::kWarned;
  }

  bool kill_one() {
    const auto ids = live_instances();
    if (ids.empty()) return false;
    base::Form form;
    form.add("Action", "TerminateInstances");
    form.add("Version", "2016-11-15");
    form.add("InstanceId.1", ids[dice_.below(ids.size())].str());
    return ask("ec2", form).status == 200;
  }

  // Some minutes or hours ahead; one in four is called off.
  bool retire_one() {
    const auto ids = live_instances();
    if (ids.empty()) return false;
    const InstanceId id = ids[dice_.below(ids.size())];
    const Duration ahead = Duration::minutes(dice_.between(1, 120));
    if (dice_.chance_ppm(250'000))
      timeline_.after(
          Duration::millis(dice_.between(0, ahead.ms())),
          [this, id, change = region_.world().retirements_scheduled + 1] { call_off(id, change); });
    return region_.schedule_retirement(id, timeline_.now() + ahead);
  }

  // That one, and no later one of the same machine.
  void call_off(const InstanceId& id, int64_t change) {
    const auto found = region_.world().instances.find(id);  // AWS forgets what has ended.
    if (found == region_.world().instances.end()) return;
    const auto& retirement = found->second.retirement;
    if (retirement && retirement->change == change) region_.call_off_retirement(id);
  }

  // A person at the console, or another tool.
  bool set_drain(const std::string& seconds) {
    base::Form form;
    form.add("Action", "ModifyTargetGroupAttributes");
    form.add("Version", "2015-12-01");
    form.add("TargetGroupArn", groups_.front().target_groups.front().arn.str());
    form.add("Attributes.member.1.Key", "deregistration_delay.timeout_seconds");
    form.add("Attributes.member.1.Value", seconds);
    return ask("elasticloadbalancing", form).status == 200;
  }

  // Taken out of every file; each keeper is started anew with what is left.
  void drop_second_group() {
    ++result_.reached["chaos-dropped-group"];
    groups_ = without_second(std::move(groups_));
    for (size_t i = 0; i < hosts_.size(); ++i) {
      hosts_[i]->reload(file_of(i));
      hosts_[i]->crash(Duration::seconds(dice_.between(1, 60)));
    }
  }

  // One machine, or the whole group as after a bad deployment; most recover by themselves.
  bool sicken_some() {
    auto ids = live_instances();
    if (ids.empty()) return false;
    const bool is_common = dice_.chance_ppm(100'000);
    if (!is_common) ids = {ids[dice_.below(ids.size())]};
    const bool is_sick = dice_.chance_ppm(700'000);
    const bool is_impaired = !is_sick || dice_.chance_ppm(200'000);
    for (const InstanceId& id : ids) set_health(id, is_sick, is_impaired);
    timeline_.after(Duration::seconds(dice_.between(10, 1200)), [this, ids] {
      for (const InstanceId& id : ids) set_health(id, false, false);
    });
    return true;
  }

  void set_health(const InstanceId& id, bool is_sick, bool is_impaired) {
    region_.set_sick(id, is_sick);
    region_.set_impaired(id, is_impaired);
  }

  // But for one: that it is replaced belongs to what must be whole again.
  void cure_all() {
    bool is_first = true;
    for (const auto& [id, instance] : region_.world().instances)
      if ((instance.is_sick || instance.is_impaired) && !std::exchange(is_first, false))
        set_health(id, false, false);
  }

  bool partition_one() {
    Host& host = any_host();
    host.set_partitioned(true);
    timeline_.after(Duration::seconds(dice_.between(5, 600)),
                    [&host] { host.set_partitioned(false); });
    return true;
  }

  bool break_a_disk() {
    Host& host = any_host();
    constexpr store::Fault kFaults[] = {store::Fault::kFull, store::Fault::kIoError,
                                        store::Fault::kReadOnly};
    host.disk().fail_after(dice_.between(1, 50), kFaults[dice_.below(3)]);
    timeline_.after(Duration::seconds(dice_.between(5, 300)), [&host] { host.disk().recover(); });
    return true;
  }

  // One pool, or every pool of its zone: then a launch there must fail.
  bool dry_up() {
    const auto& pools = region_.world().pools;
    auto pool = pools.begin();
    std::advance(pool, static_cast<ptrdiff_t>(dice_.below(pools.size())));
    const model::Pool chosen = pool->first;
    const bool whole_zone = dice_.below(2) == 0;
    const Duration dry = Duration::seconds(dice_.between(30, 1200));
    for (const auto& [key, unused] : pools)
      if (key == chosen || (whole_zone && key.zone == chosen.zone)) drain_for(key, dry);
    return true;
  }

  void drain_for(const model::Pool& key, Duration dry) {
    region_.drain_pool(key);
    timeline_.after(dry, [this, key] { region_.refill_pool(key); });
  }

  bool move_template() {
    base::Form form;
    form.add("Action", "CreateLaunchTemplateVersion");
    form.add("Version", "2016-11-15");
    form.add("LaunchTemplateId", region_.default_scene().launch_template.str());
    form.add("SourceVersion", "1");
    form.add("LaunchTemplateData.InstanceType", "m5.large");
    return ask("ec2", form).status == 200;
  }

  bool break_a_zone() {
    const auto& subnets = region_.default_scene().subnets;
    const model::Zone zone = subnets[dice_.below(subnets.size())].zone;
    FaultSettings faults = region_.faults();
    if (!faults.zones_down.insert(zone).second) return false;
    region_.set_faults(faults);
    timeline_.after(Duration::seconds(dice_.between(30, 1200)), [this, zone] {
      FaultSettings after = region_.faults();
      after.zones_down.erase(zone);
      region_.set_faults(after);
    });
    return true;
  }

  // The S3 object is deleted, or the only keeper's disk dies with the local one.
  bool lose_ledger() {
    if (hosts_.size() == 1) return lose_disk();
    net::Request request;
    request.method = "DELETE";
    const model::GroupName& group = groups_[dice_.below(groups_.size())].name;
    request.path = "/" + region_.default_scene().bucket + "/spotkeeper/" + group.str() + ".json";
    request.headers.add("Host", "s3.us-east-2.amazonaws.com");
    // What happened, not what was answered: an injected 500 may hide a deletion.
    if (region_.handle(request, timeline_.now()).acted_status / 100 != 2) return false;
    ledger_checker_.lost(group);
    adopter_.ledger_lost();
    return true;
  }

  bool lose_disk() {
    if (hosts_.size() == 1) {
      for (const model::GroupSpec& group : groups_) ledger_checker_.lost(group.name);
      adopter_.ledger_lost();
    }
    Host& host = any_host();
    disks_lost_.insert(host.name());
    host.lose_disk(Duration::seconds(dice_.between(1, 120)));
    return true;
  }

  // ---- the end ----

  void begin_calm() {
    network_ = {};
    FaultSettings quiet;
    quiet.inconsistent_per_mille = 0;
    quiet.rebalance_per_mille = 0;
    region_.set_faults(quiet);
    for (const auto& [key, pool] : region_.world().pools)
      if (pool.is_drained) region_.refill_pool(key);
    cure_all();
    person_.make_peace();
    if (swarm_.between_retirements < Duration::hours(1000)) announce_one();
    adopter_.begin_calm();
    for (auto& host : hosts_) {
      host->set_partitioned(false);
      host->set_crash_rate(0);
      host->set_pause_rate(0);
      host->disk().recover();
    }
  }

  // Long ahead, and no word of it is lost: by the end another machine must hold that slot.
  void announce_one() {
    const auto record = ledger_checker_.last().find(groups_.front().name);
    if (record == ledger_checker_.last().end() || record->second.holders.empty()) return;
    announced_ = record->second.holders.begin()->second.instance;
    if (!region_.schedule_retirement(announced_, timeline_.now() + Duration::hours(24)))
      announced_ = {};
  }

  void expect_replaced_ahead() {
    const auto record = ledger_checker_.last().find(groups_.front().name);
    if (announced_.empty() || record == ledger_checker_.last().end()) return;
    for (const auto& [slot, holder] : record->second.holders)
      if (holder.instance == announced_)
        violate(announced_.str() + " is to be retired and still holds " + slot.str());
  }

  void finish() {
    expect_replaced_ahead();
    world_checker_.look(timeline_.now());
    world_checker_.expect_whole(timeline_.now());
    for (auto& host : hosts_) {
      result_.crashes += host->crashes();
      if (!host->is_up()) {
        violate(host->name() + " did not come back");
        continue;
      }
      if (!host->engine().journal_writable())
        violate(host->name() + " cannot write its journal: " + host->engine().blocked_by());
      expect_remembered(*host);
      for (const auto& [code, count] : host->engine().stats().failures_by_code)
        result_.reached["error-" + code] += count;
    }
    if (swarm_.adopts) adopter_.finish();
    if (adopter_.adoptions() > 0) result_.reached["adoption"] += 1;
    result_.figures = world_checker_.figures();
    result_.trace_hash = hash_.value();
  }

  const SimulationOptions& options_;
  base::Prng dice_;
  Swarm swarm_;
  Region region_;
  Timeline timeline_;
  NetworkFaults network_;
  std::vector<model::GroupSpec> groups_;
  LedgerChecker ledger_checker_;
  WorldChecker world_checker_;
  SimulationResult result_;
  TraceHash hash_;
  Instant chaos_ends_ = Instant::never();
  InstanceId announced_;  // To be retired, since the calm began.
  std::set<std::string> disks_lost_;
  std::map<std::string, std::set<std::string>> handed_out_;  // Bodies, by keeper.
  Person person_;
  Adopter adopter_;
  std::vector<std::unique_ptr<Host>> hosts_;  // Last: as they end, they still tell the others.
};

}  // namespace

SimulationResult simulate(const SimulationOptions& options) { return Simulation(options).run(); }

}  // namespace sim
