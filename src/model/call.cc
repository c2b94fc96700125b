#include "model/call.h"

#include <array>

namespace model {
namespace {

struct Traits {
  std::string_view action;
  bool mutating;
};

// In the order of Call's alternatives.
constexpr std::array<Traits, std::variant_size_v<Call>> kTraits{{
    {"RunInstances", true},
    {"CreateFleet", true},
    {"RequestSpotInstances", true},
    {"CancelSpotInstanceRequests", true},
    {"TerminateInstances", true},
    {"DescribeInstances", false},
    {"DescribeInstanceStatus", false},
    {"DescribeSpotInstanceRequests", false},
    {"DescribeSpotPriceHistory", false},
    {"CreateTags", true},
    {"DescribeFleets", false},
    {"DescribeSubnets", false},
    {"DescribeAvailabilityZones", false},
    {"DescribeImages", false},
    {"DescribeKeyPairs", false},
    {"DescribeSecurityGroups", false},
    {"DescribeInstanceTypes", false},
    {"GetSpotPlacementScores", false},
    {"CreateLaunchTemplate", true},
    {"CreateLaunchTemplateVersion", true},
    {"DescribeLaunchTemplates", false},
    {"DescribeLaunchTemplateVersions", false},
    {"RegisterTargets", true},
    {"DeregisterTargets", true},
    {"DescribeTargetHealth", false},
    {"DescribeTargetGroupAttributes", false},
    {"ModifyTargetGroupAttributes", true},
    {"DescribeAutoScalingGroups", false},
    {"DescribeAutoScalingInstances", false},
    {"DetachInstances", true},
    {"PutEvents", true},
    {"GetCallerIdentity", false},
    {"LedgerRead", false},
    {"LedgerWrite", true},
}};

}  // namespace

std::string_view action_of(const Call& call) { return kTraits[call.index()].action; }

bool is_mutating(const Call& call) { return kTraits[call.index()].mutating; }

bool is_ledger(const Call& call) {
  return std::holds_alternative<LedgerRead>(call) || std::holds_alternative<LedgerWrite>(call);
}

}  // namespace model
