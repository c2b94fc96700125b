// Auto Scaling as Query (2011-01-01): bodies, and replies in a success's XML.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/call.h"

namespace aws {

std::string body_of(const model::DescribeAutoScalingGroups& call);
std::string body_of(const model::DescribeAutoScalingInstances& call);
std::string body_of(const model::DetachInstances& call);

// Fail with kMalformedAnswer.
base::Result<model::Reply> reply_of(const model::DescribeAutoScalingGroups&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeAutoScalingInstances&,
                                    std::string_view body);
base::Result<model::Reply> reply_of(const model::DetachInstances&, std::string_view body);

}  // namespace aws
