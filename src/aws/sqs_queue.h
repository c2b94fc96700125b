// The Queue that is one SQS queue, over SQS's JSON protocol.
#pragma once

#include <memory>
#include <string>

#include "aws/endpoints.h"
#include "aws/signed_client.h"
#include "ports/queue.h"

namespace aws {

// `client` outlives the queue's last callback. A batch in which one body does not fit its MD5 fails
// whole, with kBackoff: its messages come again.
std::unique_ptr<ports::Queue> make_sqs_queue(SignedClient& client, const Endpoints& endpoints,
                                             std::string queue_url);

}  // namespace aws
