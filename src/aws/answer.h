// What an HTTP response is when it is not the success we hoped for.
//
// The body is never trusted: it may be AWS's error in one of four shapes, a proxy's HTML, cut
// short, or nothing. Every one becomes a base::Error whose `retry` fits what the request would have
// done.
#pragma once

#include <string>

#include "base/result.h"
#include "model/aws_error.h"
#include "net/http.h"

namespace aws {

// The code of an Error for a success whose body is not what the action answers.
inline constexpr char kMalformedAnswer[] = "MalformedAnswer";
// The code of an Error for a status that comes without AWS's own code: "Http502" and the like.
std::string http_code(int status);

// A fault in a success's body; codecs return it and `judge` gives it its retry.
tl::unexpected<base::Error> malformed(std::string message);

// The Error of a response whose status is not 2xx.
base::Error error_of(const net::Response& response, model::Effect effect);

// What a body that cannot be read means for the caller: a mutation may have happened.
base::Error judge(base::Error error, model::Effect effect);

}  // namespace aws
