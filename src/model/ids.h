// The names of things: AWS's own, and ours for groups, slots and launches.
#pragma once

#include "base/id.h"

namespace model {

using AccountId = base::Id<struct AccountIdTag>;
using Region = base::Id<struct RegionTag>;
using Zone = base::Id<struct ZoneTag>;  // "us-east-2a": an availability zone's name.
// "use2-az1": the same zone for every account, whatever name it has there.
using ZoneId = base::Id<struct ZoneIdTag>;
using InstanceId = base::Id<struct InstanceIdTag>;
using InstanceType = base::Id<struct InstanceTypeTag>;
using ImageId = base::Id<struct ImageIdTag>;
using SubnetId = base::Id<struct SubnetIdTag>;
using SecurityGroupId = base::Id<struct SecurityGroupIdTag>;
using LaunchTemplateId = base::Id<struct LaunchTemplateIdTag>;
using SpotRequestId = base::Id<struct SpotRequestIdTag>;
using FleetId = base::Id<struct FleetIdTag>;  // "fleet-…", or "sfr-…" of a Spot Fleet.
using AutoScalingGroupName = base::Id<struct AutoScalingGroupNameTag>;
using TargetGroupArn = base::Id<struct TargetGroupArnTag>;
using EventId = base::Id<struct EventIdTag>;

using GroupName = base::Id<struct GroupNameTag>;
using SlotName = base::Id<struct SlotNameTag>;      // "web-a"
using KeeperName = base::Id<struct KeeperNameTag>;  // One running keeper; two share a ledger.
using IncidentId = base::Id<struct IncidentIdTag>;

// Tags that mark an instance as ours. A launch carries these three from its first moment.
inline constexpr char kGroupTag[] = "spotkeeper:group";
inline constexpr char kLaunchTag[] = "spotkeeper:launch";  // "<incarnation>.<n>"
// Two installations in one account never touch each other's machines.
inline constexpr char kDeploymentTag[] = "spotkeeper:deployment";
// Put on an instance that is going to be taken away; for people who look at the EC2 console.
inline constexpr char kDoomedTag[] = "spotkeeper:doomed";

}  // namespace model
