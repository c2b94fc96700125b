// Protocol: which service a request is for, and how answers and refusals look on its wire.
//
// A signed request is routed by its credential scope; an unsigned one by X-Amz-Target, by the Query
// version, else it is S3's.
#pragma once

#include <string>

#include "base/form.h"
#include "net/http.h"
#include "sim/wire.h"

namespace sim {

enum class Service { kEc2, kElb, kAutoScaling, kSqs, kEvents, kSts, kS3 };

enum class Encoding { kEc2, kQuery, kJson, kRest };

struct Incoming {
  Service service = Service::kS3;
  Encoding encoding = Encoding::kRest;
  std::string action;
  base::Form form;  // Of Query requests: the query string's fields and the body's.
};

Answer<Incoming> read_incoming(const net::Request& request);

// `inner` is what stands inside the action's response or result element, or the JSON document.
net::Response write_answer(const Incoming& incoming, const std::string& inner,
                           const std::string& request_id);
net::Response write_refusal(const Incoming& incoming, const Refusal& refusal,
                            const std::string& request_id);

// The service's own words for trouble that is not the caller's fault.
Refusal throttled(Service service);
Refusal internal_error(Service service);
Refusal unavailable(Service service);
// Temporary credentials that are over.
Refusal expired_token(Service service);
// For the codes of net::verify, and InvalidToken: the access key is known, its token is another.
Refusal bad_signature(Service service, const std::string& code, const std::string& message);

}  // namespace sim
