// Call and Reply: every request spotkeeper can make of AWS and of its ledger, as values.
//
// The brain decides in these; `aws` and `sim` carry them out. One Call is one attempt at one
// request (one page of a list). Names are AWS's. What launches (RunInstances, CreateFleet,
// RequestSpotInstances) carries its body as bytes, because a launch must be repeated byte for byte;
// everything else is fields.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/auto_scaling.h"
#include "model/catalogue.h"
#include "model/fleet.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/launch_data.h"
#include "model/pool.h"

namespace model {

struct Filter {
  std::string name;  // "tag:spotkeeper:group", "instance-state-name", …
  std::vector<std::string> values;
  friend bool operator==(const Filter&, const Filter&) = default;
};

struct Target {
  InstanceId instance;
  int port = 0;
  friend bool operator==(const Target&, const Target&) = default;
  friend auto operator<=>(const Target&, const Target&) = default;
};

// The text after the last page; empty when there is no further one.
using PageToken = std::string;

// ---- EC2 ----
struct RunInstances {
  std::string body;  // The whole form, ClientToken included: see model/launch_request.h.
};
struct CreateFleet {
  std::string body;  // The whole form, ClientToken included: see model/fleet_request.h.
};
struct RequestSpotInstances {
  std::string body;  // The whole form, ClientToken included: see model/spot_request.h.
};
// An open request is closed; an instance that runs goes on, and one may still come.
struct CancelSpotInstanceRequests {
  std::vector<SpotRequestId> ids;
};
struct TerminateInstances {
  std::vector<InstanceId> ids;  // All or nothing: one bad id fails the request.
};
struct DescribeInstances {
  std::vector<InstanceId> ids;  // Either ids (no paging) or filters.
  std::vector<Filter> filters;
  int max_results = 0;  // 0: not sent. AWS allows 5..1000.
  PageToken next;
};
struct DescribeInstanceStatus {
  std::vector<InstanceId> ids;
  std::vector<Filter> filters;
  int max_results = 0;
  PageToken next;
};
struct DescribeSpotInstanceRequests {
  std::vector<SpotRequestId> ids;
  std::vector<Filter> filters;
  int max_results = 0;
  PageToken next;
};
struct DescribeSpotPriceHistory {
  std::vector<InstanceType> types;
  std::vector<Filter> filters;
  std::string product = kLinux;
  base::Instant start, end;
  int max_results = 0;
  PageToken next;
};
struct CreateTags {
  std::vector<std::string> resources;
  std::vector<Tag> tags;
};
struct DescribeFleets {
  std::vector<FleetId> ids;  // Without ids AWS shows no instant fleet.
  std::vector<Filter> filters;
  int max_results = 0;
  PageToken next;
};
struct DescribeSubnets {
  std::vector<SubnetId> ids;
  PageToken next;
};
struct DescribeAvailabilityZones {
  std::vector<Filter> filters;
};
// Of these three, one that is not there fails the request.
struct DescribeImages {
  std::vector<ImageId> ids;
};
struct DescribeKeyPairs {
  std::vector<std::string> names;
};
struct DescribeSecurityGroups {
  std::vector<SecurityGroupId> ids;
};
struct DescribeInstanceTypes {
  std::vector<InstanceType> types;  // One that AWS does not know fails the request.
  std::vector<Filter> filters;
  int max_results = 0;  // 0: not sent. AWS allows 5..100.
  PageToken next;
};
enum class ScoreGranularity { kRegion, kZone };
struct GetSpotPlacementScores {
  std::vector<InstanceType> types;  // With fewer than three, AWS scores low.
  int target_capacity = 1;
  ScoreGranularity granularity = ScoreGranularity::kZone;
  std::vector<Region> regions;  // None: all.
  int max_results = 0;
  PageToken next;
};
struct CreateLaunchTemplate {
  std::string name;
  std::string description;  // Of its first version.
  LaunchData data;
  std::vector<Tag> tags;
  std::string client_token;
};
struct CreateLaunchTemplateVersion {
  LaunchTemplateId id;
  std::string
      source_version;  // What `data` does not name is taken from there; empty: from nowhere.
  std::string description;
  LaunchData data;
  std::string client_token;
};
struct DescribeLaunchTemplates {
  std::vector<LaunchTemplateId> ids;
  std::vector<std::string> names;  // One that is not there fails the request; a filter does not.
  std::vector<Filter> filters;
  int max_results = 0;
  PageToken next;
};
struct DescribeLaunchTemplateVersions {
  LaunchTemplateId id;
  std::string version;  // A number, "$Latest" or "$Default"; empty: all of them.
  PageToken next;
};

// ---- Elastic Load Balancing v2 ----
struct RegisterTargets {
  TargetGroupArn group;
  std::vector<Target> targets;
};
struct DeregisterTargets {
  TargetGroupArn group;
  std::vector<Target> targets;
};
struct DescribeTargetHealth {
  TargetGroupArn group;
};
struct DescribeTargetGroupAttributes {
  TargetGroupArn group;
};
struct ModifyTargetGroupAttributes {
  TargetGroupArn group;
  std::map<std::string, std::string> attributes;
};

// ---- Auto Scaling ----
struct DescribeAutoScalingGroups {
  std::vector<AutoScalingGroupName> names;  // One that is not there is left out of the answer.
  int max_records = 0;                      // 0: not sent. AWS allows 1..100.
  PageToken next;
};
struct DescribeAutoScalingInstances {
  std::vector<InstanceId> ids;  // At most kMostAutoScalingInstances; who is no member is left out.
  PageToken next;
};
// The desired capacity is decremented: else the group would launch again. All or nothing, and an
// error when one of them is no member any more.
struct DetachInstances {
  AutoScalingGroupName group;
  std::vector<InstanceId> ids;  // At most kMostDetached.
};

// ---- EventBridge, STS ----
struct PutEvents {
  struct Entry {
    std::string source, detail_type, detail;  // `detail` is a JSON document.
  };
  std::vector<Entry> entries;
};
struct GetCallerIdentity {};

// ---- the ledger (ports::Ledger) ----
struct LedgerRead {
  GroupName group;
};
// Written only if the stored version still is `expected`; nothing expected means "no record yet".
struct LedgerWrite {
  GroupName group;
  std::optional<std::string> expected;
  std::string record;  // model/ledger_record.h's text.
};

using Call =
    std::variant<RunInstances, CreateFleet, RequestSpotInstances, CancelSpotInstanceRequests,
                 TerminateInstances, DescribeInstances, DescribeInstanceStatus,
                 DescribeSpotInstanceRequests, DescribeSpotPriceHistory, CreateTags, DescribeFleets,
                 DescribeSubnets, DescribeAvailabilityZones, DescribeImages, DescribeKeyPairs,
                 DescribeSecurityGroups, DescribeInstanceTypes, GetSpotPlacementScores,
                 CreateLaunchTemplate, CreateLaunchTemplateVersion, DescribeLaunchTemplates,
                 DescribeLaunchTemplateVersions, RegisterTargets, DeregisterTargets,
                 DescribeTargetHealth, DescribeTargetGroupAttributes, ModifyTargetGroupAttributes,
                 DescribeAutoScalingGroups, DescribeAutoScalingInstances, DetachInstances,
                 PutEvents, GetCallerIdentity, LedgerRead, LedgerWrite>;

// ---- what comes back ----
struct Done {};  // For requests whose answer says nothing more.

struct InstancesReply {  // RunInstances, DescribeInstances
  std::vector<Instance> instances;
  PageToken next;
};
// CreateFleet. Instances may come together with errors; without both there is no such answer.
struct FleetReply {
  FleetId id;
  std::vector<FleetInstances> launched;
  std::vector<FleetError> errors;
};
struct InstanceStatusReply {
  std::vector<InstanceStatus> statuses;
  PageToken next;
};
struct SpotRequestsReply {  // RequestSpotInstances, DescribeSpotInstanceRequests
  std::vector<SpotRequest> requests;
  PageToken next;
};
struct CancelledSpotRequest {
  SpotRequestId id;
  std::string state;
  friend bool operator==(const CancelledSpotRequest&, const CancelledSpotRequest&) = default;
};
struct CancelledSpotRequestsReply {
  std::vector<CancelledSpotRequest> cancelled;
};
struct SpotPricesReply {
  std::vector<SpotPrice> prices;
  PageToken next;
};
struct Subnet {
  SubnetId id;
  Zone zone;
  std::string vpc;
  int available_addresses = 0;
  ZoneId zone_id = {};
};
struct SubnetsReply {
  std::vector<Subnet> subnets;
  PageToken next;
};
struct FleetsReply {
  std::vector<Fleet> fleets;
  PageToken next;
};
struct AvailabilityZonesReply {
  std::vector<AvailabilityZone> zones;
};
struct ImagesReply {
  std::vector<Image> images;
};
struct KeyPairsReply {
  std::vector<std::string> names;
};
struct SecurityGroupsReply {
  std::vector<SecurityGroup> groups;
};
struct InstanceTypesReply {
  std::vector<InstanceTypeInfo> types;
  PageToken next;
};
struct SpotPlacementScoresReply {
  std::vector<SpotPlacementScore> scores;
  PageToken next;
};
struct LaunchTemplatesReply {  // CreateLaunchTemplate, DescribeLaunchTemplates
  std::vector<LaunchTemplate> templates;
  PageToken next;
};
// CreateLaunchTemplateVersion, DescribeLaunchTemplateVersions
struct LaunchTemplateVersionsReply {
  std::vector<LaunchTemplateVersion> versions;
  PageToken next;
};
struct TargetHealth {
  Target target;
  std::string state;   // initial, healthy, unhealthy, unused, draining, unavailable
  std::string reason;  // "Target.FailedHealthChecks", …
};
struct TargetHealthReply {
  std::vector<TargetHealth> targets;
};
struct TargetGroupAttributesReply {
  std::map<std::string, std::string> attributes;
};
struct AutoScalingGroupsReply {
  std::vector<AutoScalingGroup> groups;
  PageToken next;
};
struct AutoScalingInstancesReply {
  std::vector<AutoScalingMember> members;
  PageToken next;
};
struct PutEventsReply {
  struct Entry {
    std::string event_id;                   // Set when it was taken,
    std::string error_code, error_message;  // else these.
  };
  std::vector<Entry> entries;
};
struct CallerIdentity {
  AccountId account;
  std::string arn;
};
// The code of a LedgerWrite whose expected version is no longer the stored one.
inline constexpr char kLedgerConflict[] = "LedgerConflict";

// The version read, or the version just written.
struct LedgerVersion {
  std::optional<std::string> etag;  // Nothing: there is no record.
  std::string record;               // Empty after a write.
};

using Reply =
    std::variant<Done, InstancesReply, FleetReply, InstanceStatusReply, SpotRequestsReply,
                 CancelledSpotRequestsReply, SpotPricesReply, FleetsReply, SubnetsReply,
                 AvailabilityZonesReply, ImagesReply, KeyPairsReply, SecurityGroupsReply,
                 InstanceTypesReply, SpotPlacementScoresReply, LaunchTemplatesReply,
                 LaunchTemplateVersionsReply, TargetHealthReply, TargetGroupAttributesReply,
                 AutoScalingGroupsReply, AutoScalingInstancesReply, PutEventsReply, CallerIdentity,
                 LedgerVersion>;

struct CallId {
  uint64_t value = 0;
  friend auto operator<=>(const CallId&, const CallId&) = default;
};

// One attempt, over. A read shows the world at some moment within [began, ended].
struct CallCompleted {
  CallId id;
  base::Instant began, ended;
  base::Result<Reply> result;
};

// "RunInstances"; ledger calls have names of their own.
std::string_view action_of(const Call& call);
// True when repeating it blindly could change the world twice.
bool is_mutating(const Call& call);
bool is_ledger(const Call& call);

}  // namespace model
