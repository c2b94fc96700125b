// The wire form of every AWS call: Call to HTTP request, HTTP response to Reply. Pure.
//
// EC2 speaks Query with its own XML, ELBv2, Auto Scaling and STS speak Query, EventBridge speaks
// JSON 1.1. The request comes out unsigned, with Host set. decode never trusts the body: HTML,
// truncated XML or an empty text become an Error whose `retry` fits the call (a mutating call
// answered with rubbish may have happened; a read may be repeated).
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/call.h"
#include "net/http.h"

namespace aws {

// "ec2", "elasticloadbalancing", "autoscaling", "events", "sts": the endpoint's prefix and the
// signature's service.
std::string_view service_of(const model::Call& call);

// Any call but those of the ledger.
net::Request encode(const model::Call& call, const net::Endpoint& endpoint);

base::Result<model::Reply> decode(const model::Call& call, const net::Response& response);

}  // namespace aws
