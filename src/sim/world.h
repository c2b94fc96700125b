// World: everything that exists in the simulated region, as plain data.
//
// Only Region and its parts write it; checkers, the control API and tests read it. It is the truth,
// not what a describe shows: reads may lag behind it. Maps are ordered, so walking them is part of
// a deterministic run. Terminated instances stay for an hour, as in EC2.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/form.h"
#include "base/money.h"
#include "base/time.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/pool.h"

namespace sim {

struct StateChange {
  model::InstanceState state;
  base::Instant at;
};

enum class InterruptionKind {
  kWarned,         // A warning, and the reclaim two minutes later.
  kWarnedLate,     // The warning comes with less than two minutes left.
  kUnwarned,       // The reclaim at once.
  kRebalanceOnly,  // A recommendation that nothing follows.
};

// A reclaim that has been decided.
struct Reclaim {
  InterruptionKind kind = InterruptionKind::kWarned;
  base::Instant decided_at;
  base::Instant at;
};

// The host below it goes out of service.
struct Retirement {
  int64_t change = 0;  // Numbers the announcements of the region.
  base::Instant said_at;
  base::Instant date;
};

struct Instance {
  model::InstanceId id;
  model::InstanceType type;
  model::Zone zone;
  model::SubnetId subnet;
  model::ImageId image;
  model::Lifecycle lifecycle = model::Lifecycle::kOnDemand;
  model::SpotRequestId spot_request;  // Empty for on-demand.
  std::string reservation;
  std::string client_token;
  int launch_index = 0;      // Within its reservation.
  int64_t launch_order = 0;  // Counts every instance the region ever had, from 1.
  base::Instant launch_time;
  std::string private_ip, public_ip;
  std::vector<model::Tag> tags;
  std::vector<StateChange> history;  // Begins with pending; never empty.
  std::string state_reason_code, state_reason;
  base::Instant serves_at = base::Instant::never();   // Its application answers from then on.
  base::Instant checked_at = base::Instant::never();  // Status checks say ok from then on.
  bool is_impaired = false;                           // Status checks fail.
  bool is_sick = false;                               // Health checks of targets fail.
  std::optional<Reclaim> reclaim;
  std::optional<Retirement> retirement;
  std::optional<base::Instant> rebalance_at;

  // Eventual consistency: what reads show until it has settled.
  base::Instant found_from;   // By id.
  base::Instant listed_from;  // By filter.
  base::Duration lag;         // Shown as it was that long ago, for its first minute.

  model::InstanceState state() const { return history.back().state; }
  model::InstanceState state_at(base::Instant when) const;
  model::Pool pool() const { return {type, zone, model::kLinux}; }
  bool is_live() const { return model::is_live(state()); }
  const std::string* tag(std::string_view key) const;
};

struct SpotRequest {
  model::SpotRequestId id;
  model::InstanceId instance;  // The last one that came for it; empty while none has.
  model::InstanceType type;
  model::Zone zone;
  model::SubnetId subnet;
  model::ImageId image;
  base::Form specification;  // As the request had it, without the prefix "LaunchSpecification.".
  bool is_persistent = false;
  bool is_launching = false;  // Pending fulfillment: a cancel may come too late.
  std::string state;          // open, active, closed, cancelled
  std::string status_code, status_message;
  base::Instant created_at, status_time;
  base::Instant valid_until = base::Instant::never();
  std::optional<base::Money> max_price;
  std::vector<model::Tag> tags;

  const std::string* tag(std::string_view key) const;
};

// One launch template and override that a fleet may use, as the request had them.
struct FleetSource {
  base::Form specification;
  base::Form overrides;
};

// What came of a source: instances, or why not.
struct FleetPart {
  struct Failure {
    std::string code, message;
  };
  FleetSource source;
  model::Lifecycle lifecycle = model::Lifecycle::kOnDemand;
  std::vector<model::InstanceId> ids;
  model::InstanceType type;  // Of the instances.
  Failure failure;           // When there are none.
};

// Of type instant: it has done all it ever will.
struct Fleet {
  model::FleetId id;
  base::Instant created_at;
  std::string client_token;
  int spot_target = 0, on_demand_target = 0;
  std::vector<FleetPart> parts;
  std::vector<model::Tag> tags;

  bool has_failed() const;  // It launched nothing.
};

struct PricePoint {
  base::Instant at;
  base::Money price;
};

struct Pool {
  model::Pool key;
  int spot_capacity = 0;  // What Spot could run; drains and droughts apply on top.
  int spot_used = 0;
  int on_demand_capacity = 0;
  int on_demand_used = 0;
  bool is_drained = false;
  base::Money on_demand_price;
  std::vector<PricePoint> prices;  // Oldest first, never empty.

  base::Money price() const { return prices.back().price; }
};

struct Subnet {
  model::SubnetId id;
  model::Zone zone;
  std::string vpc;
  std::string cidr;
  int used_addresses = 0;
};

struct LaunchTemplateVersion {
  int64_t number = 0;
  base::Instant created_at;
  std::string description;
  base::Form data;  // RunInstances parameters, without the prefix "LaunchTemplateData.".
};

struct LaunchTemplate {
  model::LaunchTemplateId id;
  std::string name;
  base::Instant created_at;
  int64_t default_version = 1;
  std::vector<LaunchTemplateVersion> versions;  // Never empty, numbers ascend.
  std::vector<model::Tag> tags;

  // A number, "$Latest" or "$Default"; null when there is none.
  const LaunchTemplateVersion* version(std::string_view wanted) const;
};

struct TargetKey {
  model::InstanceId instance;
  int port = 0;
  friend auto operator<=>(const TargetKey&, const TargetKey&) = default;
};

struct TargetEntry {
  base::Instant registered_at;
  std::optional<base::Instant> deregistered_at;  // Draining from then on.
};

struct TargetGroup {
  model::TargetGroupArn arn;
  std::string name, vpc, protocol = "HTTP", health_path = "/";
  int port = 80;
  base::Duration check_interval = base::Duration::seconds(30);
  int healthy_threshold = 5;
  int unhealthy_threshold = 2;
  std::map<std::string, std::string> attributes;
  std::map<TargetKey, TargetEntry> targets;

  base::Duration deregistration_delay() const;
};

struct AutoScalingMember {
  std::string lifecycle_state;  // Pending, InService, Detaching, Terminating
  base::Instant since;
};

struct AutoScalingGroup {
  std::string name, arn;
  uint64_t serial = 0;  // One of the same name may come after it.
  model::LaunchTemplateId launch_template;
  std::string template_version;
  int min = 0, max = 0, desired = 0;
  std::vector<model::SubnetId> subnets;
  std::vector<model::TargetGroupArn> target_groups;
  base::Instant created_at;
  std::map<model::InstanceId, AutoScalingMember> members;
  std::set<std::string> suspended;  // Processes.
};

struct Message {
  std::string id, body;
  base::Instant sent_at, first_received_at;
  base::Instant visible_at;
  int receive_count = 0;
  uint64_t receipt = 0;  // Of the last receive; only that one deletes.
  bool is_in_flight = false;
};

struct Queue {
  std::string name, arn;
  base::Instant created_at;
  std::map<std::string, std::string> attributes;  // Those that were set.
  std::map<uint64_t, Message> messages;           // By arrival.
  std::set<uint64_t> visible;                     // Those that a receive may return now.
};

struct RuleTarget {
  std::string id, arn;
  std::string input, input_path;                   // At most one of these and the template.
  std::map<std::string, std::string> input_paths;  // Of an input transformer.
  std::string input_template;
};

struct Rule {
  std::string name, arn, pattern, description;
  bool is_enabled = true;
  std::map<std::string, RuleTarget> targets;
};

struct StoredObject {
  std::string body, etag, content_type;
  base::Instant modified_at;
};

struct Bucket {
  std::string name;
  base::Instant created_at;
  std::map<std::string, StoredObject> objects;
};

// What happened to an object, for who wants to see every version there ever was.
struct ObjectWrite {
  uint64_t number = 0;  // Counts all writes, from 1.
  base::Instant at;
  std::string bucket, key;
  std::optional<std::string> body;  // None: the object was deleted.
};

struct World {
  std::map<model::InstanceId, Instance> instances;
  std::map<model::SpotRequestId, SpotRequest> spot_requests;
  std::map<model::FleetId, Fleet> fleets;
  std::map<model::Pool, Pool> pools;
  std::map<model::SubnetId, Subnet> subnets;
  std::map<model::LaunchTemplateId, LaunchTemplate> launch_templates;
  std::map<model::TargetGroupArn, TargetGroup> target_groups;
  std::map<std::string, AutoScalingGroup> auto_scaling_groups;  // By name.
  std::map<std::string, Queue> queues;                          // By name.
  std::map<std::string, Rule> rules;                            // By name.
  std::map<std::string, Bucket> buckets;
  std::deque<ObjectWrite> object_writes;  // The last ones, oldest first.
  std::string vpc;
  model::ImageId image;
  model::SecurityGroupId security_group;  // The VPC's default one.
  std::string key_pair;
  int64_t instances_launched = 0;
  int64_t events_published = 0;
  int64_t retirements_scheduled = 0;
  int64_t events_delivered = 0;
};

std::string_view to_string(InterruptionKind kind);
std::optional<InterruptionKind> parse_interruption_kind(std::string_view text);

}  // namespace sim
