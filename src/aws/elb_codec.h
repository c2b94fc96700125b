// Elastic Load Balancing v2 as Query (2015-12-01): bodies, and replies in a success's XML.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/call.h"

namespace aws {

std::string body_of(const model::RegisterTargets& call);
std::string body_of(const model::DeregisterTargets& call);
std::string body_of(const model::DescribeTargetHealth& call);
std::string body_of(const model::DescribeTargetGroupAttributes& call);
std::string body_of(const model::ModifyTargetGroupAttributes& call);

// Fail with kMalformedAnswer.
base::Result<model::Reply> reply_of(const model::RegisterTargets&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DeregisterTargets&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeTargetHealth&, std::string_view body);
base::Result<model::Reply> reply_of(const model::DescribeTargetGroupAttributes&,
                                    std::string_view body);
base::Result<model::Reply> reply_of(const model::ModifyTargetGroupAttributes&,
                                    std::string_view body);

}  // namespace aws
