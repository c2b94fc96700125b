// The Cloud that is AWS, or anything that speaks like it at an endpoint of its own.
#pragma once

#include <memory>

#include "aws/endpoints.h"
#include "aws/signed_client.h"
#include "ports/clock.h"
#include "ports/cloud.h"

namespace aws {

// `client` and `clock` outlive the cloud's last completion. Any thread may submit; the sink is
// called on the HTTP client's thread, or before submit returns when a call could not even be sent.
std::unique_ptr<ports::Cloud> make_aws_cloud(SignedClient& client, Endpoints endpoints,
                                             const ports::Clock& clock, ports::CompletionSink sink);

}  // namespace aws
