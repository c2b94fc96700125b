// EC2 as Query (2016-11-15): the body of each request, and the reply in a success's XML.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/call.h"

namespace aws {

// The bytes of what launches, untouched: a launch is repeated byte for byte.
std::string body_of(const model::RunInstances& call);
std::string body_of(const model::CreateFleet& call);
std::string body_of(const model::RequestSpotInstances& call);
std::string body_of(const model::CancelSpotInstanceRequests& call);
std::string body_of(const model::TerminateInstances& call);
std::string body_of(const model::DescribeInstances& call);
std::string body_of(const model::DescribeInstanceStatus& call);
std::string body_of(const model::DescribeSpotInstanceRequests& call);
std::string body_of(const model::DescribeSpotPriceHistory& call);
std::string body_of(const model::CreateTags& call);
std::string body_of(const model::DescribeFleets& call);
std::string body_of(const model::DescribeSubnets& call);
std::string body_of(const model::DescribeAvailabilityZones& call);
std::string body_of(const model::DescribeImages& call);
std::string body_of(const model::DescribeKeyPairs& call);
std::string body_of(const model::DescribeSecurityGroups& call);
std::string body_of(const model::DescribeInstanceTypes& call);
std::string body_of(const model::GetSpotPlacementScores& call);
std::string body_of(const model::CreateLaunchTemplate& call);
std::string body_of(const model::CreateLaunchTemplateVersion& call);
std::string body_of(const model::DescribeLaunchTemplates& call);
std::string body_of(const model::DescribeLaunchTemplateVersions& call);

// Fail with kMalformedAnswer.
base::Result<model::Reply> reply_of(const model::RunInstances&, std::string_view body);
base::Result<model::Reply> reply_of(const model::CreateFleet&, std::string_view body);
base::Result<model::Reply> reply_of(const model::RequestSpotInstances&, std::string_view body);
base::Result<model::Reply> reply_of(const model::CancelSpotInstanceRequests&,
                                    std::string_view body);
base::Result<model::Reply> reply_of(const model::TerminateInstances&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeInstances&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeInstanceStatus&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeSpotInstanceRequests&,
                                    std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeSpotPriceHistory&, std::string_view body);
base::Result<model::Reply> reply_of(const model::CreateTags&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeFleets&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeSubnets&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeAvailabilityZones&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeImages&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeKeyPairs&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeSecurityGroups&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeInstanceTypes&, std::string_view body);
base::Result<model::Reply> reply_of(const model::GetSpotPlacementScores&, std::string_view body);
base::Result<model::Reply> reply_of(const model::CreateLaunchTemplate&, std::string_view body);
base::Result<model::Reply> reply_of(const model::CreateLaunchTemplateVersion&,
                                    std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeLaunchTemplates&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeLaunchTemplateVersions&,
                                    std::string_view body);

}  // namespace aws
