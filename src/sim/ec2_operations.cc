// The table of EC2's calls: what the region knows, and which parameters each of them takes.
#include "sim/ec2.h"

namespace sim {
namespace {

std::vector<std::string_view> run_parameters() {
  return {"ImageId",
          "InstanceType",
          "MinCount",
          "MaxCount",
          "ClientToken",
          "SubnetId",
          "Placement",
          "LaunchTemplate",
          "InstanceMarketOptions",
          "TagSpecification",
          "NetworkInterface",
          "UserData",
          "KeyName",
          "SecurityGroupId",
          "SecurityGroup",
          "IamInstanceProfile",
          "EbsOptimized",
          "Monitoring",
          "BlockDeviceMapping",
          "MetadataOptions",
          "InstanceInitiatedShutdownBehavior",
          "DisableApiTermination"};
}

std::vector<std::string_view> paged(std::vector<std::string_view> parameters) {
  parameters.push_back("MaxResults");
  parameters.push_back("NextToken");
  return parameters;
}

}  // namespace

std::vector<Ec2::Operation> Ec2::reads() {
  return {
      {"DescribeInstances", &Ec2::describe_instances, false, paged({"InstanceId", "Filter"})},
      {"DescribeInstanceStatus", &Ec2::describe_instance_status, false,
       paged({"InstanceId", "Filter", "IncludeAllInstances"})},
      {"DescribeSpotInstanceRequests", &Ec2::describe_spot_instance_requests, false,
       paged({"SpotInstanceRequestId", "Filter"})},
      {"DescribeSpotPriceHistory", &Ec2::describe_spot_price_history, false,
       paged({"InstanceType", "ProductDescription", "AvailabilityZone", "Filter", "StartTime",
              "EndTime"})},
      {"GetSpotPlacementScores", &Ec2::get_spot_placement_scores, false,
       paged({"InstanceType", "TargetCapacity", "TargetCapacityUnitType", "SingleAvailabilityZone",
              "RegionName"})},
      {"DescribeFleets", &Ec2::describe_fleets, false, paged({"FleetId", "Filter"})},
      {"DescribeInstanceTypes", &Ec2::describe_instance_types, false,
       paged({"InstanceType", "Filter"})},
      {"DescribeAvailabilityZones",
       &Ec2::describe_availability_zones,
       false,
       {"ZoneName", "ZoneId", "Filter", "AllAvailabilityZones"}},
      {"DescribeSubnets", &Ec2::describe_subnets, false, paged({"SubnetId", "Filter"})},
      {"DescribeVpcs", &Ec2::describe_vpcs, false, paged({"VpcId", "Filter"})},
      {"DescribeImages", &Ec2::describe_images, false, paged({"ImageId", "Owner", "Filter"})},
      {"DescribeKeyPairs", &Ec2::describe_key_pairs, false, {"KeyName", "KeyPairId", "Filter"}},
      {"DescribeSecurityGroups", &Ec2::describe_security_groups, false,
       paged({"GroupId", "GroupName", "Filter"})},
      {"DescribeLaunchTemplates", &Ec2::describe_launch_templates, false,
       paged({"LaunchTemplateId", "LaunchTemplateName", "Filter"})},
      {"DescribeLaunchTemplateVersions", &Ec2::describe_launch_template_versions, false,
       paged({"LaunchTemplateId", "LaunchTemplateName", "LaunchTemplateVersion"})},
  };
}

std::vector<Ec2::Operation> Ec2::writes() {
  return {
      {"RunInstances", &Ec2::run_instances, true, run_parameters()},
      {"CreateFleet",
       &Ec2::create_fleet,
       true,
       {"ClientToken", "Type", "LaunchTemplateConfigs", "TargetCapacitySpecification",
        "SpotOptions", "OnDemandOptions", "TagSpecification"}},
      {"RequestSpotInstances",
       &Ec2::request_spot_instances,
       true,
       {"InstanceCount", "Type", "LaunchSpecification", "SpotPrice", "ValidUntil",
        "InstanceInterruptionBehavior", "ClientToken", "TagSpecification"}},
      {"CancelSpotInstanceRequests",
       &Ec2::cancel_spot_instance_requests,
       true,
       {"SpotInstanceRequestId"}},
      {"TerminateInstances", &Ec2::terminate_instances, true, {"InstanceId"}},
      {"CreateTags", &Ec2::create_tags, true, {"ResourceId", "Tag"}},
      {"DeleteTags", &Ec2::delete_tags, true, {"ResourceId", "Tag"}},
      {"CreateLaunchTemplate",
       &Ec2::create_launch_template,
       true,
       {"LaunchTemplateName", "LaunchTemplateData", "VersionDescription", "ClientToken",
        "TagSpecification"}},
      {"CreateLaunchTemplateVersion",
       &Ec2::create_launch_template_version,
       true,
       {"LaunchTemplateId", "LaunchTemplateName", "LaunchTemplateData", "SourceVersion",
        "VersionDescription", "ClientToken"}},
  };
}

const std::vector<Ec2::Operation>& Ec2::operations() {
  static const std::vector<Operation> kOperations = [] {
    std::vector<Operation> all = reads();
    for (Operation& operation : writes()) all.push_back(std::move(operation));
    return all;
  }();
  return kOperations;
}

}  // namespace sim
